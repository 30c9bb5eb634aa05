"""Universal jurisdiction by State, from the conditions in `book/universal.yaml`."""

from __future__ import annotations

from functools import cache
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


def find(act: Act, crime: Crime, book: Book, memo: dict[Any, Any]) -> tuple[Finding, ...]:
    """One answer for each State of the book that has a statute."""
    entries = book.documents["universal"]
    codes, breaks = _codes_and_breaks(book)
    key = (
        "uj",
        crime.kind,
        "torture" in crime.tags,
        "disappearance" in crime.tags,
        act.when.slots(breaks),
        frozenset(p.state for p in act.places if p.state in codes),
        _has_place(act),
        tuple(_narrow(codes, s.nationalities, s.resident_in, s.present_in) for s in act.suspects),
        tuple(_narrow(codes, v.nationalities) for v in act.victims),
    )
    found: tuple[Finding, ...] | None = memo.get(key)
    if found is None:
        found = memo[key] = tuple(_one(entry, act, crime, memo) for entry in entries)
    return found


def _narrow(codes: frozenset[str], *lists: tuple[str, ...]) -> tuple[tuple[bool, Any], ...]:
    """For each list whether it is given, and which States with a statute it names."""
    return tuple((bool(one), codes.intersection(one)) for one in lists)


def _codes_and_breaks(book: Book) -> tuple[frozenset[str], tuple[int, ...]]:
    if "uj" not in book.kept:
        entries = book.documents["universal"]
        spans = [
            dates.parse(str(since)) for one in entries for since in one["crimes"].values() if since
        ]
        days = {day for span in spans for day in (span.first, span.last)}
        book.kept["uj"] = (frozenset(one["state"] for one in entries), tuple(sorted(days)))
    found: tuple[frozenset[str], tuple[int, ...]] = book.kept["uj"]
    return found


def _one(entry: dict[str, Any], act: Act, crime: Crime, memo: dict[Any, Any]) -> Finding:
    found = [_by_category(entry, one, act, memo) for one in _categories(entry, crime)]
    if found:
        return min(found, key=lambda one: RANK[one.result])
    key = ("uj", entry["id"])
    if key not in memo:
        code = entry["state"]
        said = say("uj.not-covered", state=state(code))
        memo[key] = Finding(f"uj-{code}", ROUTE, CLOSED, RULE, (said,), (), (entry["id"],))
    refused: Finding = memo[key]
    return refused


def _categories(entry: dict[str, Any], crime: Crime) -> list[str]:
    """The categories of the statute that cover the crime."""
    kinds = [crime.kind, *(one for one in ("torture", "disappearance") if one in crime.tags)]
    return [one for one in kinds if one in entry["crimes"]]


def _by_category(entry: dict[str, Any], category: str, act: Act, memo: dict[Any, Any]) -> Finding:
    since = str(entry["crimes"][category] or "")
    window = _window(since)
    how = touch((window,), act.when)
    own = any(p.state == entry["state"] for p in act.places)
    wanted = entry.get("links_by_crime", {}).get(category, entry["links"])
    links = tuple((one, _has(one, entry["state"], act)) for one in wanted)
    key = ("uj", entry["id"], since, how, own, links, _has_place(act))
    found: Finding | None = memo.get(key)
    if found is None:
        found = memo[key] = _answer(entry, since, how, own, links, _has_place(act))
    return found


@cache
def _window(since: str) -> Window:
    """From the day the statute applies, however roughly that is known."""
    if not since:
        return between(dates.FIRST)
    span = dates.parse(since)
    return Window(span.first, span.last, dates.LAST, dates.LAST)


Links = tuple[tuple[str, bool | None], ...]


def _has_place(act: Act) -> bool:
    return act.flag_state is not None or any(p.state for p in act.places)


def _answer(
    entry: dict[str, Any], since: str, how: Touch, own: bool, links: Links, placed: bool
) -> Finding:
    code, rows = entry["state"], (entry["id"],)
    forum = f"uj-{code}"
    if how is Touch.OUTSIDE:
        said = say("uj.before", state=state(code), day=since)
        return Finding(forum, ROUTE, CLOSED, RULE, (said,), (), rows)
    if own:
        said = say("uj.own-territory", state=state(code))
        return Finding(forum, ROUTE, OPEN, RULE, (said,), (), rows)
    result, reason, missing = _link(entry, links)
    if how is Touch.MAYBE:
        result = weaker(result, UNKNOWN)
        missing = (*missing, say("missing.exact-date"))
    if not placed:
        result = weaker(result, UNKNOWN)
        missing = (*missing, say("missing.place"))
    statute = say("uj.statute", state=state(code), statute=f"uj:{entry['id']}")
    conditions = say("uj.conditions", statute=f"ujc:{entry['id']}")
    return Finding(forum, ROUTE, result, RULE, (statute, reason, conditions), missing, rows)


def _link(entry: dict[str, Any], links: Links) -> tuple[str, Said, tuple[Said, ...]]:
    """Whether a required link to the State is shown, refuted or not known."""
    code = entry["state"]
    met = [one for one, has in links if has is True]
    if met:
        return OPEN, say(f"uj.link.{met[0]}", state=state(code)), ()
    if entry["without_link"] in (OPEN, ARGUABLE):
        return entry["without_link"], say(f"uj.no-link.{entry['without_link']}"), ()
    unknown = [one for one, has in links if has is None]
    if unknown:
        missing = tuple(say(f"missing.{one}", state=state(code)) for one in unknown)
        return UNKNOWN, say("uj.link.needed", state=state(code)), missing
    return CLOSED, say("uj.link.absent", state=state(code)), ()


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
