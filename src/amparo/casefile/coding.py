"""Blind double coding: two members code the same record apart, then their agreement is measured.

Nobody sees another's sheet before two sheets of that record are final and their own, where
they have one, is final too. Whoever could see cannot begin a sheet any more.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amparo.access.roles import ADD
from amparo.access.scope import refuse_unless
from amparo.casefile.agreement import Agreement, Level, krippendorff_alpha
from amparo.casefile.models import Coding
from amparo.casefile.records import CaseFile, Row, load_case
from amparo.casefile.schema import BY_NAME, Field
from amparo.casefile.validate import clean_field
from amparo.casefile.visible import compartment_of
from amparo.crypto.digest import digest_bytes
from amparo.custody.work import work
from amparo.errors import BadInput, NotFound, Refused
from amparo.filled import filled

# The variables of a sheet, by noun, with the level at which they are measured.
SHEETS: dict[str, dict[str, Level]] = {
    "statement": {"knows_by": "nominal", "stance": "nominal", "grade": "ordinal"},
    "source": {"kind": "nominal", "grade": "ordinal"},
    "act": {"kind": "nominal", "attribution": "nominal", "status_at_end": "nominal"},
    "involvement": {"degree": "nominal", "capacity": "nominal", "instigation": "nominal"},
}
ORDERS: dict[tuple[str, str], tuple[object, ...]] = {
    ("statement", "grade"): (1, 2, 3, 4, 5, 6),
    ("source", "grade"): tuple("ABCDEF"),
}
ENOUGH = 2


@dataclass(frozen=True)
class Sheet:
    """What one member said of a record, as far as it stands."""

    code: str
    coder: str
    values: Mapping[str, Any]
    final: bool
    version: int


@dataclass(frozen=True)
class Subject:
    """A record to be coded, as one member may see it. `others` is empty while they are blind."""

    row: Row
    own: Sheet | None
    others: tuple[Sheet, ...]
    open: bool

    @property
    def variables(self) -> list[Field]:
        """The fields of the sheet."""
        noun = BY_NAME[self.row.noun]
        return [field for name in SHEETS[self.row.noun] if (field := noun.field(name))]


def subject_of(member: str, case: str, code: str) -> Subject:
    """A record with the sheets that the member may see. Raises NotFound, BadInput."""
    return _subject(member, load_case(case), code, _newest(case))


def list_subjects(member: str, case: str) -> list[Subject]:
    """Every record of the case that somebody began to code."""
    known, newest = load_case(case), _newest(case)
    codes = dict.fromkeys(code for code, _ in newest if known.get(code))
    return [_subject(member, known, code, newest) for code in codes]


def _newest(case: str) -> dict[tuple[str, str], Coding]:
    rows = Coding.objects.filter(case_id=case).order_by("version")
    return {(row.code, row.coder): row for row in rows}


def _subject(
    member: str, known: CaseFile, code: str, newest: Mapping[tuple[str, str], Coding]
) -> Subject:
    row = known.get(code)
    if row is None:
        raise NotFound("no such record in this case", value=code[:64])
    if row.noun not in SHEETS:
        raise BadInput("there is no sheet for this noun", value=row.noun,
                       remedy=filled("one of: {names}", names=', '.join(SHEETS)))  # fmt: skip
    sheets = [_sheet(one) for (at, _), one in newest.items() if at == code]
    own = next((one for one in sheets if one.coder == member), None)
    done = sum(one.final for one in sheets) >= ENOUGH
    shown = done and (own is None or own.final)
    others = tuple(one for one in sheets if shown and one.final and one.coder != member)
    return Subject(row, own, others, open=not own.final if own else not done)


def _sheet(row: Coding) -> Sheet:
    return Sheet(row.code, row.coder, row.values, row.final, row.version)


def code_record(
    actor: str, case: str, code: str, values: Mapping[str, object], *, final: bool = False
) -> Sheet:
    """Save the member's own sheet; a final one stays as it is.

    Raises Refused when it is final, or when the sheets of others can be seen already;
    BadInput for an unknown variable or term, or a final sheet that leaves a variable out.
    """
    subject = subject_of(actor, case, code)
    row_of = subject.row
    refuse_unless(ADD, compartment_of(row_of.noun, row_of.code, row_of.body), case)
    if not subject.open:
        raise Refused(
            "this record was coded: nobody is blind any more", value=code,
            remedy="final sheets stay as they are; agreement: `amparo case agreement`",
        )  # fmt: skip
    cleaned = _clean(subject, values)
    missing = [one.name for one in subject.variables if one.name not in cleaned]
    if final and missing:
        raise BadInput("a final sheet answers every variable", value=", ".join(missing))
    version = subject.own.version + 1 if subject.own else 1
    row = Coding(case_id=case, code=code, coder=actor, version=version, values=cleaned,
                 final=final, salt=secrets.token_hex(32))  # fmt: skip
    with work(actor, "code record blind") as custody:
        told = f"{code} coded, version {version}{': final' if final else ''}"
        row.at = custody.at
        row.entry_sequence = custody.enter(
            "record", case=case, result=told, changes=coding_digest(row)
        )
        row.save(force_insert=True)
    return _sheet(row)


def _clean(subject: Subject, values: Mapping[str, object]) -> dict[str, Any]:
    known = {one.name: one for one in subject.variables}
    cleaned = {}
    for name, value in values.items():
        if name not in known:
            raise BadInput("no such variable on this sheet", value=name[:40],
                           remedy=filled("one of: {names}", names=', '.join(known)))  # fmt: skip
        if value not in (None, ""):
            cleaned[name] = clean_field(known[name], value)
    order = ORDERS.get((subject.row.noun, "grade"))
    if order and "grade" in cleaned and cleaned["grade"] not in order:
        raise BadInput("no such grade", value=str(cleaned["grade"])[:12],
                       remedy=filled("from {first} to {last}",
                                     first=order[0], last=order[-1]))  # fmt: skip
    return cleaned


def coding_digest(row: Coding) -> str:
    """What the ledger holds of one version of a sheet."""
    told = [row.case_id, row.code, row.coder, row.version, row.values, row.final, row.salt]
    return digest_bytes(json.dumps(told, sort_keys=True, ensure_ascii=False).encode())


@dataclass(frozen=True)
class Measured:
    """Agreement on one variable of one noun, and the records on which coders differ."""

    noun: str
    variable: str
    agreement: Agreement
    differing: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return {
            "noun": self.noun, "variable": self.variable,
            **self.agreement.as_dict(), "differing": list(self.differing),
        }  # fmt: skip


def measure(member: str, case: str) -> list[Measured]:
    """Krippendorff's alpha by variable over the records whose sheets the member may see."""
    seen = [one for one in list_subjects(member, case) if one.others]
    found = []
    for noun, variables in SHEETS.items():
        subjects = [one for one in seen if one.row.noun == noun]
        for variable, level in variables.items():
            if not subjects:
                continue
            units = {one.row.code: _given(one, variable) for one in subjects}
            alpha = krippendorff_alpha(
                list(units.values()), level, order=ORDERS.get((noun, variable), ())
            )
            differing = tuple(code for code, said in units.items() if len(set(said.values())) > 1)
            found.append(Measured(noun, variable, alpha, differing))
    return found


def _given(subject: Subject, variable: str) -> dict[str, Any]:
    sheets = (*subject.others, *([subject.own] if subject.own else []))
    return {one.coder: one.values.get(variable) for one in sheets}
