"""Words of a text as numbers, and the fingerprints that tell where texts are alike.

All of it is done on whole arrays: a text of 250 words takes some hundredths of a millisecond.
Fingerprints by winnowing (S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: local algorithms
for document fingerprinting", SIGMOD 2003) over hashes of GRAM words.
"""

from __future__ import annotations

import unicodedata
from functools import cache, cached_property
from typing import Any, TypeAlias

import numpy as np

from amparo.casefile.script import fold_palochka, fold_text, fold_with_places

Array: TypeAlias = Any  # a numpy array

GRAM = 5
WINDOW = 4
SHORTEST_SURE = GRAM + WINDOW - 1

# No letter and no figure is assigned from here on.
_LAST_CODE = 0x33480
_LONGEST_WORD = 1 << 12
_WORDS_AT_ONCE = 1 << 15
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
        self._inside = _in_words().take(self._codes, mode="clip")
        edges = np.flatnonzero(np.diff(self._inside, prepend=False, append=False))
        self._starts, self._ends = edges[::2], edges[1::2]

    def __len__(self) -> int:
        """Number of words."""
        return len(self._starts)

    @cached_property
    def words(self) -> Array:
        """A hash of each word (uint64)."""
        return _hash_words(self._codes, self._inside, self._starts, self._ends)

    @cached_property
    def grams(self) -> Array:
        """A hash of each run of GRAM words (uint64)."""
        return grams_of(self.words)

    @cached_property
    def ranked_grams(self) -> tuple[Array, Array]:
        """The grams in order of size, and where each stands in the text."""
        order = np.argsort(self.grams, kind="stable")
        return self.grams[order], order

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


def fingerprints(text: str) -> Array:
    """Sorted distinct fingerprints of a text (uint64); empty under GRAM words."""
    return Text(text).fingerprints()


def _codes(text: str) -> Array:
    """The code points of a text."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


# What a code point of the first plane folds to, as far as it was met.
_FOLDED: Array = np.zeros(0x10000, dtype=np.uint32)
_NOT_ONE = 0xFFFFFFFF


def _fold_simple(text: str) -> Array | None:
    """The code points of `fold_text`, where each character becomes one; None elsewhere."""
    if text.isascii():
        return _codes(text.lower())
    if not unicodedata.is_normalized("NFC", text):
        return None
    codes = _codes(fold_palochka(text))
    if int(codes.max()) >= len(_FOLDED):
        return None
    found: Array = _FOLDED.take(codes)
    if not found.all():
        for code in set(codes[found == 0].tolist()):
            folded = fold_text(chr(code))
            _FOLDED[code] = ord(folded) if len(folded) == 1 and code else _NOT_ONE
        found = _FOLDED.take(codes)
    return None if int(found.max()) == _NOT_ONE else found


@cache
def _in_words() -> Array:
    """For each code point up to the last that is one, whether it is a letter or figure."""
    return np.fromiter((chr(code).isalnum() for code in range(_LAST_CODE + 1)), dtype=np.bool_)


@cache
def _powers() -> Array:
    return np.multiply.accumulate(np.full(_LONGEST_WORD, _ODD, dtype=np.uint64))


def _hash_words(codes: Array, inside: Array, starts: Array, ends: Array) -> Array:
    """A polynomial hash of each word, in slabs, so that a long text needs little memory."""
    found: list[Array] = [np.empty(0, dtype=np.uint64)]
    for at in range(0, len(starts), _WORDS_AT_ONCE):
        first, past = starts[at : at + _WORDS_AT_ONCE], ends[at : at + _WORDS_AT_ONCE]
        slab = slice(int(first[0]), int(past[-1]))
        letters = codes[slab][inside[slab]].astype(np.uint64)
        sizes = past - first
        begins = np.cumsum(sizes) - sizes
        within = np.arange(len(letters)) - np.repeat(begins, sizes)
        letters *= _powers()[within & (_LONGEST_WORD - 1)]
        found.append(_mix(np.add.reduceat(letters, begins)))
    return np.concatenate(found)


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
    words = words.astype(np.uint32).astype(np.uint64)
    grams = words[:count] * _FACTORS[0]
    for place in range(1, GRAM):
        grams += words[place : place + count] * _FACTORS[place]
    return _mix(grams)


def _winnow(grams: Array) -> Array:
    """The least hash of every WINDOW neighbours, each once, sorted."""
    if len(grams) <= WINDOW:
        return grams[:0] if not len(grams) else grams.min(keepdims=True)
    last = len(grams) - WINDOW + 1
    least = grams[:last]
    for place in range(1, WINDOW):
        least = np.minimum(least, grams[place : last + place])
    least.sort()
    return least[np.append(True, least[1:] != least[:-1])]
