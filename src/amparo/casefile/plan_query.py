"""A parsed query made into FTS5 MATCH text, with the forms of every word written out.

Only letters and figures between double quotes reach the index, so no query can
be anything but a valid MATCH text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product

from amparo.casefile.query import AllOf, AnyOf, Filter, Near, Node, Phrase, Prefix, Query, Word
from amparo.casefile.vocabulary import Vocabulary, forms_of, names_like

MOST_FORMS = 60
MOST_CORRECTED = 5
MOST_IN_NEAR = {2: 8, 3: 5, 4: 3}


@dataclass(frozen=True, slots=True)
class Marks:
    """What to mark in a text that was found: folded terms, beginnings, phrases."""

    terms: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`match` is FTS5 text or None (filters only). `corrected`: word -> words searched instead."""

    match: str | None
    filters: tuple[Filter, ...]
    marks: Marks
    corrected: dict[str, tuple[str, ...]] = field(default_factory=dict)


def plan_query(query: Query, vocabulary: Vocabulary | None = None) -> Plan:
    """Write a query out; without a vocabulary words are found in the given form only."""
    writer = _Writer(vocabulary)
    match = writer.write(query.root) if query.root is not None else None
    return Plan(
        match,
        query.filters,
        Marks(frozenset(writer.terms), tuple(writer.prefixes), tuple(writer.phrases)),
        writer.corrected,
    )


class _Writer:
    def __init__(self, vocabulary: Vocabulary | None) -> None:
        self.vocabulary = vocabulary
        self.terms: set[str] = set()
        self.prefixes: list[str] = []
        self.phrases: list[tuple[str, ...]] = []
        self.corrected: dict[str, tuple[str, ...]] = {}

    def write(self, node: Node, *, wanted: bool = True) -> str:
        """FTS5 text in brackets of its own.

        What is not wanted is not marked, and is not widened to other spellings of a
        name or to corrections: that would hide what nobody asked to hide.
        """
        if isinstance(node, Word):
            return _any(_quoted((form,)) for form in self.forms(node, wanted=wanted))
        if isinstance(node, Prefix):
            if wanted:
                self.prefixes.append(node.text)
            return f"({_quoted((node.text,))}*)"
        if isinstance(node, Phrase):
            if wanted:
                self.phrases.append(node.words)
            return f"({_quoted(node.words)})"
        if isinstance(node, Near):
            return self.near(node, wanted=wanted)
        if isinstance(node, AnyOf):
            return _any(self.write(part, wanted=wanted) for part in node.parts)
        return self.all(node, wanted=wanted)

    def all(self, node: AllOf, *, wanted: bool) -> str:
        text = " AND ".join(self.write(part, wanted=wanted) for part in node.wanted)
        if node.unwanted:
            without = _any(self.write(part, wanted=False) for part in node.unwanted)
            return f"(({text}) NOT {without})"
        return f"({text})"

    def forms(self, word: Word, *, wanted: bool, most: int = MOST_FORMS) -> Sequence[str]:
        known = self.vocabulary
        found = [word.text]
        if known is not None:
            found = forms_of(word.text, known, most)
            if wanted:
                short = word.sounds or word.capital
                found += names_like(word.text, known, most, short=short)
                found = list(dict.fromkeys(found))[:most]
            asked = len(self.corrected) < MOST_CORRECTED
            if wanted and asked and not known.holds(found):
                instead = tuple(known.terms_like(word.text))
                if instead:
                    self.corrected[word.text] = instead
                    found = [word.text, *instead][:most]
        if wanted:
            self.terms.update(found)
        return found

    def near(self, node: Near, *, wanted: bool) -> str:
        most = MOST_IN_NEAR[len(node.parts)]
        choices = [self.near_part(part, most, wanted=wanted) for part in node.parts]
        return _any(f"NEAR({' '.join(way)}, {node.distance})" for way in product(*choices))

    def near_part(self, part: Word | Prefix | Phrase, most: int, *, wanted: bool) -> list[str]:
        if isinstance(part, Word):
            forms = self.forms(part, wanted=wanted, most=most)
            return [_quoted((form,)) for form in forms]
        return [self.write(part, wanted=wanted)[1:-1]]


def _any(parts: Iterable[str]) -> str:
    return "(" + " OR ".join(parts) + ")"


def _quoted(words: Sequence[str]) -> str:
    return '"' + " ".join(words) + '"'
