"""The words of an index, found by stem, by sound of a name, and despite a slip of the keys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from importlib.resources import files
from typing import Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA

from amparo.casefile.script import fold_text, query_keys, script_of, word_keys
from amparo.casefile.stems import stems_of
from amparo.store import text_index

MOST_LIKE = 10


class Vocabulary(Protocol):
    """What expanding a query needs to know of the index; terms are folded."""

    def holds(self, terms: Sequence[str]) -> bool:
        """Whether one of the terms is found."""

    def held(self, terms: Collection[str]) -> Collection[str]:
        """Those of the terms that the index has."""

    def terms_with(self, keys: Collection[str]) -> Collection[str]:
        """Terms with one of the keys: a stem (`ru:задерж`) or the sound of a name (`f:hasan`)."""

    def terms_like(self, term: str, most: int = MOST_LIKE) -> Sequence[str]:
        """Terms a slip or two away, nearest first."""


class Kept:
    """The words of the open vault's index, read from its list as they are asked for.

    With `within`, a subquery of the passages that a member sees, one word or another is only
    found there, and proposed only if it is found: neither a correction nor its absence may tell
    of words of hidden items.
    """

    def __init__(self, within: text_index.Sql | None = None) -> None:
        self._within = within

    def holds(self, terms: Sequence[str]) -> bool:
        """Whether one of the terms is found."""
        return text_index.holds(terms, self._within)

    def held(self, terms: Collection[str]) -> Collection[str]:
        """Those of the terms that the index has."""
        return text_index.words_held(terms)

    def terms_with(self, keys: Collection[str]) -> Collection[str]:
        """Terms with one of the keys."""
        return text_index.words_with(keys)

    def terms_like(self, term: str, most: int = MOST_LIKE) -> Sequence[str]:
        """Terms a slip or two away, nearest first."""
        slips = slips_allowed(term)
        if not slips:
            return ()
        near = text_index.words_of_length(len(term) - slips, len(term) + slips)
        if self._within is None:
            return nearest(term, near, most)
        return [one for one in nearest(term, near, 10 * most) if self.holds([one])][:most]


def slips_allowed(term: str) -> int:
    """Slips of the keys that a word may have: none when short, and none in figures."""
    if len(term) < 4 or term.isdigit():
        return 0
    return 1 if len(term) < 7 else 2


def nearest(term: str, among: Collection[str], most: int) -> list[str]:
    """Words within the slips allowed, nearest first, then in order of the alphabet."""
    found = process.extract(
        term, sorted(among), scorer=OSA.distance, score_cutoff=slips_allowed(term), limit=most,
        processor=None,
    )  # fmt: skip
    return [str(row[0]) for row in found]


def keys_of_term(term: str) -> frozenset[str]:
    """Stems and name keys of one index term: what is kept for it. Of letters only.

    Another version of these rules needs a migration that writes the keys anew.
    """
    return stems_of(term) | word_keys(term) if term.isalpha() else frozenset()


INDEX_FORM = text_index.IndexForm(fold_text, keys_of_term)


def forms_of(word: str, vocabulary: Vocabulary, most: int) -> list[str]:
    """The index's forms of one folded word, itself first; at most `most`."""
    found = set(vocabulary.terms_with(stems_of(word)))
    found.discard(word)
    return [word, *sorted(found, key=lambda term: (abs(len(term) - len(word)), term))][:most]


def names_like(word: str, vocabulary: Vocabulary, most: int, *, short: bool) -> list[str]:
    """Terms that may be the same name in any script; short names only when asked.

    By sound, and by a list of given names whose spellings differ too much for that. Letters
    without capitals cannot say that a word is a name: the list is used for all of them.
    """
    keys = {key for key in query_keys(word) if short or _bones(key) >= 3}
    found = set(vocabulary.terms_with(keys))
    listed = spellings_of(word) if short or script_of(word) == "Arab" or len(word) > 4 else ()
    if not listed:
        return sorted(found)[:most]
    found = {term for term in found if spellings_of(term) in ((), listed)}
    known = vocabulary.terms_with({stem for other in listed for stem in stems_of(other)})
    held = vocabulary.held(listed)
    exact = [other for other in listed if other in held]
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
