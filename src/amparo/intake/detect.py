"""Which kind of file this is, by its bytes first and its name only where bytes are mute.

`guess` looks at the first bytes only (safe in our own process, used to warm up the
right reader); `identify` also looks into zip directories and is run in the sandbox.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amparo.intake.readers.draft import Input


@dataclass(frozen=True)
class Kind:
    """What a file is taken for: kind, IANA media type and the reader's name."""

    kind: str
    media_type: str
    reader: str


UNKNOWN = Kind("unknown", "application/octet-stream", "unknown")
TEXT = Kind("text", "text/plain", "text")
HTML = Kind("html", "text/html", "html")
EML = Kind("eml", "message/rfc822", "eml")
WHATSAPP = Kind("chat", "text/vnd.whatsapp", "whatsapp")
TELEGRAM = Kind("chat", "application/vnd.telegram+json", "telegram")
ZIP = Kind("archive", "application/zip", "zip")
_OPEN = "application/vnd.openxmlformats-officedocument."
DOCX = Kind("docx", _OPEN + "wordprocessingml.document", "docx")

_MAGIC: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"\xff\xd8\xff", Kind("image", "image/jpeg", "image")),
    (0, b"\x89PNG\r\n\x1a\n", Kind("image", "image/png", "image")),
    (0, b"GIF87a", Kind("image", "image/gif", "image")),
    (0, b"GIF89a", Kind("image", "image/gif", "image")),
    (0, b"II*\x00", Kind("image", "image/tiff", "image")),
    (0, b"MM\x00*", Kind("image", "image/tiff", "image")),
    (8, b"WEBP", Kind("image", "image/webp", "image")),
    (0, b"BM", Kind("image", "image/bmp", "image")),
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
)
_PDF = Kind("pdf", "application/pdf", "pdf")

_EML_FIELDS = frozenset(
    (
        "from", "to", "cc", "subject", "date", "message-id", "received", "return-path",
        "mime-version", "delivered-to", "reply-to", "sender", "content-type", "x-mailer",
        "dkim-signature",
    )
)  # fmt: skip
_HEADER_LINE = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,40}):")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title)\b", re.IGNORECASE)
_BLOCKS = (0x00, 0x03, 0x04, 0x05, 0x06)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def guess(head: bytes, name: str) -> Kind:
    """The likely kind by the first bytes and the name; never opens anything."""
    return _by_magic(head) or _by_text(head, name) or _by_name(name)


def identify(source: Input) -> Kind:
    """The kind, looking inside where several kinds share one container format."""
    found = guess(source.head, source.name)
    if found.reader == "zip":
        return _inside_zip(source)
    return found


def _by_magic(head: bytes) -> Kind | None:
    for at, magic, kind in _MAGIC:
        if head[at : at + len(magic)] == magic:
            return kind
    if b"%PDF-" in head[:1024] and head.lstrip()[:1] != b"<":
        return _PDF
    return None


def _by_text(head: bytes, name: str) -> Kind | None:
    if not head.strip():
        return TEXT if head else None
    if _is_mail(head.lstrip(b"\xef\xbb\xbf\r\n")):
        return EML
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or wide_encoding(head):
        return _by_words(head.replace(b"\x00", b""), name)
    if len(_CONTROL.findall(head)) > len(head) // 30:
        return None
    return _by_words(head, name)


def wide_encoding(data: bytes) -> str:
    """UTF-16 without a mark, by its high bytes: one position holds only script blocks."""
    sample = data[: 4_000 - 4_000 % 2]
    if len(sample) < 8:
        return ""
    even, odd = sample[0::2], sample[1::2]
    for high, low, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        blocks = sum(high.count(block) for block in _BLOCKS)
        if blocks >= 0.95 * len(high) and low.count(0) <= len(low) // 20:
            return encoding
    return ""


def _by_words(head: bytes, name: str) -> Kind:
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    suffix = name.rpartition(".")[2].lower()
    if _is_mail(start):
        return EML
    if start[:1] == b"<" and _HTML.search(start[:4_000]):
        return HTML
    if start[:1] == b"{" and b'"messages"' in head and b'"date_unixtime"' in head:
        return TELEGRAM
    if _is_whatsapp(head):
        return WHATSAPP
    if suffix in ("html", "htm", "xhtml") and b"<" in start:
        return HTML
    return TEXT


def _is_mail(start: bytes) -> bool:
    """At least three known header fields, from the first line on, without a gap."""
    known = 0
    for line in start[:16_384].splitlines()[:200]:
        if not line.strip():
            break
        match = _HEADER_LINE.match(line)
        if match is None and line[:1] not in (b" ", b"\t"):
            return False
        known += match is not None and match[1].decode().lower() in _EML_FIELDS
    return known >= 3


_WHATSAPP = re.compile(
    r"^\[?"
    r"[\d\u0660-\u0669\u06f0-\u06f9]{1,4}[./-][\d\u0660-\u0669\u06f0-\u06f9]{1,2}"
    r"[./-][\d\u0660-\u0669\u06f0-\u06f9]{1,4}\.?[,\u060c]?\s+(?:(?:at|à|um|в)\s+)?"
    r"[\d\u0660-\u0669\u06f0-\u06f9]{1,2}[:.][\d\u0660-\u0669\u06f0-\u06f9]{2}"
    r"[^\n]{0,16}?(?:\]|\s[-\u2013]\s)",
    re.MULTILINE,
)


_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def _is_whatsapp(head: bytes) -> bool:
    text = _BIDI.sub("", head[:16_384].decode("utf-8", "ignore"))
    lines = [line for line in text.splitlines() if line.strip()]
    dated = len(_WHATSAPP.findall(text))
    first = bool(lines) and _WHATSAPP.match(lines[0]) is not None
    return first and (dated >= 2 or len(lines) == 1)


def _by_name(name: str) -> Kind:
    return UNKNOWN


def _inside_zip(source: Input) -> Kind:
    try:
        source.stream.seek(0)
        with zipfile.ZipFile(source.stream) as archive:
            names = set(archive.namelist()[:20_000])
    except Exception:  # a broken directory is the zip reader's business to report
        return _zip_by_name(source)
    if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
        return DOCX
    return ZIP


def _zip_by_name(source: Input) -> Kind:
    return DOCX if source.suffix == "docx" else ZIP
