"""The checksums that a RAR archive states of its members, in order.

libarchive does not compare those of members that are stored without compression.
Source: the author's notes on the formats RAR 4 (technote) and RAR 5.0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_FIFTH = b"Rar!\x1a\x07\x01\x00"
_FOURTH = b"Rar!\x1a\x07\x00"
_EXTRA, _DATA, _HAS_SUM = 0x1, 0x2, 0x4


def stated_sums(data: bytes) -> list[int | None]:
    """CRC-32 of each entry, None where there is none; shorter where headers cannot be followed."""
    walk = _fifth if data.startswith(_FIFTH) else _fourth
    found: list[int | None] = []
    try:
        found.extend(walk(data))
    except (IndexError, struct.error):
        pass
    return found


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return value, at + place + 1
    raise IndexError


def _fifth(data: bytes) -> Iterator[int | None]:
    at = len(_FIFTH)
    while at < len(data):
        size, begin = _number(data, at + 4)
        kind, place = _number(data, begin)
        flags, place = _number(data, place)
        if flags & _EXTRA:
            _, place = _number(data, place)
        packed = 0
        if flags & _DATA:
            packed, place = _number(data, place)
        if kind == 2:
            about, place = _number(data, place)
            for _ in range(2):
                _, place = _number(data, place)
            place += 4 if about & 0x2 else 0
            yield struct.unpack_from("<I", data, place)[0] if about & _HAS_SUM else None
        if kind in (4, 5):
            return
        at = begin + size + packed


def _fourth(data: bytes) -> Iterator[int | None]:
    at = len(_FOURTH)
    while at < len(data):
        _, kind, flags, size = struct.unpack_from("<HBHH", data, at)
        packed = struct.unpack_from("<I", data, at + 7)[0] if flags & 0x8000 or kind == 0x74 else 0
        if kind == 0x74:
            if flags & 0x100:
                packed += struct.unpack_from("<I", data, at + 32)[0] << 32
            yield struct.unpack_from("<I", data, at + 16)[0]
        if kind == 0x7B or size < 7:
            return
        at += size + packed
