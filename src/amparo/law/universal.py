"""Universal jurisdiction by State, from the conditions in `book/universal.yaml`."""

from __future__ import annotations

from datetime import date
from typing import Any

from amparo.law import dates
from amparo.law.book.records import Book, Crime
from amparo.law.book.windows import Touch, Window, between, touch
from amparo.law.facts import Act
from amparo.law.findings import (
    ARGUABLE,
    CLOSED,
    OPEN,
    RANK,
    UNKNOWN,
    Finding,
    Said,
    say,
    state,
    weaker,
)

RULE = "uj.conditions"
ROUTE = "universal jurisdiction"
LINKS = (
    "suspect-national",
    "suspect-resident",
    "suspect-present",
    "victim-national",
    "victim-resident",
)


def find(act: Act, crime: Crime, book: Book, as_of: date) -> list[Finding]:
    """One answer for each State of the book that has a statute."""
    return [_one(entry, act, crime) for entry in book.documents["universal"]]


def _one(entry: dict[str, Any], act: Act, crime: Crime) -> Finding:
    found = [_by_category(entry, one, act) for one in _categories(entry, crime)]
    if found:
        return min(found, key=lambda one: RANK[one.result])
    code = entry["state"]
    said = say("uj.not-covered", state=state(code), crime=f"crime:{crime.id}")
    return Finding(f"uj-{code}", ROUTE, CLOSED, RULE, (said,), (), (entry["id"],))


def _categories(entry: dict[str, Any], crime: Crime) -> list[str]:
    """The categories of the statute that cover the crime."""
    kinds = [crime.kind, *(one for one in ("torture", "disappearance") if one in crime.tags)]
    return [one for one in kinds if one in entry["crimes"]]


def _by_category(entry: dict[str, Any], category: str, act: Act) -> Finding:
    code, rows = entry["state"], (entry["id"],)
    forum, since = f"uj-{code}", str(entry["crimes"][category] or "")
    start = dates.parse(since) if since else None
    window = Window(start.first, start.last, dates.LAST, dates.LAST) if start else between(0)
    how = touch((window,), act.when)
    if how is Touch.OUTSIDE:
        said = say("uj.before", state=state(code), day=since)
        return Finding(forum, ROUTE, CLOSED, RULE, (said,), (), rows)
    if any(p.state == code for p in act.places):
        said = say("uj.own-territory", state=state(code))
        return Finding(forum, ROUTE, OPEN, RULE, (said,), (), rows)
    result, reasons, missing = _link(entry, category, act)
    if how is Touch.MAYBE:
        result = weaker(result, UNKNOWN)
        missing = (*missing, say("missing.exact-date"))
    statute = say("uj.statute", state=state(code), statute=f"uj:{entry['id']}")
    conditions = say("uj.conditions", statute=f"ujc:{entry['id']}")
    return Finding(forum, ROUTE, result, RULE, (statute, *reasons, conditions), missing, rows)


def _link(
    entry: dict[str, Any], category: str, act: Act
) -> tuple[str, tuple[Said, ...], tuple[Said, ...]]:
    """Whether a required link to the State is shown, refuted or not known."""
    code = entry["state"]
    links = entry.get("links_by_crime", {}).get(category, entry.get("links", []))
    met = [one for one in links if _has(one, code, act) is True]
    if met:
        return OPEN, (say(f"uj.link.{met[0]}", state=state(code)),), ()
    if entry["without_link"] in (OPEN, ARGUABLE):
        return entry["without_link"], (say(f"uj.no-link.{entry['without_link']}"),), ()
    unknown = [one for one in links if _has(one, code, act) is None]
    if unknown:
        missing = tuple(say(f"missing.{one}", state=state(code)) for one in unknown)
        return UNKNOWN, (say("uj.link.needed", state=state(code)),), missing
    return CLOSED, (say("uj.link.absent", state=state(code)),), ()


def _has(link: str, code: str, act: Act) -> bool | None:
    if link == "victim-national":
        return _any([v.nationalities for v in act.victims], code)
    if link == "victim-resident":
        return None
    column = {"suspect-national": 0, "suspect-resident": 1, "suspect-present": 2}[link]
    lists = [(s.nationalities, s.resident_in, s.present_in)[column] for s in act.suspects]
    return _any(lists, code)


def _any(lists: list[tuple[str, ...]], code: str) -> bool | None:
    """Whether any list names the State; None when one of them is not known."""
    if any(code in one for one in lists):
        return True
    return False if lists and all(lists) else None
