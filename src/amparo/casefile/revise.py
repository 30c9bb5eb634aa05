"""Write the record of a case: a version is added, in a Work; nothing is overwritten."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.db.models import TextField
from django.db.models.functions import Cast

from amparo.access.roles import ADD, CHANGE, NARRATIVE
from amparo.access.scope import current, refuse_unless, whole
from amparo.casefile import consent, passages, visible
from amparo.casefile.models import Case, Record
from amparo.casefile.records import (
    CaseFile,
    Row,
    case_digest,
    find_case,
    item_code,
    kind_of,
    look_up,
    rows_digest,
)
from amparo.casefile.schema import BY_NAME, CASE_FIELDS, Noun
from amparo.casefile.validate import CASE_CODE, check_code, clean_body, references
from amparo.custody.work import Work, work
from amparo.errors import BadInput, NotFound, Refused, Stale
from amparo.filled import filled
from amparo.store.database import insert_rows, stored_time
from amparo.vault.retrieve import find_item

Where = Callable[[str], str]
COLUMNS = (
    "case_id", "noun", "code", "version", "status", "body", "current", "retired", "at", "by",
    "entry_sequence",
)  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A record as a user gives it, not yet checked. `where` says where a key stands.

    `status` is another state than draft only where an owner takes over reviewed records.
    """

    noun: str
    code: str
    raw: Mapping[str, object]
    where: Where = lambda key: key
    status: str = "draft"


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
    refuse_unless(ADD, NARRATIVE)
    body = _check_case(raw, where)
    drafts = list(drafts)
    _refuse_hidden_drafts(body["code"], drafts)
    rows = _resolve(body["code"], drafts, _clean(drafts), {})
    with work(actor, "open case") as custody:
        case = Case(code=body["code"], body=body, overlay=overlay, opened_at=custody.at)
        case.save(force_insert=True)
        digest = case_digest(body, overlay)
        custody.enter("record", case=case.code, result="case opened", changes=digest)
        if rows:
            _insert(custody, case.code, rows)
    return case, rows


def _check_case(raw: Mapping[str, object], where: Where) -> dict[str, Any]:
    body = clean_body(CASE_FIELDS, raw, "case", where)
    if not CASE_CODE.fullmatch(body["code"]):
        raise BadInput(
            "a case code is capitals, digits and dashes, beginning with a letter",
            value=where("code"),
            remedy="for example KARV",
        )
    if Case.every.filter(code=body["code"]).exists():
        raise BadInput(
            "a case of this code exists", value=body["code"], remedy="choose another code"
        )
    return body


def add_records(actor: str, case_code: str, drafts: Iterable[Draft], *, reason: str) -> list[Row]:
    """Add records to a case, all or none, in one Work. An empty code is given the next free id.

    Raises BadInput for the first draft that does not fit, naming its place.
    """
    case = find_case(case_code)
    drafts = list(drafts)
    if not drafts:
        return []
    _refuse_hidden_drafts(case_code, drafts)
    rows = _clean(drafts) if all(draft.code for draft in drafts) else None
    with work(actor, reason) as custody:
        if rows is None:
            drafts = _numbered(case, drafts)
            rows = _clean(drafts)
        prepared = _resolve(case_code, drafts, rows)
        _insert(custody, case_code, prepared)
    return prepared


def _refuse_hidden_drafts(case_code: str, drafts: Iterable[Draft]) -> None:
    """Raises Refused for what the member has no grant to add, before anything is looked up."""
    if current().whole:
        return
    for draft in drafts:
        given = [name for name, value in draft.raw.items() if value not in (None, "", [])]
        _refuse_write(ADD, case_code, draft.noun, draft.code, given)
        visible.refuse_foreign_series(case_code, draft.noun, draft.code)


def _refuse_write(
    action: str, case_code: str, noun: str, code: str, given: Iterable[str] = ()
) -> None:
    lacking = visible.may_write(action, case_code, noun, code, given)
    if lacking:
        refuse_unless(action, lacking, case_code)


