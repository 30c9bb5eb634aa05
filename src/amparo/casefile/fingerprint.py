"""Words of a text as numbers, and the fingerprints that tell where texts are alike.

All of it is done on whole arrays: a text of 250 words takes some hundredths of a millisecond.
Fingerprints by winnowing (S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: local algorithms
for document fingerprinting", SIGMOD 2003) over hashes of GRAM words.
"""

from __future__ import annotations

import unicodedata
from functools import cache, cached_property
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from amparo.casefile.script import fold_palochka, fold_text, fold_with_places

Array: TypeAlias = Any  # a numpy array

GRAM = 5
WINDOW = 4
SHORTEST_SURE = GRAM + WINDOW - 1

# No letter and no figure is assigned from here on.
_LAST_CODE = 0x33480
_LONGEST_WORD = 1 << 14
_FILTER = np.uint32(0x3FFF)
_SHORT = np.uint64(0xFFFFFFFF)
_SLAB = 1 << 16
_ODD = 0x9E3779B97F4A7C15
_FACTORS = np.array([_ODD**n % 2**64 for n in range(GRAM, 0, -1)], dtype=np.uint64)
_SHIFTS = (np.uint64(31), np.uint64(29))
_MIXER = np.uint64(0xBF58476D1CE4E5B9)


class Text:
    """One text while it is compared: a hash for each word and for each run of GRAM words.

    Words are runs of letters and figures as `script.fold_text` writes them; the hashes are the
    same in every run and on every machine. Places are worked out only when they are asked for.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        simple = _fold_simple(text)
        self._is_simple = simple is not None
        self._codes = _codes(fold_text(text)) if simple is None else simple
        inside: Array = np.zeros(len(self._codes) + 2, dtype=np.bool_)
        _in_words().take(self._codes, mode="clip", out=inside[1:-1])
        edges = (inside[1:] != inside[:-1]).nonzero()[0]
        self._starts, self._ends = edges[::2], edges[1::2]

    def __len__(self) -> int:
        """Number of words."""
        return len(self._starts)

    @cached_property
    def words(self) -> Array:
        """A hash of each word (uint64)."""
        return _hash_words(self._codes, self._starts, self._ends)

    @cached_property
    def grams(self) -> Array:
        """A hash of each run of GRAM words (uint64)."""
        return grams_of(self.words)

    @cached_property
    def short_grams(self) -> ShortGrams:
        """The low 32 bits of the grams, to be looked up."""
        return ShortGrams(self.grams.astype(np.uint32))

    def fingerprints(self) -> Array:
        """Sorted distinct fingerprints (uint64); empty under GRAM words."""
        return _winnow(self.grams)

    def places(self, first: Array, last: Array) -> tuple[Array, Array]:
        """Where words begin and end in the text as it was given (code points)."""
        starts, ends = self._starts[first], self._ends[last]
        if self._is_simple:
            return starts, ends
        origins = np.array(fold_with_places(self.text)[1])
        return origins[starts], origins[ends - 1] + 1


class ShortGrams:
    """Short hashes of one text: in order of size with the place of each, and a filter by 14 bits.

    Most texts that are compared share next to nothing; the filter tells it without a search.
    """

    def __init__(self, grams: Array) -> None:
        self.places: Array = grams.argsort()
        self.ranked: Array = grams[self.places]
        self._filter: Array = np.zeros(_FILTER + 1, dtype=np.bool_)
        self._filter[grams & _FILTER] = True

    def may_hold(self, grams: Array) -> Array:
        """For each of some short hashes, False where this text surely has not got it."""
        return self._filter.take(grams & _FILTER)


def fingerprints(text: str) -> Array:
    """Sorted distinct fingerprints of a text (uint64); empty under GRAM words."""
    return Text(text).fingerprints()


def _codes(text: str) -> Array:
    """The code points of a text."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


# What a code point of the first plane folds to, as far as it was met.
_NOT_ONE = 0xFFFFFFFF
_NOT_MET = 0xFFFFFFFE
_FOLDED: Array = np.full(0x10000, _NOT_MET, dtype=np.uint32)
_JOINED_FROM = 0x700


