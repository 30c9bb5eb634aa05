"""Images that look alike: which pairs of perceptual hashes a person should look at.

The hashes come from the sandbox, at reading (`intake/readers/likeness.py`): dHash and pHash,
64 bits each. They find copies that were re-encoded, resized, made lighter or darker. **They
miss crops, mirror images and turned images**, and pages that show a result must say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from amparo.errors import BadInput

MOST_BITS = 10
SURE_BITS = 4
FAR_BITS = 16
BLOCK = 512


class Likeness(NamedTuple):
    """Two 64-bit hashes; `plain` images have too little in them to be compared."""

    dhash: int
    phash: int
    plain: bool

    def as_text(self) -> str:
        """33 characters for storage: two hashes in hex and `p` or `-`."""
        return f"{self.dhash:016x}{self.phash:016x}{'p' if self.plain else '-'}"


def likeness_from_text(text: str) -> Likeness:
    """Read what a reader wrote. Raises BadInput on anything else."""
    try:
        if len(text) != 33 or text[32] not in "p-":
            raise ValueError
        return Likeness(int(text[:16], 16), int(text[16:32], 16), text[32] == "p")
    except ValueError:
        raise BadInput("not a likeness of an image", value=text[:40]) from None


def bits_apart(one: Likeness, other: Likeness) -> tuple[int, int]:
    """Bits in which the two dHashes and the two pHashes differ, 0 to 64 each."""
    return (one.dhash ^ other.dhash).bit_count(), (one.phash ^ other.phash).bit_count()


def look_alike(one: Likeness, other: Likeness) -> bool:
    """Whether a person should look at the pair: both hashes near, or one nearly the same."""
    if one.plain or other.plain:
        return False
    d, p = bits_apart(one, other)
    return (d <= MOST_BITS and p <= MOST_BITS) or (min(d, p) <= SURE_BITS and max(d, p) <= FAR_BITS)


def pairs_alike(held: Sequence[Likeness]) -> Iterator[tuple[int, int]]:
    """Places (first < second) of all pairs that look alike; time grows with the square."""
    rich = [place for place, one in enumerate(held) if not one.plain]
    hashes = np.array([[held[n].dhash, held[n].phash] for n in rich], dtype=np.uint64)
    for begin in range(0, len(rich), BLOCK):
        rows = hashes[begin : begin + BLOCK, None, :] ^ hashes[None, :, :]
        bits = np.bitwise_count(rows)
        near, far = bits.min(axis=2), bits.max(axis=2)
        found = (far <= MOST_BITS) | ((near <= SURE_BITS) & (far <= FAR_BITS))
        for row, column in np.argwhere(found).tolist():
            if begin + row < column:
                yield rich[begin + row], rich[column]
