"""Proofs over the ledger: inclusion and consistency (RFC 6962, checked as in RFC 9162
section 2.1), and the C2SP tlog-proof file that a court gets for one entry.

Proofs are made from `node(level, index)`: the hash of the perfect subtree of 2^level leaves
that begins at leaf index * 2^level, as tiles.py gives it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from amparo.custody.tree import EMPTY_ROOT, node_hash
from amparo.errors import BadInput, Broken

NodeAt = Callable[[int, int], bytes]
HEADER = "c2sp.org/tlog-proof@v1"
MAX_PATH = 64


def nodes_of(leaves: Sequence[bytes]) -> NodeAt:
    """`node` over leaf hashes in memory, for small ledgers and packages."""
    known: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        if (level, index) not in known:
            left, right = node(level - 1, 2 * index), node(level - 1, 2 * index + 1)
            known[level, index] = node_hash(left, right)
        return known[level, index]

    return node


def subtree_root(start: int, stop: int, node: NodeAt) -> bytes:
    """Merkle tree hash of the leaves `start` to `stop`; `start` is a multiple of the largest
    power of two below their number, as every subtree of RFC 6962 is."""
    size = stop - start
    if size == 0:
        return EMPTY_ROOT
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    split = 1 << (size - 1).bit_length() - 1
    left = subtree_root(start, start + split, node)
    return node_hash(left, subtree_root(start + split, stop, node))


def prove_inclusion(index: int, size: int, node: NodeAt) -> list[bytes]:
    """Audit path of leaf `index` in the tree of `size` leaves, from the sibling up."""
    if not 0 <= index < size:
        raise BadInput("The ledger has no such entry", value=str(index))
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        split = start + (1 << (stop - start - 1).bit_length() - 1)
        if index < split:
            path.append(subtree_root(split, stop, node))
            stop = split
        else:
            path.append(subtree_root(start, split, node))
            start = split
    return path[::-1]


def prove_consistency(old: int, new: int, node: NodeAt) -> list[bytes]:
    """Proof that the tree of `new` leaves begins with the tree of `old` leaves."""
    if not 0 < old <= new:
        raise BadInput("These sizes cannot be compared", value=f"{old} and {new}")
    path: list[bytes] = []
    start, stop, whole = 0, new, True
    while stop != old:
        split = start + (1 << (stop - start - 1).bit_length() - 1)
        if old <= split:
            path.append(subtree_root(split, stop, node))
            stop = split
        else:
            path.append(subtree_root(start, split, node))
            start, whole = split, False
    if not whole:
        path.append(subtree_root(start, stop, node))
    return path[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise Broken unless `path` leads from the leaf hash to the root."""
    if not 0 <= index < size or len(path) > MAX_PATH:
        raise Broken("An inclusion proof does not fit the checkpoint", value=f"entry {index}")
    number, last, running = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise Broken("An inclusion proof is too long", value=f"entry {index}")
        if number & 1 or number == last:
            running = node_hash(sibling, running)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            running = node_hash(running, sibling)
        number, last = number >> 1, last >> 1
    if last != 0 or running != root:
        raise Broken("An entry is not in the ledger that was signed", value=f"entry {index}")


def check_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Raise Broken unless the newer tree begins with the older one.

    The empty tree is the beginning of every tree, with an empty proof.
    """
    value = f"{old} and {new}"
    if old == 0 or old == new:
        same = old_root == (EMPTY_ROOT if old == 0 else new_root)
        if path or not same:
            raise Broken("The ledger was rewritten: same size, another root", value=value)
        return
    if not 0 < old < new or len(path) > MAX_PATH:
        raise Broken("The ledger is shorter than it was", value=value)
    if _replay(old, new, old_root, list(path)) != (old_root, new_root):
        raise Broken("The ledger was rewritten: it does not begin as it did", value=value)


def _replay(old: int, new: int, old_root: bytes, path: list[bytes]) -> tuple[bytes, bytes] | None:
    if old & (old - 1) == 0:
        path = [old_root, *path]
    if not path:
        return None
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            return None
        if number & 1 or number == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            second = node_hash(second, step)
        number, last = number >> 1, last >> 1
    return (first, second) if last == 0 else None


@dataclass(frozen=True)
class Proof:
    """A tlog-proof: the place of an entry, its path, and the checkpoint note it leads to."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def encode(self) -> str:
        return "\n".join([*self._lines(), "", self.checkpoint])

    def _lines(self) -> Iterator[str]:
        yield HEADER
        if self.extra is not None:
            yield f"extra {base64.b64encode(self.extra).decode()}"
        yield f"index {self.index}"
        for step in self.path:
            yield base64.b64encode(step).decode()


def parse_proof(text: str) -> Proof:
    """Read a tlog-proof. Checks its form only. Raises BadInput."""
    head, found, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not found or lines[0] != HEADER:
        raise _bad()
    try:
        extra = None
        if lines[1].startswith("extra "):
            extra = base64.b64decode(lines.pop(1)[6:], validate=True)
        word, index = lines[1].split(" ")
        path = tuple(base64.b64decode(line, validate=True) for line in lines[2:])
        proof = Proof(int(index), path, checkpoint, extra)
    except (ValueError, IndexError, binascii.Error):
        raise _bad() from None
    if (
        word != "index"
        or proof.index < 0
        or len(path) > MAX_PATH
        or any(len(step) != 32 for step in path)
    ):
        raise _bad()
    if proof.encode() != text:
        raise _bad()
    return proof


def _bad() -> BadInput:
    return BadInput("This is not a ledger proof", remedy="Get the file again, unaltered")
