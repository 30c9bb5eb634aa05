"""From the text that people wrote to sections: each reference resolved against the record.

`read_draft` refuses the first reference that does not resolve; `read_leniently` goes on and
marks each at its place, for a page on which somebody still writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from amparo.errors import BadInput
from amparo.filing.chapters.law import tell_act
from amparo.filing.chapters.opening import count_victims
from amparo.filing.document import (
    Block,
    Bullets,
    Document,
    Note,
    Paragraph,
    Quote,
    Ref,
    Run,
    Runs,
    Section,
    Style,
    Table,
    Text,
)
from amparo.filing.manuscript import HEADING, Piece, runs_in, told

if TYPE_CHECKING:
    from amparo.casefile.records import Row
    from amparo.filing.wording import Wording

T = TypeVar("T")
_ANCHOR = re.compile(r"\s*\{#([\w.()-]+)\}\s*\Z")
_TOKEN = re.compile(r"\\(.)|\[\[([a-z]+):([^\]\n]+)\]\]|\*\*(.+?)\*\*|__(.+?)__", re.DOTALL)
_ALONE = re.compile(r"\[\[(table|block|section):([^\]\n]+)\]\]\s*\Z")
LOST = "leads to a place that is no longer in the text"
FIGURES = ("acts", "victims", "statements", "sources", "exhibits", "places")


@dataclass(frozen=True)
class Fault:
    """A reference that does not resolve: the line in the section's text, the code, why."""

    line: int
    code: str
    cause: str


def read_draft(
    pieces: tuple[Piece, ...], drafted: Document, to: Wording, name: str
) -> tuple[Section, ...]:
    """Sections of the filing in the forum's order: those of the text, the others as drafted.

    Raises BadInput for a reference that is unknown or may not leave (the two look the same), and
    for a section that the forum does not have, naming the line.
    """
    reader = _Reader(drafted, to, name)
    written = [reader.section(piece) for piece in pieces]
    by_anchor = {section.anchor: section for section in written}
    if len(by_anchor) < len(written):
        raise BadInput("a section stands twice", value=name)
    sections = tuple(by_anchor.get(one.anchor, one) for one in drafted.sections)
    _check_anchors(sections, name)
    return sections


def read_leniently(
    pieces: tuple[Piece, ...], drafted: Document, to: Wording, causes: Mapping[str, str]
) -> tuple[tuple[Section, ...], dict[str, tuple[Fault, ...]]]:
    """Sections as they will read, and the faults of each: nothing is refused.

    Where a reference does not resolve, its own words stand in the style "fault". `causes` says
    of a code why it may not be cited, or what is wrong with what it cites.
    """
    written: dict[str, Section] = {}
    found: dict[str, list[Fault]] = {}
    for piece in pieces:
        reader = _Lenient(drafted, to, causes)
        if piece.anchor in reader.sections:
            written[piece.anchor] = reader.section(piece)
            found[piece.anchor] = reader.faults
    sections = tuple(written.get(one.anchor, one) for one in drafted.sections)
    known = _anchors(sections)
    sections = tuple(_without_lost(one, known, found.setdefault(one.anchor, []), one.anchor)
                     for one in sections)  # fmt: skip
    return sections, {anchor: tuple(faults) for anchor, faults in found.items()}


def _anchors(sections: tuple[Section, ...]) -> set[str]:
    all_ = [one for top in sections for one in top.walk()]
    blocks = (block for section in all_ for block in section.blocks)
    return {section.anchor for section in all_} | {getattr(one, "anchor", "") for one in blocks}


def _without_lost(section: Section, known: set[str], faults: list[Fault], top: str) -> Section:
    """The section with the words of the reference where it leads to a place that is gone."""

    def mend(runs: Runs) -> Runs:
        mended: list[Run] = []
        for run in runs:
            if isinstance(run, Ref) and run.anchor not in known:
                faults.append(Fault(0, f"ref:{run.anchor}", LOST))
                run = Text(f"[[ref:{run.anchor}]] {LOST}", "fault")
            mended.append(run)
        return tuple(mended)

    blocks: list[Block] = []
    for block in section.blocks:
        if isinstance(block, Paragraph):
            block = replace(block, runs=mend(block.runs))
        elif isinstance(block, Bullets):
            block = replace(block, items=tuple(map(mend, block.items)))
        blocks.append(block)
    below = tuple(_without_lost(one, known, faults, top) for one in section.sections)
    return replace(section, blocks=tuple(blocks), sections=below)


