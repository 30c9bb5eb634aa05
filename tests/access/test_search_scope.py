"""Search, corrections and counts tell nothing of what the member may not see."""

from __future__ import annotations

import pytest

from amparo.casefile.search import count_facets, search
from amparo.intake.receive import receive_bytes
from amparo.vault.unlock import Vault, open_vault

HIDDEN = "The hauses of Qorbanabad were burnt; Зелимхан saw the cellur."


@pytest.fixture(scope="module")
def hidden(house) -> None:
    """An item that no case cites: only the owner sees it."""
    vault = open_vault(house.folder, house.kinds["owner"].passphrase)
    try:
        receive_bytes(vault, "M-1", [("hidden.txt", HIDDEN.encode())])
    finally:
        vault.close()


@pytest.fixture
def reader(house, hidden) -> Vault:
    """Somebody who sees the narrative of one case."""
    vault = open_vault(house.folder, house.kinds["external reader"].passphrase)
    yield vault
    vault.close()


@pytest.fixture
def owner(house, hidden) -> Vault:
    vault = open_vault(house.folder, house.kinds["owner"].passphrase)
    yield vault
    vault.close()


def test_the_owner_is_offered_words_of_every_item(owner):
    assert "qorbanabad" in search("qorbanabed").notes[0]
    assert search("Zelimkhan").total == 1
    assert search("hause").total == 1


@pytest.mark.parametrize(
    "query",
    ["qorbanabed", "qorbanabad", "Zelimkhan", "zelimhan", "zqnarrativebeto", "hauses", "burn*"],
)
def test_a_hidden_word_is_neither_found_nor_offered(reader, query):
    found = search(query)
    told = " ".join(found.notes)
    for word in ("qorbanabad", "зелимхан", "zqnarrativebeta", "hauses", "cellur"):
        assert word not in told
    assert found.total == 0
    facets = count_facets(query)
    assert all(not counts for counts in facets.values())


def test_a_word_that_is_seen_is_offered(reader):
    found = search("cellat")
    assert found.total == 1 and found.notes == (
        "a word is not in the index; searched instead: cellar",
    )


def test_a_hidden_form_does_not_keep_a_correction_back(reader):
    """`hauses` is hidden and a form of `hause`: it must not count as found."""
    found = search("hause")
    assert found.total == 1 and "house" in found.notes[0] and "hauses" not in found.notes[0]
    assert count_facets("hause")["kind"] == {"text": 1}


def test_a_malformed_query_says_the_place_and_no_word(reader):
    from amparo.errors import BadInput

    for query in (
        '"qorbanabad',
        "(qorbanabad",
        "qorbanabad OR",
        "date:qorbanabad",
        "kin:qorbanabad x",
    ):
        with pytest.raises(BadInput) as told:
            search(query)
        assert "qorbanabad" not in str(told.value).lower() and "character" in str(told.value)
        assert told.value.remedy
