"""What the headers of a RAR archive state of each member, in order.

libarchive does not compare the checksums of members that are stored without compression, does
not say which members of RAR 5 are encrypted, and gives links to other members as empty files.
Source: the author's notes on the formats RAR 4 (technote) and RAR 5.0.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_FIFTH = b"Rar!\x1a\x07\x01\x00"
_FOURTH = b"Rar!\x1a\x07\x00"
_EXTRA, _DATA, _HAS_TIME, _HAS_SUM = 0x1, 0x2, 0x2, 0x4
_FOLDER, _ENCRYPTED_4, _FOLDER_4 = 0x1, 0x4, 0xE0
_ENCRYPTION, _HASH, _LINK = 1, 2, 5
_HARD_LINK, _COPY = 4, 5
_OLDEST_READ, _STORED = 29, 0x30
_LANES = 8


@dataclass(frozen=True)
class Head:
    """One member: its sums, whether it is encrypted, which earlier member it repeats.

    `is_old`: packed by a version before 3.0, which libarchive does not unpack.
    """

    crc: int | None = None
    blake: bytes = b""
    encrypted: bool = False
    same_as: str = ""
    is_old: bool = False
    is_folder: bool = False

    def fits(self, data: bytes) -> bool:
        """Whether the data has the sums that are stated."""
        return (self.crc is None or zlib.crc32(data) == self.crc) and (
            not self.blake or blake2sp(data) == self.blake
        )


def heads_of(data: bytes) -> list[Head]:
    """The head of each member; fewer where the headers cannot be followed."""
    walk = _fifth if data.startswith(_FIFTH) else _fourth
    found: list[Head] = []
    try:
        for head in walk(data):
            found.append(head)
    except (IndexError, struct.error):
        pass
    return found


def blake2sp(data: bytes) -> bytes:
    """BLAKE2sp: eight lanes of 64-byte blocks under one root. Source: blake2.net, section 2.10."""
    roots = b""
    for lane in range(_LANES):
        one = _blake2s(node_offset=lane, last_node=lane == _LANES - 1)
        for at in range(64 * lane, len(data), 64 * _LANES):
            one.update(data[at : at + 64])
        roots += one.digest()
    root = _blake2s(node_depth=1, last_node=True)
    root.update(roots)
    return bytes(root.digest())


def _blake2s(*, node_offset: int = 0, node_depth: int = 0, last_node: bool) -> Any:
    return hashlib.blake2s(
        digest_size=32, inner_size=32, fanout=_LANES, depth=2,
        node_offset=node_offset, node_depth=node_depth, last_node=last_node,
    )  # fmt: skip


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return value, at + place + 1
    raise IndexError


def _fifth(data: bytes) -> Iterator[Head]:
    at = len(_FIFTH)
    while at < len(data):
        size, begin = _number(data, at + 4)
        kind, place = _number(data, begin)
        flags, place = _number(data, place)
        extra = packed = 0
        if flags & _EXTRA:
            extra, place = _number(data, place)
        if flags & _DATA:
            packed, place = _number(data, place)
        if kind == 2:
            about, place = _number(data, place)
            for _ in range(2):
                _, place = _number(data, place)
            place += 4 if about & _HAS_TIME else 0
            crc = struct.unpack_from("<I", data, place)[0] if about & _HAS_SUM else None
            yield _with_extra(data[begin + size - extra : begin + size], crc, bool(about & _FOLDER))
        if kind in (4, 5):
            return
        at = begin + size + packed


def _with_extra(records: bytes, crc: int | None, is_folder: bool) -> Head:
    """The head by the records at its end: encryption, another hash, a link."""
    encrypted, blake, same_as = False, b"", ""
    at = 0
    while at < len(records):
        size, begin = _number(records, at)
        kind, place = _number(records, begin)
        if kind == _ENCRYPTION:
            encrypted = True
        elif kind == _HASH:
            which, place = _number(records, place)
            blake = records[place : place + 32] if which == 0 else b""
        elif kind == _LINK:
            which, place = _number(records, place)
            _, place = _number(records, place)
            length, place = _number(records, place)
            if which in (_HARD_LINK, _COPY):
                same_as = records[place : place + length].decode("utf-8", "replace")
        at = begin + size
    return Head(crc, blake, encrypted, same_as, is_folder=is_folder)


def _fourth(data: bytes) -> Iterator[Head]:
    at = len(_FOURTH)
    while at < len(data):
        _, kind, flags, size = struct.unpack_from("<HBHH", data, at)
        packed = struct.unpack_from("<I", data, at + 7)[0] if flags & 0x8000 or kind == 0x74 else 0
        if kind == 0x74:
            crc, _, version, method = struct.unpack_from("<IIBB", data, at + 16)
            if flags & 0x100:
                packed += struct.unpack_from("<I", data, at + 32)[0] << 32
            is_old = version < _OLDEST_READ and method != _STORED
            is_folder = flags & _FOLDER_4 == _FOLDER_4
            yield Head(crc, b"", bool(flags & _ENCRYPTED_4), "", is_old, is_folder)
        if kind == 0x7B or size < 7:
            return
        at += size + packed
