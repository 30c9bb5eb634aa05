"""From the record of a case to the facts that the law library assesses."""

from __future__ import annotations

from typing import Any

from amparo.casefile.records import CaseFile, Row
from amparo.errors import BadInput
from amparo.law.book import Book, load, load_text
from amparo.law.facts import Facts, parse


def book_of(case: CaseFile) -> Book:
    """The book of law, with the overlay that the case brought."""
    return load_text(case.overlay, "overlay of the case") if case.overlay else load()


def facts_of(case: CaseFile, book: Book) -> Facts:
    """Facts of every act that names a crime and a date. Raises BadInput when none does."""
    acts = [_act(case, row) for row in case.all("act") if row["crime"] and _dated(row)]
    if not acts:
        raise BadInput(
            "no act of this case names a crime and a date",
            value=case.code,
            remedy="add --crime and --began to an act",
        )
    return parse({"acts": acts}, name=f"case {case.code}", book=book)


def facts_if_any(case: CaseFile, book: Book) -> Facts | None:
    """The same, and None where `facts_of` refuses."""
    try:
        return facts_of(case, book)
    except BadInput:
        return None


def acts_not_assessed(case: CaseFile) -> list[str]:
    """Acts that lack a crime or a date."""
    return [row.code for row in case.all("act") if not (row["crime"] and _dated(row))]


def _dated(row: Row) -> bool:
    return bool(row["began"] or row["ended"])


def _act(case: CaseFile, row: Row) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": row.code,
        "crime": row["crime"],
        "began_on": row["began"],
        "ended_on": row["ended"],
        "places": _places(case, row),
        "suspects": _suspects(case, row),
        "victims": _victims(case, row),
        "crossings": _crossings(case, row),
        "attribution": row["attribution"],
        "remedies": [
            {key: remedy[key] for key in ("decided_on", "final") if remedy[key] is not None}
            for remedy in case.all("remedy")
            if remedy["act"] in (None, row.code)
        ],
    }
    return {key: value for key, value in facts.items() if value not in (None, [], "")}


def _places(case: CaseFile, row: Row) -> list[dict[str, str]]:
    event = case.get(row["event"])
    codes = [row["place"]] if row["place"] else (event["places"] if event else None) or []
    places = [case.get(code) for code in codes]
    return [
        {key: place[key] for key in ("state", "region") if place[key]}
        for place in places
        if place and (place["state"] or place["region"])
    ]


def _person(case: CaseFile, code: str | None) -> dict[str, Any] | None:
    person = case.get(code)
    if person is None:
        return None
    return {"nationalities": person["nationalities"]} if person["nationalities"] else {}


def _suspects(case: CaseFile, row: Row) -> list[dict[str, Any]]:
    involved = [i for i in case.all("involvement") if i["act"] == row.code]
    found = [_person(case, one["person"]) for one in involved]
    return [one for one in found if one is not None]


def _victims(case: CaseFile, row: Row) -> list[dict[str, Any]]:
    found = _person(case, row["victim"])
    return [found] if found is not None else []


def _crossings(case: CaseFile, row: Row) -> list[dict[str, str]]:
    return [
        {key: one[key] for key in ("from", "to", "on") if one[key]}
        for one in case.all("crossing")
        if one["person"] == row["victim"]
    ]
