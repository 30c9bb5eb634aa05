"""What gzip members hold, one after the other, up to a break: nothing before it is lost."""

from __future__ import annotations

import io
import zlib
from typing import IO

CHUNK = 1 << 16


class Gunzip(io.RawIOBase):
    """A stream of unpacked bytes. It ends at a break; `is_cut` says that there was one.

    Checksums are compared at the end of each member. Source: RFC 1952.
    """

    def __init__(self, packed: IO[bytes]) -> None:
        self.is_cut = False
        self._packed = packed
        self._left = b""
        self._member = zlib.decompressobj(wbits=31)
        self._is_inside = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self.is_cut:
            piece = self._left or self._packed.read(CHUNK)
            if not self._is_inside:
                piece = piece.lstrip(b"\0")  # zeros may fill up what is behind a member
            if not piece:
                if not self._is_inside and not self._left:
                    return 0
                self.is_cut = self._is_inside
                self._left = b""
                continue
            found = self._unpack(piece, len(buffer))
            if found:
                buffer[: len(found)] = found
                return len(found)
        return 0

    def _unpack(self, piece: bytes, most: int) -> bytes:
        self._is_inside = True
        try:
            found = self._member.decompress(piece, most)
        except zlib.error:
            self.is_cut = True
            return b""
        self._left = self._member.unconsumed_tail
        if self._member.eof:
            self._left = self._member.unused_data
            self._member = zlib.decompressobj(wbits=31)
            self._is_inside = False
        return found
