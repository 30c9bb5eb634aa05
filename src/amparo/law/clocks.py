"""Deadlines: calendar months from the decision, under the rule that applied then.

Never a deadline without its trigger date. Rules are rows of `book/clocks.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from amparo.law import dates
from amparo.law.book.records import Book
from amparo.law.facts import Act, Remedy


@dataclass(frozen=True, slots=True)
class Clock:
    """A running or spent time limit: first and last day on which it may end."""

    rule: str
    trigger: dates.Span
    ends: date
    ends_by: date
    is_presumption: bool
    is_sure: bool

    def is_over(self, as_of: date) -> bool:
        return as_of > self.ends_by

    def may_be_over(self, as_of: date) -> bool:
        return as_of > self.ends


def rules_for(book: Book, forum: str, trigger: str) -> list[dict[str, Any]]:
    """Clock rules of a forum that run from this kind of event."""
    return [
        one
        for one in book.documents["clocks"]
        if one["forum"] == forum and one["trigger"] == trigger
    ]


def latest_final(act: Act) -> Remedy | None:
    """The latest dated decision that is final, or that may be when nothing says it is not.

    A decision taken before the act cannot be about it and is left aside.
    """
    dated = [
        r
        for r in act.remedies
        if r.decided_on is not None and r.final is not False and r.decided_on.last >= act.when.began
    ]
    final = [r for r in dated if r.final]
    pool = final or dated
    return max(pool, key=lambda r: r.decided_on.last if r.decided_on else 0, default=None)


def run(
    book: Book, forum: str, trigger: str, span: dates.Span, *, sure: bool = True
) -> Clock | None:
    """The clock of a forum from a trigger date, which may be partial."""
    rules = rules_for(book, forum, trigger)
    if not rules or span.first == dates.FIRST or span.last == dates.LAST:
        return None
    ends = [
        (dates.add_months(date.fromordinal(day), int(rule["months"])), rule)
        for day, rule in _moments(rules, span)
    ]
    if not ends:
        return None
    first, rule = min(ends, key=lambda pair: pair[0])
    last, _ = max(ends, key=lambda pair: pair[0])
    return Clock(rule["id"], span, first, last, bool(rule.get("presumption")), sure)


def _moments(rules: list[dict[str, Any]], span: dates.Span) -> Iterator[tuple[int, dict[str, Any]]]:
    """First and last possible trigger day under each rule that may have applied."""
    for rule in rules:
        low = _ordinal(rule.get("from"), dates.FIRST)
        high = _ordinal(rule.get("to"), dates.LAST)
        first, last = max(span.first, low), min(span.last, high)
        if first <= last:
            yield first, rule
            yield last, rule


def _ordinal(value: date | str | None, default: int) -> int:
    if value is None:
        return default
    day = value if isinstance(value, date) else date.fromisoformat(value)
    return day.toordinal()
