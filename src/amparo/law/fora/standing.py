"""What all fora share: which State answers, whether it was bound, attribution."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from amparo.law import dates
from amparo.law.book.records import Book, Crime
from amparo.law.book.windows import Touch, When, Window, touch
from amparo.law.facts import Act
from amparo.law.findings import ARGUABLE, CLOSED, OPEN, UNKNOWN, Finding, Said, say, state, weaker

Findings = tuple[Finding, ...]

_ABSENCE = {
    "echr": ("coe-005",),
    "iccpr-op1": ("untc-4-5-2014",),
    "cat-22": ("untc-4-9-2014", "drafter"),
    "cedaw-op": ("untc-4-8-b-2014",),
    "ced": ("untc-4-16-2014",),
    "oas": ("drafter",),
    "achpr": ("drafter",),
}
"""Lists of parties whose silence shows that a State is not one."""


@dataclass(frozen=True, slots=True)
class Before:
    """One act before a forum; `memo` keeps the findings that many acts share."""

    act: Act
    crime: Crime
    book: Book
    as_of: date
    memo: dict[Any, Any]
    states: tuple[str, ...]
    somewhere_else: bool
    agents_of: tuple[str, ...]


Rule = Callable[[Before], list[Findings]]


def bring(act: Act, crime: Crime, book: Book, as_of: date, memo: dict[Any, Any]) -> Before:
    """The act with the States whose duty is in question: of the place, or of the flag."""
    codes = tuple(dict.fromkeys(p.state for p in act.places if p.state))
    if not codes and act.flag_state:
        codes = (act.flag_state,)
    elsewhere = not codes or any(p.state is None for p in act.places)
    return Before(act, crime, book, as_of, memo, codes, elsewhere, _agents_of(act))


def _agents_of(act: Act) -> tuple[str, ...]:
    """The alleged perpetrators' States, where all are known and the act is a State's."""
    if act.attribution != "state" or not act.suspects:
        return ()
    if not all(s.nationalities for s in act.suspects):
        return ()
    return tuple(dict.fromkeys(n for s in act.suspects for n in s.nationalities))


def each_state(
    before: Before,
    forum: str,
    route: str,
    rule: str,
    instruments: tuple[str, ...],
    key: Hashable,
    find: Callable[[str], list[Finding]],
) -> list[Findings]:
    """Answers by respondent State, shared among acts alike in time and in `key`.

    `instruments` bind the State or not; `key` holds whatever else the answer depends
    on, and None means that it is not shared.
    """
    memo, agents = before.memo, before.agents_of
    out: list[Findings] = []
    for code in before.states:
        found = _of_state(before, forum, instruments, key, find, code)
        out.append(_by_others(found) if agents and code not in agents else found)
    if forum in _REACH_ABROAD:
        for code in agents:
            if code not in before.states:
                out.append(_abroad(_of_state(before, forum, instruments, key, find, code), code))
    if before.somewhere_else:
        if (forum, "nowhere") not in memo:
            said, missing = (say("forum.state-unknown"),), (say("missing.place"),)
            memo[forum, "nowhere"] = (Finding(forum, route, UNKNOWN, rule, said, missing),)
        out.append(memo[forum, "nowhere"])
    return out


_REACH_ABROAD = ("echr", "hrc", "cat")
"""Fora whose instruments follow a State's agents beyond its territory."""


def _of_state(
    before: Before,
    forum: str,
    instruments: tuple[str, ...],
    key: Hashable,
    find: Callable[[str], list[Finding]],
    code: str,
) -> Findings:
    memo = before.memo
    breaks = before.book.breaks_of(instruments, code)
    bound_once = bool(breaks) or not instruments
    shared = key is not None or not bound_once
    slots = before.act.when.slots(breaks)
    whole = (forum, code, slots, key) if bound_once else (forum, code)
    found: Findings | None = memo.get(whole) if shared else None
    if found is None:
        found = tuple(find(code))
        if shared:
            memo[whole] = found
    return found


