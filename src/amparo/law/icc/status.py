"""A State's status as a Party on the date: articles 12, 126, 127, 124 and 121(5)."""

from __future__ import annotations

from typing import Any

from amparo.law import dates
from amparo.law.book.records import Book, Row
from amparo.law.book.windows import Touch, Window, between, touch
from amparo.law.findings import ARGUABLE, CLOSED, OPEN, UNKNOWN, Finding, Said, say, state, weaker
from amparo.law.icc.asked import NATIONALITY, TERRITORY, Asked, Findings

ABSENCE = ("untc-18-10-2014", "mondiale-2026")
"""Lists of parties and signatories whose silence shows that a State is neither."""


def party_windows(book: Book, code: str, war: bool, start: int) -> tuple[Window, ...]:
    """When a State is bound as a Party for this kind of crime, from `start` on."""
    key = ("party", code, war, start)
    found: tuple[Window, ...] | None = book.kept.get(key)
    if found is None:
        windows = [clipped(w, start) for w in book.windows_of("rome", code) if w.end >= start]
        if war:
            for row in book.rows_of("article124", code):
                if row["effect"] == "effective":
                    windows = [part for w in windows for part in _without(w, row)]
        found = book.kept[key] = tuple(windows)
    return found


def clipped(window: Window, start: int) -> Window:
    """The window without the days before `start`."""
    if start <= window.start:
        return window
    return Window(
        start,
        max(start, window.start_by),
        window.end_from,
        window.end,
        window.rows,
        window.kind,
    )


def _without(window: Window, row: Row) -> list[Window]:
    """A party window without the days on which an article 124 declaration had effect."""
    first, last = dates.parse(row["from"]).first, dates.parse(row["to"]).last
    doubt = dates.parse(row["doubtful_from"]).first if row["doubtful_from"] else last + 1
    out = []
    if window.start < first:
        end = min(window.end, first - 1)
        out.append(
            Window(window.start, window.start_by, end, end, (*window.rows, row.id), window.kind)
        )
    if window.end > last:
        start, start_by = max(doubt, window.start), max(last + 1, window.start_by)
        out.append(
            Window(
                start,
                start_by,
                window.end_from,
                window.end,
                (*window.rows, row.id),
                window.kind,
            )
        )
    return out


def status_of(asked: Asked, code: str, route: str, rule: str) -> Findings:
    """Answers for one State by its status as a Party; several when the act straddles."""
    slots = asked.slots(code, "rome")
    own = asked.crime.is_war_crime and _may_be_own(asked, code)
    key: tuple[Any, ...] = (route, code)
    if slots is not None:
        known = asked.suspects_known if own else None
        crime = asked.crime
        key = (
            *(route, code, slots, crime.is_war_crime, crime.amendment),
            *(asked.when.lone, "continuing" in crime.tags, own, known),
        )
    found: Findings | None = asked.memo.get(key)
    if found is None:
        found = tuple(_find(asked, code, route, rule, own))
        if slots is None or not asked.crime.amendment:
            asked.memo[key] = found
    return found


def _find(asked: Asked, code: str, route: str, rule: str, own: bool) -> list[Finding]:
    windows = party_windows(asked.book, code, asked.crime.is_war_crime, asked.start)
    how = touch(windows, asked.when)
    if how is Touch.OUTSIDE:
        return [_outside(asked, code, route, rule, windows)]
    if how is Touch.MAYBE:
        return [_maybe(asked, code, route, rule, windows)]
    window = next(w for w in windows if w.surely_touches(asked.when))
    result, reasons, missing, rows = _inside(asked, code, window, own)
    if how is Touch.INSIDE:
        return [Finding("icc", route, result, rule, reasons, missing, rows)]
    part = say("part.inside", first=dates.show(window.start), last=dates.show(window.end) or "...")
    inside = Finding("icc", route, result, rule, (*reasons, part), missing, rows)
    return [inside, _rest(code, route, rule, windows)]


