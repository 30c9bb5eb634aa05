"""Document to PDF (PDF/A-2a, PDF/UA-1) with typst in a child process.

The same Document gives the same bytes: the fonts are those of the package, the only time
is `made_at`, and words go in as JSON, never as source.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

from amparo.errors import AmparoError, Broken
from amparo.filing.document import Document, number_document
from amparo.filing.layout import Line, Piece, Span, clean, lay_out
from amparo.filing.words import Words

FONTS = (
    "NotoNaskhArabic-Bold.ttf",
    "NotoNaskhArabic-Regular.ttf",
    "NotoSans-Bold.ttf",
    "NotoSans-Regular.ttf",
    "NotoSansMath-Regular.ttf",
    "NotoSansSymbols2-Regular.ttf",
    "NotoSerif-Bold.ttf",
    "NotoSerif-Italic.ttf",
    "NotoSerif-Regular.ttf",
    "NotoSerifArmenian-Regular.ttf",
    "NotoSerifGeorgian-Regular.ttf",
    "NotoSerifHebrew-Regular.ttf",
)
SECONDS = 60
SECONDS_FOR_EACH_1000_PIECES = 60
# Format characters that draw nothing; PDF/A refuses them where a font has no glyph.
_INVISIBLE = frozenset(
    chain(
        (0x00AD, 0x034F, 0x061C, 0xFEFF),
        range(0x200B, 0x2010),
        range(0x2060, 0x2065),
        range(0xFE00, 0xFE10),
        range(0xE0100, 0xE01F0),
    )
)


def typeset(document: Document, words: Words) -> bytes:
    """The PDF. Raises Broken when a font is missing, the typesetter fails or takes too long."""
    check_fonts()
    numbered = number_document(document)
    pieces = lay_out(numbered, words)
    limit = SECONDS + SECONDS_FOR_EACH_1000_PIECES * len(pieces) // 1000
    # The press hands the second line on unread: parsed there too, it would take memory twice.
    head = json.dumps({"timestamp": int(numbered.made_at.timestamp())})
    data = json.dumps(_data(numbered, pieces, words), ensure_ascii=False, separators=(",", ":"))
    return _run_press(f"{head}\n{data}".encode(), limit)


def check_fonts() -> None:
    """Raise Broken naming the first font of the program that is not there."""
    folder = files("amparo.filing").joinpath("fonts")
    for name in FONTS:
        font = folder.joinpath(name)
        if not font.is_file():
            raise Broken(
                "a font of the program is missing", value=name, remedy="install Amparo again"
            )


def _run_press(request: bytes, seconds: int) -> bytes:
    command = [sys.executable, "-I", "-X", "utf8", "-m", "amparo.filing.press"]
    try:
        done = subprocess.run(
            command, input=request, capture_output=True, timeout=seconds, env=_environment()
        )
    except subprocess.TimeoutExpired:
        raise _failure(f"no result after {seconds} s") from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise _failure(f"exit code {done.returncode}")
    return done.stdout


def _environment() -> dict[str, str]:
    """Nothing of the user's environment but what Windows needs to start a process."""
    return {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


def _failure(value: str) -> AmparoError:
    # The compiler's message may quote the filing, so it is not passed on.
    return Broken(
        "the PDF could not be set",
        value=value,
        remedy="Run `amparo doctor` to check the typesetter and its fonts; nothing was written.",
    )


def _data(document: Document, pieces: tuple[Piece, ...], words: Words) -> dict[str, Any]:
    facts = [
        (words.say("page.submitted_to"), document.addressee),
        (words.say("page.submitted_by"), document.sender),
        (words.say("page.reference"), (document.code,)),
        (words.say("page.date"), (document.date,)),
        (words.say("page.basis"), document.basis),
    ]
    return {
        "lang": document.lang,
        "title": drawable(document.title),
        "subtitle": drawable(document.subtitle),
        "author": [drawable(line) for line in document.sender[:1]],
        "keywords": [document.forum],
        "made": list(document.made_at.timetuple()[:6]),
        "confidentiality": drawable(document.confidentiality),
        "facts": [[name, [drawable(line) for line in lines]] for name, lines in facts if lines],
        "remark": drawable(document.remark),
        "running": drawable(document.code),
        "foot": drawable(words.say("forum.short")),
        "page_word": words.say("page.page"),
        "page_between": words.say("page.between"),
        "contents": words.say("page.contents"),
        "pieces": [_drawable_piece(piece) for piece in pieces],
    }


def _drawable_piece(piece: Piece) -> Mapping[str, Any]:
    return {
        "kind": piece.kind,
        "level": piece.level,
        "number": piece.number,
        "title": drawable(piece.title),
        "anchor": piece.anchor,
        "line": _drawable_line(piece.line),
        "widths": piece.widths,
        "heads": [drawable(head) for head in piece.heads],
        "rows": [[_drawable_line(cell) for cell in row] for row in piece.rows],
    }


def _drawable_line(line: Line) -> list[dict[str, Any]]:
    return [_drawable_span(span) for span in line]


def _drawable_span(span: Span) -> dict[str, Any]:
    """What is set of it: most are plain words, and what is not said takes no memory."""
    told = {"text": drawable(span.text), "lang": span.lang, "target": span.target}
    shown: dict[str, Any] = {name: value for name, value in told.items() if value}
    if span.style != "plain":
        shown["style"] = span.style
    if span.note:
        shown["note"] = _drawable_line(span.note)
    return shown


def drawable(text: str) -> str:
    """The text with each character no shipped font can draw as its number, "[U+1F9E8]"."""
    text = clean(text)
    missing = {character for character in text if ord(character) not in _covered()}
    for character in missing:
        shown = "" if ord(character) in _INVISIBLE else f"[U+{ord(character):04X}]"
        text = text.replace(character, shown)
    return text


@cache
def _covered() -> frozenset[int]:
    lines = files("amparo.filing").joinpath("fonts", "coverage.txt").read_text().split()
    points: set[int] = set()
    for line in lines:
        first, _, last = line.partition("-")
        points.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(points)
