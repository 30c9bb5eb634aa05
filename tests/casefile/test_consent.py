"""Consent: absent means no; each refusal has its reason."""

from __future__ import annotations

from datetime import date

import pytest

from amparo.casefile.consent import (
    Use,
    check_change,
    check_purpose,
    check_retirement,
    may_leave,
    source_may_leave,
)
from amparo.casefile.records import CaseFile, Row
from amparo.errors import BadInput, Refused

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


def test_a_later_withdrawal_overrides_what_was_given_before():
    older = {**GIVEN, "given_on": "2019-01-01"}
    taken = {**GIVEN, "withdrawn_on": "2020-03-01"}
    anew = {**GIVEN, "given_on": "2020-04-01"}
    assert ask(case_with(older)).allowed
    answer = ask(case_with(older, taken))
    assert not answer.allowed and (answer.reason, answer.consent) == ("withdrawn", "CO1")
    assert ask(case_with(older, taken), on=date(2020, 2, 1)).allowed
    assert ask(case_with(older, taken, anew)).consent == "CO2"


def test_the_newest_of_several_decisions_says_how_somebody_is_shown():
    named = {**GIVEN, "identity_level": "named", "given_on": "2020-04-01"}
    coded = {**GIVEN, "identity_level": "coded", "given_on": "2019-01-01"}
    for cases in ((coded, named), (named, coded)):
        assert ask(case_with(*cases), on=date(2020, 6, 1)).level == "named"
    assert ask(case_with(coded, named), on=date(2019, 6, 1)).level == "coded"
    undated = {name: value for name, value in named.items() if name != "given_on"}
    assert ask(case_with(coded, undated)).level == "coded"
    assert ask(case_with(undated, {**undated, "identity_level": "coded"})).level == "coded"


def test_who_decided_anew_for_less_is_not_shown_by_what_they_gave_before():
    named = {**GIVEN, "identity_level": "named", "given_on": "2019-01-01"}
    coded = {**GIVEN, "identity_level": "coded", "given_on": "2020-04-01"}
    for cases in ((coded, named), (named, coded)):
        answer = ask(case_with(*cases), level="named", on=date(2020, 6, 1))
        assert (answer.allowed, answer.level, answer.reason) == (False, "coded", "lower level")
        assert ask(case_with(*cases), level="named", on=date(2019, 6, 1)).allowed
    elsewhere = {**coded, "recipient": "somebody else"}
    assert ask(case_with(named, elsewhere), level="named", on=date(2020, 6, 1)).allowed


def test_what_was_given_without_a_day_does_not_outlive_a_withdrawal():
    undated = {name: value for name, value in GIVEN.items() if name != "given_on"}
    assert not ask(case_with(undated, {**GIVEN, "withdrawn_on": "2020-03-01"})).allowed


@pytest.mark.parametrize(
    ("limit", "other", "reason"),
    [
        ({"territory": ["FR"]}, {"territory": "DE"}, "other territory"),
        ({"territory": ["FR"]}, {}, "other territory"),
        ({}, {"onward": True}, "onward"),
        ({"media": ["text"]}, {"medium": "picture"}, "other medium"),
        ({"scope": ["travel"]}, {"group": "narrative"}, "other group"),
        ({}, {"group": "medical"}, "other group"),
        ({"recipient_class": "court"}, {"recipient_class": "journalist"}, "other recipient"),
        ({"recipient": "ICC-OTP"}, {}, "other recipient"),
    ],
)
def test_each_limit_is_kept(limit, other, reason):
    answer = ask(case_with({**GIVEN, **limit}), **other)
    assert not answer.allowed and answer.reason == reason


@pytest.mark.parametrize(
    ("limit", "other"),
    [
        ({"territory": ["FR"]}, {"territory": "FR"}),
        ({"onward": True}, {"onward": True}),
        ({"scope": ["medical"]}, {"group": "medical"}),
        ({"recipient": "A", "recipient_class": "court"}, {"recipient_class": "court"}),
        ({"recipient": "A", "recipient_class": "court"}, {"recipient": "A"}),
    ],
)
def test_within_its_limits_it_holds(limit, other):
    assert ask(case_with({**GIVEN, **limit}), **other).allowed


def test_a_withdrawal_in_part():
    part = {**GIVEN, "withdrawn_on": "2020-03-01", "withdrawn_items": ["I2"]}
    assert ask(case_with(part), item="I1").allowed and ask(case_with(part)).allowed
    assert ask(case_with(part), item="I2").reason == "withdrawn"
    some = {**GIVEN, "withdrawn_on": "2020-03-01", "withdrawn_recipients": ["Press"]}
    assert ask(case_with(some), recipient="ICC-OTP").allowed
    assert not ask(case_with(some), recipient="Press").allowed and not ask(case_with(some)).allowed


@pytest.mark.parametrize("purpose", ["filing", "fliing:icc", "visa:", "media:x", "", "filing:a b"])
def test_an_unknown_purpose_is_refused(purpose):
    with pytest.raises(BadInput):
        check_purpose(purpose)


@pytest.mark.parametrize(
    "change",
    [
        {"identity_level": "named"}, {"purpose": "media"}, {"items": ["I1"]}, {"until": "2030"},
        {"given_on": "2019"}, {"recipient": ""}, {"told": []}, {"told": ["B, 2020-01-02"]},
    ],
)  # fmt: skip
def test_a_decision_is_never_rewritten(change):
    held = Row("consent", "CO1", 1, "draft", {**GIVEN, "recipient": "A", "told": ["A, 2020-01-01"]})
    with pytest.raises(Refused):
        check_change(held, {**held.body, **change})


def test_a_withdrawal_is_added_and_stays():
    held = Row("consent", "CO1", 1, "draft", GIVEN)
    taken = {**GIVEN, "withdrawn_on": "2020-03-01"}
    check_change(held, taken)
    gone = Row("consent", "CO1", 2, "draft", taken)
    check_change(gone, {**taken, "told": ["A, 2020-03-02"]})
    for body in (GIVEN, {**taken, "withdrawn_on": "2020-04-01"}):
        with pytest.raises(Refused):
            check_change(gone, body)
    with pytest.raises(Refused):
        check_retirement(gone)
    check_retirement(held)
