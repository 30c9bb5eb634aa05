"""Names of the Court's routes and the act as every route sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from amparo.law import dates
from amparo.law.book.records import Book, Crime
from amparo.law.book.treaties import STATUTE_START
from amparo.law.book.windows import When
from amparo.law.facts import Act
from amparo.law.findings import Finding

TERRITORY = "12(2)(a) territory"
FLAG = "12(2)(a) flag"
NATIONALITY = "12(2)(b) nationality"
ACCEPTANCE = "12(3) acceptance"
REFERRAL = "13(b) referral"
CROSS_BORDER = "12(2)(a) cross-border"
TIME = "11 time"
SUBJECT = "5 subject"
AGGRESSION = "15bis aggression"

Findings = tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One act before the Court, with what every route needs.

    `memo` keeps the findings that acts with the same slots share; `start` is the first
    day on which the Court can have jurisdiction over the crime.
    """

    act: Act
    crime: Crime
    book: Book
    as_of: int
    start: int
    memo: dict[Any, Any]

    @property
    def when(self) -> When:
        return self.act.when

    @property
    def place_states(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(p.state for p in self.act.places if p.state))

    @property
    def suspects_known(self) -> bool:
        """Whether every alleged perpetrator's nationality is given."""
        suspects = self.act.suspects
        return bool(suspects) and all(s.nationalities for s in suspects)

    def slots(self, code: str, *instruments: str) -> int | tuple[int, ...] | None:
        """Where the act lies among the State's dates; None when it has none."""
        breaks = self.book.breaks_of(instruments, code)
        return self.when.slots(breaks) if breaks else None


def first_day(crime: Crime, book: Book) -> int:
    """First day on which the Court can have jurisdiction over the crime."""
    if not crime.amendment:
        return STATUTE_START
    row = book.rows[crime.amendment]
    return dates.parse(row["active_from"] or row["adopted_on"]).first
