"""The words of an index, found by stem, by sound of a name, and despite a slip of the keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA

from amparo.casefile.script import (
    fold_text,
    may_open,
    opening_of,
    query_keys,
    script_of,
    word_keys,
)
from amparo.casefile.stems import stems_of

LONGEST = 40
MOST_LIKE = 10


class Vocabulary(Protocol):
    """What expanding a query needs to know of the index; terms are folded."""

    def holds(self, terms: Sequence[str]) -> bool:
        """Whether the index has one of the terms."""

    def terms_for(self, stem: str) -> Iterable[str]:
        """Terms that have this stem (`ru:задерж`)."""

    def terms_sounding(self, key: str) -> Iterable[str]:
        """Terms that have this name key (`f:hasan`)."""

    def terms_like(self, term: str, most: int = MOST_LIKE) -> Sequence[str]:
        """Terms a slip or two away, nearest first."""


class Terms:
    """A vocabulary in memory, made from the rows of an fts5vocab table.

    Stems and name keys are worked out by first letter, when one is first asked for:
    a single search need not look at every word of a large index.
    """

    def __init__(self, terms: Iterable[str] = ()) -> None:
        self._terms: set[str] = set()
        self._by_stem: dict[str, list[str]] = {}
        self._by_key: dict[str, list[str]] = {}
        self._unstemmed: dict[str, list[str]] = {}
        self._unkeyed: dict[str, list[str]] = {}
        self._list: list[str] | None = None
        self.add(terms)

    def __len__(self) -> int:
        return len(self._terms)

    def add(self, terms: Iterable[str]) -> None:
        """Add terms; those already held cost nothing."""
        for term in terms:
            if term in self._terms:
                continue
            self._terms.add(term)
            self._list = None
            if term.isdigit() or len(term) > LONGEST:
                continue
            self._unstemmed.setdefault(_stem_shelf(term), []).append(term)
            self._unkeyed.setdefault(opening_of(term), []).append(term)

    def holds(self, terms: Sequence[str]) -> bool:
        """Whether the index has one of the terms."""
        return not self._terms.isdisjoint(terms)

    def terms_for(self, stem: str) -> Sequence[str]:
        """Terms that have this stem."""
        language, _, body = stem.partition(":")
        for term in self._unstemmed.pop("ar" if language == "ar" else body[:1], ()):
            for known in stems_of(term):
                self._by_stem.setdefault(known, []).append(term)
        return self._by_stem.get(stem, ())

    def terms_sounding(self, key: str) -> Sequence[str]:
        """Terms that have this name key."""
        for letter in [letter for letter in self._unkeyed if may_open(letter, key)]:
            for term in self._unkeyed.pop(letter):
                for known in word_keys(term):
                    self._by_key.setdefault(known, []).append(term)
        return self._by_key.get(key, ())

    def terms_like(self, term: str, most: int = MOST_LIKE) -> Sequence[str]:
        """Terms one slip away, or two for seven letters and more; at most `most`."""
        if len(term) < 4:
            return ()
        if self._list is None:
            self._list = sorted(self._terms)
        slips = 1 if len(term) < 7 else 2
        found = process.extract(
            term, self._list, scorer=OSA.distance, score_cutoff=slips, limit=most, processor=None
        )
        return [str(row[0]) for row in found]


def _stem_shelf(term: str) -> str:
    """Stems keep the first letter of a word, except that Arabic prefixes fall away."""
    return "ar" if script_of(term) == "Arab" else term[:1]


def keys_of_term(term: str) -> frozenset[str]:
    """Stems and name keys of one index term: what a table of keys keeps for it."""
    return (
        frozenset() if term.isdigit() or len(term) > LONGEST else stems_of(term) | word_keys(term)
    )


def forms_of(word: str, vocabulary: Vocabulary, most: int) -> list[str]:
    """The index's forms of one folded word, itself first; at most `most`."""
    found = {term for stem in stems_of(word) for term in vocabulary.terms_for(stem)}
    found.discard(word)
    nearest = sorted(found, key=lambda term: (abs(len(term) - len(word)), term))
    return [word, *nearest][:most]


def names_like(word: str, vocabulary: Vocabulary, most: int, *, short: bool) -> list[str]:
    """Terms that may be the same name in any script; short names only when asked.

    By sound, and by a list of given names whose spellings differ too much for that. Letters
    without capitals cannot say that a word is a name: the list is used for all of them.
    """
    found: set[str] = set()
    for key in query_keys(word):
        if short or _bones(key) >= 3:
            found.update(vocabulary.terms_sounding(key))
    listed = spellings_of(word) if short or script_of(word) == "Arab" or len(word) > 4 else ()
    known = {
        term
        for stem in {stem for other in listed for stem in stems_of(other)}
        for term in vocabulary.terms_for(stem)
    }
    exact = [other for other in listed if vocabulary.holds([other])]
    if listed:
        found = {term for term in found if spellings_of(term) in ((), listed)}
    return list(dict.fromkeys([*exact, *sorted(found), *sorted(known)]))[:most]


def spellings_of(word: str) -> tuple[str, ...]:
    """Other spellings of a given name that is listed, folded; its Russian cases count."""
    names = _given_names()
    keys = [word, *sorted(stems_of(word))]
    return next((names[key] for key in keys if key in names), ())


@cache
def _given_names() -> dict[str, tuple[str, ...]]:
    """Spellings by each spelling and, of Cyrillic ones, by their stem."""
    text = files("amparo.casefile").joinpath("wordlists/given_names.txt").read_text("utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        words = [fold_text(word) for word in line.replace("-", "").split()]
        looked_for = tuple(word for word in words if f"({word})" not in words and word[0] != "(")
        for word in (word.strip("()") for word in words):
            found.setdefault(word, looked_for)
            if script_of(word) == "Cyrl":
                for stem in stems_of(word):
                    found.setdefault(stem, looked_for)
    return found


def _bones(key: str) -> int:
    """Number of consonants in a key."""
    return sum(sound not in "aiu_:" for sound in key[2:])
