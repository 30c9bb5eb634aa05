"""Lint the book: columns, dates, references, sources, languages, article 126 arithmetic."""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from amparo.errors import BadInput
from amparo.law import dates
from amparo.law.book.records import Book, Row
from amparo.law.book.shapes import (
    CONFIDENCES,
    CRIME_KINDS,
    DOCUMENT_KEYS,
    RESULTS,
    SHAPES,
    TAGS,
    Shape,
)
from amparo.law.book.treaties import STATUTE_START


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in the book, with where it stands."""

    file: str
    line: int
    id: str
    cause: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, {self.id}: {self.cause}"


def check(book: Book) -> list[Fault]:
    """Every fault found; an empty list means that the book is sound."""
    found = [*_tables(book), *_rome(book), *_declarations(book), *_crimes(book)]
    return [*found, *_documents(book), *_sentences(book), *_universal(book)]


def _fault(row: Row, cause: str) -> Fault:
    return Fault(row.file, row.line, row.id, cause)


def _tables(book: Book) -> Iterator[Fault]:
    for name, shape in SHAPES.items():
        seen: set[str] = set()
        for row in book.table(name):
            if row.id in seen:
                yield _fault(row, "the id is used twice in this file")
            seen.add(row.id)
            for cause in _row(book, row, shape):
                yield _fault(row, cause)


def _row(book: Book, row: Row, shape: Shape) -> Iterator[str]:
    for column in ("id", *shape.required):
        if not row[column]:
            yield f"`{column}` is blank"
    for column in shape.dates:
        if row[column] and not _is_date(row[column]):
            yield f"`{column}` is not a date: {row[column]}"
    for column in shape.states:
        for code in row[column].split():
            if code not in book.states:
                yield f"`{column}` names no State of the book: {code}"
    for column, choices in shape.choices:
        if row[column] and row[column] not in choices:
            yield f"`{column}` is none of {', '.join(choices)}: {row[column]}"
    if shape.has_trail:
        yield from _trail(book, row.fields)


def _trail(book: Book, fields: Any) -> Iterator[str]:
    sources = {row.id for row in book.table("sources")}
    for one in str(fields.get("source", "")).split() or [""]:
        if one not in sources:
            yield f"the source is not in sources.csv: {one or 'blank'}"
    if fields.get("confidence") not in CONFIDENCES:
        yield f"confidence is none of {', '.join(CONFIDENCES)}: {fields.get('confidence')}"
    if not _is_day(str(fields.get("consulted", ""))):
        yield f"`consulted` is not a day: {fields.get('consulted')}"
    if not fields.get("reviewer"):
        yield "`reviewer` is blank; write a name or `not reviewed`"


def _is_date(text: str) -> bool:
    try:
        dates.parse(text)
    except BadInput:
        return False
    return True


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


# --- the Rome Statute ---------------------------------------------------------------------


def article_126(deposit: date) -> date:
    """Entry into force: first day of the month after the sixtieth day following deposit.

    Not before 1 July 2002, when the Statute itself entered into force (article 126(1)).
    """
    sixtieth = deposit + timedelta(days=60)
    first = dates.add_months(sixtieth.replace(day=1), 1)
    return max(first, date.fromordinal(STATUTE_START))


def _rome(book: Book) -> Iterator[Fault]:
    for state in book.states:
        events: dict[str, Row] = {}
        for row in book.rows_of("rome", state):
            events.setdefault(row["event"], row)
        if all(_is_date(row["on"]) for row in events.values()):
            yield from _entry(events)
            yield from _withdrawal(events)


def _entry(events: dict[str, Row]) -> Iterator[Fault]:
    row = events.get("in-force")
    if row is None:
        if "deposit" in events and "instrument-withdrawn" not in events:
            yield _fault(events["deposit"], "a deposit without entry into force")
        return
    if "deposit" not in events:
        yield _fault(row, "entry into force without a deposit")
    elif row["detail"] != "succession":
        expected = article_126(date.fromordinal(dates.parse(events["deposit"]["on"]).first))
        if row["on"] != expected.isoformat():
            yield _fault(row, f"article 126 gives {expected.isoformat()}, not {row['on']}")


def _withdrawal(events: dict[str, Row]) -> Iterator[Fault]:
    notified, effective = events.get("withdrawal-notified"), events.get("withdrawal-effective")
    revoked = events.get("withdrawal-revoked")
    if effective is not None and notified is None:
        yield _fault(effective, "a withdrawal takes effect without a notification")
    if notified is None:
        return
    day = date.fromordinal(dates.parse(notified["on"]).first)
    expected = dates.add_months(day, 12).isoformat()
    if revoked is not None:
        if effective is not None:
            yield _fault(effective, "a withdrawal both revoked and in effect")
        if revoked["on"] >= expected:
            yield _fault(revoked, f"revoked after it had taken effect on {expected}")
    elif effective is None:
        yield _fault(notified, f"article 127 gives effect on {expected}; the row is absent")
    elif effective["on"] != expected:
        yield _fault(effective, f"article 127 gives {expected}, not {effective['on']}")


def _declarations(book: Book) -> Iterator[Fault]:
    for name in ("declarations", "article124", "referrals", "situations"):
        for row in book.table(name):
            if row["from"] and row["to"] and row["to"] < row["from"]:
                yield _fault(row, "ends before it begins")
    for row in book.table("referrals"):
        if row["region"] and row["region"] not in book.rows:
            yield _fault(row, f"no such region: {row['region']}")


def _crimes(book: Book) -> Iterator[Fault]:
    amendments = {row.id for row in book.table("amendments")}
    for row in book.table("crimes"):
        for tag in row["tags"].split():
            if tag not in TAGS:
                yield _fault(row, f"no such tag: {tag}")
        if row["amendment"] and row["amendment"] not in amendments:
            yield _fault(row, f"no such amendment: {row['amendment']}")
        if not book.crimes[row.id].elements:
            yield _fault(row, "a crime without elements")
        for context in book.crimes[row.id].context:
            if context not in book.elements:
                yield _fault(row, f"no such contextual element: {context}")
    for row in book.table("acceptances"):
        if row["amendment"] not in amendments:
            yield _fault(row, f"no such amendment: {row['amendment']}")


# --- documents ----------------------------------------------------------------------------


def _documents(book: Book) -> Iterator[Fault]:
    for name, (required, allowed) in DOCUMENT_KEYS.items():
        seen: set[str] = set()
        for place, entry in enumerate(book.documents[name], 1):
            where = (f"{name}.yaml", place, str(entry.get("id", "?")))
            if entry.get("id") in seen:
                yield Fault(*where, "the id is used twice in this file")
            seen.add(str(entry.get("id")))
            for key in required:
                if entry.get(key) in (None, ""):
                    yield Fault(*where, f"`{key}` is blank")
            for key in entry:
                if key not in (*required, *allowed):
                    yield Fault(*where, f"unknown key: {key}")
            if "source" in required:
                for cause in _trail(book, entry):
                    yield Fault(*where, cause)


def _sentences(book: Book) -> Iterator[Fault]:
    for place, entry in enumerate(book.documents["sentences"], 1):
        blanks = [_blanks(str(entry.get(lang, ""))) for lang in ("en", "fr")]
        if not set(blanks[1]) <= set(blanks[0]):
            yield Fault(
                "sentences.yaml", place, entry["id"], "French has a blank that English lacks"
            )


def _blanks(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _universal(book: Book) -> Iterator[Fault]:
    for place, entry in enumerate(book.documents["universal"], 1):
        where = ("universal.yaml", place, str(entry["id"]))
        if entry["state"] not in book.states:
            yield Fault(*where, f"no such State: {entry['state']}")
        if entry["without_link"] not in RESULTS:
            yield Fault(*where, f"`without_link` is no result: {entry['without_link']}")
        for kind, since in entry["crimes"].items():
            if kind not in CRIME_KINDS:
                yield Fault(*where, f"no such kind of crime: {kind}")
            if since and not _is_date(str(since)):
                yield Fault(*where, f"not a date: {since}")
    forums = set(book.fora)
    for place, entry in enumerate(book.documents["clocks"], 1):
        if entry["forum"] not in forums:
            yield Fault("clocks.yaml", place, str(entry["id"]), f"no forum {entry['forum']}")