def _check_anchors(sections: tuple[Section, ...], name: str) -> None:
    known: set[str] = set()
    wanted: set[str] = set()
    for section in (one for top in sections for one in top.walk()):
        if section.anchor in known:
            raise BadInput("a section stands twice", value=f"{name}, {section.anchor}")
        known.add(section.anchor)
        for block in section.blocks:
            known.add(getattr(block, "anchor", ""))
            wanted |= {run.anchor for run in runs_in(block) if isinstance(run, Ref)}
    if wanted - known:
        raise BadInput(
            "the text refers to a place that is no longer in it",
            value=f"{name}: {', '.join(sorted(wanted - known)[:8])}",
            remedy="keep the mark {#...} at the paragraph or section that tells it",
        )


class _Reader:
    def __init__(self, drafted: Document, to: Wording, name: str) -> None:
        self.to = to
        self.name = self.where = name
        self.sections = {section.anchor: section for section in drafted.walk()}
        self.blocks = {
            f"{anchor}/{number}": block
            for anchor, section in self.sections.items()
            for number, block in told(section)
        }
        self.tables = {b.anchor: b for b in self.blocks.values() if isinstance(b, Table)}
        self.line = 0
        self.pull: dict[str, Callable[[str], Runs]] = {
            "statement": self._statement,
            "quote": self._quote,
            "proposition": self._proposition,
            "act": self._act,
            "exhibit": self._exhibit,
            "figure": self._figure,
            "ref": lambda code: (Ref(code),),
        }

    def section(self, piece: Piece) -> Section:
        """One section with its sub-sections."""
        if piece.line == 1:
            self.where = f"{self.name} {piece.anchor}"
        if piece.anchor not in self.sections:
            self.line = piece.line - 1
            raise self._bad("the forum has no such section", piece.anchor)
        open_: list[Section] = [Section(piece.anchor, piece.title)]
        for line, paragraph in _paragraphs(piece):
            self.line = line
            if match := HEADING.match(paragraph):
                level = max(1, min(len(match[1]) - 2, len(open_)))
                open_ = [*_folded(open_, level), Section(match[3], match[2])]
            elif (match := _ALONE.match(paragraph)) and match[1] == "section":
                whole = self._whole(match[2])
                open_[-1] = _grown(open_[-1], whole.blocks, whole.sections)
            else:
                open_[-1] = _grown(open_[-1], (self._block(paragraph),))
        return _folded(open_, 1)[0]

    def _block(self, paragraph: str) -> Block:
        if match := _ALONE.match(paragraph):
            return self._alone(match[1], match[2])
        if paragraph.startswith("- "):
            points = re.split(r"\n(?=- )", paragraph)
            return Bullets(tuple(self._read_runs(point[2:]) for point in points))
        anchor = _ANCHOR.search(paragraph)
        text = paragraph[: anchor.start()] if anchor else paragraph
        return Paragraph(self._read_runs(text), anchor[1] if anchor else "")

    def _read_runs(self, text: str) -> Runs:
        runs: list[Run] = []
        done = 0
        for match in _TOKEN.finditer(text):
            runs += _plain(text[done : match.start()])
            escaped, kind, code, bold, italic = match.groups()
            if kind:
                runs += self._pull(kind, code.strip())
            else:
                style: Style = "bold" if bold else "italic" if italic else "plain"
                inner = re.sub(r"\\(.)", r"\1", escaped or bold or italic)
                runs.append(Text(inner, style))
            done = match.end()
        return tuple(_merged([*runs, *_plain(text[done:])]))

    def _pull(self, kind: str, code: str) -> Runs:
        return self._known(self.pull, kind)(code)

    def _alone(self, kind: str, code: str) -> Block:
        return self._known(self.tables if kind == "table" else self.blocks, code)

    def _whole(self, code: str) -> Section:
        return self._known(self.sections, code)

    def _known(self, table: Mapping[str, T], code: str) -> T:
        if code not in table:
            raise self._bad("no such reference", code)
        return table[code]

    def _bad(self, cause: str, code: str) -> BadInput:
        return BadInput(
            cause,
            value=f"{self.where}, line {self.line}: {code}",
            remedy="correct it; what is held back cannot be cited (see `amparo filing check`)",
        )

    # What can be pulled

    def _row(self, noun: str, code: str) -> Row:
        row = self.to.case.get(code)
        if row is None or row.noun != noun:
            raise self._bad("no such reference", f"{noun}:{code}")
        return row

    def _statement(self, code: str) -> Runs:
        return self.to.note([self._row("statement", code)])

    def _quote(self, code: str) -> Runs:
        row = self._row("statement", code)
        if not self.to.may_quote(row):
            return self.to.note([row])
        words = Quote(str(row["quote"]), str(row["language"] or ""))
        return (words, Note((replace(self.to.cite(row), quote=""),)))

    def _proposition(self, code: str) -> Runs:
        row = self._row("proposition", code)
        return (Text(str(row["text"]), lang=self.to.lang_of(code, "text")),)

    def _act(self, code: str) -> Runs:
        (told,) = tell_act(self.to, self._row("act", code))
        assert isinstance(told, Paragraph)
        return told.runs[1:]

    def _exhibit(self, code: str) -> Runs:
        number = self.to.numbers.get(self.to.digest(self._row("item", code).code))
        if number is None:
            raise self._bad("no such reference", f"exhibit:{code}")
        return (Text(self.to.say("cite.exhibit", number=number)),)

    def _figure(self, name: str) -> Runs:
        case = self.to.case
        count: dict[str, Callable[[], object]] = {
            "acts": lambda: len(case.all("act")),
            "victims": lambda: count_victims(self.to),
            "statements": lambda: len(case.all("statement")),
            "sources": lambda: len({row["source"] for row in case.all("statement")}),
            "exhibits": lambda: len(self.to.exhibits()),
            "places": lambda: len({row["place"] for row in case.all("act") if row["place"]}),
        }
        return (Text(str(self._known(count, name)())),)


