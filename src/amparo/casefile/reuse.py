"""Text used again: which earlier text does this one repeat, and where.

Fingerprints by winnowing (S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: local
algorithms for document fingerprinting", SIGMOD 2003) over hashes of five words, then
an alignment word by word. Any run of SHORTEST_SURE shared words is found for sure.
The result is a proposal with its proof; a person accepts or refuses the edge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from amparo.casefile.dates import PartialDate
from amparo.casefile.script import fold_text, fold_with_places

Array: TypeAlias = Any  # a numpy array of uint64

GRAM = 5
WINDOW = 4
SHORTEST_SURE = GRAM + WINDOW - 1
LEAST_RUN = 8
LEAST_WORDS = 12
MOST_CANDIDATES = 40
MOST_IN_VAIN = 5

_WORD = re.compile(r"[^\W_]+")
_FACTORS = np.array([0x9E3779B97F4A7C15**n % 2**64 for n in range(GRAM, 0, -1)], dtype=np.uint64)


class Shared(NamedTuple):
    """One passage found in both: offsets (code points) in the text and in its source."""

    start: int
    end: int
    source_start: int
    source_end: int
    words: int


class Reuse(NamedTuple):
    """What a text repeats of one source. `share` is of the words of the text, 0 to 1."""

    source: str
    share: float
    share_of_source: float
    words: int
    passages: tuple[Shared, ...]


class _Memory(dict[str, int]):
    """Word -> 64-bit hash, the same in every run and on every machine."""

    def __missing__(self, word: str) -> int:
        if len(self) > 500_000:
            self.clear()
        found = self[word] = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")
        return found


_HASH = _Memory()


def _hashes_of(text: str) -> Array:
    found = _WORD.findall(fold_text(text))
    return np.fromiter(map(_HASH.__getitem__, found), dtype=np.uint64, count=len(found))


class _Text:
    """One text while it is compared; places are worked out only when they are asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = _hashes_of(text)
        self.grams = _grams(self.words)

    def places(self) -> list[tuple[int, int]]:
        """Start and end of each word in the text as it was given."""
        folded, origin = fold_with_places(self.text)
        return [(origin[m.start()], origin[m.end() - 1] + 1) for m in _WORD.finditer(folded)]


def fingerprints(text: str) -> Array:
    """Sorted distinct fingerprints of a text (uint64); empty under GRAM words."""
    return _winnow(_grams(_hashes_of(text)))


def _grams(words: Array) -> Array:
    """A hash of each run of GRAM words."""
    count = len(words) - GRAM + 1
    if count < 1:
        return np.empty(0, dtype=np.uint64)
    grams = words[:count] * _FACTORS[0]
    for place in range(1, GRAM):
        grams += words[place : place + count] * _FACTORS[place]
    # The low bits of a product mix badly, and the least hash is what is chosen.
    grams ^= grams >> np.uint64(31)
    grams *= np.uint64(0xBF58476D1CE4E5B9)
    grams ^= grams >> np.uint64(29)
    return grams


def _winnow(grams: Array) -> Array:
    """The least hash of every WINDOW neighbours, each once, sorted."""
    if len(grams) <= WINDOW:
        return np.unique(grams.min(keepdims=True)) if len(grams) else grams
    last = len(grams) - WINDOW + 1
    least = grams[:last]
    for place in range(1, WINDOW):
        least = np.minimum(least, grams[place : last + place])
    return np.unique(least)


