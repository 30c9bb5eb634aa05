"""Headers and heads of packs, and the locators that name objects in them.

Format: docs/spec/vault.md, "Packs".
"""

from __future__ import annotations

import hmac
import re
import struct
from dataclasses import dataclass

from amparo.crypto.keys import Keys
from amparo.crypto.seal import Box, stretch
from amparo.errors import NotFound

MAGIC = b"AMPAROPK"
FORMAT = 1
HEADER = 32
MARK = b"AMOB"
HEAD = 120
CONTEXT = b"amparo/1 object"
_PLAIN = struct.Struct(">B7x32sQQ32s")
_HEADER = struct.Struct(">8sHHI")
_TAG = 16
_LOCATOR = re.compile(r"(\d{6,12})-([0-9a-f]{1,15})-([0-9a-f]{32})")


@dataclass(frozen=True, repr=False)
class Head:
    """Key, size, padded size (bytes) and SHA-256 of one object."""

    key: bytes
    size: int
    padded: int
    digest: bytes


@dataclass(frozen=True)
class Locator:
    """Place of an object: pack number, byte offset of its head, keyed mark of its digest."""

    pack: int
    offset: int
    mark: str

    def __str__(self) -> str:
        return f"{self.pack:06d}-{self.offset:x}-{self.mark}"

    def where(self) -> str:
        """The place as shown in messages."""
        return f"packs/{pack_name(self.pack)} at byte {self.offset}"

    @classmethod
    def parse(cls, text: str) -> Locator:
        match = _LOCATOR.fullmatch(text)
        if match is None:
            raise NotFound("No such object in this vault")
        return cls(int(match[1]), int(match[2], 16), match[3])


class Marks:
    """Keyed marks of digests, 32 hex digits, as locators end with them."""

    def __init__(self, keys: Keys) -> None:
        self._begun = hmac.new(keys.locators, b"amparo/1 locator", "sha256")

    def of(self, digest: bytes) -> str:
        mark = self._begun.copy()
        mark.update(digest)
        return mark.hexdigest()[:32]


class Frames:
    """Seals and opens the heads of one pack, each bound to the pack's number and its offset."""

    def __init__(self, keys: Keys, number: int) -> None:
        self._box = Box(stretch(keys.objects, b"amparo/1 heads"))
        self._number = number
        self._marks = Marks(keys)

    def seal_head(self, offset: int, head: Head) -> bytes:
        plain = _PLAIN.pack(1, head.key, head.size, head.padded, head.digest)
        return MARK + self._box.seal(plain, self._place(offset))

    def locate(self, offset: int, digest: bytes) -> str:
        """The locator of an object of this pack, as `locator_of` gives it."""
        return f"{self._number:06d}-{offset:x}-{self._marks.of(digest)}"

    def open_head(self, offset: int, data: bytes | memoryview) -> Head | None:
        """The head at `offset`, or None when these bytes are not one."""
        if len(data) != HEAD or data[:4] != MARK:
            return None
        plain = self._box.open(data[4:], self._place(offset))
        if plain is None:
            return None
        _, key, size, padded, digest = _PLAIN.unpack(plain)
        return Head(key, size, padded, digest)

    def _place(self, offset: int) -> bytes:
        return b"amparo/1 head" + struct.pack(">IQ", self._number, offset)


def pack_name(number: int) -> str:
    return f"{number:06d}.pack"


def pack_number(name: str) -> int | None:
    """Number in a pack's file name, None when it is not one."""
    match = re.fullmatch(r"(\d{6,12})\.pack", name)
    return int(match[1]) if match and pack_name(int(match[1])) == name else None


def make_header(keys: Keys, number: int) -> bytes:
    """The 32 header bytes of a pack: magic, format, zero, number, keyed tag."""
    open_part = _HEADER.pack(MAGIC, FORMAT, 0, number)
    return open_part + _tag(keys, open_part)


def header_holds(keys: Keys, number: int, header: bytes) -> bool:
    """Whether these are byte for byte the header of this pack."""
    return hmac.compare_digest(header, make_header(keys, number))


def locator_of(keys: Keys, pack: int, offset: int, digest: bytes) -> Locator:
    """The locator of an object: without the key its digest cannot be recognised in it."""
    return Locator(pack, offset, Marks(keys).of(digest))


def _tag(keys: Keys, open_part: bytes) -> bytes:
    return hmac.new(keys.objects, b"amparo/1 pack header" + open_part, "sha256").digest()[:_TAG]
