"""A filing as plain values: sections, numbered paragraphs, notes that cite exhibits.

Nothing here knows the record, a database or a file format. `compose` makes a Document,
`layout` words and flattens it, `typeset` and `word` print it, `exhibits` lists its exhibits.
All text is Unicode; languages are ISO 639-1 codes; dates are EDTF strings as recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

# "fault" stands in previews only: nothing that holds it is ever printed.
Style = Literal["plain", "bold", "italic", "mark", "fault"]


@dataclass(frozen=True)
class Text:
    """Words in one style; `lang` where it is not the language of the filing."""

    text: str
    style: Style = "plain"
    lang: str = ""


@dataclass(frozen=True)
class Quote:
    """The exact words of a passage, printed between the quotation marks of the filing."""

    text: str
    lang: str = ""


@dataclass(frozen=True)
class Ref:
    """A cross reference to the paragraph, section or table that carries `anchor`."""

    anchor: str


@dataclass(frozen=True)
class Cite:
    """A passage of an exhibit: `start` and `end` are code points of the part named.

    `quote` is what the record holds; `check.recheck_quotes` compares it with the
    extraction before anything is built. Without a quotation `start` is -1. `recording` is
    the exhibit that holds the sound, `seconds` from where to where, -1 where not known.
    `translator` says who translated, a machine or not.
    """

    exhibit: int
    part: str
    start: int = -1
    end: int = -1
    quote: str = ""
    lang: str = ""
    statement: str = ""
    source: str = ""
    recording: int = 0
    seconds: tuple[float, float] = (-1.0, -1.0)
    translation: str = ""
    translator: str = ""


@dataclass(frozen=True)
class Note:
    """A footnote: citations, and words before or instead of them."""

    cites: tuple[Cite, ...] = ()
    text: str = ""


Run = Text | Quote | Ref | Note
Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Paragraph:
    """A numbered paragraph; `number` is 0 until `number_document` has run."""

    runs: Runs
    anchor: str = ""
    number: int = 0


@dataclass(frozen=True)
class Bullets:
    """Points under the paragraph before, each without a number."""

    items: tuple[Runs, ...]


@dataclass(frozen=True)
class Notice:
    """A boxed remark: a limit, a warning or what is not adopted."""

    title: str
    runs: Runs


@dataclass(frozen=True)
class Column:
    """A column of a table; `width` is its share of the line."""

    title: str
    width: float = 1.0


@dataclass(frozen=True)
class Table:
    """A table with a header row; every row has as many cells as there are columns."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Runs, ...], ...]
    anchor: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"table row of {len(row)} cells under {len(self.columns)} columns")


Block = Paragraph | Bullets | Notice | Table


@dataclass(frozen=True)
class Section:
    """A titled part; `number` such as "5.2" is empty until the document is numbered."""

    anchor: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    number: str = ""

    def walk(self) -> Iterator[Section]:
        """This section and all below it, in reading order."""
        yield self
        for section in self.sections:
            yield from section.walk()


@dataclass(frozen=True)
class Exhibit:
    """An item as tendered in this filing.

    `item` is the sha-256 that names the item in the vault and `sha256` that of the bytes
    tendered: the two differ when a redacted copy is tendered. `file_name` is made of the
    exhibit number and the media type, never of the name under which the item came in.
    """

    number: int
    item: str
    title: str
    kind: str
    date: str
    source: str
    language: str
    confidentiality: str
    sha256: str
    size: int
    file_name: str
    media_type: str
    translation: str = ""
    withheld: str = ""


@dataclass(frozen=True)
class Gap:
    """Something the communication does not show yet: where, what is missing, the next step."""

    about: str
    missing: str
    step: str = ""


@dataclass(frozen=True)
class Document:
    """One filing in one language.

    `made_at` (UTC) is the only clock that reaches the output: the same Document gives the
    same bytes. `basis` says which book of law and program version were used.
    """

    forum: str
    lang: str
    code: str
    title: str
    subtitle: str
    addressee: tuple[str, ...]
    sender: tuple[str, ...]
    date: str
    made_at: datetime
    confidentiality: str
    basis: tuple[str, ...]
    remark: str
    sections: tuple[Section, ...]
    exhibits: tuple[Exhibit, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def walk(self) -> Iterator[Section]:
        """Every section in reading order."""
        for section in self.sections:
            yield from section.walk()

    def exhibit(self, number: int) -> Exhibit:
        """The exhibit with this number; KeyError when the index lacks it."""
        for exhibit in self.exhibits:
            if exhibit.number == number:
                return exhibit
        raise KeyError(number)


def runs_of(block: Block) -> Iterator[Runs]:
    """Every line of runs in a block, in reading order."""
    match block:
        case Paragraph() | Notice():
            yield block.runs
        case Bullets():
            yield from block.items
        case Table():
            for row in block.rows:
                yield from row


def cites_of(document: Document) -> Iterator[Cite]:
    """Every citation of an exhibit, in reading order."""
    for section in document.walk():
        for block in section.blocks:
            for runs in runs_of(block):
                for run in runs:
                    if isinstance(run, Note):
                        yield from run.cites


def words_of(document: Document) -> Iterator[str]:
    """Every string of the document that a reader can see, for the checks before a build."""
    yield from (document.title, document.subtitle, document.remark, document.code)
    yield from (*document.addressee, *document.sender, *document.basis)
    for section in document.walk():
        yield section.title
        for block in section.blocks:
            yield from _block_words(block)
    for exhibit in document.exhibits:
        yield from (exhibit.title, exhibit.file_name, exhibit.source, exhibit.date)


def _block_words(block: Block) -> Iterator[str]:
    if isinstance(block, Notice):
        yield block.title
    if isinstance(block, Table):
        yield block.caption
        yield from (column.title for column in block.columns)
    for runs in runs_of(block):
        for run in runs:
            if isinstance(run, Text | Quote):
                yield run.text
            elif isinstance(run, Note):
                yield run.text
                yield from (cite.quote for cite in run.cites)
                yield from (cite.translation for cite in run.cites)


def number_document(document: Document) -> Document:
    """The document with sections numbered 1, 1.1 ... and paragraphs 1, 2, 3 ... throughout."""
    counter = 0

    def number_block(block: Block) -> Block:
        nonlocal counter
        if not isinstance(block, Paragraph):
            return block
        counter += 1
        return replace(block, number=counter)

    def number_section(section: Section, number: str) -> Section:
        blocks = tuple(number_block(block) for block in section.blocks)
        below = tuple(
            number_section(child, f"{number}.{position}")
            for position, child in enumerate(section.sections, 1)
        )
        return replace(section, number=number, blocks=blocks, sections=below)

    sections = tuple(
        number_section(section, str(position))
        for position, section in enumerate(document.sections, 1)
    )
    return replace(document, sections=sections)
