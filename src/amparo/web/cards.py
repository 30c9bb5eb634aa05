"""A record as templates read it: by attribute, since `row["code"]` means a field of its body."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from amparo.casefile.records import Row
from amparo.casefile.schema import BY_NAME, Noun
from amparo.casefile.terms import our_vocabularies, vocabulary_of
from amparo.web.language import language


@dataclass(frozen=True)
class Card:
    """One current record."""

    noun: Noun
    code: str
    title: str
    version: int
    status: str
    body: dict[str, Any]

    @classmethod
    def of(cls, row: Row) -> Card:
        """The card of a row."""
        noun = BY_NAME[row.noun]
        return cls(noun, row.code, title_of(row), row.version, row.status, row.body)


def title_of(row: Row) -> str:
    """The title of a record; a term that we offer for it in the language of the page."""
    return offered(row.noun, BY_NAME[row.noun].title_field, row.title)


def offered(noun: str, field: str, value: str) -> str:
    """A term that we offer for a field, as the kind of an act, in the language of the page.

    Words that are none of ours stay as somebody wrote them, and so do terms of other fields.
    """
    return _labels(noun, field, language()).get(value, value)


@cache
def _labels(noun: str, field: str, code: str) -> dict[str, str]:
    held = our_vocabularies().get(vocabulary_of(noun, field)) if code != "en" else None
    return {one.term: one.label(code) for one in held.terms} if held else {}
