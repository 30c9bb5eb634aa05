"""A vocabulary without a vault: words and the keys that are kept for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from amparo.casefile.vocabulary import MOST_LIKE, keys_of_term, nearest, slips_allowed


class Terms:
    """What `vocabulary.Kept` answers from the database."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        self.terms = set(terms)
        self.by_key: dict[str, set[str]] = {}
        for term in self.terms:
            for key in keys_of_term(term):
                self.by_key.setdefault(key, set()).add(term)

    def holds(self, terms: Sequence[str]) -> bool:
        return not self.terms.isdisjoint(terms)

    def held(self, terms: Collection[str]) -> Collection[str]:
        return self.terms.intersection(terms)

    def terms_with(self, keys: Collection[str]) -> Collection[str]:
        return set().union(*(self.by_key.get(key, set()) for key in keys))

    def terms_like(self, term: str, most: int = MOST_LIKE) -> Sequence[str]:
        return nearest(term, self.terms, most) if slips_allowed(term) else ()