class _Lenient(_Reader):
    """Reads on where the strict reader refuses, and keeps what was wrong."""

    def __init__(self, drafted: Document, to: Wording, causes: Mapping[str, str]) -> None:
        super().__init__(drafted, to, "text")
        self.causes = causes
        self.faults: list[Fault] = []

    def _pull(self, kind: str, code: str) -> Runs:
        try:
            runs = super()._pull(kind, code)
        except BadInput as fault:
            return (self._marked(kind, code, self.causes.get(code, fault.cause)),)
        if kind in ("statement", "quote") and code in self.causes:
            return (*runs, self._marked(kind, code, self.causes[code]))
        return runs

    def _alone(self, kind: str, code: str) -> Block:
        try:
            return super()._alone(kind, code)
        except BadInput as fault:
            return Paragraph((self._marked(kind, code, fault.cause),))

    def _whole(self, code: str) -> Section:
        try:
            return super()._whole(code)
        except BadInput as fault:
            return Section("", "", (Paragraph((self._marked("section", code, fault.cause),)),))

    def _marked(self, kind: str, code: str, cause: str) -> Text:
        self.faults.append(Fault(self.line, f"{kind}:{code}", cause))
        return Text(f"[[{kind}:{code}]] {cause}", "fault")


def _grown(section: Section, blocks: tuple[Block, ...], below: tuple[Section, ...] = ()) -> Section:
    return replace(section, blocks=(*section.blocks, *blocks), sections=(*section.sections, *below))


def _folded(chain: list[Section], level: int) -> list[Section]:
    """Sections that are open, outermost first, with those below `level` put into their parents."""
    while len(chain) > level:
        *chain, parent, child = chain
        chain.append(_grown(parent, (), (child,)))
    return chain


def _plain(text: str) -> list[Run]:
    return [Text(text)] if text else []


def _merged(runs: list[Run]) -> Iterator[Run]:
    """Neighbours of one style joined, and footnotes that follow each other made one."""
    held: Run | None = None
    for run in runs:
        if isinstance(held, Text) and isinstance(run, Text) and _look_alike(held, run):
            held = replace(held, text=held.text + run.text)
            continue
        if isinstance(held, Note) and isinstance(run, Note):
            held = replace(held, cites=(*held.cites, *run.cites))
            continue
        if held is not None:
            yield held
        held = run
    if held is not None:
        yield held


def _look_alike(one: Text, other: Text) -> bool:
    return (one.style, one.lang) == (other.style, other.lang)


def _paragraphs(piece: Piece) -> Iterator[tuple[int, str]]:
    """(line, text) of each paragraph; lines of one are joined, but those of points."""
    start, lines = 0, list[str]()
    for number, line in enumerate((*piece.text.splitlines(), ""), piece.line):
        if line.strip():
            start = start if lines else number
            lines.append(line.strip())
        elif lines:
            points = lines[0].startswith("- ")
            yield start, ("\n" if points else " ").join(lines)
            lines = []
