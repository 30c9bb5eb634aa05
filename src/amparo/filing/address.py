"""To whom a filing goes where its forum leaves it open: the authority, its State, and what the
acts of the case have to do with that State. A tie of the record is not yet competence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from amparo.casefile.law_facts import book_of
from amparo.casefile.records import load_case
from amparo.errors import BadInput
from amparo.filing.words import Forum, load_forum
from amparo.filled import filled

if TYPE_CHECKING:
    from amparo.law.book import Book
    from amparo.law.facts import Act, Facts

OPEN_FORUM = "national"
LAW = "uj-"
Ties = Mapping[str, tuple[str, ...]]


def address(case_code: str, forum: str, recipient: str = "", state: str = "") -> Forum:
    """The forum with authority and State (ISO 3166 code) named, where it leaves them open.

    Raises BadInput for a forum that is addressed already, or a State that the book does not know.
    """
    rules = load_forum(forum)
    if not (recipient or state):
        return rules
    if rules.id != OPEN_FORUM:
        raise BadInput(
            "this forum has one recipient",
            value=recipient or state,
            remedy=filled(
                "leave --recipient and --state out, or use --forum {forum}", forum=OPEN_FORUM
            ),
        )
    if recipient:
        rules = replace(rules, recipient=recipient)
    if not state:
        return rules
    code = state.strip().upper()
    if code not in book_of(load_case(case_code)).states:
        raise BadInput(
            "the book of law knows no such State",
            value=state[:40],
            remedy="give its ISO 3166 code, such as DE",
        )
    return replace(rules, state=code, law=(f"{LAW}{code}",))


def ties_of(facts: Facts | None) -> Ties:
    """States that the acts touch, each with the kinds of tie, as the record holds them."""
    found: dict[str, dict[str, None]] = {}
    for act in facts.acts if facts else ():
        for state, tie in _ties(act):
            found.setdefault(state, {})[tie] = None
    return {state: tuple(ties) for state, ties in found.items()}


def _ties(act: Act) -> list[tuple[str, str]]:
    told = [(place.state, "place") for place in act.places]
    told += [(act.flag_state, "flag")]
    for one in act.suspects:
        told += [(state, "suspect-national") for state in one.nationalities]
        told += [(state, "suspect-resident") for state in one.resident_in]
        told += [(state, "suspect-present") for state in one.present_in]
    told += [(state, "victim-national") for one in act.victims for state in one.nationalities]
    told += [(state, "crossing") for one in act.crossings for state in (one.origin, one.to)]
    return [(state, tie) for state, tie in told if state]


def with_statute(book: Book) -> frozenset[str]:
    """States of whose law on universal jurisdiction the book holds something."""
    return frozenset(str(one["state"]) for one in book.documents["universal"])
