"""What a rule answers, and the sentences that say why, in English and French."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from amparo.law.book.records import Book

OPEN, ARGUABLE, UNKNOWN, CLOSED = "open", "arguable", "unknown", "closed"
RANK = {OPEN: 0, ARGUABLE: 1, UNKNOWN: 2, CLOSED: 3}
"""Best first: what the summary by forum prefers."""


class Said(NamedTuple):
    """A sentence of the book by key, with what fills its blanks.

    A value `state:FR` is shown as the State's name, `crime:7(1)(f)` as the crime's label.
    """

    key: str
    blanks: tuple[tuple[str, str], ...] = ()

    def show(self, book: Book, lang: str) -> str:
        template = book.sentences[self.key][lang]
        return template.format_map({name: _shown(value, book, lang) for name, value in self.blanks})


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer for one route to one forum; the act is kept beside it.

    `sources` are row ids of the book; `deadline` is an ISO day, never given without
    its trigger date among the reasons.
    """

    forum: str
    route: str
    result: str
    rule: str
    reasons: tuple[Said, ...] = ()
    missing: tuple[Said, ...] = ()
    sources: tuple[str, ...] = ()
    deadline: str | None = None


def say(key: str, **blanks: str) -> Said:
    return Said(key, tuple(blanks.items()))


def state(code: str) -> str:
    """Blank to be shown as the State's name."""
    return f"state:{code}"


def weaker(one: str, other: str) -> str:
    """The weaker of two, `unknown` and `closed` counting as weaker than `arguable`."""
    return one if RANK[one] >= RANK[other] else other


def _shown(value: str, book: Book, lang: str) -> str:
    kind, _, code = value.partition(":")
    if kind == "state":
        known = book.states.get(code)
        return known.name[lang] if known else code
    if kind == "crime":
        return f"{code} ({book.crimes[code].label[lang]})"
    if kind == "forum":
        return str(book.fora[code][lang])
    if kind in ("row", "clock", "uj"):
        return book.rows[code][lang] or book.rows[code]["title"]
    if kind == "why":
        row = book.rows[code]
        return (row["why_fr"] if lang == "fr" else "") or row["why"]
    if kind == "ujc":
        return book.rows[code][f"conditions_{lang}"]
    return value