def _fold_simple(text: str) -> Array | None:
    """The code points of `fold_text`, where each character becomes one; None elsewhere."""
    if text.isascii():
        return _codes(text.lower())
    codes = _codes(fold_palochka(text))
    highest = int(codes.max())
    if highest >= len(_FOLDED):
        return None
    # Below, whatever joins with a letter before it folds to nothing, and so is found out.
    if highest >= _JOINED_FROM and not unicodedata.is_normalized("NFC", text):
        return None
    found: Array = _FOLDED.take(codes)
    most = int(found.max())
    if most >= _NOT_MET:
        for code in set(codes[found == _NOT_MET].tolist()):
            folded = fold_text(chr(code))
            _FOLDED[code] = ord(folded) if len(folded) == 1 and code else _NOT_ONE
        found = _FOLDED.take(codes)
        most = int(found.max())
    return None if most == _NOT_ONE else found


@cache
def _in_words() -> Array:
    """For each code point up to the last that is one, whether it is a letter or figure."""
    return np.fromiter((chr(code).isalnum() for code in range(_LAST_CODE + 1)), dtype=np.bool_)


@cache
def _powers() -> tuple[Array, Array]:
    """ODD to the power of each place in a slab, and of each place but one, backwards."""
    most = _SLAB + _LONGEST_WORD
    back = pow(_ODD, -1, 1 << 64)
    forth: Array = np.full(most, _ODD, dtype=np.uint64)
    undo: Array = np.full(most, back, dtype=np.uint64)
    forth[0], undo[0] = 1, _ODD
    return np.multiply.accumulate(forth), np.multiply.accumulate(undo)


def _hash_words(codes: Array, starts: Array, ends: Array) -> Array:
    """A polynomial hash of each word, in slabs, so that a long text needs little memory.

    Sums run over a whole slab; a word is the difference of two, taken back to where it begins.
    Of a word of more than LONGEST letters the first count.
    """
    if len(codes) <= _SLAB:
        return _hash_slab(codes, starts, np.minimum(ends, starts + _LONGEST_WORD))
    found: list[Array] = []
    cuts = starts.searchsorted(np.arange(0, len(codes) + _SLAB, _SLAB))
    for first, past in pairwise(cuts.tolist()):
        begins = starts[first:past]
        closes = np.minimum(ends[first:past], begins + _LONGEST_WORD)
        base = int(begins[0]) if len(begins) else 0
        slab = codes[base : int(closes[-1]) if len(closes) else 0]
        found.append(_hash_slab(slab, begins - base, closes - base))
    return np.concatenate(found)


def _hash_slab(codes: Array, starts: Array, ends: Array) -> Array:
    forth, undo = _powers()
    sums: Array = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.multiply(codes, forth[: len(codes)], out=sums[1:])
    sums.cumsum(out=sums)
    return _mix((sums[ends] - sums[starts]) * undo[starts])


def _mix(numbers: Array) -> Array:
    """The low bits of a product mix badly, and the least hash is what is chosen."""
    numbers ^= numbers >> _SHIFTS[0]
    numbers *= _MIXER
    numbers ^= numbers >> _SHIFTS[1]
    return numbers


def grams_of(words: Array) -> Array:
    """A hash of each run of GRAM words; of each word its low 32 bits count."""
    count = len(words) - GRAM + 1
    if count < 1:
        return np.empty(0, dtype=np.uint64)
    words = words & _SHORT
    grams = words[:count] * _FACTORS[0]
    for place in range(1, GRAM):
        grams += words[place : place + count] * _FACTORS[place]
    return _mix(grams)


def _winnow(grams: Array) -> Array:
    """The least hash of every WINDOW neighbours, each once, sorted."""
    if len(grams) <= WINDOW:
        return grams[:0] if not len(grams) else grams.min(keepdims=True)
    pairs = np.minimum(grams[:-1], grams[1:])
    least = np.minimum(pairs[:-2], pairs[2:])
    least.sort()
    return least[is_first(least)]


def is_first(ranked: Array) -> Array:
    """For each of some sorted numbers, whether it differs from the one before."""
    first: Array = np.ones(len(ranked), dtype=np.bool_)
    np.not_equal(ranked[1:], ranked[:-1], out=first[1:])
    return first
