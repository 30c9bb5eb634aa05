"""Sealed names are found however they are spelt, and stand in no table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.casefile.blind import find_persons, seal_person
from amparo.casefile.revise import create_case
from amparo.casefile.script import name_keys
from amparo.crypto.slots import Cost
from amparo.custody.models import LedgerEntry
from amparo.errors import BadInput
from amparo.vault.identity import erase_identity, show_identity
from amparo.vault.models import NameKey
from amparo.vault.reseal import reseal
from amparo.vault.unlock import open_vault

from ..conftest import PASSPHRASE

SPELLINGS = ("Хасан", "Khasan", "Hassan", "Hasan", "حسن")


@pytest.fixture
def named(vault):
    create_case("M-1", {"code": "KARV", "title": "t"})
    seal_person(vault, "KARV", "V-1", {"name": "Хасан Магомадов"})
    seal_person(vault, "KARV", "V-2", {"name": "Zelimkhan Quist", "note": "no"})
    return vault


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_finds_the_person(named, spelling):
    assert [one.person for one in find_persons(named, spelling)] == ["V-1"]


@pytest.mark.parametrize("sealed", SPELLINGS)
def test_however_it_was_sealed(vault, sealed):
    create_case("M-1", {"code": "KARV", "title": "t"})
    seal_person(vault, "KARV", "V-9", {"name": sealed})
    for asked in SPELLINGS:
        assert [one.person for one in find_persons(vault, asked)] == ["V-9"], asked


def test_every_word_must_agree(named):
    assert find_persons(named, "Hassan Quist") == []
    assert [one.person for one in find_persons(named, "Magomadov, Hasan")] == ["V-1"]
    assert find_persons(named, "nobody of that name") == []


def test_no_name_and_no_key_stands_in_the_table(named):
    kept = " ".join(NameKey.every.values_list("key", flat=True))
    assert all(len(key) == 64 for key in kept.split())
    for key in name_keys("Хасан Магомадов"):
        assert key not in kept


def test_the_ledger_is_told_without_the_name(named):
    find_persons(named, "Hassan")
    body = bytes(LedgerEntry.objects.order_by("sequence").last().body).decode()
    assert "a name was looked up" in body and "hassan" not in body.lower()


def test_an_erased_name_is_found_no_more(named):
    erase_identity(named, "KARV", "V-1", reason="consent withdrawn")
    assert find_persons(named, "Hassan") == []
    assert not NameKey.every.filter(person_code="V-1").exists()


def test_a_new_name_takes_the_place_of_the_old(named):
    seal_person(named, "KARV", "V-1", {"name": "Ruslan"})
    assert find_persons(named, "Hassan") == []
    assert [one.person for one in find_persons(named, "Руслан")] == ["V-1"]
    assert show_identity(named, "KARV", "V-1", purpose="look") == {"name": "Ruslan"}


def test_names_are_found_after_a_reseal(named):
    before = set(NameKey.every.values_list("key", flat=True))
    reseal(named, PASSPHRASE, cost=Cost(64, 1, 1))
    vault = open_vault(named.folder, PASSPHRASE)
    assert [one.person for one in find_persons(vault, "Hassan")] == ["V-1"]
    assert before.isdisjoint(NameKey.every.values_list("key", flat=True))
    vault.close()


@pytest.mark.parametrize("text", ["", "  ", "123 !", "a b c d e f g h i j k l m"])
def test_what_is_no_name(named, text):
    with pytest.raises(BadInput):
        find_persons(named, text)


@given(st.text(max_size=40))
def test_a_name_has_keys_for_each_of_its_words(text):
    assert all(":" in key for key in name_keys(text))
