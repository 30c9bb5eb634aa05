"""Pseudonyms are given by the program, and none is ever given again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from amparo.access.scope import acting, current
from amparo.casefile.blind import seal_person
from amparo.casefile.case_file import export_case, import_text
from amparo.casefile.records import load_case
from amparo.casefile.revise import Draft, add_records, create_case, retire_record
from amparo.errors import BadInput, Refused
from amparo.vault.identity import erase_identity


def add(*codes: str) -> list[str]:
    drafts = [Draft("person", code, {"role": "witness"}) for code in codes]
    return [row.code for row in add_records("M-1", "PSEUDO", drafts, reason="test")]


@pytest.fixture
def case(vault):
    create_case("M-1", {"code": "PSEUDO", "title": "test", "language": "en"})
    return vault


def test_the_program_gives_them_in_order(case):
    assert add("", "") == ["V-1", "V-2"] and add("", "V-4", "") == ["V-3", "V-4", "V-5"]


def test_a_retired_one_is_not_given_again(case):
    add("", "")
    retire_record("M-1", "PSEUDO", "V-2", why="entered twice")
    assert add("") == ["V-3"]
    with pytest.raises(BadInput):
        add("V-2")


def test_an_erased_one_is_not_given_again(case):
    add("")
    seal_person(case, "PSEUDO", "V-1", {"name": "Somebody Invented"})
    erase_identity(case, "PSEUDO", "V-1", reason="test")
    retire_record("M-1", "PSEUDO", "V-1", why="erased")
    assert add("") == ["V-2"]
    with pytest.raises(Refused):
        seal_person(case, "PSEUDO", "V-1", {"name": "Another Invented"})


def test_one_that_came_with_a_case_file_is_not_given_again(case):
    add("", "V-7", "V-2")
    text = export_case("PSEUDO").replace("PSEUDO", "COPY")
    import_text("M-1", text, "case.yaml", lambda name: "")
    drafts = [Draft("person", "", {"role": "new"}) for _ in range(5)]
    made = [row.code for row in add_records("M-1", "COPY", drafts, reason="test")]
    assert len(set(made)) == 5 and not {"V-1", "V-2", "V-7"} & set(made)


def test_two_who_add_at_once_get_different_ones(case):
    scope = current()

    def work(_: int) -> list[str]:
        from django.db import connections

        try:
            with acting(scope):
                return [code for _ in range(15) for code in add("")]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        made = [code for codes in pool.map(work, range(2)) for code in codes]
    assert len(made) == len(set(made)) == 30
    assert {row.code for row in load_case("PSEUDO").all("person")} == set(made)
