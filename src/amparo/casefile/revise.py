"""Write the record of a case: a version is added, in a Work; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from amparo.casefile import passages
from amparo.casefile.models import Case, Record
from amparo.casefile.records import CaseFile, Row, case_digest, find_case, load_case, rows_digest
from amparo.casefile.schema import BY_NAME, CASE_FIELDS, Noun
from amparo.casefile.validate import CASE_CODE, check_code, clean_body, references
from amparo.custody.work import Work, work
from amparo.errors import BadInput, NotFound, Refused
from amparo.vault.retrieve import find_item

Where = Callable[[str], str]


MANY_IDS = 500


@dataclass(frozen=True)
class Draft:
    """A record as a user gives it, not yet checked. `where` says where a key stands."""

    noun: str
    code: str
    raw: Mapping[str, object]
    where: Where = lambda key: key


def create_case(actor: str, raw: Mapping[str, object]) -> Case:
    """Open an empty case. Raises BadInput when the code is taken or malformed."""
    return open_case(actor, raw)[0]


def open_case(
    actor: str,
    raw: Mapping[str, object],
    drafts: Iterable[Draft] = (),
    *,
    overlay: str = "",
    where: Where = lambda key: key,
) -> tuple[Case, list[Row]]:
    """Open a case, with its first records where there are any: all in one Work, or nothing.

    Raises BadInput when the code is taken or malformed, or a draft does not fit.
    """
    body = _check_case(raw, where)
    rows = _prepare(CaseFile(body["code"], body, overlay), list(drafts))
    with work(actor, "open case") as custody:
        case = Case(code=body["code"], body=body, overlay=overlay, opened_at=custody.at)
        case.save(force_insert=True)
        digest = case_digest(body, overlay)
        custody.enter("record", case=case.code, result="case opened", changes=digest)
        if rows:
            _insert(custody, case, rows)
    return case, rows


def _check_case(raw: Mapping[str, object], where: Where) -> dict[str, Any]:
    body = clean_body(CASE_FIELDS, raw, "case", where)
    if not CASE_CODE.fullmatch(body["code"]):
        raise BadInput(
            "a case code is capitals, digits and dashes, beginning with a letter",
            value=where("code"),
            remedy="for example KARV",
        )
    if Case.objects.filter(code=body["code"]).exists():
        raise BadInput(
            "a case of this code exists", value=body["code"], remedy="choose another code"
        )
    return body


def add_records(actor: str, case_code: str, drafts: Iterable[Draft], *, reason: str) -> list[Row]:
    """Add records to a case, all or none, in one Work.

    Raises BadInput for the first draft that does not fit, naming its place.
    """
    case = find_case(case_code)
    known = load_case(case_code)
    prepared = _prepare(known, list(drafts))
    if not prepared:
        return []
    with work(actor, reason) as custody:
        _insert(custody, case, prepared)
    return prepared


def check_drafts(known: CaseFile, drafts: Iterable[Draft]) -> list[Row]:
    """The rows that drafts would make in the case as it stands; writes nothing.

    Raises BadInput for the first draft that does not fit, naming its place.
    """
    return _prepare(known, list(drafts))


def _taken(case_code: str, codes: set[str]) -> set[str]:
    """Ids ever used in the case, by retired records too: an id is never given twice."""
    used = Record.objects.filter(case_id=case_code)
    if len(codes) < MANY_IDS:
        used = used.filter(code__in=codes)
    return set(used.values_list("code", flat=True))


def _prepare(known: CaseFile, drafts: list[Draft], freed: tuple[str, ...] = ()) -> list[Row]:
    """Checked rows of the drafts, with the items they cite added where the case lacked them.

    `freed` are ids that may be used again: that of a record being changed.
    """
    rows: dict[str, Row] = {}
    taken = _taken(known.code, {draft.code for draft in drafts}) - set(freed)
    for draft in drafts:
        noun = BY_NAME[draft.noun]
        code = check_code(draft.code, draft.where)
        if code in taken or code in rows:
            raise BadInput(
                "this id is taken in the case", value=_at(draft, "id"), remedy="choose another id"
            )
        body = clean_body(noun.fields, draft.raw, f"{noun.name} {code}", draft.where)
        rows[code] = Row(noun.name, code, 1, "draft", body)
    return _resolve(known, drafts, rows)


def _at(draft: Draft, key: str) -> str:
    place = draft.where(key)
    return draft.code if place == key else f"{draft.code}, {place}"


def _resolve(known: CaseFile, drafts: list[Draft], rows: dict[str, Row]) -> list[Row]:
    """Bind items, check references, anchor quotations; rows of items cited for the first time
    come first."""
    for draft in drafts:
        if draft.noun == "item":
            _bind_item(rows[draft.code], draft)
    merged = {**known.rows, **rows}
    for draft in drafts:
        _resolve_row(merged, rows[draft.code], draft)
    for draft in drafts:
        if draft.noun == "statement":
            passages.anchor(merged, rows[draft.code], _at(draft, "quote"))
    return [row for code, row in merged.items() if code not in known.rows and code not in rows] + [
        *rows.values()
    ]


def _resolve_row(merged: dict[str, Row], row: Row, draft: Draft) -> None:
    for ref_field, target in references(BY_NAME[row.noun], row.body):
        where = _at(draft, ref_field.name)
        if ref_field.to == ("item",) and target not in merged and ref_field.kind == "ref":
            row.body[ref_field.name] = target = _cite_item(merged, target, where)
        _check_reference(merged, ref_field.to, target, where)


def _bind_item(row: Row, draft: Draft) -> None:
    item = find_item(row.body.get("sha256") or row.body.get("file") or row.code, _at(draft, "file"))
    row.body["sha256"] = item.sha256
    row.body.setdefault("file", item.file_name)


def _cite_item(merged: dict[str, Row], target: str, where: str) -> str:
    """The case's id of a deposited item; the case takes the item in where it lacked it."""
    item = find_item(target, where)
    for row in merged.values():
        if row.noun == "item" and row.body.get("sha256") == item.sha256:
            return row.code
    body = {"sha256": item.sha256, "file": item.file_name}
    merged[item.code] = Row("item", item.code, 1, "draft", body)
    return item.code


