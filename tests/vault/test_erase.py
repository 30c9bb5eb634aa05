"""Erasing takes two members; alone it takes a day; on hold it takes nobody."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from amparo.access.grants import scope_of
from amparo.access.scope import acting
from amparo.custody.models import LedgerEntry
from amparo.errors import BadInput, NotFound, Refused
from amparo.vault import erase
from amparo.vault.erase import (
    ask_erasure,
    carry_out_erasure,
    deciders,
    find_erasure,
    list_erasures,
    refuse_erasure,
)
from amparo.vault.identity import seal_identity, show_identity
from amparo.vault.models import Identity
from amparo.vault.preserve import find_hold, lift_hold, place_hold
from amparo.vault.rekey import add_member
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE


@pytest.fixture
def sealed(vault):
    seal_identity(vault, "KARV", "V-1", {"name": "Wexford Quillon"})
    return vault


@pytest.fixture
def second(sealed, cheap_cost):
    """Code of a member who may change identities of the case."""
    words = "two red kites above a mill"
    return add_member(sealed, PASSPHRASE, words, role="protection officer", cost=cheap_cost)


def is_there() -> bool:
    return Identity.every.get(person_code="V-1").erased_at is None


def dispose_entries() -> list[str]:
    rows = LedgerEntry.objects.filter(kind="dispose").order_by("sequence")
    return [json.loads(bytes(row.body))["result"] for row in rows]


def test_one_asks_and_another_destroys(sealed, second):
    asked = ask_erasure(sealed, "KARV", "V-1", "consent withdrawn")
    assert deciders(asked) == [second]
    with pytest.raises(Refused, match="own request") as caught:
        carry_out_erasure(sealed, "KARV", "V-1")
    assert second in caught.value.remedy and is_there()
    with acting(scope_of(second)):
        assert [one.why for one in list_erasures()] == ["consent withdrawn"]
        carry_out_erasure(sealed, "KARV", "V-1")
    assert not is_there() and list_erasures() == []
    last = json.loads(bytes(LedgerEntry.objects.last().body))
    assert last["actor"]["id"] == second and last["purpose"] == "consent withdrawn"
    assert f"as asked in entry {asked.entry}" in last["result"]
    with pytest.raises(NotFound):
        show_identity(sealed, "KARV", "V-1", purpose="test")
    assert verify_vault(sealed).faults == []


def test_nothing_is_destroyed_that_nobody_asked(sealed, second):
    with acting(scope_of(second)), pytest.raises(NotFound, match="nobody asked"):
        carry_out_erasure(sealed, "KARV", "V-1")
    assert is_there()


def test_who_joined_only_to_agree_must_have_the_grant(sealed, cheap_cost):
    reader = add_member(
        sealed, PASSPHRASE, "five old pears on a sill", role="external reader", cost=cheap_cost
    )
    asked = ask_erasure(sealed, "KARV", "V-1", "asked")
    assert deciders(asked) == []
    with acting(scope_of(reader)):
        assert list_erasures() == []
        with pytest.raises((NotFound, Refused)):
            carry_out_erasure(sealed, "KARV", "V-1")
    assert is_there()


def test_refused_and_taken_back_ends_the_request(sealed, second):
    ask_erasure(sealed, "KARV", "V-1", "asked")
    with pytest.raises(Refused, match="asked already"):
        ask_erasure(sealed, "KARV", "V-1", "again")
    with acting(scope_of(second)):
        assert refuse_erasure(sealed, "KARV", "V-1") == "refused"
        with pytest.raises(NotFound):
            carry_out_erasure(sealed, "KARV", "V-1")
    ask_erasure(sealed, "KARV", "V-1", "once more")
    assert refuse_erasure(sealed, "KARV", "V-1") == "taken back"
    assert find_erasure("KARV", "V-1") is None and is_there()
    assert dispose_entries() == [
        "erasure of V-1 asked", "erasure of V-1 refused",
        "erasure of V-1 asked", "erasure of V-1 taken back",
    ]  # fmt: skip


def test_alone_it_takes_a_day(sealed, monkeypatch):
    asked = ask_erasure(sealed, "KARV", "V-1", "asked")
    with pytest.raises(Refused, match="a day must pass") as refused:
        carry_out_erasure(sealed, "KARV", "V-1")
    then = f"{asked.at + timedelta(days=1):%Y-%m-%d %H:%M}"
    assert refused.value.remedy == f"repeat this after {then} UTC"
    monkeypatch.setattr(erase, "_now", lambda: asked.at + timedelta(hours=23, minutes=59))
    with pytest.raises(Refused):
        carry_out_erasure(sealed, "KARV", "V-1")
    monkeypatch.setattr(erase, "_now", lambda: asked.at + timedelta(hours=24))
    carry_out_erasure(sealed, "KARV", "V-1")
    assert not is_there()


def test_a_reason_is_needed_and_a_person(sealed):
    for why in ("", "  ", "x" * 501):
        with pytest.raises(BadInput):
            ask_erasure(sealed, "KARV", "V-1", why)
    with pytest.raises(NotFound):
        ask_erasure(sealed, "KARV", "V-2", "asked")
    assert dispose_entries() == []


def test_what_is_asked_of_one_person_says_nothing_of_another(sealed, second):
    seal_identity(sealed, "KARV", "V-11", {"name": "Somebody Else"})
    seal_identity(sealed, "OTHER", "V-1", {"name": "A Third"})
    ask_erasure(sealed, "KARV", "V-1", "asked")
    assert find_erasure("KARV", "V-11") is None and find_erasure("OTHER", "V-1") is None


def test_on_hold_nothing_is_asked_and_nothing_destroyed(sealed, second):
    ask_erasure(sealed, "KARV", "V-1", "asked")
    place_hold(sealed, "KARV", "order of a court")
    with acting(scope_of(second)):
        with pytest.raises(Refused, match="on hold"):
            carry_out_erasure(sealed, "KARV", "V-1")
        with pytest.raises(Refused):
            lift_hold(sealed, "KARV", "I want to")
    with pytest.raises(BadInput, match="is on hold"):
        place_hold(sealed, "KARV", "again")
    assert find_hold("KARV").why == "order of a court" and find_hold("OTHER") is None
    lift_hold(sealed, "KARV", "the court is done")
    with acting(scope_of(second)):
        carry_out_erasure(sealed, "KARV", "V-1")
    assert not is_there() and verify_vault(sealed).faults == []


def test_commands(run, demo_vault_folder, tmp_path):
    source, place = tmp_path / "who.txt", (demo_vault_folder, "KARV", "V-1")
    source.write_text("name: Zvezdana Quist\n")
    run("person", "seal", *place, "--from", source)
    run("person", "erase", *place, expect=2)
    run("person", "erase", *place, "--grant", "--yes", expect=3)
    asked = run("person", "erase", *place, "--reason", "consent withdrawn")
    assert "alone (--grant) after" in asked.stdout
    assert "consent withdrawn" in run("person", "erasures", demo_vault_folder).stdout
    assert "a day must pass" in run("person", "erase", *place, "--grant", "--yes", expect=9).stderr
    run("case", "hold", demo_vault_folder, "KARV", "--why", "order of a court")
    assert "on hold since" in run("case", "hold", demo_vault_folder, "KARV").stdout
    assert "on hold" in run("person", "erase", *place, "--grant", "--yes", expect=9).stderr
    run("case", "hold", demo_vault_folder, "KARV", "--lift", "the court is done")
    assert "taken back" in run("person", "erase", *place, "--refuse").stdout
    run("person", "show", *place, "--purpose", "test")
    run("verify", demo_vault_folder)
