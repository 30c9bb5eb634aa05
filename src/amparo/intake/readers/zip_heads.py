"""A directory for a zip file that lost its own, made of the heads before its members.

A copy that was cut short still holds whole members, but zip files, and documents that are
zip files inside, are read by the directory at their end. Source: PKWARE APPNOTE 6.3.10, 4.3.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO

from amparo.intake.readers.draft import Corrupt, Draft, Input, Unsupported
from amparo.intake.readers.zipped import NO_DIRECTORY, open_zip
from amparo.intake.reading import Budget

CUT = "cut short or damaged: its directory is missing, and what stood behind the break"
_MEMBER, _DESCRIPTOR = b"PK\x03\x04", b"PK\x07\x08"
_HEAD = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_LATER, _DEFLATED, _LARGE = 0x8, 8, 0xFFFFFFFF
_MOST = 0xFFFF
_CHUNK = 1 << 16
_NEWEST = 63
# Bytes that nothing takes when it is deflated.
_EMPTY = 2
# A sum that hardly any member has, an empty one neither: nobody takes what is given it.
_NOBODYS = 0xFFFFFFFF


@dataclass(frozen=True)
class _Head:
    """What stands before one member; sizes in bytes, `at` the offset of the head."""

    at: int
    fields: tuple[int, int, int, int, int]
    crc: int
    packed: int
    size: int
    name: bytes


def mend(source: Input, budget: Budget) -> Input | None:
    """The file with a directory behind it; None where it has one, or no member stands in it, or
    it is of 4 GiB and more, where places take eight bytes (ZIP64)."""
    if source.head[:4] != _MEMBER or source.size >= _LARGE or _has_directory(source):
        return None
    heads = list(_heads(source.stream, source.size, budget))
    if not heads:
        return None
    directory = b"".join(map(_entry, heads))
    directory += _END.pack(
        b"PK\x05\x06", 0, 0, len(heads), len(heads), len(directory), source.size, 0
    )
    longer = io.BufferedReader(_Longer(source.stream, source.size, directory))
    return replace(source, stream=longer, size=source.size + len(directory))


def tell_cut(draft: Draft) -> None:
    """How much there was of a mended file is not known: it is never whole. Raises Corrupt when
    nothing came out of it."""
    if draft.parts or draft.children:
        draft.outcome, draft.detail = "partial", CUT
    elif not draft.failures:
        raise Corrupt(NO_DIRECTORY)


def _has_directory(source: Input) -> bool:
    try:
        open_zip(source).close()
    except Corrupt:
        return False
    except Unsupported:  # of a later version of the format: the reader's business
        return True
    return True


def _heads(stream: IO[bytes], total: int, budget: Budget) -> Iterator[_Head]:
    """Head after head; the last one may be of a member that is not whole."""
    at, room = 0, budget.output_bytes
    for _ in range(min(_MOST, budget.members + 1)):
        stream.seek(at)
        raw = stream.read(_HEAD.size)
        if len(raw) < _HEAD.size or raw[:4] != _MEMBER:
            return
        _, *fields, crc, packed, size, names, extras = _HEAD.unpack(raw)
        name = stream.read(names)
        extra = stream.read(extras)
        start = at + _HEAD.size + names + extras
        # Sizes of eight bytes (ZIP64) are not followed: what stood before stays.
        if start > total or _LARGE in (packed, size) or extra[:2] == b"\x01\x00":
            return
        later = 0
        if fields[1] & _LATER and not packed:
            stream.seek(start)
            packed, size = _measure(stream, fields[2], total - start, room)
            stream.seek(start + packed)
            crc, later = _stated_behind(stream.read(24), packed, size)
            room -= size
        end = start + packed + later
        if not size and (packed > _EMPTY or not _is_followed(stream, end)):
            crc = _NOBODYS
        yield _Head(at, tuple(fields), crc, packed, size, name)
        at = end


def _is_followed(stream: IO[bytes], at: int) -> bool:
    """Whether a mark of the format, or nothing, stands at `at`: a member is not empty because a
    damaged head says so."""
    stream.seek(at)
    return stream.read(2) in (b"PK", b"P", b"")


def _measure(stream: IO[bytes], method: int, left: int, room: int) -> tuple[int, int]:
    """Packed size and size of a member that states them behind itself; of one whose end is not
    found, all that is left."""
    inflate, packed, size = zlib.decompressobj(-15), 0, 0
    while method == _DEFLATED and size <= room and (piece := stream.read(_CHUNK)):
        packed += len(piece)
        while piece and size <= room and not inflate.eof:
            try:
                size += len(inflate.decompress(piece, _CHUNK))
            except zlib.error:
                return left, size
            piece = inflate.unconsumed_tail
        if inflate.eof:
            return packed - len(inflate.unused_data), size
    return left, size


def _stated_behind(raw: bytes, packed: int, size: int) -> tuple[int, int]:
    """CRC-32 that stands behind a member, and how many bytes that takes; where it does not,
    nobody's."""
    mark = len(_DESCRIPTOR) if raw[:4] == _DESCRIPTOR else 0
    for sizes in ("<LLL", "<LQQ"):
        length = struct.calcsize(sizes)
        stated = raw[mark : mark + length]
        if len(stated) == length and struct.unpack(sizes, stated)[1:] == (packed, size):
            return struct.unpack(sizes, stated)[0], mark + length
    return _NOBODYS, 0


def _entry(head: _Head) -> bytes:
    needed, flags, method, moment, day = head.fields
    return (
        _ENTRY.pack(
            b"PK\x01\x02", 20, min(needed, _NEWEST), flags, method, moment, day,
            head.crc, head.packed, head.size, len(head.name), 0, 0, 0, 0, 0, head.at,
        )
        + head.name
    )  # fmt: skip


class _Longer(io.RawIOBase):
    """A stream of `size` bytes and what is put behind it."""

    def __init__(self, stream: IO[bytes], size: int, behind: bytes) -> None:
        self._stream, self._size, self._behind = stream, size, behind
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_CUR: self._at, io.SEEK_END: self._size + len(self._behind)}
        self._at = max(0, start.get(whence, 0) + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._at < self._size:
            self._stream.seek(self._at)
            found = self._stream.read(min(len(buffer), self._size - self._at))
        else:
            start = self._at - self._size
            found = self._behind[start : start + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)
