"""Legal assertions in a text, answered by the book with its source.

The text is only read: what is found is proposed, and a person decides whether to record
it as a proposition of law.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amparo.law import label
from amparo.law.book.records import Book, Row
from amparo.law.findings import Said, say, state
from amparo.law.icc.status import ABSENCE

CONTRADICTED, SUPPORTED, UNSETTLED = "contradicted", "supported", "not settled"

_NAMES = {
    "RU": ("russia", "russie", "россия", "россии", "chechnya", "tchétchénie", "чечня", "чечне"),
    "US": ("united states", "états-unis", "u.s.", "сша"),
    "GB": ("britain", "uk", "u.k.", "grande-bretagne"),
    "SY": ("syria", "syrie", "сирия"),
    "PS": ("palestine", "палестина"),
    "TR": ("turkey", "turquie", "турция"),
    "UA": ("украина", "украины"),
    "BY": ("belarus", "biélorussie", "белоруссия", "беларусь"),
    "CD": ("dr congo", "drc", "rdc"),
    "KR": ("south korea", "corée du sud"),
    "IR": ("iran",),
    "TZ": ("tanzania", "tanzanie"),
    "MD": ("moldova", "moldavie"),
    "CZ": ("czech republic", "république tchèque"),
}


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """One assertion: where it stands in the text, what it is about, what the book says.

    `start` and `end` are code point offsets of the sentence; `verdict` is contradicted,
    supported or not settled.
    """

    start: int
    end: int
    quote: str
    kind: str
    state: str
    verdict: str
    reasons: tuple[Said, ...]
    sources: tuple[str, ...]

    def as_dict(self, book: Book, lang: str = "en") -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
            "kind": self.kind,
            "state": self.state or None,
            "verdict": self.verdict,
            "reasons": [one.show(book, lang) for one in self.reasons],
            "sources": [book.cite(row, lang) for row in self.sources],
        }


def check(text: str, book: Book) -> list[ClaimAnswer]:
    """Assertions of law recognised in a text, in its order."""
    found = []
    for start, end in _sentences(text):
        quote = text[start:end]
        for kind in _kinds(quote, book):
            if kind == "genocide":
                found.append(_genocide(start, end, quote, book))
                continue
            for code in _states(quote, book):
                verdict, reasons, rows = answer(kind, code, book)
                found.append(ClaimAnswer(start, end, quote, kind, code, verdict, reasons, rows))
    return found


def answer(kind: str, code: str, book: Book) -> tuple[str, tuple[Said, ...], tuple[str, ...]]:
    """The book's answer to `leaves`, `party` or `signature` for one State."""
    rows = book.rows_of("rome", code)
    events = {row["event"]: row for row in rows}
    ids = tuple(row.id for row in rows) or ABSENCE
    if kind == "leaves":
        return (*_leaves(code, events), ids)
    if kind == "party":
        return (*_party(code, events), ids)
    said = [say("claim.signature")]
    if "signature" in events:
        said.append(say("claim.signed", state=state(code), day=events["signature"]["on"]))
    return CONTRADICTED, tuple(said), (*ids, "rome-statute")


def _leaves(code: str, events: dict[str, Row]) -> tuple[str, tuple[Said, ...]]:
    if "in-force" not in events:
        said = [say("claim.nothing-to-leave", state=state(code))]
        if "signature" in events:
            said.append(say("icc.party.signed", state=state(code), day=events["signature"]["on"]))
        if "no-intention" in events:
            day = events["no-intention"]["on"]
            said.append(say("icc.party.no-intention", state=state(code), day=day))
        return CONTRADICTED, tuple(said)
    if "withdrawal-revoked" in events:
        day = events["withdrawal-revoked"]["on"]
        return CONTRADICTED, (say("claim.revoked", state=state(code), day=day),)
    if "withdrawal-effective" in events:
        day = events["withdrawal-effective"]["on"]
        return SUPPORTED, (say("claim.left", state=state(code), day=day),)
    if "withdrawal-announced" in events:
        day = events["withdrawal-announced"]["on"]
        return UNSETTLED, (say("claim.announced", state=state(code), day=day),)
    return CONTRADICTED, (say("claim.no-withdrawal", state=state(code)),)


def _party(code: str, events: dict[str, Row]) -> tuple[str, tuple[Said, ...]]:
    if "in-force" not in events:
        return CONTRADICTED, (say("claim.never-party", state=state(code)),)
    said = [say("claim.party-since", state=state(code), day=events["in-force"]["on"])]
    if "withdrawal-effective" in events:
        day = events["withdrawal-effective"]["on"]
        said.append(say("claim.left", state=state(code), day=day))
        return UNSETTLED, tuple(said)
    return SUPPORTED, tuple(said)


def _genocide(start: int, end: int, quote: str, book: Book) -> ClaimAnswer:
    found = label.check("genocide", [quote], book)
    verdict = CONTRADICTED if found.result == "closed" else UNSETTLED
    return ClaimAnswer(start, end, quote, "genocide", "", verdict, found.reasons, found.sources)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    for found in re.finditer(r"[^.!?\n]+(?:\.(?=\w)[^.!?\n]*)*[.!?]?", text):
        quote = found.group().strip()
        if quote:
            start = found.start() + found.group().index(quote[0])
            yield start, start + len(quote)


def _kinds(quote: str, book: Book) -> Iterator[str]:
    words = quote.lower()
    for entry in book.documents["claims"]:
        if all(any(_has(words, one) for one in group) for group in entry["words"]):
            yield entry["kind"]


def _has(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _states(quote: str, book: Book) -> list[str]:
    words = quote.lower()
    return [code for code, names in _names(book) if any(_has(words, one) for one in names)]


def _names(book: Book) -> list[tuple[str, tuple[str, ...]]]:
    key = ("names of states",)
    if key not in book.kept:
        book.kept[key] = [
            (code, (*(name.lower() for name in one.name.values()), *_NAMES.get(code, ())))
            for code, one in book.states.items()
        ]
    found: list[tuple[str, tuple[str, ...]]] = book.kept[key]
    return found