def _by_others(found: Findings) -> Findings:
    """The State of the place answers less surely for what another State's agents did."""
    said, wanted = say("attribution.foreign"), say("missing.attribution")
    return tuple(
        replace(
            one,
            result=ARGUABLE,
            reasons=(*one.reasons, said),
            missing=(*one.missing, wanted),
        )
        if one.result == OPEN
        else one
        for one in found
    )


def _abroad(found: Findings, code: str) -> Findings:
    """At most arguable: the State of the agents, for what they did outside it."""
    said, wanted = say("forum.abroad", state=state(code)), say("missing.control")
    return tuple(
        replace(
            one,
            route=f"{one.route} abroad",
            result=weaker(one.result, ARGUABLE),
            reasons=(said, *one.reasons),
            missing=(wanted, *one.missing),
        )
        for one in found
        if one.result != CLOSED
    )


def outside_subject(before: Before, forum: str, route: str, rule: str, key: str) -> list[Findings]:
    """The crime alleged is not what the forum deals with."""
    whole = (forum, "subject", before.crime.id)
    if whole not in before.memo:
        said = say(key, crime=f"crime:{before.crime.id}")
        before.memo[whole] = (Finding(forum, route, CLOSED, rule, (said,)),)
    return [before.memo[whole]]


def bound(
    book: Book,
    forum: str,
    route: str,
    rule: str,
    instrument: str,
    code: str,
    when: When,
    continuing: bool = False,
) -> tuple[Finding | None, list[Finding], Window | None]:
    """A refusal if the State was not bound; else what to add for the part outside."""
    windows = book.windows_of(instrument, code)
    how = touch(windows, when)
    rows = tuple(row for w in windows for row in w.rows)
    blanks = {"state": state(code), "forum": f"forum:{forum}"}
    if how is Touch.OUTSIDE:
        if not windows:
            key, day = "forum.not-bound", ""
            absent = [r.id for r in book.rows_of("treaties", code) if r["instrument"] == instrument]
            rows = tuple(absent) or _ABSENCE.get(instrument, ())
        elif when.ended < windows[0].start:
            key, day = "forum.not-yet", dates.show(windows[0].start)
            if continuing and windows[-1].end == dates.LAST:
                said = say("forum.continuing", day=day, **blanks)
                missing = (say("missing.still-going-on"),)
                return Finding(forum, route, ARGUABLE, rule, (said,), missing, rows), [], None
        else:
            key, day = "forum.no-longer", dates.show(windows[-1].end + 1)
        said = say(key, day=day, **blanks)
        return Finding(forum, route, CLOSED, rule, (said,), (), rows), [], None
    if how is Touch.MAYBE:
        said = say("forum.straddles", days=_days(windows), **blanks)
        missing = (say("missing.exact-date"),)
        return Finding(forum, route, UNKNOWN, rule, (said,), missing, rows), [], None
    window = next(w for w in windows if w.surely_touches(when))
    if how is Touch.INSIDE:
        return None, [], window
    said = say("part.outside", state=state(code))
    return None, [Finding(forum, route, CLOSED, rule, (said,), (), rows)], window


def _days(windows: tuple[Window, ...]) -> str:
    days = {d for w in windows for d in (w.start, w.start_by, w.end_from + 1, w.end + 1)}
    return ", ".join(dates.show(d) for d in sorted(days) if dates.FIRST < d < dates.LAST)


def in_force(book: Book, code: str, forum: str, window: Window) -> Said:
    return say(
        "forum.bound",
        state=state(code),
        forum=f"forum:{forum}",
        day=dates.show(window.start_by) or "?",
    )


def by_attribution(act: Act, strict: bool) -> tuple[str, tuple[Said, ...], tuple[Said, ...]]:
    """What attribution does: a private act engages only the duty to protect and inquire."""
    if act.attribution == "state":
        return OPEN, (), ()
    if act.attribution == "private":
        return ARGUABLE, (say("attribution.private"),), (say("missing.attribution"),)
    return (UNKNOWN if strict else OPEN), (), (say("missing.attribution"),)
