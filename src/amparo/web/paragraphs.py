"""Paragraphs as the pages show them: passages of the index, long ones cut at their line ends.

A page of the press often comes without blank lines, so that one passage holds the whole
article; nobody can point at a sentence in that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from amparo.vault.models import Part, Passage

LONG = 600


@dataclass(frozen=True)
class Paragraph:
    """`start` and `end` count code points in the part; `number` is 3, or 3.2 within passage 3."""

    number: str
    start: int
    end: int
    text: str
    language: str


def cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """(start, end) of the lines of a long passage, or of the whole of a short one."""
    if end - start <= LONG:
        yield start, end
        return
    at = start
    for line in text[start:end].splitlines(keepends=True):
        begin, at = at, at + len(line)
        said = line.strip()
        if said:
            first = begin + line.index(said)
            yield first, first + len(said)


def list_paragraphs(
    part: Part, passages: list[tuple[int, int, str]], before: int
) -> Iterator[Paragraph]:
    """Paragraphs of these passages (start, end, language); `before` stand on earlier pages."""
    for number, (start, end, language) in enumerate(passages, before + 1):
        places = list(cut(part.text, start, end))
        for below, (first, last) in enumerate(places, 1):
            shown = f"{number}.{below}" if len(places) > 1 else str(number)
            text = part.text[first:last]
            yield Paragraph(shown, first, last, text, language or part.language)


def find_paragraph(part: Part, passage: Passage, at: int) -> Paragraph:
    """The paragraph of a passage that holds the place `at`, or the nearest before it."""
    found = None
    for one in list_paragraphs(part, [(passage.start, passage.end, passage.language)], 0):
        if found is None or one.start <= at:
            found = one
    if found is None:
        return Paragraph("1", passage.start, passage.end, "", passage.language)
    return found