def check_drafts(known: CaseFile, drafts: Iterable[Draft]) -> list[Row]:
    """The rows that drafts would make in the case as it stands; writes nothing.

    Raises BadInput for the first draft that does not fit, naming its place.
    """
    drafts = list(drafts)
    _refuse_hidden_drafts(known.code, drafts)
    return _resolve(known.code, drafts, _clean(drafts), known.rows)


def _numbered(case: Case, drafts: list[Draft]) -> list[Draft]:
    """The drafts, each with an id; inside the Work nobody else is given the same."""
    named = {draft.code for draft in drafts}
    done = []
    for draft in drafts:
        if not draft.code:
            code = next_code(case, BY_NAME[draft.noun], named)
            named.add(code)
            draft = replace(draft, code=code)
        done.append(draft)
    return done


def _clean(drafts: Iterable[Draft]) -> dict[str, Row]:
    """Rows of the drafts, each checked by itself."""
    rows: dict[str, Row] = {}
    for draft in drafts:
        noun = BY_NAME[draft.noun]
        code = check_code(draft.code, draft.where)
        if code in rows:
            raise _taken(draft)
        body = clean_body(
            noun.fields, draft.raw, filled("{noun} {code}", noun=noun.name, code=code), draft.where
        )
        rows[code] = Row(noun.name, code, 1, draft.status, body)
        if noun.name == "consent":
            consent.check_decision(body, _at(draft, "purpose"))
    return rows


def _taken(draft: Draft) -> BadInput:
    return BadInput(
        "this id is taken in the case", value=_at(draft, "id"), remedy="choose another id"
    )


def _at(draft: Draft, key: str) -> str:
    place = draft.where(key)
    return draft.code if place == key else f"{draft.code}, {place}"


def _resolve(
    case_code: str,
    drafts: list[Draft],
    rows: dict[str, Row],
    known: Mapping[str, Row] | None = None,
    *,
    freed: str = "",
    beside: Mapping[str, Row] | None = None,
) -> list[Row]:
    """Bind items, check ids and references, anchor quotations; rows of items cited for the
    first time come first.

    `known` are the case's records where they have been read; otherwise those that the drafts
    name are looked up. `freed` is an id that may be used again: that of a record being changed.
    `beside` are records hidden from the member at which the record pointed before.
    """
    merged = {**(beside or {}), **_known_to(case_code, drafts, rows, known, freed)}
    for draft in drafts:
        if draft.noun == "item":
            _bind_item(rows[draft.code], draft)
    items = _Items(case_code, merged)
    for draft in drafts:
        _resolve_row(merged, items, rows[draft.code], draft)
    texts: passages.Texts = {}
    for draft in drafts:
        if draft.noun == "statement":
            passages.anchor(merged, rows[draft.code], _at(draft, "quote"), texts)
    return [*items.added, *rows.values()]


def _known_to(
    case_code: str,
    drafts: list[Draft],
    rows: dict[str, Row],
    known: Mapping[str, Row] | None,
    freed: str,
) -> dict[str, Row]:
    """Records that the drafts may point at. Raises BadInput for an id that was given before."""
    named = {
        target for row in rows.values() for _, target in references(BY_NAME[row.noun], row.body)
    }
    found, given = look_up(case_code, rows if known is not None else named | rows.keys())
    for draft in drafts:
        if draft.code in given and draft.code != freed:
            raise _taken(draft)
    held = dict(found if known is None else known)
    held.pop(freed, None)
    return {**held, **rows}


class _Items:
    """The items that a case cites: found by what a user calls them, taken in where lacking."""

    def __init__(self, case_code: str, merged: dict[str, Row]) -> None:
        self.added: list[Row] = []
        self._case = case_code
        self._merged = merged
        self._cited = {
            row.body.get("sha256"): row.code for row in merged.values() if row.noun == "item"
        }

    def cite(self, reference: str, where: str) -> str:
        """The case's id of a deposited item. Raises NotFound, BadInput."""
        item = find_item(reference, where)
        code = self._cited.get(item.sha256) or item_code(self._case, item.sha256)
        if code is None:
            code = item.code
            body = {"sha256": item.sha256, "file": item.file_name}
            self.added.append(Row("item", code, 1, "draft", body))
        self._cited[item.sha256] = code
        self._merged.setdefault(
            code, Row("item", code, 1, "draft", {"sha256": item.sha256, "file": item.file_name})
        )
        return code


