"""What the gate asks besides consent: who builds, a second look, words, publication, elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from amparo.filing.words import load_forum
from amparo.store.settings import configure

configure()

DAY = date(2026, 11, 22)


@pytest.fixture
def vault(tmp_path, make_fora_vault):
    held = make_fora_vault(tmp_path, "coded")
    yield held
    held.close()


def told(rule: str, forum: str = "hrc") -> list[tuple[str, str]]:
    """Severity and place of the findings of that rule."""
    from amparo.filing.gather import examine

    found = examine("KARV", load_forum(forum), DAY)
    return [(one.severity, one.where) for one in found.findings if one.rule == rule]


def add(noun: str, code: str, **raw: object) -> None:
    from amparo.casefile.revise import Draft, add_records

    add_records("M-1", "KARV", [Draft(noun, code, raw)], reason="test")


def test_who_may_not_take_a_compartment_out_builds_nothing(vault):
    from amparo.access.roles import EXPORT
    from amparo.access.scope import acting, current

    assert told("compartment") == []
    kept = {("", compartment, "see") for compartment in ("narrative", "source", "travel")}
    kept |= {("", "alleged perpetrator", "see"), ("", "narrative", EXPORT)}
    with acting(replace(current(), whole=False, held=frozenset(kept))):
        blocked = told("compartment")
    assert {severity for severity, _ in blocked} == {"block"}
    assert sorted(where for _, where in blocked) == [
        "KARV, alleged perpetrator", "KARV, source", "KARV, travel",
    ]  # fmt: skip


def test_in_a_team_a_second_member_must_have_looked(vault, cheap_cost):
    from amparo.vault.rekey import add_member

    from .conftest import PASSPHRASE

    assert told("four-eyes") == []
    add_member(vault, PASSPHRASE, "some other words for it", cost=cheap_cost)
    ((severity, where),) = told("four-eyes")
    assert (severity, where) == ("block", "KARV")


def test_a_retired_word_is_named_with_its_record_and_field(vault):
    from amparo.casefile.terms import add_term, retire_term

    add_term("M-1", "degree", "drove the car", {"en": "drove the car"})
    add("involvement", "INV9", act="A1", person="AP-1", degree="drove the car", basis="ST1")
    assert told("vocabulary") == []
    retire_term("M-1", "degree", "drove the car")
    ((severity, where),) = told("vocabulary")
    assert severity == "block" and where.startswith("INV9, ") and where.endswith("drove the car")


def test_a_procedure_pending_elsewhere_is_told_and_an_ended_one_is_not(vault):
    assert told("elsewhere") != [] and told("pending") == []
    add("procedure", "PR1", body="Committee against Torture", state="pending")
    assert told("elsewhere") == [] and told("pending") == [("warn", "PR1")]
    add("procedure", "PR2", body=load_forum("hrc").recipient, state="pending")
    assert told("pending") == [("warn", "PR1")]


def test_nobodys_name_is_published_unasked(vault):
    forum = load_forum("special-procedures")
    assert told("publication", "special-procedures") == [("warn", "V-1")]
    add(
        "consent", "CO90", subject="V-1", purpose=forum.purpose, recipient=forum.recipient,
        identity_level="coded", publish_name="no",
    )  # fmt: skip
    assert told("publication", "special-procedures") == []
