"""Consent: absent means no; each refusal has its reason."""

from __future__ import annotations

from datetime import date

import pytest

from amparo.casefile.consent import Use, may_leave, source_may_leave
from amparo.casefile.records import CaseFile, Row

ON = date(2020, 6, 1)
GIVEN = {
    "subject": "V-1",
    "purpose": "filing:icc",
    "identity_level": "coded",
    "given_on": "2020-01-05",
}


def case_with(*decisions):
    rows = {
        f"CO{n}": Row("consent", f"CO{n}", 1, "draft", body) for n, body in enumerate(decisions)
    }
    return CaseFile("T", {}, "", rows)


def ask(case, *, level="coded", item="", medium="", group="", **other):
    use = Use(**{"purpose": "filing:icc", "on": ON, **other})
    return may_leave(case, "V-1", use, level=level, item=item, medium=medium, group=group)


def test_absent_means_no():
    assert ask(case_with()) == ask(case_with({**GIVEN, "subject": "V-2"}))
    assert not ask(case_with()).allowed


def test_given_means_yes_at_that_level():
    answer = ask(case_with(GIVEN))
    assert answer.allowed and answer.level == "coded" and answer.consent == "CO0"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"purpose": "media"}, "other purpose"),
        ({"withdrawn_on": "2020-05-31"}, "withdrawn"),
        ({"withdrawn_on": "2020"}, "withdrawn"),
        ({"from": "2020-07"}, "not yet"),
        ({"until": "2020-05-31"}, "expired"),
        ({"items": ["I2"]}, "other item"),
        ({"identity_level": "aggregate"}, "lower level"),
        ({"recipient": "somebody else"}, "other recipient"),
    ],
)
def test_each_refusal_has_its_reason(change, reason):
    answer = ask(case_with({**GIVEN, **change}), item="I1", recipient="ICC-OTP")
    assert not answer.allowed and answer.reason == reason


def test_withdrawing_never_opens():
    for level in ("aggregate", "coded", "named"):
        before = ask(case_with(GIVEN), level=level)
        after = ask(case_with({**GIVEN, "withdrawn_on": "2020-02-01"}), level=level)
        assert not after.allowed
        assert before.allowed or before.reason == "lower level"


def test_a_person_is_never_public():
    person = Row("source", "S1", 1, "draft", {"kind": "person", "title": "x"})
    outlet = Row("source", "S2", 1, "draft", {"kind": "outlet", "title": "x"})
    hidden = Row("source", "S3", 1, "draft", {"kind": "outlet", "title": "x", "person": "V-1"})
    case = CaseFile("T", {}, "", {"S1": person, "S2": outlet, "S3": hidden})
    use = Use("filing:icc", on=ON)
    assert not source_may_leave(case, person, use).allowed
    assert source_may_leave(case, outlet, use).allowed
    assert not source_may_leave(case, hidden, use).allowed
