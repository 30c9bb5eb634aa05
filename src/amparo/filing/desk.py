"""The desk at which people write a filing: each section as text and as it will read.

Nothing is refused here. What would refuse the build is marked at its place instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from amparo.casefile.records import load_case
from amparo.errors import NotFound
from amparo.filing.address import address
from amparo.filing.compose import compose
from amparo.filing.document import number_document
from amparo.filing.gather import examine, gather
from amparo.filing.layout import Piece as Laid
from amparo.filing.layout import lay_out
from amparo.filing.manuscript import Piece, write_draft
from amparo.filing.override import set_aside
from amparo.filing.plan import CODED
from amparo.filing.resolve import FIGURES, Fault, read_leniently
from amparo.filing.rulebook import finding
from amparo.filing.rules import Limit, check_length, count_words, limits_of
from amparo.filing.saved import saved_pieces
from amparo.filing.wording import Wording
from amparo.filing.words import load_words, reason_why
from amparo.filled import filled

if TYPE_CHECKING:
    from amparo.casefile.records import CaseFile
    from amparo.filing.check import Release
    from amparo.filing.document import Document
    from amparo.filing.rulebook import Finding
    from amparo.filing.words import Forum, Words


Faults = tuple[Fault, ...]


@dataclass(frozen=True)
class Preview:
    """A section as it will read. `words` counts them, footnotes too."""

    laid: tuple[Laid, ...]
    faults: tuple[Fault, ...]
    words: int
    number: str


@dataclass(frozen=True)
class Code:
    """Something of the case that a text can pull: what to paste, and what it is."""

    paste: str
    title: str


@dataclass(frozen=True)
class Desk:
    """One filing in one language, as far as it is written. `case` is the whole case."""

    case: CaseFile
    forum: Forum
    words: Words
    found: Release
    drafted: Document
    to: Wording

    @cached_property
    def origin(self) -> Mapping[str, Piece]:
        """Every section as the case drafts it, by id."""
        return {piece.anchor: piece for piece in write_draft(self.drafted, self.to)}

    @cached_property
    def pieces(self) -> Mapping[str, Piece]:
        """Every section as saved where it was, else as drafted, in the forum's order."""
        saved = {p.anchor: p for p in saved_pieces(self.case, self.forum.id, self.words.lang)}
        return {anchor: saved.get(anchor, piece) for anchor, piece in self.origin.items()}

    def piece(self, place: str) -> Piece:
        """One section as text. Raises NotFound."""
        if place not in self.pieces:
            raise NotFound("this filing has no such section", value=place)
        return self.pieces[place]

    @cached_property
    def causes(self) -> Mapping[str, str]:
        """Why a code may not be cited, and which quotations no longer stand where they should."""
        held = {
            one.code: filled("is held back: {reason}", reason=reason_why(one.reason))
            for one in self.found.withheld
        }
        told = {
            one.where.partition(":")[0]: one.cause
            for one in self.found.blocks
            if self.case.get(one.where.partition(":")[0]) is not None
        }
        return {**told, **held}

    def preview(self, mine: Piece | None = None) -> Mapping[str, Preview]:
        """Every section as it will read, by id, with this text in the place of the saved one."""
        document, faults = self._written(mine)
        laid = dict(_parted(lay_out(document, self.words)))
        return {
            section.anchor: Preview(
                laid[section.anchor],
                faults.get(section.anchor, ()),
                count_words(document, section),
                section.number,
            )
            for section in document.sections
        }

    def _written(self, mine: Piece | None = None) -> tuple[Document, Mapping[str, Faults]]:
        """The document with every text that people wrote, numbered, and the faults of each."""
        pieces = {**self.pieces, **({mine.anchor: mine} if mine else {})}
        written = tuple(p for p in pieces.values() if p != self.origin[p.anchor])
        sections, faults = read_leniently(written, self.drafted, self.to, self.causes)
        return number_document(replace(self.drafted, sections=sections)), faults

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All that blocks or warns: what the gate says, faults of the text, and lengths."""
        document, faults = self._written()
        lost = [
            finding(
                "reference",
                _place(anchor, one),
                cause=filled("{code}: {cause}", code=one.code, cause=one.cause),
            )
            for anchor, told in faults.items()
            for one in told
        ]
        lengths = set_aside(
            self.case, self.forum.id, check_length(document, limits_of(self.case, self.forum))
        )
        return (*self.found.findings, *lost, *lengths)

    def limit(self, place: str) -> Limit | None:
        """The narrowest word limit on one section, on the whole with ""."""
        found = [one for one in limits_of(self.case, self.forum) if one.place == place]
        return min(found, key=lambda one: one.words, default=None)

    def codes(self, noun: str) -> list[Code]:
        """What of a noun may be cited, with the reference to paste."""
        if noun == "figure":
            return [Code(f"[[figure:{name}]]", name) for name in FIGURES]
        if noun == "item":
            rows = [
                row for row in self.to.case.all(noun) if self.to.digest(row.code) in self.to.numbers
            ]
            return [Code(f"[[exhibit:{row.code}]]", row.title) for row in rows]
        return [Code(f"[[{noun}:{row.code}]]", row.title) for row in self.to.case.all(noun)]


def open_desk(
    case_code: str, forum: str, lang: str, on: date, recipient: str = "", version: str = CODED,
    state: str = "",
) -> Desk:  # fmt: skip
    """The desk for a filing. Raises NotFound, BadInput for an unknown forum or language."""
    rules, words = address(case_code, forum, recipient, state), load_words(forum, lang)
    found = examine(case_code, rules, on, lang=lang, version=version)
    material = gather(found, rules, lang, on, (), version=version)
    drafted = compose(material, words, datetime(on.year, on.month, on.day, tzinfo=UTC))
    return Desk(load_case(case_code), rules, words, found, drafted, Wording(material, words))


def _place(anchor: str, fault: Fault) -> str:
    if not fault.line:
        return filled("section {place}", place=anchor)
    return filled("section {place}, line {line}", place=anchor, line=fault.line)


def _parted(laid: tuple[Laid, ...]) -> Iterator[tuple[str, tuple[Laid, ...]]]:
    """What was laid out, section by section of the first level, without its heading."""
    starts = [n for n, one in enumerate(laid) if one.kind == "heading" and one.level == 1]
    for start, end in zip(starts, (*starts[1:], len(laid)), strict=True):
        yield laid[start].anchor, laid[start + 1 : end]
