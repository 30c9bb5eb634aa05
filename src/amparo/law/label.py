"""Check a legal label someone gave: does the group or the act fit it at all?

A label is only a hypothesis. The answer names the element it fails at, and what fits
better; it never says that a crime was committed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from amparo.law.book.records import Book
from amparo.law.findings import ARGUABLE, CLOSED, UNKNOWN, Said, say


@dataclass(frozen=True, slots=True)
class LabelAnswer:
    """What the book says of a label.

    `result` is closed (an element cannot be met on the grounds given), arguable (it may
    be, other elements remain) or unknown; `failed` and `proposed` are element and crime
    ids; `remaining` are the elements still to be shown.
    """

    label: str
    result: str
    failed: tuple[str, ...]
    proposed: tuple[str, ...]
    remaining: tuple[str, ...]
    reasons: tuple[Said, ...]
    missing: tuple[Said, ...]
    sources: tuple[str, ...]

    def as_dict(self, book: Book, lang: str = "en") -> dict[str, Any]:
        """Ready for JSON or a page, sentences in `lang`."""
        return {
            "label": self.label,
            "status": "hypothesis",
            "result": self.result,
            "failed": list(self.failed),
            "proposed": [{"id": c, "label": book.crimes[c].label[lang]} for c in self.proposed],
            "remaining": list(self.remaining),
            "reasons": [one.show(book, lang) for one in self.reasons],
            "missing": [one.show(book, lang) for one in self.missing],
            "sources": [book.cite(row, lang) for row in self.sources],
        }


def check(label: str, grounds: Iterable[str], book: Book) -> LabelAnswer:
    """Check `label` (a crime's name or provision) for a group targeted on `grounds`.

    `grounds` are words as recorded, such as `sexual orientation`, in English, French or
    Russian; none means the ground is not known.
    """
    named = [one.strip() for one in grounds if one.strip()]
    known = [found for one in named if (found := _ground(one, book)) is not None]
    kind = _kind(label, book)
    if kind == "genocide":
        return _genocide(label, named, known, book)
    if kind == "persecution":
        return _persecution(label, named, known, book)
    if kind is None:
        said = say("label.unknown", label=label)
        return LabelAnswer(label, UNKNOWN, (), (), (), (said,), (), ())
    crime = book.crime(label)
    remaining = (*(e.id for e in crime.elements), *crime.context)
    said = say("label.elements", label=f"crime:{crime.id}")
    return LabelAnswer(label, ARGUABLE, (), (), remaining, (said,), (), ("elements-of-crimes",))


def _kind(label: str, book: Book) -> str | None:
    try:
        crime = book.crime(label)
    except KeyError:
        words = label.lower()
        if "genocid" in words or "génocid" in words or "геноцид" in words:
            return "genocide"
        return "persecution" if "persecut" in words or "persécut" in words else None
    if crime.kind == "genocide":
        return "genocide"
    return "persecution" if crime.id == "7(1)(h)" else "other"


def _ground(words: str, book: Book) -> dict[str, Any] | None:
    """The ground these words name; the longest match wins (`gender identity`)."""
    text = words.lower()
    matches = [
        (len(word), ground)
        for ground in book.documents["grounds"]
        for word in ground["words"]
        if re.search(rf"(?<!\w){re.escape(word)}", text)
    ]
    return max(matches, key=lambda pair: pair[0])[1] if matches else None


def _genocide(label: str, named: list[str], known: list[dict[str, Any]], book: Book) -> LabelAnswer:
    rest = ("6.G2", "6.G3", "6.G4", "30.M")
    protected = [one for one in known if one["genocide"]]
    rows = (*(one["id"] for one in known), "rome-statute")
    if protected:
        said = tuple(say("label.g1-possible", ground=f"row:{one['id']}") for one in protected)
        return LabelAnswer(label, ARGUABLE, (), (), rest, said, (say("label.intent"),), rows)
    if not named or len(known) < len(named):
        missing = (say("label.ground-missing"),)
        remaining = ("6.G1", *rest)
        return LabelAnswer(
            label, UNKNOWN, (), (), remaining, (say("label.g1-unknown"),), missing, rows
        )
    reasons = tuple(say("label.g1-fails", ground=f"row:{one['id']}") for one in known)
    proposed = ("7(1)(h)", "7(1)(a)", "7(1)(e)", "7(1)(f)", "7(1)(d)")
    advice = say("label.propose-persecution")
    return LabelAnswer(label, CLOSED, ("6.G1",), proposed, (), (*reasons, advice), (), rows)


def _persecution(
    label: str, named: list[str], known: list[dict[str, Any]], book: Book
) -> LabelAnswer:
    crime = book.crime("7(1)(h)")
    remaining = (*(e.id for e in crime.elements), *crime.context)
    rows = (*(one["id"] for one in known), "rome-statute")
    if not named or len(known) < len(named):
        missing = (say("label.ground-missing"),)
        said = (say("label.ground-unknown"),)
        return LabelAnswer(label, UNKNOWN, (), (), remaining, said, missing, rows)
    keys = {"listed": "label.ground-listed", "arguable": "label.ground-arguable"}
    reasons = tuple(say(keys[one["persecution"]], ground=f"row:{one['id']}") for one in known)
    return LabelAnswer(label, ARGUABLE, (), (), remaining, reasons, (), rows)