def _resolve_row(merged: dict[str, Row], items: _Items, row: Row, draft: Draft) -> None:
    for ref_field, target in references(BY_NAME[row.noun], row.body):
        where = _at(draft, ref_field.name)
        if ref_field.to == ("item",) and target not in merged and ref_field.kind == "ref":
            row.body[ref_field.name] = target = items.cite(target, where)
        _check_reference(merged, ref_field.to, target, where)


def _bind_item(row: Row, draft: Draft) -> None:
    item = find_item(row.body.get("sha256") or row.body.get("file") or row.code, _at(draft, "file"))
    row.body["sha256"] = item.sha256
    row.body.setdefault("file", item.file_name)


def _check_reference(
    merged: Mapping[str, Row], nouns: tuple[str, ...], target: str, where: str
) -> None:
    found = merged.get(target)
    if found is None or (nouns and found.noun not in nouns):
        raise BadInput(
            filled(
                "'{target}' is no {names} of this case", target=target, names=" or ".join(nouns)
            ),
            value=where,
            remedy="add it first, or correct the id",
        )


def _insert(custody: Work, case_code: str, rows: Iterable[Row], result: str = "") -> None:
    rows = list(rows)
    entered: dict[str, int] = {}
    for kind in dict.fromkeys(map(kind_of, rows)):
        some = [row for row in rows if kind_of(row) == kind]
        entered[kind] = custody.enter(
            kind,
            case=case_code,
            result=result or f"{len(some)} records added",
            changes=rows_digest(case_code, some),
            consent=some[0].code if kind == "consent" and len(some) == 1 else None,
        )
    at, by = stored_time(custody.at), custody.actor
    insert_rows(
        "casefile_record",
        COLUMNS,
        (
            (case_code, row.noun, row.code, row.version, row.status, json.dumps(row.body),
             True, row.retired, at, by, entered[kind_of(row)])
            for row in rows
        ),
    )  # fmt: skip


def change_record(
    actor: str, case_code: str, code: str, raw: Mapping[str, object], *, seen_version: int
) -> Row:
    """Save a new version of a record.

    Raises Stale when somebody saved another version after `seen_version` was read.
    """
    find_case(case_code)
    with work(actor, "change record") as custody:
        held = _held(case_code, code)
        if held.version != seen_version:
            raise Stale(
                "this record was changed by somebody else in the meantime",
                value=f"{code}: you saw version {seen_version}, it is now {held.version}",
                remedy="look at the new version and make your change again",
            )
        _refuse_locked(actor, case_code, held)
        raw, beside = _with_hidden(case_code, held, raw)
        drafts = [Draft(held.noun, code, raw)]
        cleaned = _clean(drafts)
        given = [name for name, value in cleaned[code].body.items() if held.body.get(name) != value]
        _refuse_write(CHANGE, case_code, held.noun, code, given)
        if held.noun == "consent":
            consent.check_change(held, cleaned[code].body)
        *cited, fresh = _resolve(case_code, drafts, cleaned, freed=code, beside=beside)
        status = "draft" if held.status == "revisit" else held.status
        row = Row(fresh.noun, code, held.version + 1, status, fresh.body)
        _supersede(case_code, held)
        _insert(custody, case_code, [*cited, row])
    return row


