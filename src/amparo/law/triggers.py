"""Who can bring an act before the Court: articles 13 to 15, and the open situations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from amparo.law import dates
from amparo.law.book.records import Book, Row
from amparo.law.book.windows import between
from amparo.law.facts import Act
from amparo.law.findings import Said, say, state


def find(act: Act, book: Book, as_of: date) -> list[tuple[Said, tuple[str, ...]]]:
    """Ways to the Prosecutor for an act within jurisdiction, with the rows they rest on."""
    out: list[tuple[Said, tuple[str, ...]]] = [(say("trigger.15"), ("rome-statute",))]
    receiving = [c.to for c in act.crossings if c.to and _is_party(book, c.to, as_of)]
    for code in dict.fromkeys(receiving):
        rows = tuple(row for w in book.windows_of("rome", code) for row in w.rows)
        out.append((say("trigger.14-receiving", state=state(code)), rows))
    out.append((say("trigger.14"), ("rome-statute",)))
    for row in _situations(act, book):
        key = f"trigger.situation-{row['stage']}"
        blanks = {"title": row["title"], "number": row["number"] or row.id}
        out.append((say(key, **blanks), (row.id,)))
    return out


def _is_party(book: Book, code: str, as_of: date) -> bool:
    day = as_of.toordinal()
    return any(w.start <= day <= w.end for w in book.windows_of("rome", code))


def _situations(act: Act, book: Book) -> Iterator[Row]:
    """Situations open or examined whose States and time the act touches."""
    states = {p.state for p in act.places} | {c.to for c in act.crossings}
    for row in book.table("situations"):
        if row["stage"] not in ("investigation", "examination"):
            continue
        first = dates.parse(row["from"]).first if row["from"] else dates.FIRST
        last = dates.parse(row["to"]).last if row["to"] else dates.LAST
        if states.intersection(row["states"].split()) and between(first, last).may_touch(act.when):
            yield row


def questions(book: Book, lang: str) -> list[dict[str, Any]]:
    """Complementarity and gravity as questions, each with the evidence that answers it."""
    return [
        {
            "id": one["id"],
            "provision": one["provision"],
            "question": one[lang],
            "evidence": [part.strip() for part in one[f"evidence_{lang}"].split(";")],
        }
        for one in book.documents["questions"]
    ]
