"""From dated events to windows: when each State is bound by each instrument."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from amparo.law import dates
from amparo.law.book.windows import Window, between

if TYPE_CHECKING:
    from amparo.law.book.records import Book, Row

STATUTE_START = date(2002, 7, 1).toordinal()
"""Entry into force of the Rome Statute: article 11(1)."""

Tables = Mapping[str, "tuple[Row, ...]"]
Windows = dict[tuple[str, str], tuple[Window, ...]]


def all_windows(tables: Tables, compiled_on: str) -> Windows:
    """Windows by instrument and State."""
    out: Windows = {}
    for state, rows in _by_state(tables["rome"]).items():
        out["rome", state] = _membership(rows)
    for state, rows in _by_state(tables["declarations"]).items():
        out["12(3)", state] = _acceptances(rows, out.get(("rome", state), ()))
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in tables["treaties"]:
        if row["action"] != "not party":
            grouped[row["instrument"], row["state"]].append(row)
    latest = date.fromisoformat(compiled_on).toordinal()
    for key, found in grouped.items():
        out[key] = tuple(_treaty(row, latest) for row in found)
    return out


def _by_state(rows: tuple[Row, ...]) -> dict[str, list[Row]]:
    out: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        out[row["state"]].append(row)
    return out


def _membership(rows: list[Row]) -> tuple[Window, ...]:
    """Periods as a Party: from entry into force to the day before a withdrawal takes effect."""
    starts, ends = _dated(rows, "in-force"), _dated(rows, "withdrawal-effective")
    out = []
    for start, row in starts:
        later = [(end, r) for end, r in ends if end.first > start.first]
        end, ender = later[0] if later else (None, None)
        out.append(
            Window(
                max(start.first, STATUTE_START),
                max(start.last, STATUTE_START),
                end.first - 1 if end else dates.LAST,
                end.last - 1 if end else dates.LAST,
                (row.id, *([ender.id] if ender else [])),
                row["detail"] or "party",
            )
        )
    return tuple(out)


def _dated(rows: list[Row], event: str) -> list[tuple[dates.Span, Row]]:
    found = [(dates.parse(row["on"]), row) for row in rows if row["event"] == event]
    return sorted(found, key=lambda pair: pair[0].first)


def _acceptances(rows: list[Row], membership: tuple[Window, ...]) -> tuple[Window, ...]:
    """Acceptances under article 12(3); membership takes over from entry into force."""
    out = []
    for row in rows:
        if row["effect"] == "ineffective":
            continue
        start = max(dates.parse(row["from"]).first, STATUTE_START)
        end = dates.parse(row["to"]).last if row["to"] else dates.LAST
        for window in membership:
            if window.start > start:
                end = min(end, window.start - 1)
        out.append(between(start, end, (row.id,), row["effect"]))
    return tuple(out)


def _treaty(row: Row, latest: int) -> Window:
    if row["in_force_on"]:
        span = dates.parse(row["in_force_on"])
        start, start_by = span.first, span.last
    elif row["acted_on"]:
        # The day is not known; article 39(2) CED adds thirty days, the others at most ninety-two.
        span = dates.parse(row["acted_on"])
        start, start_by = span.first, min(span.last + 92, latest)
    else:
        start, start_by = dates.FIRST, latest
    end = dates.parse(row["ceased_on"]) if row["ceased_on"] else None
    return Window(
        start,
        start_by,
        end.first - 1 if end else dates.LAST,
        end.last - 1 if end else dates.LAST,
        (row.id,),
        row["instrument"],
    )


_DATED = {
    "rome": (("article124", ("from", "doubtful_from", "to")), ("successions", ("until",))),
    "12(3)": (("declarations", ("from", "to")),),
}


def breaks(book: Book, instruments: tuple[str, ...], state: str) -> tuple[int, ...]:
    """Every day on which an answer about the State by these instruments can change."""
    out: set[int] = set()
    for instrument in instruments:
        for window in book.windows_of(instrument, state):
            out.update(window.breaks)
        for name, columns in _DATED.get(instrument, ()):
            for row in book.rows_of(name, state):
                out |= _days(row, columns)
                if row["predecessor"]:
                    out.update(breaks(book, (instrument,), row["predecessor"]))
    if out and "rome" in instruments:
        out.add(STATUTE_START)
        for row in (*book.table("amendments"), *book.table("acceptances")):
            out |= _days(row, ("adopted_on", "active_from", "in_force_on"))
    return tuple(sorted(out))


def _days(row: Row, columns: tuple[str, ...]) -> set[int]:
    """First and last days of the dates in these columns, and the days after."""
    spans = [dates.parse(row[column]) for column in columns if row[column]]
    return {day for span in spans for day in (span.first, span.last, span.last + 1)}
