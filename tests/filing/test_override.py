"""A rule yields to two members and a reason; never to one, never where it must not."""

from __future__ import annotations

from datetime import date

import pytest

from amparo.errors import BadInput, NotFound, Refused
from amparo.filing.words import load_forum
from amparo.store.settings import configure

configure()

DAY = date(2026, 11, 22)


class As:
    """The same vault in another member's hands, as far as a request needs it."""

    def __init__(self, member: str) -> None:
        self.member = member


@pytest.fixture(scope="module")
def vault(tmp_path_factory, make_fora_vault):
    held = make_fora_vault(tmp_path_factory.mktemp("override"), "coded")
    yield held
    held.close()


def examine(forum="hrc"):
    from amparo.filing.gather import examine

    return examine("KARV", load_forum(forum), DAY)


def ask(vault, rule="identity", where="V-1", forum="hrc", reason="sealed annex agreed"):
    from amparo.filing.override import ask_override

    return ask_override(vault, "KARV", forum, rule, where, reason)


def test_a_rule_yields_when_another_member_grants_and_the_ledger_says_so(vault):
    from amparo.custody.entry import parse_entry
    from amparo.custody.models import LedgerEntry
    from amparo.filing.override import decide_override

    assert [one.rule for one in examine().blocks] == ["identity"]
    request = ask(vault)
    assert [one.rule for one in examine().blocks] == ["identity"]
    decide_override(As("M-2"), "KARV", request.code, grant=True)
    found = examine()
    assert not found.blocks
    (told,) = [one for one in found.findings if one.rule == "identity"]
    assert told.severity == "warn" and request.code in told.cause
    assert [one.rule for one in examine("cat").blocks] == ["identity"]
    entries = [parse_entry(bytes(row.body)) for row in LedgerEntry.objects.all()]
    results = [(one["actor"]["id"], one.get("result")) for one in entries if one["kind"] == "grant"]
    assert ("M-1", f"{request.code} asked") in results
    assert ("M-2", f"{request.code} granted") in results


def test_nobody_grants_their_own_request(vault):
    from amparo.filing.override import decide_override

    request = ask(vault, forum="echr")
    with pytest.raises(Refused, match="own request"):
        decide_override(vault, "KARV", request.code, grant=True)
    decide_override(As("M-2"), "KARV", request.code, grant=False)
    assert [one.rule for one in examine("echr").blocks] == ["identity"]
    with pytest.raises(Refused, match="decided already"):
        decide_override(As("M-3"), "KARV", request.code, grant=True)
    with pytest.raises(NotFound):
        decide_override(As("M-2"), "KARV", "A1", grant=True)


def test_a_grant_written_into_the_record_by_one_hand_sets_nothing_aside(vault):
    from amparo.casefile.revise import Draft, add_records, change_record

    body = {
        "forum": "cat", "rule": "identity", "where": "V-1", "reason": "because",
        "asked_by": "M-9", "decision": "granted", "decided_by": "M-2",
    }  # fmt: skip
    add_records(vault.member, "KARV", [Draft("override", "OV90", body)], reason="import")
    assert [one.rule for one in examine("cat").blocks] == ["identity"]
    request = ask(vault, forum="cat")
    change_record(
        vault.member, "KARV", request.code,
        {**request.body, "decision": "granted", "decided_by": "M-2"}, seen_version=1,
    )  # fmt: skip
    assert [one.rule for one in examine("cat").blocks] == ["identity"]


def test_a_granted_request_that_was_changed_afterwards_no_longer_holds(vault):
    from amparo.casefile.revise import change_record
    from amparo.filing.override import decide_override

    request = ask(vault, forum="special-procedures", where="V-7")
    made = decide_override(As("M-2"), "KARV", request.code, grant=True)
    change_record(vault.member, "KARV", request.code, {**made.body, "where": "V-1"}, seen_version=2)
    assert "identity" in [one.rule for one in examine("special-procedures").blocks]


@pytest.mark.parametrize("rule", ["nothing", "quotation", "copy", "shown", "erased", "compartment"])
def test_consent_words_and_copies_never_yield(vault, rule):
    with pytest.raises(Refused, match="never set aside"):
        ask(vault, rule=rule)


def test_a_request_needs_a_known_rule_and_a_reason(vault):
    with pytest.raises(BadInput, match="no such rule"):
        ask(vault, rule="mood")
    with pytest.raises(BadInput, match="reason"):
        ask(vault, reason=" ")


def test_every_rule_has_a_cause_and_a_step():
    from amparo.filing.rulebook import RULES

    assert all(one.cause and one.step for one in RULES.values())
