"""What authorities answered, in the order of time, and where two answers cannot both be so."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from amparo.casefile.dates import parse_date
from amparo.casefile.records import CaseFile, Row

# Answers that cannot all be true of the same facts. An inquiry opened and then closed is no
# contradiction: one came after the other.
CONTRADICTIONS = frozenset(
    frozenset(pair)
    for pair in (
        ("denies facts", "admits facts and denies responsibility"),
        ("denies facts", "opens inquiry"),
        ("denies facts", "prosecutes"),
        ("denies facts", "condemns"),
    )
)


@dataclass(frozen=True)
class Contradiction:
    """Two answers on one event (or one request) that cannot both be so, the earlier first."""

    first: Row
    second: Row

    @property
    def pair(self) -> tuple[Row, Row]:
        """Both, the earlier first."""
        return self.first, self.second

    @property
    def about(self) -> str:
        """The event or the request they answer; "" where neither is named."""
        return str(self.first["to"] or self.first["intervention"] or "")

    def as_dict(self) -> dict[str, str]:
        """Shape for `--json`."""
        told = {"about": self.about}
        for name, row in (("first", self.first), ("second", self.second)):
            told[name] = row.code
            told |= {f"{name}_{key}": str(row[key] or "") for key in ("by", "on", "answer")}
        return told


def answers_in_order(case: CaseFile) -> list[Row]:
    """Every response, the earliest first; those without a day last."""
    return sorted(case.all("response"), key=_when)


def _when(row: Row) -> tuple[str, str]:
    read = parse_date(str(row["on"])) if row["on"] else None
    earliest = read.earliest if read else None
    return (earliest.isoformat() if earliest else "9999", str(row["on"] or ""))


def find_contradictions(case: CaseFile) -> list[Contradiction]:
    """Pairs of answers on the same event that cannot both be so."""
    return [
        Contradiction(first, second)
        for first, second in combinations(answers_in_order(case), 2)
        if _same_matter(first, second)
        and frozenset({first["answer"], second["answer"]}) in CONTRADICTIONS
    ]


def _same_matter(first: Row, second: Row) -> bool:
    """The same event; where none is named, the same request."""
    if first["to"] or second["to"]:
        return bool(first["to"] == second["to"])
    return bool(first["intervention"] == second["intervention"])