class ReuseIndex:
    """Fingerprints of many texts, in sorted runs that are merged as they grow.

    `text_of` returns the text of a source again; texts are not kept here.
    """

    def __init__(self, text_of: Callable[[str], str]) -> None:
        self.text_of = text_of
        self.names: list[str] = []
        self._runs: list[tuple[Array, Array]] = []
        self._new: list[Array] = []
        self._waiting = 0

    def __len__(self) -> int:
        return len(self.names)

    def add(self, name: str, text: str) -> None:
        """Add one text; the same name twice is two sources."""
        self.add_prints(name, fingerprints(text))

    def add_prints(self, name: str, prints: Array) -> None:
        """Add one text by its kept fingerprints."""
        self.names.append(name)
        self._new.append(prints)
        self._waiting += len(prints)
        if self._waiting > 200_000:
            self._settle()

    def _settle(self) -> None:
        """Sort what is new into a run and merge runs of like size."""
        if not self._new:
            return
        first = len(self.names) - len(self._new)
        owners: Array = np.repeat(
            np.arange(first, len(self.names), dtype=np.uint32), [len(p) for p in self._new]
        )
        self._runs.append(_sorted_run(np.concatenate(self._new), owners))
        self._new, self._waiting = [], 0
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            (a, x), (b, y) = self._runs.pop(), self._runs.pop()
            self._runs.append(_sorted_run(np.concatenate([a, b]), np.concatenate([x, y])))

    def find(self, text: str, *, without: Iterable[str] = (), most: int = 10) -> list[Reuse]:
        """Sources that `text` shares passages with, most words first."""
        self._settle()
        left_out = set(without)
        own = _Text(text)
        found = []
        in_vain = 0
        for place in self._candidates(_winnow(own.grams)):
            name = self.names[place]
            if name in left_out:
                continue
            reuse = _align(own, _Text(self.text_of(name)), name)
            in_vain = 0 if reuse else in_vain + 1
            if reuse:
                found.append(reuse)
            elif in_vain == MOST_IN_VAIN:
                break
        found.sort(key=lambda reuse: (-reuse.words, reuse.source))
        return found[:most]

    def _candidates(self, prints: Array) -> list[int]:
        """Places of texts with two fingerprints in common (one if there are few).

        Those that share rare fingerprints come first: stock phrases weigh little.
        """
        spans: list[tuple[Array, Array, Array]] = [
            (np.searchsorted(run, prints), np.searchsorted(run, prints, side="right"), owners)
            for run, owners in self._runs
        ]
        total: Array = sum(high - low for low, high, _ in spans)
        # A fingerprint of very many texts is a formula of the trade, not a source.
        usual = max(50, len(self.names) // 20)
        hits: list[Array] = []
        weights: list[Array] = []
        for low, high, owners in spans:
            for at in np.flatnonzero((high > low) & (total <= usual)).tolist():
                hits.append(owners[low[at] : high[at]])
                weights.append(np.full(len(hits[-1]), 1.0 / float(total[at])))
        if not hits:
            return []
        places, which, counts = np.unique(
            np.concatenate(hits), return_inverse=True, return_counts=True
        )
        weight: Array = np.bincount(which, np.concatenate(weights))
        weight[counts < (1 if len(prints) < 12 else 2)] = 0.0
        order: Array = np.argsort(-weight, kind="stable")
        return [int(places[at]) for at in order[:MOST_CANDIDATES].tolist() if weight[at] > 0.0]


def _sorted_run(prints: Array, owners: Array) -> tuple[Array, Array]:
    order: Array = np.argsort(prints, kind="stable")
    return prints[order], owners[order]


def shared_passages(text: str, source: str) -> Reuse | None:
    """Passages that two texts share, or None when there is too little."""
    return _align(_Text(text), _Text(source), "")


def _align(own: _Text, other: _Text, name: str) -> Reuse | None:
    common = np.isin(other.grams, own.grams)
    if int(common.sum()) < LEAST_RUN - GRAM + 1:
        return None
    kept = _without_overlap(_runs(own, other, np.flatnonzero(common).tolist()))
    total = sum(run[2] for run in kept)
    if total < LEAST_WORDS or max(run[2] for run in kept) < LEAST_RUN:
        return None
    here, there = own.places(), other.places()
    passages = tuple(
        Shared(here[a][0], here[a + n - 1][1], there[b][0], there[b + n - 1][1], n)
        for a, b, n in kept
    )
    share = total / len(own.words)
    return Reuse(name, share, min(1.0, total / len(other.words)), total, passages)


def _runs(own: _Text, other: _Text, common: Sequence[int]) -> list[tuple[int, int, int]]:
    """Longest runs of equal words, (place, place in source, words), GRAM words at least.

    A gram that stands often in the source is a formula: only its first eight places count.
    """
    places: dict[int, list[int]] = {}
    for at in common:
        held = places.setdefault(int(other.grams[at]), [])
        if len(held) < 8:
            held.append(at)
    mine, theirs = own.words.tolist(), other.words.tolist()
    found = []
    reached: dict[int, int] = {}
    for a, gram in enumerate(own.grams.tolist()):
        for b in places.get(gram, ()):
            if reached.get(a - b, -1) > a or mine[a : a + GRAM] != theirs[b : b + GRAM]:
                continue
            n = GRAM
            most = min(len(mine) - a, len(theirs) - b)
            while n < most and mine[a + n] == theirs[b + n]:
                n += 1
            reached[a - b] = a + n
            found.append((a, b, n))
    return found


def _without_overlap(runs: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Longest first, each cut to what is not yet taken in the text; in order of the text."""
    kept: list[tuple[int, int, int]] = []
    taken: set[int] = set()
    for a, b, n in sorted(runs, key=lambda run: (-run[2], run[0], run[1])):
        start, end = a, a + n
        while start < end and start in taken:
            start += 1
        while end > start and end - 1 in taken:
            end -= 1
        if end - start >= GRAM and taken.isdisjoint(range(start, end)):
            kept.append((start, b + start - a, end - start))
            taken.update(range(start, end))
    return sorted(kept)


def propose_direction(one: PartialDate | None, other: PartialDate | None) -> str:
    """Who repeats whom: `first repeats second`, `second repeats first` or `not known`."""
    if one is None or other is None:
        return "not known"
    if other.certainly_before(one):
        return "first repeats second"
    if one.certainly_before(other):
        return "second repeats first"
    return "not known"
