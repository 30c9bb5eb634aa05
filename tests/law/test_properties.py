"""Laws that every assessment keeps, tried on generated facts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from amparo.law import assess, book, dates, facts
from amparo.law.book.treaties import breaks
from amparo.law.findings import RANK

BOOK = book.load()
AS_OF = "2026-11-22"
# States with something to say: entries, exits, declarations, referrals, windows, and none.
STATES = ["BI", "PH", "UA", "PS", "CI", "ME", "CO", "FR", "LY", "SD", "RU", "BY", "LT", "MM", "BD",
          "MY", "GM", "AM", "UG", "SY", "US", "GE", "KZ", "MX", "HR", "NG", "PE", "VE"]  # fmt: skip
CRIMES = ["7(1)(a)", "7(1)(d)", "7(1)(e)", "7(1)(f)", "7(1)(g)-1", "7(1)(h)", "7(1)(i)", "6(a)",
          "8(2)(b)(i)", "8(2)(e)(xix)", "8bis", "8(2)(a)(ii)-1"]  # fmt: skip
INSTRUMENTS = (
    "rome", "12(3)", "echr", "iccpr-op1", "cat-22", "cedaw-op", "ced", "ced-31", "achr", "oas",
    "achpr", "un", "osce",
)  # fmt: skip
DAYS = st.integers(date(1990, 1, 1).toordinal(), date(2026, 11, 22).toordinal())
states = st.sampled_from(STATES)
crimes = st.sampled_from(CRIMES)


def _day(number: int) -> str:
    return date.fromordinal(number).isoformat()


def _summary(act: dict[str, Any]) -> dict[str, str]:
    given_facts = facts.parse({"as_of": AS_OF, "acts": [{"id": "A", **act}]})
    return assess.assess(given_facts, BOOK).answered[0].by_forum()


def _dated_events(codes: set[str]) -> set[int]:
    """Days on which some answer about these States may change, by the book alone."""
    out: set[int] = set()
    for code in codes:
        out.update(breaks(BOOK, INSTRUMENTS, code))
        for row in BOOK.rows_of("referrals", code):
            for column in ("from", "to"):
                if row[column]:
                    first = date.fromisoformat(row[column]).toordinal()
                    out |= {first, first + 1}
    for entry in BOOK.documents["universal"]:
        for since in entry["crimes"].values():
            if since:
                span = dates.parse(str(since))
                out |= {span.first, span.last, span.last + 1}
    for row in BOOK.table("amendments"):
        out |= {date.fromisoformat(row[c]).toordinal() for c in ("adopted_on",) if row[c]}
        if row["active_from"]:
            out.add(date.fromisoformat(row["active_from"]).toordinal())
    out.add(date(2002, 7, 1).toordinal())
    return out


@settings(max_examples=300, deadline=None)
@given(DAYS, states, states, crimes, st.booleans())
def test_a_day_changes_an_answer_only_at_a_dated_event(
    day: int, place: str, nationality: str, crime: str, attributed: bool
) -> None:
    def act(on: int) -> dict[str, Any]:
        return {
            "crime": crime,
            "began_on": _day(on),
            "places": [{"state": place}],
            "suspects": [{"nationalities": [nationality]}],
            "attribution": "state" if attributed else "unknown",
        }

    before, after = _summary(act(day - 1)), _summary(act(day))
    if before != after:
        assert day in _dated_events({place, nationality})


@pytest.mark.parametrize("place", [s for s in STATES if BOOK.windows_of("rome", s)])
def test_answers_do_change_at_the_first_day_of_membership(place: str) -> None:
    start = BOOK.windows_of("rome", place)[0].start
    on_the_day, before = (_answers(_inside("7(1)(a)", day, place)) for day in (start, start - 1))
    assert on_the_day != before
    territory = [a["result"] for a in on_the_day if a["route"] == "12(2)(a) territory"]
    assert territory == ["open"]


def _inside(crime: str, day: int, place: str) -> dict[str, Any]:
    return {"crime": crime, "began_on": _day(day), "places": [{"state": place}]}


@settings(max_examples=200, deadline=None)
@given(DAYS, crimes)
def test_nothing_known_but_a_crime_and_a_date_opens_no_door(day: int, crime: str) -> None:
    assert "open" not in _summary({"crime": crime, "began_on": _day(day)}).values()


@settings(max_examples=200, deadline=None)
@given(DAYS, states, states, crimes)
def test_dropping_a_fact_of_the_court_never_opens_it(
    day: int, place: str, nationality: str, crime: str
) -> None:
    whole = {
        "crime": crime,
        "began_on": _day(day),
        "places": [{"state": place, "region": "Darfur"}],
        "suspects": [{"nationalities": [nationality]}],
    }
    full = _summary(whole)["icc"]
    for key in ("places", "suspects"):
        less = {name: value for name, value in whole.items() if name != key}
        if full != "open" and not (key == "suspects" and crime != "8bis" and place in ("SD", "LY")):
            assert _summary(less)["icc"] != "open"
    vague = {**whole, "began_on": _day(day)[:4]}
    if _summary(vague)["icc"] == "open":
        assert full == "open"


@settings(max_examples=200, deadline=None)
@given(DAYS, states, states, states, crimes)
def test_another_fact_never_shuts_a_door_open_by_another_route(
    day: int, place: str, nationality: str, other: str, crime: str
) -> None:
    assume(crime not in ("8bis", "8(2)(e)(xix)"))
    base = {"crime": crime, "began_on": _day(day), "places": [{"state": place}]}
    more = [
        {**base, "places": [{"state": place}, {"state": other}]},
        {**base, "crossings": [{"from": place, "to": other, "on": _day(day)}]},
        {**base, "flag_state": other},
        {**base, "victims": [{"nationalities": [other]}]},
    ]
    start = _summary(base)["icc"]
    for richer in more:
        assert start != "open" or _summary(richer)["icc"] == "open"
    by_nationality = {**base, "suspects": [{"nationalities": [nationality]}]}
    added = {**base, "suspects": [{"nationalities": [nationality]}, {"nationalities": [other]}]}
    if _summary(by_nationality)["icc"] == "open":
        assert _summary(added)["icc"] != "closed"


@settings(max_examples=200, deadline=None)
@given(DAYS, st.integers(0, 800), states, crimes)
def test_a_vaguer_date_is_never_surer(day: int, length: int, place: str, crime: str) -> None:
    exact = {"crime": crime, "began_on": _day(day), "places": [{"state": place}]}
    exact["suspects"] = [{"nationalities": [place]}]
    vague = {**exact, "began_on": f"{_day(max(1, day - length))}/{_day(day)}"}
    found, loose = _summary(exact)["icc"], _summary(vague)["icc"]
    assert loose == "unknown" or found == loose or RANK[loose] > RANK["open"]


@settings(max_examples=100, deadline=None)
@given(DAYS, states, crimes)
def test_shared_findings_are_those_of_a_fresh_book(day: int, place: str, crime: str) -> None:
    act = {"crime": crime, "began_on": _day(day), "places": [{"state": place}]}
    shared = _answers(act)
    BOOK.memo.clear()
    assert _answers(act) == shared


def _answers(act: dict[str, Any]) -> list[dict[str, Any]]:
    given_facts = facts.parse({"as_of": AS_OF, "acts": [{"id": "A", **act}]})
    return list(assess.assess(given_facts, BOOK).answers())


def test_a_year_in_which_the_suspects_state_joined_does_not_open_a_referral() -> None:
    """Found by hypothesis: Bangladesh joined on 1 June 2010; before, its nationals may be left out."""
    act = {
        "crime": "7(1)(a)",
        "places": [{"state": "SD", "region": "Darfur"}],
        "suspects": [{"nationalities": ["BD"]}],
    }
    assert _summary({**act, "began_on": "2010-01-01"})["icc"] == "unknown"
    assert _summary({**act, "began_on": "2010"})["icc"] == "unknown"
    assert _summary({**act, "began_on": "2010-06-01"})["icc"] == "open"
