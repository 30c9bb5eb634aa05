"""A record as templates read it: by attribute, since `row["code"]` means a field of its body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from amparo.casefile.records import Row
from amparo.casefile.schema import BY_NAME, Noun


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
        return cls(noun, row.code, row.title, row.version, row.status, row.body)
