"""Facets count what a search finds, and searches kept tell what came in since."""

from __future__ import annotations

import pytest

from amparo.casefile.saved import ask_again, forget_search, list_searches, save_search
from amparo.casefile.search import count_facets, search
from amparo.custody.models import LedgerEntry
from amparo.errors import BadInput, NotFound
from amparo.intake.receive import receive_bytes
from amparo.vault.models import Item
from amparo.vault.verify import verify_vault


@pytest.mark.parametrize("query", ["depot", "задержали", "kind:eml,text", "the -depot", "Хасан"])
def test_each_facet_is_what_its_filter_finds(demo_vault, query):
    facets = count_facets(query)
    assert set(facets) == {"kind", "lang", "case", "source"}
    total = search(query).total
    assert sum(facets["kind"].values()) == total
    for name in facets:
        for value, count in facets[name].items():
            assert search(f"{query} {name}:{value}", limit=1).total == count, (name, value)
        assert list(facets[name].values()) == sorted(facets[name].values(), reverse=True)


def test_facets_stay_within_the_search(demo_vault):
    assert set(count_facets("the kind:eml")["kind"]) <= {"eml"}
    assert count_facets("zzzzqqqqxx kind:eml")["kind"] == {}


def test_new_since(vault):
    receive_bytes(vault, "M-1", [("a.txt", b"They came to the mill.")])
    number = save_search("M-1", "mill")
    assert save_search("M-1", "mill") == number
    assert [one.new for one in list_searches()] == [0]
    receive_bytes(vault, "M-1", [("b.txt", b"Later the mill was shut."), ("c.txt", b"No word.")])
    assert [one.new for one in list_searches()] == [1]
    query, found = ask_again("M-1", number)
    assert query == "mill" and [hit.file_name for hit in found.hits] == ["b.txt"]
    assert [one.new for one in list_searches()] == [0]
    assert Item.objects.count() == 3 and search("mill").total == 2
    assert not verify_vault(vault).faults


def test_a_search_of_an_empty_vault_finds_all_that_comes(vault):
    number = save_search("M-1", "mill kind:text")
    receive_bytes(vault, "M-1", [("a.txt", b"They came to the mill.")])
    assert [one.new for one in list_searches()] == [1]
    assert ask_again("M-1", number)[1].total == 1


def test_no_term_in_the_ledger(vault):
    number = save_search("M-1", "zebrafish")
    ask_again("M-1", number)
    forget_search("M-1", number)
    bodies = b"".join(bytes(row.body) for row in LedgerEntry.objects.all())
    assert b"zebrafish" not in bodies and bodies.count(b'"result":"search ') == 3
    with pytest.raises(NotFound):
        ask_again("M-1", number)


def test_a_mistake_is_not_kept(vault):
    with pytest.raises(BadInput):
        save_search("M-1", '"open')
    assert list_searches() == []