def _inside(
    asked: Asked, code: str, window: Window, own: bool
) -> tuple[str, tuple[Said, ...], tuple[Said, ...], tuple[str, ...]]:
    key = "icc.party.succession" if window.kind == "succession" else "icc.party.from"
    reasons = [say(key, state=state(code), day=dates.show(window.start_by))]
    result, missing, rows = OPEN, list[Said](), list(window.rows)
    if window.end != dates.LAST:
        result = _after_withdrawal(asked, code, window, reasons)
    if asked.crime.amendment:
        rows.append(asked.crime.amendment)
        result = weaker(result, _amended(asked, code, reasons, missing, rows))
    contested = _own_nationals_124(asked, code) if own else None
    if contested is not None:
        result = weaker(result, ARGUABLE)
        reasons.append(say("icc.124.own-nationals", state=state(code)))
        rows.append(contested.id)
        if not asked.suspects_known:
            missing.append(say("missing.nationality"))
    return result, tuple(reasons), tuple(missing), tuple(rows)


def _after_withdrawal(asked: Asked, code: str, window: Window, reasons: list[Said]) -> str:
    """Acts before a withdrawal's effect stay within jurisdiction: article 127(2)."""
    effect = window.end + 1
    reasons.append(say("icc.party.until", state=state(code), day=dates.show(effect)))
    if asked.as_of < effect:
        return OPEN
    if _was_considered(asked.book, code, effect):
        reasons.append(say("icc.withdrawal.considered", state=state(code)))
        return OPEN
    reasons.append(say("icc.withdrawal.not-considered", state=state(code)))
    return ARGUABLE


def _was_considered(book: Book, code: str, effect: int) -> bool:
    """Whether a matter was under consideration before withdrawal took effect (127(2))."""
    for row in book.table("situations"):
        if code in row["states"].split():
            for column in ("examined_from", "opened_on", "referred_on"):
                if row[column] and dates.parse(row[column]).last < effect:
                    return True
    return False


def _amended(
    asked: Asked, code: str, reasons: list[Said], missing: list[Said], rows: list[str]
) -> str:
    """What acceptance of the amendment that added the crime allows: article 121(5)."""
    own = acceptance_rows(asked).get(code)
    if own is not None and dates.parse(own["in_force_on"]).first > asked.when.ended:
        rows.append(own.id)
        reasons.append(say("icc.amendment.later", state=state(code), day=own["in_force_on"]))
        return CLOSED
    if all_accepted(asked, code):
        rows.extend(row.id for row in acceptance_rows(asked).values() if row["state"] == code)
        reasons.append(say("icc.amendment.accepted"))
        return OPEN
    missing.append(say("icc.amendment.acceptance", state=state(code)))
    return UNKNOWN


def acceptance_rows(asked: Asked) -> dict[str, Row]:
    """Acceptances of the amendment that added the crime, by State."""
    return {
        row["state"]: row
        for row in asked.book.table("acceptances")
        if row["amendment"] == asked.crime.amendment and row["in_force_on"]
    }


def all_accepted(asked: Asked, *codes: str) -> bool:
    """Whether every State Party concerned is known to have accepted by the act."""
    if not asked.suspects_known:
        return False
    nationals = {n for s in asked.act.suspects for n in s.nationalities}
    concerned = {*codes, *asked.place_states, *nationals}
    parties = {one for one in concerned if asked.book.windows_of("rome", one)}
    rows = acceptance_rows(asked)
    return all(
        one in rows and dates.parse(rows[one]["in_force_on"]).last <= asked.when.began
        for one in parties
    )


def _may_be_own(asked: Asked, code: str) -> bool:
    """Whether an alleged perpetrator is, or may be, a national of the State."""
    suspects = asked.act.suspects
    return not suspects or any(not s.nationalities or code in s.nationalities for s in suspects)


def _own_nationals_124(asked: Asked, code: str) -> Row | None:
    """A contested declaration limited to own nationals, when it may bite on this act."""
    for row in asked.book.rows_of("article124", code):
        if row["effect"] == "contested":
            span = between(dates.parse(row["from"]).first, dates.parse(row["to"]).last)
            if span.may_touch(asked.when):
                return row
    return None


