"""The Merkle tree of the ledger: RFC 6962 section 2.1, with SHA-256.

`Frontier` is what has to be kept to go on appending: the roots of the perfect subtrees
that make up the tree, largest first. Proofs are made in proof.py from stored hashes.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from amparo.errors import Broken

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one entry: SHA-256 over 0x00 and its bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256 over 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """A tree of `size` leaves; `hashes` has one 32-byte root for each set bit of `size`."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Frontier:
        """The tree with one more leaf hash."""
        return self.extend([leaf])

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """The tree with more leaf hashes."""
        hashes, size = list(self.hashes), self.size
        for leaf in leaves:
            hashes.append(leaf)
            rest = size
            while rest & 1:
                right, left = hashes.pop(), hashes.pop()
                hashes.append(node_hash(left, right))
                rest >>= 1
            size += 1
        return Frontier(size, tuple(hashes))

    def root(self) -> bytes:
        """Merkle tree hash of all leaves; SHA-256 of nothing for the empty tree."""
        if not self.hashes:
            return EMPTY_ROOT
        return reduce(lambda right, left: node_hash(left, right), reversed(self.hashes))

    def to_bytes(self) -> bytes:
        """Size as 8 bytes big-endian, then the hashes, largest subtree first."""
        return struct.pack(">Q", self.size) + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> Frontier:
        """Undo `to_bytes`. Raises Broken when the length does not fit the size."""
        size = struct.unpack(">Q", data[:8])[0] if len(data) >= 8 else -1
        if size < 0 or len(data) != 8 + HASH_SIZE * size.bit_count():
            raise Broken("The kept state of the ledger is damaged")
        parts = range(8, len(data), HASH_SIZE)
        return cls(size, tuple(data[at : at + HASH_SIZE] for at in parts))


def grow(leaves: Iterable[bytes], start: Frontier | None = None) -> Frontier:
    """The frontier after appending leaf hashes to `start` (or to the empty tree)."""
    return (start or Frontier()).extend(leaves)
