"""What of a case may leave for a use: its records as values, its items one by one.

Exports, the API and the pages of people outside the team are made from `released`. The gate
of a filing (`filing.check`) asks the same function of consent and more, and redacts; here
nothing is redacted, so that words of an item leave only where its whole may.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from amparo.access.requests import refuse_alone
from amparo.access.scope import current
from amparo.casefile.consent import Answer, Use, may_leave, source_may_leave
from amparo.casefile.draw_map import spots_of
from amparo.casefile.draw_scope import hidden_words, scope_of
from amparo.casefile.records import CaseFile, Row, list_cases, load_case
from amparo.casefile.schema import BY_NAME, GROUPS, Field
from amparo.errors import Refused
from amparo.vault.models import Derivation, Item

# Words of an item, and where they stand in it.
_WORDS = ("quote", "part", "start", "begin_seconds", "end_seconds")
# What only the team reads, and what a file was called: that may say who somebody is.
_STAYS = ("note", "file", "why")
_OPEN_CASE_FIELDS = ("code", "title", "language")
_COPIES = ("redaction",)


def released(case: CaseFile, use: Use) -> CaseFile:
    """The case as it may leave for `use`; whole for the team's own use.

    Persons and sources without consent are not there, nor what speaks of them; fields of
    special groups only where a decision names the group; remarks and file names never.
    """
    if not use.purpose:
        return case
    scope = scope_of(case, use)
    kept = {
        code: row
        for code, row in scope.case.rows.items()
        if row.noun != "item" or item_answer(case, row, use).allowed
    }
    kept = {code: _stripped(case, row, use) for code, row in kept.items()}
    kept = _joined(kept)
    hidden = hidden_words(row.code for row in case.all("person") if row.code not in kept)
    body = {
        name: value
        for name, value in case.body.items()
        if not (hidden and isinstance(value, str) and hidden.search(value))
        or name in _OPEN_CASE_FIELDS[:1]
    }
    return CaseFile(case.code, body, "", kept)


@dataclass(frozen=True)
class Line:
    """The answer for one person or source of a case."""

    noun: str
    code: str
    title: str
    answer: Answer

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return {"noun": self.noun, "id": self.code, **asdict(self.answer)}


def answers(case: CaseFile, use: Use, *, level: str = "coded") -> list[Line]:
    """May this leave, in which form, and why not: for everybody in the case who decides."""
    found = [
        Line("person", row.code, row.title, may_leave(case, row.code, use, level=level))
        for row in case.all("person")
    ]
    return found + [
        Line("source", row.code, row.title, source_may_leave(case, row, use, level=level))
        for row in case.all("source")
    ]


def _stripped(case: CaseFile, row: Row, use: Use) -> Row:
    """The row without the fields that stay in the team or that no decision lets go."""
    if row.noun == "place":
        return _coarse(case, row)
    noun = BY_NAME[row.noun]
    body = {
        name: value
        for name, value in row.body.items()
        if name not in _STAYS and _may_go(case, row, noun.field(name), use)
    }
    if row.noun == "statement" and not _words_may_go(case, row, use):
        body = {name: value for name, value in body.items() if name not in _WORDS}
    return replace(row, body=body)


def _coarse(case: CaseFile, row: Row) -> Row:
    """A place no more exactly than it may be published."""
    (spot,) = spots_of(replace(case, rows={row.code: row}), strict=True)
    body: dict[str, Any] = {
        "name": spot.label,
        "precision": spot.shown_to,
        "published_precision": spot.shown_to,
    }
    if row["state"] and spot.shown_to != "unknown":
        body["state"] = row["state"]
    if spot.box and spot.box[0] == spot.box[2]:
        body |= {"lon": spot.box[0], "lat": spot.box[1]}
    return replace(row, body=body)


def _words_may_go(case: CaseFile, row: Row, use: Use) -> bool:
    items = [case.get(row[name]) for name in ("item", "recording") if row[name]]
    return all(one and item_answer(case, one, use, level="named").allowed for one in items)


def _may_go(case: CaseFile, row: Row, field: Field | None, use: Use) -> bool:
    if field is None:
        return False
    group = field.compartment or BY_NAME[row.noun].compartment
    subject = row.code if row.noun == "person" else row["person"]
    if group not in GROUPS or not subject or subject not in case.rows:
        return group not in ("contact", "medical", "shelter")
    if group == "narrative":
        return True
    return may_leave(case, subject, use, group=group).allowed


def _joined(kept: dict[str, Row]) -> dict[str, Row]:
    """Rows that point only at rows that are there; one that cannot stand alone goes too."""
    while True:
        trimmed = {code: _trimmed(row, kept) for code, row in kept.items()}
        whole = {code: row for code, row in trimmed.items() if _stands(row)}
        if len(whole) == len(kept):
            return whole
        kept = whole


def _trimmed(row: Row, kept: dict[str, Row]) -> Row:
    body = dict(row.body)
    for field in BY_NAME[row.noun].fields:
        value = body.get(field.name)
        if field.kind == "refs" and value:
            body[field.name] = [one for one in value if one in kept]
        elif field.kind == "ref" and value and value not in kept:
            del body[field.name]
    return replace(row, body=body)


def _stands(row: Row) -> bool:
    needed = (f.name for f in BY_NAME[row.noun].fields if f.required and f.kind in ("ref", "refs"))
    return all(row.body.get(name) for name in needed)


# Items


def item_answer(case: CaseFile, row: Row, use: Use, *, level: str = "coded") -> Answer:
    """Whether an item that a case cites may leave: everybody whom it concerns must agree."""
    if not use.purpose:
        return may_leave(case, row.code, use)
    if row["confidentiality"] == "public":
        return Answer(True, "named", "public")
    told = [one for one in case.all("statement") if row.code in (one["item"], one["recording"])]
    answers = [one for statement in told for one in _concerned(case, statement, row, use, level)]
    if not answers:
        return Answer(False, "", "none")
    return next((one for one in answers if not one.allowed), answers[0])


def _concerned(case: CaseFile, statement: Row, item: Row, use: Use, level: str) -> Iterator[Answer]:
    """Who speaks in it decides; where that is no person, the one of whom it speaks."""
    source = case.get(statement["source"])
    answer = source and source_may_leave(case, source, use, level=level, item=item.code)
    if answer and answer.reason != "public":
        yield answer
        return
    proposition = case.get(statement["proposition"])
    act = case.get(proposition["act"]) if proposition else None
    if act and act["victim"]:
        yield may_leave(case, act["victim"], use, level=level, item=item.code, medium=_medium(item))


def _medium(row: Row) -> str:
    held = Item.objects.filter(sha256=row["sha256"] or "").values_list("media_type", flat=True)
    kind = (held.first() or "").partition("/")[0]
    return {"image": "picture", "audio": "sound", "video": "video"}.get(kind, "text")


def refuse_item(item: Item, use: Use, *, to: str = "") -> None:
    """Raises Refused unless consent covers handing out this item, in every case that cites it,
    and another member agreed where there is one.

    The original shows whatever it shows: it asks for consent to be named. A redacted copy
    asks for consent under a code. `to` is another office that takes it over.
    """
    if use.purpose:
        _refuse_unasked(item, use)
    if use.purpose or to:
        handed = f" handed to {to}" if to else ""
        refuse_alone(current().member, "", f"item {item.code}{handed} {use.told}")


def _refuse_unasked(item: Item, use: Use) -> None:
    parents = Derivation.objects.filter(child=item, relation__in=_COPIES)
    sources = [d.parent.sha256 for d in parents.select_related("parent")]
    level = "coded" if sources else "named"
    wanted = set(sources) or {item.sha256}
    answers = [
        item_answer(known, row, use, level=level)
        for known in (load_case(case.code) for case in list_cases())
        for row in known.all("item")
        if row["sha256"] in wanted
    ]
    refusal = next((one for one in answers if not one.allowed), None)
    if refusal is not None or not answers:
        raise Refused(
            "consent does not cover this item for this use",
            value=f"{item.code}: {refusal.reason if refusal else 'no case says whom it concerns'}",
            remedy="hand out a redacted copy, or record the consent of those concerned",
        )
