"""Images that look alike: two perceptual hashes of the pixels, for re-encoded copies.

dHash compares neighbours, pHash the low frequencies (both after N. Krawetz, 2011-2013).
They find copies that were re-encoded, resized, made lighter or darker. **They miss
crops, mirror images and turned images**, and pages that show a result must say so.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from amparo.errors import BadInput

Array: TypeAlias = Any  # a numpy array of numbers
MOST_BITS = 10
SURE_BITS = 4
_LEAST_CONTRAST = 4.0


class Likeness(NamedTuple):
    """Two 64-bit hashes; `plain` images have too little in them to be compared."""

    dhash: int
    phash: int
    plain: bool

    def as_text(self) -> str:
        """33 characters for storage: two hashes in hex and `p` or `-`."""
        return f"{self.dhash:016x}{self.phash:016x}{'p' if self.plain else '-'}"


def likeness_of(pixels: Array) -> Likeness:
    """Hashes of an image given as an array: height x width, or with 3 or 4 channels."""
    gray = _gray(pixels)
    small = _shrink(gray, 8, 9)
    steps = small[:, 1:] > small[:, :-1]
    waves = _cosines() @ _shrink(gray, 32, 32) @ _cosines().T
    low = waves[:8, :8].ravel()
    return Likeness(
        dhash=_number(steps.ravel()),
        phash=_number(low > np.median(low[1:])),
        plain=float(small.max() - small.min()) < _LEAST_CONTRAST,
    )


def likeness_from_text(text: str) -> Likeness:
    """Read `as_text` back."""
    try:
        if len(text) != 33 or text[32] not in "p-":
            raise ValueError
        return Likeness(int(text[:16], 16), int(text[16:32], 16), text[32] == "p")
    except ValueError:
        raise BadInput("Not a likeness of an image", value=text[:40]) from None


def bits_apart(one: Likeness, other: Likeness) -> tuple[int, int]:
    """Bits in which the two dHashes and the two pHashes differ, 0 to 64 each."""
    return (one.dhash ^ other.dhash).bit_count(), (one.phash ^ other.phash).bit_count()


def look_alike(one: Likeness, other: Likeness) -> bool:
    """Whether a person should look at the pair: both hashes near, or one nearly the same."""
    if one.plain or other.plain:
        return False
    d, p = bits_apart(one, other)
    return (d <= MOST_BITS and p <= MOST_BITS) or (min(d, p) <= SURE_BITS and max(d, p) <= 16)


def _gray(pixels: Array) -> Array:
    array = np.asarray(pixels)
    if array.ndim not in (2, 3) or 0 in array.shape or array.dtype.kind not in "uifb":
        raise BadInput("Not the pixels of an image", value=f"array of shape {array.shape}")
    if array.ndim == 2:
        return array.astype(np.float64)
    if array.shape[2] < 3:
        return array[:, :, 0].astype(np.float64)
    # Rec. 601 luma, as JPEG uses it.
    weights = np.array([0.299, 0.587, 0.114])
    return np.asarray(array[:, :, :3].astype(np.float64) @ weights, dtype=np.float64)


def _shrink(gray: Array, rows: int, columns: int) -> Array:
    """Mean of the area under each new pixel; larger or smaller, edges cut exactly."""
    return _means(_means(gray, rows).T, columns).T


def _means(values: Array, parts: int) -> Array:
    """Split the first axis into `parts` equal lengths and average each."""
    size = values.shape[0]
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    edges = np.linspace(0.0, size, parts + 1)
    whole = np.minimum(edges.astype(np.int64), size - 1)
    at = sums[whole] + (edges - whole)[:, None] * values[whole]
    return np.asarray(np.diff(at, axis=0) * (parts / size), dtype=np.float64)


@lru_cache(maxsize=1)
def _cosines() -> Array:
    """First eight rows of the DCT-II matrix for 32 samples."""
    wave, place = np.arange(8)[:, None], np.arange(32)[None, :]
    return np.asarray(np.cos(np.pi * wave * (2 * place + 1) / 64.0), dtype=np.float64)


def _number(bits: Array) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
