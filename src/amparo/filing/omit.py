"""Fields of records that a version of a filing leaves out or codes (noun `omission`)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from amparo.casefile.schema import BY_NAME
from amparo.errors import BadInput
from amparo.filing.plan import holds
from amparo.filled import filled

if TYPE_CHECKING:
    from amparo.casefile.records import CaseFile, Row

_WORDS = ("text", "long")
# What says the same as a field, and goes with it.
_TWINS = {
    "began": "began_as_stated",
    "ended": "ended_as_stated",
    "title": "titles",
    "name": "names",
}
SHORTEST = 4


def omissions_for(case: CaseFile, forum: str, version: str) -> list[Row]:
    """Omissions that hold here. Raises BadInput for a field that the record cannot lack."""
    found = [row for row in case.all("omission") if holds(row, forum, version)]
    for row in found:
        _check(case, row)
    return found


def _check(case: CaseFile, row: Row) -> None:
    target = case.get(str(row["record"]))
    if target is None:
        return
    field = BY_NAME[target.noun].field(str(row["field"]))
    if field is None:
        raise BadInput(
            filled("a record of the noun {noun} has no such field", noun=target.noun),
            value=f"{row.code}: {row['field']}",
            remedy="correct the omission",
        )
    if row["instead"] is None and field.required:
        raise BadInput(
            "this field cannot be left out",
            value=f"{row.code}: {row['field']}",
            remedy="say what stands in its place: instead",
        )
    if row["instead"] is not None and field.kind not in (*_WORDS, "date"):
        raise BadInput(
            "only words and dates can be replaced",
            value=f"{row.code}: {row['field']}",
            remedy="leave `instead` out, so that the field is left out",
        )


def omit(leaving: CaseFile, omissions: list[Row]) -> CaseFile:
    """The case without those fields, or with what stands in their place."""
    rows = dict(leaving.rows)
    for one in omissions:
        held = rows.get(str(one["record"]))
        if held is None:
            continue
        body = {name: value for name, value in held.body.items() if name != one["field"]}
        if one["instead"] is not None:
            body[str(one["field"])] = one["instead"]
        body.pop(_TWINS.get(str(one["field"]), ""), None)
        rows[held.code] = replace(held, body=body)
        # A translation would put the field back.
        rows = {code: row for code, row in rows.items() if not _translates(row, one)}
    return replace(leaving, rows=rows)


def _translates(row: Row, omission: Row) -> bool:
    same = (row["record"], row["field"]) == (omission["record"], omission["field"])
    return row.noun == "translation" and same


def omitted_words(case: CaseFile, omissions: list[Row]) -> list[str]:
    """Words that must not stand in what is printed, since a field was left out or coded."""
    found: list[str] = []
    for one in omissions:
        held = case.get(str(one["record"]))
        field = BY_NAME[held.noun].field(str(one["field"])) if held is not None else None
        if held is None or field is None or field.kind not in _WORDS:
            continue
        twin = held[_TWINS.get(field.name, "")]
        told = [held[field.name], *(twin.values() if isinstance(twin, dict) else ())]
        told += [row["text"] for row in case.all("translation") if _translates(row, one)]
        words = [str(said or "").strip() for said in told]
        found += [said for said in words if len(said) >= SHORTEST and said != one["instead"]]
    return list(dict.fromkeys(found))
