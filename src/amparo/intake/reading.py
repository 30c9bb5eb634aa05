"""What a reader hands back about one file: plain values, everything from the file `untrusted_`.

Nothing here parses anything. Texts are cleaned of control characters (all of Cc
but newline and tab) and of lone surrogates; they are never normalised, so that
character offsets into a part stay what they were.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

KINDS = frozenset(
    (
        "text", "html", "mhtml", "pdf", "docx", "odt", "rtf", "doc", "xlsx", "xls", "ods", "csv",
        "pptx", "odp", "eml", "mbox", "msg", "image", "audio", "video", "chat", "archive", "warc",
        "subtitles", "unknown",
    )
)  # fmt: skip
OUTCOMES = frozenset(
    (
        "ok", "partial", "encrypted", "corrupt", "unsupported", "refused", "crashed", "timed-out",
        "empty",
    )
)  # fmt: skip
LIMITS = frozenset(
    (
        "bytes", "output", "text", "ratio", "members", "depth", "pages", "pixels", "memory",
        "time", "cpu",
    )
)  # fmt: skip

_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NEWLINE = re.compile("\r\n?")

_MEBI = 1 << 20


@dataclass(frozen=True)
class Part:
    """One named text of an item; `name` is unique in the item, offsets count code points.

    `language` is an ISO 639-1 code, or "" when the text is too short to tell.
    """

    name: str
    label: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Child:
    """A file found inside another: attachment, archive member, embedded picture; exact bytes.

    `reading` is there where the same process read it on: the one text inside a compressed file.
    """

    name: str
    media_type: str
    data: bytes = field(repr=False)
    reading: Reading | None = None


@dataclass(frozen=True)
class Reading:
    """What was read from one file, by which reader, and how that went.

    For a container `expected == emitted + failed`, counted in members, attachments,
    pages or messages; for a plain file all three are 0.
    """

    kind: str
    media_type: str
    outcome: str
    detail: str
    reader: str
    reader_version: str
    sha256: str
    untrusted_parts: tuple[Part, ...] = ()
    untrusted_metadata: dict[str, str] = field(default_factory=dict)
    untrusted_children: tuple[Child, ...] = ()
    expected: int = 0
    emitted: int = 0
    failed: int = 0

    def text(self) -> str:
        """All parts one after the other, for previews; citations name a part instead."""
        return "\n".join(part.text for part in self.untrusted_parts)


@dataclass(frozen=True)
class Budget:
    """Limits for reading one file; sizes in bytes, times in seconds.

    `ratio` is uncompressed to compressed size of one archive member, `depth` how many
    containers may lie inside one another, `tree_members` and `tree_bytes` bound all
    that one deposited file may unfold into.
    """

    seconds: float = 60.0
    cpu_seconds: int = 90
    memory_bytes: int = 768 * _MEBI
    input_bytes: int = 2048 * _MEBI
    output_bytes: int = 256 * _MEBI
    text_chars: int = 20_000_000
    ratio: int = 250
    members: int = 10_000
    depth: int = 8
    pages: int = 5_000
    pixels: int = 80_000_000
    ocr: bool = True
    ocr_pages: int = 60
    tree_members: int = 50_000
    tree_bytes: int = 2048 * _MEBI


DEFAULT = Budget()


def clean_text(untrusted: str) -> str:
    """Text without control characters (newline and tab stay), surrogates or BOMs."""
    text = _NEWLINE.sub("\n", untrusted)
    return _SURROGATE.sub("\ufffd", _NOT_TEXT.sub("", text))


def clean_line(untrusted: str, limit: int = 1_000) -> str:
    """One line of at most `limit` characters, for labels, names and metadata values."""
    line = " ".join(clean_text(untrusted[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def clean_name(untrusted: str) -> str:
    """A member's name as a relative path: no drive, no root, no `..`, never empty."""
    pieces = clean_line(untrusted.replace("\\", "/"), 1_000).split("/")
    kept = [piece.strip()[:200] for piece in pieces if piece.strip() not in ("", ".", "..")]
    if kept and re.fullmatch(r"[A-Za-z]:", kept[0]):
        kept = kept[1:]
    return "/".join(kept[-12:]) or "unnamed"
