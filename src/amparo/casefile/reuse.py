"""Text used again: which earlier text does this one repeat, and where.

Fingerprints by winnowing (S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: local
algorithms for document fingerprinting", SIGMOD 2003) over hashes of five words, then
an alignment word by word. Any run of SHORTEST_SURE shared words is found for sure.
The result is a proposal with its proof; a person accepts or refuses the edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

import numpy as np

from amparo.casefile.dates import PartialDate
from amparo.casefile.fingerprint import GRAM, Array, ShortGrams, Text, is_first

LEAST_RUN = 8
LEAST_WORDS = 12
MOST_CANDIDATES = 40
MOST_IN_VAIN = 3
# A run of words that stands often in the source is a formula: only its first places count.
MOST_PLACES = 8
# Place in the text, place in the source, words.
Run: TypeAlias = tuple[int, int, int]


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

    Of each text a short hash of every run of GRAM words is kept too, 4 bytes each, so that a
    source is read again, by `text_of`, only where it shares enough.
    """

    def __init__(self, text_of: Callable[[str], str]) -> None:
        self.text_of = text_of
        self.names: list[str] = []
        self._grams: list[Array] = []
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
        self._grams.append(added.grams.astype(np.uint32))
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
            runs = _shared_runs(own.short_grams, self._grams[place])
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
        total: Array = sum((sizes for _, sizes, _ in spans), np.zeros(len(prints), np.int64))
        # A fingerprint of very many texts is a formula of the trade, not a source.
        usual = total <= max(50, len(self.names) // 20)
        hits: list[Array] = [np.empty(0, dtype=np.uint32)]
        weights: list[Array] = [np.empty(0)]
        for low, found, owners in spans:
            held = ((found > 0) & usual).nonzero()[0]
            sizes = found[held]
            hits.append(owners[_spread(low[held], sizes)])
            weights.append((1.0 / total[held]).repeat(sizes))
        return _heaviest(
            np.concatenate(hits), np.concatenate(weights), 1 if len(prints) < 12 else 2
        )


def _heaviest(hits: Array, weights: Array, least: int) -> list[int]:
    """Of places hit `least` times and more, those with most weight, heaviest first."""
    order = hits.argsort()
    ranked = hits[order]
    first = is_first(ranked).nonzero()[0]
    counts = np.append(first[1:], len(ranked)) - first
    enough = (counts >= least).nonzero()[0]
    if not len(enough):
        return []
    weight = np.add.reduceat(weights[order], first)[enough]
    heaviest = (-weight).argsort(kind="stable")[:MOST_CANDIDATES]
    return [int(place) for place in ranked[first[enough[heaviest]]].tolist()]


def _find_spans(run: Array, prints: Array) -> tuple[Array, Array]:
    """Where each fingerprint stands first in a sorted run, and how often; most do not."""
    low: Array = run.searchsorted(prints)
    sizes: Array = np.zeros(len(prints), dtype=np.int64)
    if len(run):
        held = (run.take(low, mode="clip") == prints).nonzero()[0]
        sizes[held] = run.searchsorted(prints[held], side="right") - low[held]
    return low, sizes


def _spread(firsts: Array, sizes: Array) -> Array:
    """The numbers first, first + 1, ... of each span, one span after the other."""
    ends: Array = sizes.cumsum()
    return np.arange(ends[-1] if len(ends) else 0) + (firsts - ends + sizes).repeat(sizes)


def _sorted_run(prints: Array, owners: Array) -> tuple[Array, Array]:
    order: Array = prints.argsort(kind="stable")
    return prints[order], owners[order]


def shared_passages(text: str, source: str) -> Reuse | None:
    """Passages that two texts share, or None when there is too little."""
    own, other = Text(text), Text(source)
    runs = _shared_runs(own.short_grams, other.grams.astype(np.uint32))
    return _shown(own, other, runs, "") if runs else None


def _shown(own: Text, other: Text, runs: list[Run], name: str) -> Reuse | None:
    """The runs with their places in both texts; short hashes may have been equal by chance."""
    mine, theirs = own.words, other.words
    runs = [(a, b, n) for a, b, n in runs if (mine[a : a + n] == theirs[b : b + n]).all()]
    if not _is_enough(runs):
        return None
    at, there, words = np.array(runs).T
    starts, ends = own.places(at, at + words - 1)
    source_starts, source_ends = other.places(there, there + words - 1)
    rows = zip(
        starts.tolist(), ends.tolist(), source_starts.tolist(), source_ends.tolist(),
        words.tolist(), strict=True,
    )  # fmt: skip
    total = sum(size for _, _, size in runs)
    share_of_source = min(1.0, total / len(other))
    return Reuse(name, total / len(own), share_of_source, total, tuple(map(Shared._make, rows)))


def _shared_runs(own: ShortGrams, other: Array) -> list[Run]:
    """Runs of equal words, (place, place in source, words), or none if there is too little."""
    found = _without_overlap(_runs(own, other))
    return found if _is_enough(found) else []


def _is_enough(runs: list[Run]) -> bool:
    sizes = [size for _, _, size in runs]
    return sum(sizes) >= LEAST_WORDS and max(sizes) >= LEAST_RUN


def _runs(own: ShortGrams, other: Array) -> list[Run]:
    """Longest runs of equal words, GRAM at least; they may overlap.

    Equal grams on one diagonal, each one word further on, are one run.
    """
    maybe = own.may_hold(other)
    if not _in_a_row(maybe, LEAST_RUN - GRAM + 1):
        return []
    there = maybe.nonzero()[0]
    low = own.ranked.searchsorted(other[there])
    common = own.ranked.take(low, mode="clip") == other[there]
    there, low = _without_frequent(there[common], low[common])
    if not len(there):
        return []
    sizes = own.ranked.searchsorted(other[there], side="right") - low
    here = own.places[_spread(low, sizes)]
    there = there.repeat(sizes)
    order = np.lexsort((here, here - there))
    here, there = here[order], there[order]
    follows = (here[1:] == here[:-1] + 1) & (there[1:] == there[:-1] + 1)
    first = np.append(True, ~follows).nonzero()[0]
    words = np.append(first[1:], len(here)) - first + GRAM - 1
    return list(zip(here[first].tolist(), there[first].tolist(), words.tolist(), strict=True))


def _in_a_row(common: Array, wanted: int) -> bool:
    """Whether as many neighbours are common as the least run needs: most texts end here."""
    row = common
    for _ in range(wanted - 1):
        row = row[1:] & common[: len(row) - 1] if len(row) else row
    return bool(row.any())


def _without_frequent(there: Array, low: Array) -> tuple[Array, Array]:
    """Leave out the places in the source at which a gram stands that stood often before."""
    order = low.argsort(kind="stable")
    ranked = low[order]
    if not (ranked[MOST_PLACES:] == ranked[:-MOST_PLACES]).any():
        return there, low
    nth = np.arange(len(ranked)) - ranked.searchsorted(ranked)
    kept = np.sort(order[nth < MOST_PLACES])
    return there[kept], low[kept]


def _without_overlap(runs: Iterable[Run]) -> list[Run]:
    """Longest first, each cut to what is not yet taken in the text; in order of the text."""
    kept: list[Run] = []
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