def _outside(
    asked: Asked, code: str, route: str, rule: str, windows: tuple[Window, ...]
) -> Finding:
    predecessor = _predecessor(asked, code)
    if predecessor is not None and route == TERRITORY:
        former = predecessor["predecessor"]
        said = say(
            "icc.party.predecessor",
            state=state(code),
            former=state(former),
            day=predecessor["until"],
        )
        rows = (predecessor.id, *_rome_rows(asked.book, former))
        return Finding("icc", route, ARGUABLE, "icc.succession", (said,), (), rows)
    reasons, rows = _why_not(asked, code, windows)
    if _may_reach(asked, windows):
        said = say("date.continuing", state=state(code))
        wanted = (say("missing.other-date"),)
        return Finding("icc", route, UNKNOWN, rule, (*reasons, said), wanted, rows)
    missing: tuple[Said, ...] = ()
    if route == NATIONALITY:
        missing = (say("missing.other-nationality"),)
    elif asked.when.one_date and windows:
        missing = (say("missing.other-date"),)
    return Finding("icc", route, CLOSED, rule, reasons, missing, rows)


def _may_reach(asked: Asked, windows: tuple[Window, ...]) -> bool:
    """Whether a crime that lasts, given by one date, may have reached into a window."""
    if "continuing" not in asked.crime.tags:
        return False
    when = asked.when
    if when.lone == "began":
        return any(when.ended < w.start <= asked.as_of for w in windows)
    return when.lone == "ended" and any(w.end < when.began for w in windows)


def _predecessor(asked: Asked, code: str) -> Row | None:
    for row in asked.book.rows_of("successions", code):
        if asked.when.ended <= dates.parse(row["until"]).last:
            windows = party_windows(
                asked.book, row["predecessor"], asked.crime.is_war_crime, asked.start
            )
            if touch(windows, asked.when) is not Touch.OUTSIDE:
                return row
    return None


def _rome_rows(book: Book, code: str) -> tuple[str, ...]:
    return tuple(row.id for row in book.rows_of("rome", code))


def _why_not(
    asked: Asked, code: str, windows: tuple[Window, ...]
) -> tuple[tuple[Said, ...], tuple[str, ...]]:
    """Why a State gave the Court no competence on that date."""
    rows = _rome_rows(asked.book, code)
    full = asked.book.windows_of("rome", code)
    if not full:
        return _never_party(asked.book, code), rows or ABSENCE
    if touch(full, asked.when) is not Touch.OUTSIDE and asked.crime.is_war_crime:
        found = asked.book.rows_of("article124", code)
        said = [
            say("icc.124.window", state=state(code), first=r["from"], last=r["to"]) for r in found
        ]
        if found:
            return tuple(said), tuple(r.id for r in found)
    windows = windows or full
    if asked.when.ended < windows[0].start:
        day = dates.show(windows[0].start)
        return (say("icc.party.not-yet", state=state(code), day=day),), rows
    day = dates.show(windows[-1].end + 1) if windows[-1].end != dates.LAST else ""
    return (say("icc.party.no-longer", state=state(code), day=day),), rows


def _never_party(book: Book, code: str) -> tuple[Said, ...]:
    events = {row["event"]: row for row in book.rows_of("rome", code)}
    if "instrument-withdrawn" in events:
        day = events["instrument-withdrawn"]["on"]
        return (say("icc.party.instrument-withdrawn", state=state(code), day=day),)
    if "no-intention" in events:
        return (
            say("icc.party.signed", state=state(code), day=events["signature"]["on"]),
            say("icc.party.no-intention", state=state(code), day=events["no-intention"]["on"]),
        )
    if "signature" in events:
        return (say("icc.party.signed", state=state(code), day=events["signature"]["on"]),)
    return (say("icc.party.never", state=state(code)),)


def _maybe(asked: Asked, code: str, route: str, rule: str, windows: tuple[Window, ...]) -> Finding:
    days = sorted(
        {
            day
            for w in windows
            for day in (w.start, w.start_by, w.end_from + 1, w.end + 1)
            if asked.when.began <= day <= asked.when.ended + 1 and day < dates.LAST
        }
    )
    shown = ", ".join(dates.show(day) for day in days)
    said = say("date.straddles", state=state(code), days=shown)
    rows = tuple(dict.fromkeys(row for w in windows for row in w.rows))
    return Finding("icc", route, UNKNOWN, rule, (said,), (say("missing.exact-date"),), rows)


def _rest(code: str, route: str, rule: str, windows: tuple[Window, ...]) -> Finding:
    rows = tuple(dict.fromkeys(row for w in windows for row in w.rows))
    said = say("part.outside", state=state(code))
    return Finding("icc", route, CLOSED, rule, (said,), (), rows)