def _check_reference(
    merged: Mapping[str, Row], nouns: tuple[str, ...], target: str, where: str
) -> None:
    found = merged.get(target)
    if found is None or (nouns and found.noun not in nouns):
        raise BadInput(
            f"'{target}' is no {' or '.join(nouns)} of this case",
            value=where,
            remedy="add it first, or correct the id",
        )


def _insert(custody: Work, case: Case, rows: Iterable[Row], result: str = "") -> None:
    rows = list(rows)
    sequence = custody.enter(
        "record",
        case=case.code,
        result=result or f"{len(rows)} records added",
        changes=rows_digest(case.code, rows),
    )
    Record.objects.bulk_create(
        Record(
            case=case, noun=row.noun, code=row.code, version=row.version, status=row.status,
            body=row.body, retired=row.retired, at=custody.at, by=custody.actor,
            entry_sequence=sequence,
        )
        for row in rows
    )  # fmt: skip


def change_record(
    actor: str, case_code: str, code: str, raw: Mapping[str, object], *, seen_version: int
) -> Row:
    """Save a new version of a record.

    Raises Refused when somebody saved another version after `seen_version` was read.
    """
    known = load_case(case_code)
    held = _held(known, code)
    if held.version != seen_version:
        raise Refused(
            "this record was changed by somebody else in the meantime",
            value=f"{code}: you saw version {seen_version}, it is now {held.version}",
            remedy="look at the new version and make your change again",
        )
    _refuse_locked(actor, case_code, held)
    draft = Draft(held.noun, code, raw)
    others = CaseFile(
        known.code, known.body, known.overlay, {k: r for k, r in known.rows.items() if k != code}
    )
    *cited, fresh = _prepare(others, [draft], (code,))
    status = "draft" if held.status == "revisit" else held.status
    row = Row(fresh.noun, code, held.version + 1, status, fresh.body)
    with work(actor, "change record") as custody:
        _supersede(case_code, held)
        _insert(custody, find_case(case_code), [*cited, row])
    return row


def retire_record(actor: str, case_code: str, code: str, *, why: str) -> None:
    """Take a record out of the case; its versions stay readable. Refused while cited."""
    known = load_case(case_code)
    held = _held(known, code)
    _refuse_locked(actor, case_code, held)
    citing = [
        row.code
        for row in known.rows.values()
        if any(target == code for _, target in references(BY_NAME[row.noun], row.body))
    ]
    if citing:
        raise Refused(
            "other records point at this one",
            value=f"{code} <- {', '.join(citing[:8])}",
            remedy="change or retire those first",
        )
    row = replace(held, version=held.version + 1, retired=True, body={**held.body, "note": why})
    with work(actor, "retire record") as custody:
        _supersede(case_code, held)
        _insert(custody, find_case(case_code), [row])


def save_status(actor: str, case_code: str, held: Row, row: Row) -> None:
    """Write `row`, the same record in another state, in the place of the version `held`."""
    with work(actor, "review record") as custody:
        _supersede(case_code, held)
        told = f"{row.code} version {row.version}: {row.status}"
        _insert(custody, find_case(case_code), [row], told)


def _refuse_locked(actor: str, case_code: str, held: Row) -> None:
    """Raises Refused for a final record, and for one that somebody else has in review."""
    if held.status == "final":
        raise Refused(
            "this record is final", value=held.code,
            remedy="bring it to revisit first: amparo case review VAULT CASE ID --to revisit",
        )  # fmt: skip
    if held.status != "in review":
        return
    listed = Record.objects.filter(case_id=case_code, code=held.code).order_by("-version")
    taken = actor
    for version in listed:
        if version.status != "in review":
            break
        taken = version.by
    if taken != actor:
        raise Refused(
            "this record is in review and locked to its reviewer", value=held.code,
            remedy="wait for the review, or ask the reviewer to send it back",
        )  # fmt: skip


def _supersede(case_code: str, held: Row) -> None:
    """Take `current` from the version that was read. Raises Refused when it is not current."""
    changed = Record.objects.filter(
        case_id=case_code, code=held.code, version=held.version, current=True
    ).update(current=False)
    if changed != 1:
        raise Refused("this record was changed by somebody else in the meantime", value=held.code)


def _held(known: CaseFile, code: str) -> Row:
    held = known.get(code)
    if held is None:
        raise NotFound("no such record in this case", value=code)
    return held


def next_code(known: CaseFile, noun: Noun) -> str:
    """The next free id of a noun: ST1, ST2, or V-1 for persons."""
    dash = "-" if noun.name == "person" else ""
    number = 1 + Record.objects.filter(case_id=known.code, noun=noun.name, version=1).count()
    while _taken(known.code, {f"{noun.prefix}{dash}{number}"}):
        number += 1
    return f"{noun.prefix}{dash}{number}"
