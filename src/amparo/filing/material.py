"""What a filing is made of: the record that may leave, the law's answers, the proof charts.

Plain values, so that composing needs no database. `gather` fills them from a vault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amparo.casefile.proof_chart import Chart
    from amparo.casefile.records import CaseFile
    from amparo.filing.address import Ties
from amparo.filing.check import Release

UNVERIFIED = "confidence: unverified"


@dataclass(frozen=True)
class Tendered:
    """The redacted copy that is tendered instead of an item. `size` in bytes."""

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True)
class ItemFacts:
    """The deposited bytes behind an item of the case. `size` in bytes."""

    sha256: str
    size: int
    kind: str
    media_type: str
    language: str = ""
    copy: Tendered | None = None


@dataclass(frozen=True)
class LawAnswer:
    """One route to one forum for one act: open, closed, arguable or unknown, and why.

    `sources` are rows of the book of law as it cites them, with confidence and reviewer;
    `deadline` is the day on which the time limit ends, "" where none is known.
    """

    act: str
    route: str
    result: str
    reasons: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    deadline: str = ""

    @property
    def is_unverified(self) -> bool:
        """True when a source that it rests on has not been checked by anybody."""
        return any(UNVERIFIED in source for source in self.sources)


@dataclass(frozen=True)
class Prior:
    """An earlier filing that was handed over: when (EDTF), to whom, its reference there."""

    on: str
    to: str
    receipt: str = ""


@dataclass(frozen=True)
class Material:
    """Everything one filing may draw on. `release.case` holds only what may leave.

    `recipient` is the authority named at the build and `state` its State, where the forum leaves
    them open; `ties` are the States that the acts touch, `has_statute` whether the book of law
    holds anything of the State's.
    `translated` are the fields that stand in the language of the filing by a translation,
    `untranslated` says how many do not.
    """

    release: Release
    items: Mapping[str, ItemFacts]
    answers: tuple[LawAnswer, ...]
    chart: Chart
    states: Mapping[str, str]
    as_of: date
    sender: tuple[str, ...] = ()
    recipient: str = ""
    state: str = ""
    ties: Ties = field(default_factory=dict)
    has_statute: bool = True
    version: str = "coded"
    supplements: str = ""
    earlier_numbers: Mapping[str, int] = field(default_factory=dict)
    translated: frozenset[tuple[str, str]] = frozenset()
    untranslated: int = 0
    prior: tuple[Prior, ...] = ()

    @property
    def case(self) -> CaseFile:
        """The part of the case that may leave."""
        return self.release.case
