"""Windows of time: when a State is bound, and how an act lies to them.

An end that the book knows only roughly (a year, or not at all) is a range of days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from amparo.law.dates import LAST


class Touch(Enum):
    """How an act lies to a set of windows."""

    INSIDE = "inside"
    PARTLY = "partly"
    MAYBE = "maybe"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class When:
    """An act in time: the ranges of days in which it began and in which it ended.

    When only one of the two was given, the act is judged on that date, and `lone` says
    which one it was: `began`, `ended`, or nothing when both were given.
    """

    began: int
    began_by: int
    ended_from: int
    ended: int
    lone: str = "began"

    @property
    def one_date(self) -> bool:
        return self.lone != ""

    def slots(self, breaks: tuple[int, ...]) -> int | tuple[int, ...]:
        """Where the act lies among days on which an answer can change.

        Two acts with the same slots are to each other as one: every comparison with a
        window whose ends are among `breaks` comes out the same.
        """
        first = bisect_right(breaks, self.began)
        if self.began == self.ended:
            return first
        return (
            first,
            bisect_right(breaks, self.began_by),
            bisect_right(breaks, self.ended_from),
            bisect_right(breaks, self.ended),
        )


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `start` to `end`, both included; `start_by` and `end_from` bound the doubt."""

    start: int
    start_by: int
    end_from: int
    end: int
    rows: tuple[str, ...] = ()
    kind: str = ""

    @property
    def breaks(self) -> tuple[int, ...]:
        """Days on which the relation of an act to this window can change."""
        return (self.start, self.start_by, self.end_from + 1, self.end + 1)

    def surely_touches(self, when: When) -> bool:
        return when.began_by <= self.end_from and when.ended_from >= self.start_by

    def may_touch(self, when: When) -> bool:
        return when.began <= self.end and when.ended >= self.start

    def surely_holds(self, when: When) -> bool:
        return when.began >= self.start_by and when.ended <= self.end_from


def between(start: int, end: int = LAST, rows: Iterable[str] = (), kind: str = "") -> Window:
    """A window whose two ends are known."""
    return Window(start, start, end, end, tuple(rows), kind)


def touch(windows: Iterable[Window], when: When) -> Touch:
    """Weakest honest relation of an act to the union of windows."""
    best = Touch.OUTSIDE
    for window in windows:
        if window.surely_touches(when):
            if window.surely_holds(when):
                return Touch.INSIDE
            best = Touch.PARTLY
        elif best is Touch.OUTSIDE and window.may_touch(when):
            best = Touch.MAYBE
    return best


def joined(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The windows in order, with those whose known ends meet or overlap made one."""
    out: list[Window] = []
    for window in sorted(windows, key=lambda one: (one.start, one.end)):
        if out and out[-1].end_from == out[-1].end and window.start_by <= out[-1].end + 1:
            last = out[-1]
            longer = window if window.end >= last.end else last
            out[-1] = replace(
                last,
                end_from=longer.end_from,
                end=longer.end,
                rows=last.rows + window.rows,
                kind=last.kind if last.kind == window.kind else "",
            )
        else:
            out.append(window)
    return tuple(out)
