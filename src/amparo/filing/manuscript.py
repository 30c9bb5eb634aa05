"""The text of a filing as people edit it: headings, paragraphs, and facts pulled by reference.

`write_draft` turns a composed document into text, `resolve` turns text into sections. A line
begins a section (`## Title {#id}`), a sub-section (`###`), a point (`- `) or a paragraph; blank
lines part paragraphs. References are `[[kind:code]]`; docs/guide/filing.md lists them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from amparo.errors import BadInput
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
    Table,
    Text,
    runs_of,
)

if TYPE_CHECKING:
    from amparo.filing.wording import Wording

HEADING = re.compile(r"(#{2,5})\s+(.*?)\s*\{#([\w.()-]+)\}\s*(?:<!-- version (\d+) -->)?\s*\Z")
_SPECIAL = re.compile(r"([\\*_\[\]{#-])")


@dataclass(frozen=True)
class Piece:
    """One section of a text: its id, the text under its heading, where it stands.

    `seen` is the version from which the text was written, 0 for a new one.
    """

    anchor: str
    title: str
    text: str
    line: int = 1
    seen: int = 0


def write_draft(document: Document, to: Wording) -> tuple[Piece, ...]:
    """The composed document as text, section by section."""
    return tuple(
        Piece(section.anchor, section.title, _write_section(section, to))
        for section in document.sections
    )


def join_pieces(pieces: tuple[Piece, ...], head: str) -> str:
    """One file of all sections, each with the version it was written from."""
    shown = [f"# {head}"]
    for piece in pieces:
        version = f" <!-- version {piece.seen} -->" if piece.seen else ""
        shown.append(f"## {piece.title} {{#{piece.anchor}}}{version}\n\n{piece.text}")
    return "\n\n".join(shown).rstrip() + "\n"


def split_pieces(text: str) -> tuple[Piece, ...]:
    """Sections of a file. Raises BadInput for words before the first heading."""
    pieces: list[Piece] = []
    lines: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        match = HEADING.match(line)
        if match and match[1] == "##":
            pieces = _closed(pieces, lines)
            pieces.append(Piece(match[3], match[2], "", number + 1, int(match[4] or 0)))
            lines = []
        elif pieces:
            lines.append(line)
        elif line.strip() and not line.startswith("# "):
            raise BadInput(
                "text stands before the first section",
                value=f"line {number}",
                remedy="begin a section with `## Title {#id}`",
            )
    return tuple(_closed(pieces, lines))


def _closed(pieces: list[Piece], lines: list[str]) -> list[Piece]:
    if not pieces:
        return []
    return [*pieces[:-1], replace(pieces[-1], text="\n".join(lines).rstrip())]


def _write_section(section: Section, to: Wording, level: int = 3) -> str:
    shown = [_write_block(block, f"{section.anchor}/{n}", to) for n, block in told(section)]
    for below in section.sections:
        shown.append(f"{'#' * level} {below.title} {{#{below.anchor}}}")
        shown.append(_write_section(below, to, level + 1))
    return "\n\n".join(shown)


def told(section: Section) -> Iterator[tuple[int, Block]]:
    """Blocks of a section with the number under which `[[block:...]]` names them."""
    return enumerate(section.blocks, 1)


def _write_block(block: Block, name: str, to: Wording) -> str:
    if isinstance(block, Table) and block.anchor:
        return f"[[table:{block.anchor}]]"
    if isinstance(block, Paragraph | Bullets) and all(map(_is_plain, runs_in(block))):
        if isinstance(block, Bullets):
            return "\n".join(f"- {_write_runs(item, to)}" for item in block.items)
        return _write_runs(block.runs, to) + (f" {{#{block.anchor}}}" if block.anchor else "")
    return f"[[block:{name}]]"


def runs_in(block: Block) -> Iterator[Run]:
    """Every run of a block, in reading order."""
    return (run for runs in runs_of(block) for run in runs)


def _is_plain(run: Run) -> bool:
    match run:
        case Text():
            return run.style in ("plain", "bold", "italic") and "\n" not in run.text
        case Note():
            return not run.text and all(cite.statement for cite in run.cites)
        case Quote():
            return False
    return True


def _write_runs(runs: Runs, to: Wording) -> str:
    by_text = {str(row["text"]): row.code for row in to.case.all("proposition")}
    return "".join(_write_run(run, by_text) for run in runs).strip()


def _write_run(run: Run, by_text: dict[str, str]) -> str:
    match run:
        case Text(text=text, style=style):
            if text in by_text:
                return f"[[proposition:{by_text[text]}]]"
            mark = {"bold": "**", "italic": "__"}.get(style, "")
            bare = text.strip()
            before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
            if not bare:
                return text
            return f"{before}{mark}{_SPECIAL.sub(_escape, bare)}{mark}{after}"
        case Ref(anchor=anchor):
            return f"[[ref:{anchor}]]"
        case Note(cites=cites):
            return "".join(f"[[statement:{cite.statement}]]" for cite in cites)
    return ""


def _escape(match: re.Match[str]) -> str:
    return f"\\{match[1]}"
