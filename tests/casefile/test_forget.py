"""What was kept for later about a person goes with the identity, out of every byte."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from amparo.access.grants import scope_of
from amparo.access.scope import acting
from amparo.casefile.blind import seal_person
from amparo.casefile.case_file import import_text
from amparo.casefile.forget import Forgotten, erase_person
from amparo.casefile.models import SavedSearch, Unfinished
from amparo.casefile.saved import save_search
from amparo.casefile.unfinished import keep_unfinished
from amparo.custody.models import LedgerEntry
from amparo.custody.work import work
from amparo.errors import Refused
from amparo.store.database import settle_log
from amparo.vault import erase
from amparo.vault.erase import ask_erasure
from amparo.vault.models import Identity
from amparo.vault.verify import verify_vault

from ..vault.test_identity import encoded, traces

CASE = "format: amparo-case/1\ncase: {code: KARV, title: A case, language: en}\n"
OTHER = CASE.replace("KARV", "ELSE")
WHO = {
    "name": "Zvezdana Marovna", "other_names": "Звезда", "contact": "+99 5550 1234; @zq",
    "orientation": "lesbian",
}  # fmt: skip


@pytest.fixture
def vault_asked(vault, monkeypatch):
    """A vault in which it was asked, a day ago, to erase V-1."""
    for text in (CASE, OTHER):
        import_text(vault.member, text, "case.yaml", lambda name: "")
    seal_person(vault, "KARV", "V-1", WHO)
    asked = ask_erasure(vault, "KARV", "V-1", "consent withdrawn")
    monkeypatch.setattr(erase, "_now", lambda: asked.at + timedelta(hours=25))
    return vault


def keep(case: str, text: str, member: str = "M-1", **values: str) -> int:
    with acting(scope_of(member)):
        return keep_unfinished(member, case, "event", "", {"title": text, **values}, {})


GOES = (
    "Zvezdana came with Ms Marovna's bag", "Звездана Маровна ушла", "Her number: +99 5550 1234",
    "told by V-1, who saw it",
)  # fmt: skip
STAYS = ("V-10 and V-1-2 were there", "a lesbian was beaten", "Zvezdana Petrova, another woman")


@pytest.mark.parametrize("text", GOES)
def test_a_form_that_speaks_of_the_person_goes(vault_asked, text):
    keep("KARV", text)
    assert erase_person(vault_asked, "KARV", "V-1") == Forgotten(1, 0, ())
    assert not Unfinished.every.exists()


@pytest.mark.parametrize("text", STAYS)
def test_a_form_about_somebody_else_stays_and_is_told(vault_asked, text):
    keep("KARV", text)
    assert erase_person(vault_asked, "KARV", "V-1") == Forgotten(0, 0, ("M-1",))
    assert Unfinished.every.count() == 1


def test_nothing_of_them_is_left_in_any_byte_and_the_ledger_tells_how_many(vault_asked):
    vault = vault_asked
    keep("KARV", "Zvezdana Marovna hid in the mill", about="V-1")
    keep("ELSE", "told by V-1, another case and another V-1")
    save_search("M-1", "marovna mill")
    save_search("M-1", "another search")
    settle_log()
    planted = encoded(["Zvezdana Marovna hid in the mill", "marovna mill"])
    assert len(traces(vault, planted)) >= 2, "the test must be able to find what is there"
    assert erase_person(vault, "KARV", "V-1") == Forgotten(1, 1, ())
    assert traces(vault, planted) == []
    assert [row.case_id for row in Unfinished.every.all()] == ["ELSE"]
    assert [row.query for row in SavedSearch.every.all()] == ["another search"]
    told = json.loads(bytes(LedgerEntry.objects.filter(kind="dispose").last().body))["result"]
    assert told.endswith("unfinished forms dropped: 1, kept searches dropped: 1")
    assert verify_vault(vault).faults == []


def test_what_is_refused_drops_nothing(vault_asked, monkeypatch):
    keep("KARV", "Zvezdana Marovna")
    monkeypatch.undo()
    with pytest.raises(Refused):
        erase_person(vault_asked, "KARV", "V-1")
    assert Unfinished.every.count() == 1


def test_an_identity_that_does_not_open_is_destroyed_with_what_has_the_code(vault_asked):
    row = Identity.every.get()
    row.sealed = b"damaged"
    with work(vault_asked.member, "test") as custody:
        row.save()
        custody.enter("correct", result="test")
    keep("KARV", "told by V-1, who saw it")
    assert erase_person(vault_asked, "KARV", "V-1") == Forgotten(1, 0, ())
    assert Identity.every.get().erased_at is not None
