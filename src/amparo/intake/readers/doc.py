"""Old Word files (doc): the text by the piece table ([MS-DOC] 2.8.35), as one part."""

from __future__ import annotations

import re
import struct
from typing import Any

from amparo.intake.readers import office
from amparo.intake.readers.draft import Corrupt, Draft, Input
from amparo.intake.readers.msg import open_ole

_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]{0,2000}\x14?|[\x14\x15]")
_SIGNS = str.maketrans(
    {"\r": "\n", "\x07": "\t", "\x0b": "\n", "\x0c": "\n", "\x1e": "-", "\x1f": None}
)


def preload() -> None:
    """Import olefile."""
    import olefile

    del olefile


def read(source: Input, draft: Draft) -> None:
    """Part `text` with notes and headers at its end, where old Word keeps them."""
    ole = open_ole(source)
    try:
        document = bytes(ole.openstream("WordDocument").read())
        _note_properties(ole, draft)
        (flags,) = struct.unpack_from("<H", document, 10)
        if flags & 0x0100:
            office.unlock(source, draft, "unlocked.doc")
            return
        table = bytes(ole.openstream("1Table" if flags & 0x0200 else "0Table").read())
        start, length = struct.unpack_from("<II", document, 0x01A2)
        text = _text(document, table[start : start + length])
    except (struct.error, OSError, IndexError, ValueError):
        raise Corrupt("the text cannot be read") from None
    draft.part("text", _FIELD_CODE.sub("", text).translate(_SIGNS), "text")
    if ole.exists("Macros"):
        draft.meta("macros", "present, never run")


def _text(document: bytes, clx: bytes) -> str:
    """All pieces in order, each UTF-16 or Windows-1252."""
    at = 0
    while at < len(clx) and clx[at] == 1:
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if at >= len(clx) or clx[at] != 2:
        raise ValueError("no piece table")
    (length,) = struct.unpack_from("<I", clx, at + 1)
    pieces = clx[at + 5 : at + 5 + length]
    count = (len(pieces) - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", pieces, 0)
    found: list[str] = []
    for number in range(count):
        size = places[number + 1] - places[number]
        (where,) = struct.unpack_from("<I", pieces, 4 * (count + 1) + 8 * number + 2)
        if not 0 <= size <= len(document):
            raise ValueError("a piece lies outside the file")
        if where & 0x40000000:
            begin = (where & 0x3FFFFFFF) // 2
            found.append(document[begin : begin + size].decode("cp1252", "replace"))
        else:
            found.append(document[where : where + 2 * size].decode("utf-16-le", "replace"))
    return "".join(found)


def _note_properties(ole: Any, draft: Draft) -> None:
    try:
        facts = ole.get_metadata()
    except Exception:  # olefile raises struct, index and its own errors on damage
        return
    for key in ("title", "author", "last_saved_by", "create_time", "last_saved_time", "company"):
        value = getattr(facts, key, None)
        if value:
            draft.meta(key, value.decode("utf-8", "replace") if isinstance(value, bytes) else value)
