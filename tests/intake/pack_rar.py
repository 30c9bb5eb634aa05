"""Compressed data as RAR 3 and RAR 5 write it, for archives that the tests build.

The codes are as long as one another but for a bit: large, but it goes through all that an unpacker
does: tables, literals, repeats of what was before. Written after the layout that libarchive's readers (BSD licence) accept; no `rar` can be had here.
"""

from __future__ import annotations

import struct


class Codes:
    """Complete codes for symbols 0 to `count` - 1: the first ones are a bit shorter."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.width = (count - 1).bit_length()
        self.short = (1 << self.width) - count

    def width_of(self, symbol: int) -> int:
        return self.width - (symbol < self.short)

    def put(self, bits: Bits, symbol: int) -> None:
        bits.put(symbol if symbol < self.short else symbol + self.short, self.width_of(symbol))


class Bits:
    """Numbers one after the other, highest bit first."""

    def __init__(self) -> None:
        self.text: list[str] = []

    def put(self, value: int, width: int) -> None:
        self.text.append(f"{value:0{width}b}")

    def close(self) -> tuple[bytes, int]:
        """The bytes, and how many bits of the last one count."""
        text = "".join(self.text)
        size = -(-len(text) // 8)
        return int(text.ljust(8 * size, "0"), 2).to_bytes(size, "big"), (len(text) - 1) % 8 + 1


def pack5(data: bytes) -> bytes:
    """One block of RAR 5: its head, the tables, then literals and near repeats."""
    bits = Bits()
    main, near, *_ = _tables(bits, (306, 64, 16, 44))
    for distance, length, literal in _steps(data, longest=9):
        main.put(bits, 262 + length - 2 if length else literal)
        if length:
            near.put(bits, distance - 1)
    packed, last = bits.close()
    flags = 0x80 | 0x40 | 2 << 3 | last - 1
    size = struct.pack("<I", len(packed))[:3]
    return bytes([flags, 0x5A ^ flags ^ size[0] ^ size[1] ^ size[2]]) + size + packed


def pack3(data: bytes) -> bytes:
    """The same for RAR 3: no head; a reader stops at the size that is stated."""
    bits = Bits()
    bits.put(0, 2)
    main, near, *_ = _tables(bits, (299, 60, 17, 28))
    for distance, length, literal in _steps(data, longest=10):
        main.put(bits, 271 + length - 3 if length else literal)
        if length:
            near.put(bits, distance - 1)
    main.put(bits, 256)
    bits.put(0, 16)
    return bits.close()[0]


def _tables(bits: Bits, counts: tuple[int, ...]) -> list[Codes]:
    """Write the widths of all codes: first those of the codes for widths, then these.

    Symbol 16 repeats the width before it 3 to 10 times.
    """
    tables = [Codes(count) for count in counts]
    used = sorted({16, *(w for one in tables for w in (one.width, one.width - 1))})
    widths = Codes(len(used))
    for symbol in range(20):
        bits.put(widths.width_of(used.index(symbol)) if symbol in used else 0, 4)
    for table in tables:
        for count, width in (
            (table.short, table.width - 1),
            (table.count - table.short, table.width),
        ):
            _repeat(bits, widths, used, count, width)
    return tables


def _repeat(bits: Bits, widths: Codes, used: list[int], count: int, width: int) -> None:
    if count:
        widths.put(bits, used.index(width))
    left = count - 1
    while left >= 3:
        many = min(left, 10)
        widths.put(bits, used.index(16))
        bits.put(many - 3, 3)
        left -= many
    for _ in range(left):
        widths.put(bits, used.index(width))


def _steps(data: bytes, longest: int) -> list[tuple[int, int, int]]:
    """(distance, length, 0) for a repeat of what stood 1 to 4 bytes before, else (0, 0, byte)."""
    steps: list[tuple[int, int, int]] = []
    at = 0
    while at < len(data):
        best = (0, 0)
        for near in range(1, min(4, at) + 1):
            length = 0
            while (
                length < longest
                and at + length < len(data)
                and data[at + length] == data[at + length - near]
            ):
                length += 1
            best = max(best, (length, near))
        length, near = best
        steps.append((near, length, 0) if length > 2 else (0, 0, data[at]))
        at += length if length > 2 else 1
    return steps
