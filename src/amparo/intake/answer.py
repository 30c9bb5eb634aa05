"""How a reading crosses from the sandbox to us: one bounded message, checked field by field.

Layout: `AMP1`, length of the header (4 bytes, big-endian), header (JSON), then the
children's bytes one after the other. Never pickle: whatever sends this may be
under an attacker's control, so nothing of it is believed without a check.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, replace

from amparo.intake.readers import BY_NAME
from amparo.intake.reading import (
    KINDS,
    OUTCOMES,
    Budget,
    Child,
    Part,
    clean_line,
    clean_name,
    clean_text,
)

MAGIC = b"AMP1"
HEADER_OVERHEAD = 16 << 20
MANY = 400
COUNT_LIMIT = 10_000_000


class BadAnswer(ValueError):
    """What came back is not an answer; the message says which rule it broke."""


@dataclass(frozen=True)
class Answer:
    """A checked answer: all names unique and clean, all sizes within the budget."""

    reader: str
    kind: str
    media_type: str
    outcome: str
    detail: str
    parts: tuple[Part, ...]
    metadata: dict[str, str]
    children: tuple[Child, ...]
    expected: int
    emitted: int
    failed: int
    inside: Answer | None = None


def largest(budget: Budget) -> int:
    """Most bytes an honest answer can have: text is at most 4 bytes a character in UTF-8."""
    return budget.output_bytes + 4 * budget.text_chars + HEADER_OVERHEAD


def encode(header: dict[str, object], blobs: list[bytes]) -> list[bytes]:
    """The message in pieces, ready to be written in order."""
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return [MAGIC, struct.pack(">I", len(head)), head, *blobs]


def decode(untrusted: memoryview, budget: Budget) -> Answer:
    """Check a message and clip what is in it; raises BadAnswer."""
    if len(untrusted) < 8 or bytes(untrusted[:4]) != MAGIC:
        raise BadAnswer("no answer")
    (length,) = struct.unpack(">I", untrusted[4:8])
    if length > len(untrusted) - 8:
        raise BadAnswer("answer cut short")
    try:
        header = json.loads(bytes(untrusted[8 : 8 + length]))
    except (ValueError, RecursionError):
        raise BadAnswer("header is not JSON") from None
    if not isinstance(header, dict):
        raise BadAnswer("header is not an object")
    found = _answer(header, untrusted[8 + length :], budget)
    inside = header.get("inside")
    if inside is None:
        return found
    if not isinstance(inside, dict) or len(found.children) != 1:
        raise BadAnswer("inside: not an object, or not of one child")
    alone = _answer(inside, untrusted[:0], budget)
    if alone.children:
        raise BadAnswer("inside: holds files itself")
    return replace(found, inside=alone)


def _answer(header: dict[str, object], blobs: memoryview, budget: Budget) -> Answer:
    outcome = _choice(header, "outcome", OUTCOMES)
    parts = _parts(header.get("parts"), budget)
    children = _children(header.get("children"), blobs, budget)
    expected, emitted, failed = (_count(header, key) for key in ("expected", "emitted", "failed"))
    if expected != emitted + failed:
        raise BadAnswer("counts do not add up")
    return Answer(
        reader=_choice(header, "reader", frozenset(BY_NAME)),
        kind=_choice(header, "kind", KINDS),
        media_type=clean_line(_text(header, "media_type"), 120),
        outcome=outcome,
        detail=clean_line(_text(header, "detail"), 300),
        parts=parts,
        metadata=_metadata(header.get("metadata")),
        children=children,
        expected=expected,
        emitted=emitted,
        failed=failed,
    )


def _text(header: dict[str, object], key: str) -> str:
    value = header.get(key)
    if not isinstance(value, str):
        raise BadAnswer(f"{key} is not a text")
    return value


def _choice(header: dict[str, object], key: str, allowed: frozenset[str]) -> str:
    value = _text(header, key)
    if value not in allowed:
        raise BadAnswer(f"{key} is not one of the known values")
    return value


def _count(header: dict[str, object], key: str) -> int:
    value = header.get(key)
    if type(value) is not int or not 0 <= value <= COUNT_LIMIT:
        raise BadAnswer(f"{key} is not a count")
    return value


def _rows(value: object, width: int, most: int, what: str) -> list[list[object]]:
    if not isinstance(value, list) or len(value) > most:
        raise BadAnswer(f"{what}: not a list, or too long")
    if any(not isinstance(row, list) or len(row) != width for row in value):
        raise BadAnswer(f"{what}: a row has the wrong shape")
    return value


def _parts(value: object, budget: Budget) -> tuple[Part, ...]:
    parts: list[Part] = []
    names: set[str] = set()
    chars = 0
    for row in _rows(value, 4, COUNT_LIMIT, "parts"):
        name, label, language, text = (_string(cell) for cell in row)
        name = clean_line(name, 300)
        chars += len(text)
        if chars > budget.text_chars:
            raise BadAnswer("more text than the budget allows")
        if not name or name in names:
            raise BadAnswer("a part's name is empty or not unique")
        names.add(name)
        known = language if language.isascii() and language.isalpha() and len(language) < 4 else ""
        parts.append(Part(name, clean_line(label, 300), clean_text(text), known))
    return tuple(parts)


def _children(value: object, blobs: memoryview, budget: Budget) -> tuple[Child, ...]:
    children: list[Child] = []
    names: set[str] = set()
    at = 0
    for row in _rows(value, 3, budget.members, "children"):
        name, media_type, size = _string(row[0]), _string(row[1]), row[2]
        if type(size) is not int or size < 0 or at + size > len(blobs):
            raise BadAnswer("a child's size is wrong")
        name = clean_name(name)
        if name in names:
            raise BadAnswer("a child's name is not unique")
        names.add(name)
        children.append(Child(name, clean_line(media_type, 120), bytes(blobs[at : at + size])))
        at += size
    if at != len(blobs):
        raise BadAnswer("bytes that belong to no child")
    return tuple(children)


def _metadata(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > MANY + 20:
        raise BadAnswer("metadata: not an object, or too large")
    return {clean_line(key, 80): clean_line(_string(text), 2_000) for key, text in value.items()}


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise BadAnswer("a cell is not a text")
    return value
