"""A section of a filing as a page shows it: numbered paragraphs, footnotes below them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amparo.filing.layout import Line, Piece


@dataclass(frozen=True)
class Word:
    """Words in one style, or the mark of a footnote (`note` is its number)."""

    text: str
    style: str
    lang: str
    note: int = 0


@dataclass(frozen=True)
class Shown:
    """One thing to show, from top to bottom."""

    kind: str
    level: int
    number: str
    title: str
    words: tuple[Word, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[tuple[Word, ...], ...], ...]


@dataclass(frozen=True)
class Reading:
    """A section ready to be shown."""

    shown: tuple[Shown, ...]
    notes: tuple[tuple[int, tuple[Word, ...]], ...]


def read(laid: Iterable[Piece]) -> Reading:
    """Number the footnotes of what was laid out, from 1."""
    notes: list[tuple[int, tuple[Word, ...]]] = []

    def words(line: Line) -> tuple[Word, ...]:
        found: list[Word] = []
        for span in line:
            if span.note:
                number = len(notes) + 1
                notes.append((number, ()))
                notes[number - 1] = (number, words(span.note))
                found.append(Word("", "note", "", number))
            elif span.text:
                found.append(Word(span.text, span.style, span.lang))
        return tuple(found)

    shown = tuple(
        Shown(one.kind, min(one.level + 1, 4), one.number, one.title, words(one.line), one.heads,
              tuple(tuple(words(cell) for cell in row) for row in one.rows))
        for one in laid
    )  # fmt: skip
    return Reading(shown, tuple(notes))
