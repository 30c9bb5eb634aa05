"""Text used again: which earlier text does this one repeat, and where.

Fingerprints by winnowing (S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: local
algorithms for document fingerprinting", SIGMOD 2003) over hashes of five words, then
an alignment word by word. Any run of SHORTEST_SURE shared words is found for sure.
The result is a proposal with its proof; a person accepts or refuses the edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from amparo.casefile.dates import PartialDate
from amparo.casefile.fingerprint import GRAM, Array, Text, grams_of

LEAST_RUN = 8
LEAST_WORDS = 12
MOST_CANDIDATES = 40
MOST_IN_VAIN = 3
# A run of words that stands often in the source is a formula: only its first places count.
MOST_PLACES = 8


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


class ReuseIndex:
    """Fingerprints of many texts, in sorted runs that are merged as they grow.

    Of each text a short hash of every word is kept too, 4 bytes each, so that a source is read
    again, by `text_of`, only where it shares enough.
    """

    def __init__(self, text_of: Callable[[str], str]) -> None:
        self.text_of = text_of
        self.names: list[str] = []
        self._words: list[Array] = []
        self._runs: list[tuple[Array, Array]] = []
        self._new: list[Array] = []
        self._waiting = 0

    def __len__(self) -> int:
        return len(self.names)

    def add(self, name: str, text: str) -> None:
        """Add one text; the same name twice is two sources."""
        added = Text(text)
        prints = added.fingerprints()
        self.names.append(name)
        self._words.append(added.words.astype(np.uint32))
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
        own = Text(text)
        found = []
        in_vain = 0
        for place in self._candidates(own.fingerprints()):
            name = self.names[place]
            if name in left_out:
                continue
            runs = _shared_runs(own, self._words[place])
            reuse = _shown(own, Text(self.text_of(name)), runs, name) if runs else None
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
        spans = [(*_find_spans(run, prints), owners) for run, owners in self._runs]
        total: Array = sum(sizes for _, sizes, _ in spans)
        # A fingerprint of very many texts is a formula of the trade, not a source.
        usual = total <= max(50, len(self.names) // 20)
        hits: list[Array] = [np.empty(0, dtype=np.uint32)]
        weights: list[Array] = [np.empty(0)]
        for low, found, owners in spans:
            sizes = np.where(usual, found, 0)
            hits.append(owners[_spread(low, sizes)])
            weights.append(np.repeat(1.0 / np.maximum(total, 1), sizes))
        places, which, counts = np.unique(
            np.concatenate(hits), return_inverse=True, return_counts=True
        )
        weight: Array = np.bincount(which, np.concatenate(weights), minlength=len(places))
        weight[counts < (1 if len(prints) < 12 else 2)] = 0.0
        order: Array = np.argsort(-weight, kind="stable")[:MOST_CANDIDATES]
        return [int(places[at]) for at in order.tolist() if weight[at] > 0.0]


def _find_spans(run: Array, prints: Array) -> tuple[Array, Array]:
    """Where each fingerprint stands first in a sorted run, and how often; most do not."""
    low: Array = np.searchsorted(run, prints)
    sizes: Array = np.zeros(len(prints), dtype=np.int64)
    if len(run):
        held = np.flatnonzero(run.take(low, mode="clip") == prints)
        sizes[held] = np.searchsorted(run, prints[held], side="right") - low[held]
    return low, sizes


def _spread(firsts: Array, sizes: Array) -> Array:
    """The numbers first, first + 1, ... of each span, one span after the other."""
    ends: Array = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(firsts - ends + sizes, sizes)


def _sorted_run(prints: Array, owners: Array) -> tuple[Array, Array]:
    order: Array = np.argsort(prints, kind="stable")
    return prints[order], owners[order]


def shared_passages(text: str, source: str) -> Reuse | None:
    """Passages that two texts share, or None when there is too little."""
    own, other = Text(text), Text(source)
    runs = _shared_runs(own, other.words)
    return _shown(own, other, runs, "") if runs else None


def _shown(own: Text, other: Text, runs: list[tuple[int, int, int]], name: str) -> Reuse:
    """The runs with their places in both texts."""
    at, there, words = np.array(runs).T
    starts, ends = own.places(at, at + words - 1)
    source_starts, source_ends = other.places(there, there + words - 1)
    rows = np.stack([starts, ends, source_starts, source_ends, words], axis=1).tolist()
    total = int(words.sum())
    share_of_source = min(1.0, total / len(other))
    passages = tuple(Shared(*row) for row in rows)
    return Reuse(name, total / len(own), share_of_source, total, passages)


def _shared_runs(own: Text, words: Array) -> list[tuple[int, int, int]]:
    """Runs of equal words, (place, place in source, words), or none if there is too little."""
    found = _without_overlap(_runs(own, grams_of(words)))
    sizes = [size for _, _, size in found]
    return found if sum(sizes) >= LEAST_WORDS and max(sizes) >= LEAST_RUN else []


def _runs(own: Text, other: Array) -> list[tuple[int, int, int]]:
    """Longest runs of equal words, GRAM at least; they may overlap.

    Equal grams on one diagonal, each one word further on, are one run.
    """
    grams, places = own.ranked_grams
    if not len(grams) or not len(other):
        return []
    low = np.searchsorted(grams, other)
    common = grams.take(low, mode="clip") == other
    if not _in_a_row(common, LEAST_RUN - GRAM + 1):
        return []
    sizes = np.searchsorted(grams, other, side="right") - low
    sizes[_beyond(other, np.flatnonzero(common))] = 0
    here = places[_spread(low, sizes)]
    there: Array = np.repeat(np.arange(len(sizes)), sizes)
    order = np.lexsort((here, here - there))
    here, there = here[order], there[order]
    follows = (np.diff(here - there) == 0) & (np.diff(here) == 1)
    first = np.flatnonzero(np.append(True, ~follows))
    words: Array = np.diff(np.append(first, len(here))) + GRAM - 1
    return list(zip(here[first].tolist(), there[first].tolist(), words.tolist(), strict=True))


def _in_a_row(common: Array, wanted: int) -> bool:
    """Whether as many neighbours are common as the least run needs: most texts end here."""
    last = len(common) - wanted + 1
    return last > 0 and bool(np.all([common[n : n + last] for n in range(wanted)], axis=0).any())


def _beyond(other: Array, common: Array) -> Array:
    """Those of some places in the source at which a gram stands that stood often before."""
    grams = other[common]
    order = np.argsort(grams, kind="stable")
    ranked = grams[order]
    nth = np.arange(len(ranked)) - np.searchsorted(ranked, ranked)
    return common[order[nth >= MOST_PLACES]]


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
