"""Read the record of a case: every version stays; nothing is overwritten."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from amparo.access.roles import NARRATIVE, SEE
from amparo.access.scope import current
from amparo.casefile import visible
from amparo.casefile.models import Case, Record
from amparo.casefile.schema import BY_NAME, NOUNS
from amparo.casefile.validate import references
from amparo.crypto.digest import digest_bytes
from amparo.errors import NotFound

IDS_AT_ONCE = 500
SUMMARY = "summary"
OWN_WORDS = ("title", "summary", "narrative_label", "group")


@dataclass(frozen=True)
class Row:
    """One version of one record, as plain values."""

    noun: str
    code: str
    version: int
    status: str
    body: dict[str, Any]
    retired: bool = False

    def __getitem__(self, key: str) -> Any:
        return self.body.get(key)

    @property
    def title(self) -> str:
        """What to show in a list."""
        return str(self.body.get(BY_NAME[self.noun].title_field) or self.code)


@dataclass(frozen=True)
class CaseFile:
    """A case and its current records, as plain values."""

    code: str
    body: dict[str, Any]
    overlay: str
    rows: dict[str, Row] = field(default_factory=dict)

    def all(self, noun: str) -> list[Row]:
        """Current records of one noun, in the order they were made."""
        return [row for row in self.rows.values() if row.noun == noun]

    def get(self, code: str | None) -> Row | None:
        """The record of that id, or None."""
        return self.rows.get(code) if code else None


def list_cases() -> list[Case]:
    """Every case that the acting member sees, by code."""
    return [_shown(case) for case in Case.objects.order_by("code")]


def _shown(case: Case) -> Case:
    case.body = visible.mask_case(case.code, case.body)
    if current().outside or not current().may(SEE, NARRATIVE, case.code):
        case.overlay = ""
    return case


def find_case(code: str) -> Case:
    """The case of that code. Raises NotFound, also for one that the member may not see."""
    case = Case.objects.filter(code=code).first()
    if case is None:
        raise NotFound("no such case", value=code, remedy="list the cases with `amparo case list`")
    return _shown(case)


def load_case(code: str) -> CaseFile:
    """The case with all its current records in one query each; what is hidden from the acting
    member is not there."""
    case = find_case(code)
    rows = list(Record.objects.filter(case=case, current=True, retired=False).order_by("id"))
    if any(row.version > 1 for row in rows):
        rows.sort(key=_places(code))
    known = {r.code for r in rows}
    shown = {
        r.code: Row(
            r.noun, r.code, r.version, r.status,
            visible.mask(code, r.noun, r.code, r.body, known),
        )
        for r in rows
    }  # fmt: skip
    return CaseFile(case.code, _in_new_words(case.body, shown.values()), case.overlay, shown)


def _in_new_words(body: dict[str, Any], rows: Iterable[Row]) -> dict[str, Any]:
    """The case's own words, as the records of the noun `summary` say them since."""
    said = [row.body for row in rows if row.noun == SUMMARY]
    fresh = {name: one[name] for one in said for name in OWN_WORDS if one.get(name)}
    return {**body, **fresh}


def look_up(case_code: str, codes: Iterable[str]) -> tuple[dict[str, Row], set[str]]:
    """The current records of those ids, and which of the ids were ever given in the case.

    Reads what is named and no more, so that a change costs the same in a large case. Records
    hidden from the member are not found; of the others nothing is hidden: for writing only.
    """
    wanted = sorted(set(codes))
    found: dict[str, Row] = {}
    given: set[str] = set()
    for at in range(0, len(wanted), IDS_AT_ONCE):
        asked = wanted[at : at + IDS_AT_ONCE]
        rows = Record.every.filter(case_id=case_code, code__in=asked).order_by()
        shown = None if current().whole else _visible_codes(case_code, asked)
        for row in rows:
            given.add(row.code)
            if row.current and not row.retired and (shown is None or row.code in shown):
                found[row.code] = Row(row.noun, row.code, row.version, row.status, row.body)
    return found, given


def _visible_codes(case_code: str, codes: Iterable[str]) -> set[str]:
    rows = Record.objects.filter(case_id=case_code, code__in=set(codes), current=True)
    return set(rows.values_list("code", flat=True))


def item_code(case_code: str, sha256: str) -> str | None:
    """The id under which the case cites the item of that digest, None where it does not."""
    held = Record.objects.filter(case_id=case_code, noun="item", current=True, retired=False)
    # Not ordered by the database: it would walk the table in that order, past every noun.
    cited = held.filter(body__sha256=sha256).order_by().values_list("id", "code")
    return min(cited, default=(0, None))[1]


def _places(case_code: str) -> Callable[[Record], int]:
    """Sorts records by when they were first made, whatever was changed since."""
    first = Record.objects.filter(case_id=case_code, version=1).order_by("id")
    order = {code: place for place, code in enumerate(first.values_list("code", flat=True))}
    return lambda row: order.get(row.code, len(order))


def case_digest(body: Mapping[str, Any], overlay: str) -> str:
    """Digest of what a case was opened with."""
    return _digest({"case": body, "overlay": overlay})


def _digest(body: Mapping[str, Any]) -> str:
    return digest_bytes(json.dumps(body, sort_keys=True, ensure_ascii=False).encode())


class Version(Protocol):
    """What a digest covers: a Row or a row of the table."""

    @property
    def noun(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def retired(self) -> bool: ...
    @property
    def status(self) -> str: ...
    @property
    def body(self) -> Any: ...


# Kinds of the ledger under which record versions are entered; other nouns than these: `record`.
_KIND_OF = {"consent": "consent", "translation": "translate"}
KINDS = ("record", *_KIND_OF.values())


def kind_of(row: Row) -> str:
    """The kind of the entry that covers a version of this record."""
    return _KIND_OF.get(row.noun, "record")


def rows_digest(case_code: str, rows: Iterable[Version]) -> str:
    """Digest of record versions written in one entry; `verify` makes it again from the tables.

    A state is covered from "in review" on; a draft has the digest it had before there were any.
    """
    told = [
        [row.noun, row.code, row.version, row.retired, row.body, *_state(row)]
        for row in sorted(rows, key=lambda row: (row.code, row.version))
    ]
    return _digest({"case": case_code, "rows": told})


def _state(row: Version) -> list[str]:
    return [] if row.status == "draft" else [row.status]


def versions(case_code: str, code: str) -> list[Record]:
    """All versions of one record, oldest first. Raises NotFound."""
    find_case(case_code)
    found = list(Record.objects.filter(case_id=case_code, code=code).order_by("version"))
    if not found:
        raise NotFound("no such record in this case", value=code)
    if not current().whole:
        targets = {to for r in found for _, to in references(BY_NAME[r.noun], r.body)}
        known = _visible_codes(case_code, targets)
        for row in found:
            row.body = visible.mask(case_code, row.noun, code, row.body, known)
    return found


def counts(known: CaseFile) -> dict[str, int]:
    """How many current records of each noun, by plural."""
    return {noun.plural: len(known.all(noun.name)) for noun in NOUNS}
