"""Rich Text by striprtf: text as one part, pictures as children."""

from __future__ import annotations

import re

from amparo.intake.readers.draft import Corrupt, Draft, Input

_PICTURE = re.compile(
    rb"\\pict(?P<words>(?:\\[a-z]+-?\d*\s?|\{\\\*[^{}]{0,400}\}|\s){0,60})(?P<hex>[0-9a-fA-F\s]{64,})"
)
_BINARY = re.compile(rb"\\bin(\d{1,9}) ?")
_BRACE = re.compile(rb"\\[{}\\]|[{}]")
_TYPES = {b"jpegblip": "jpeg", b"pngblip": "png", b"wmetafile": "wmf", b"emfblip": "emf"}


def preload() -> None:
    """Import striprtf."""
    from striprtf import striprtf  # noqa: F401


def read(source: Input, draft: Draft) -> None:
    """Part `text`; pictures in hexadecimal become children with exact bytes."""
    from striprtf.striprtf import rtf_to_text

    data = source.all(32 << 20)
    body = _PICTURE.sub(rb"\\pict ", data)
    try:
        text = rtf_to_text(body.decode("latin-1"), errors="replace")
    except (ValueError, IndexError, LookupError):
        raise Corrupt("the text cannot be read") from None
    draft.part("text", text, "text")
    if _is_open(data):
        draft.outcome, draft.detail = "partial", "cut short: its last brace is missing"
    if b"\\objdata" in data or b"\\object" in data:
        draft.meta("objects", "embedded objects present, not extracted")
    for number, match in enumerate(_PICTURE.finditer(data), 1):
        _emit_picture(number, match, draft)


def _is_open(data: bytes) -> bool:
    """Whether a group is begun and not ended; where binary data may hold any brace, how it ends."""
    if _BINARY.search(data):
        return not data.rstrip(b"\0\r\n\t ").endswith(b"}")
    braces = [brace for brace in _BRACE.findall(data) if len(brace) == 1]
    return braces.count(b"{") > braces.count(b"}")


def _emit_picture(number: int, match: re.Match[bytes], draft: Draft) -> None:
    draft.expected += 1
    kind = next((name for word, name in _TYPES.items() if word in match["words"]), "bin")
    try:
        picture = bytes.fromhex(re.sub(rb"\s+", b"", match["hex"]).decode("ascii"))
    except ValueError:
        draft.fail("picture is damaged")
        return
    draft.child(f"picture-{number}.{kind}", f"image/{kind}", picture)