def _with_hidden(
    case_code: str, held: Row, raw: Mapping[str, object]
) -> tuple[Mapping[str, object], dict[str, Row]]:
    """What is saved, with what the member does not see of the record unchanged; and the hidden
    records at which it points. Raises BadInput when the member names one of those."""
    if current().whole:
        return raw, {}
    targets = {target for _, target in references(BY_NAME[held.noun], held.body)}
    known = look_up(case_code, targets)[0]
    for field in BY_NAME[held.noun].fields:
        if field.to and isinstance(raw.get(field.name), str | list):
            for target in visible.listed(raw[field.name]):
                if target in targets - known.keys():
                    _check_reference(known, field.to, str(target), held.code)
    kept = visible.keep_hidden(case_code, held.noun, raw, held.body, known)
    with whole():
        beside = look_up(case_code, targets - known.keys())[0]
    return kept, beside


def retire_record(actor: str, case_code: str, code: str, *, why: str) -> None:
    """Take a record out of the case; its versions stay readable. Refused while cited."""
    find_case(case_code)
    with work(actor, "retire record") as custody:
        held = _held(case_code, code)
        _refuse_locked(actor, case_code, held)
        _refuse_write(CHANGE, case_code, held.noun, code)
        if held.noun == "consent":
            consent.check_retirement(held)
        citing = _citing(case_code, code)
        if citing:
            shown = [one for one in citing if one in look_up(case_code, citing)[0]]
            raise Refused(
                "other records point at this one",
                value=f"{code} <- {', '.join(shown[:8])}" if shown else code,
                remedy="change or retire those first",
            )
        body = {**held.body, "note": why}
        row = replace(held, version=held.version + 1, retired=True, body=body)
        _supersede(case_code, held)
        _insert(custody, case_code, [row])


def _citing(case_code: str, code: str) -> list[str]:
    """Ids of the current records that point at this one."""
    held = Record.every.filter(case_id=case_code, current=True, retired=False)
    near = held.annotate(text=Cast("body", TextField())).filter(text__contains=f'"{code}"')
    return [
        row.code
        for row in near.order_by("id")
        if any(target == code for _, target in references(BY_NAME[row.noun], row.body))
    ]


def save_status(actor: str, case_code: str, held: Row, row: Row) -> None:
    """Write `row`, the same record in another state, in the place of the version `held`."""
    _refuse_write(CHANGE, case_code, held.noun, held.code)
    if not current().whole:
        row = replace(row, body=_held(case_code, row.code).body)
    with work(actor, "review record") as custody:
        _supersede(case_code, held)
        told = f"{row.code} version {row.version}: {row.status}"
        _insert(custody, case_code, [row], told)


def _refuse_locked(actor: str, case_code: str, held: Row) -> None:
    """Raises Refused for a final record, and for one that somebody else has in review."""
    if held.status == "final":
        raise Refused(
            "this record is final", value=held.code,
            remedy="bring it to revisit first: amparo case review VAULT CASE ID --to revisit",
        )  # fmt: skip
    if held.status != "in review":
        return
    listed = Record.every.filter(case_id=case_code, code=held.code).order_by("-version")
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
    changed = Record.every.filter(
        case_id=case_code, code=held.code, version=held.version, current=True
    ).update(current=False)
    if changed != 1:
        raise Stale(
            "this record was changed by somebody else in the meantime",
            value=held.code,
            remedy="look at the new version and make your change again",
        )


def _held(case_code: str, code: str) -> Row:
    held = look_up(case_code, [code])[0].get(code)
    if held is None:
        raise NotFound("no such record in this case", value=code)
    return held


class Coded(Protocol):
    """A case, read whole or not."""

    @property
    def code(self) -> str: ...


def next_code(case: Coded, noun: Noun, taken: Collection[str] = ()) -> str:
    """The next free id of a noun, not among `taken`: ST1, ST2, or V-1 for persons."""
    prefix = f"{noun.prefix}-" if noun.name == "person" else noun.prefix
    number = Record.objects.filter(case_id=case.code, noun=noun.name, version=1).count()
    while True:
        tried = [f"{prefix}{number + n}" for n in range(1, 9)]
        number += len(tried)
        given = look_up(case.code, tried)[1]
        for code in tried:
            if code not in given and code not in taken:
                return code
