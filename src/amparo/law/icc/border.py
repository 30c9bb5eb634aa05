"""Crimes completed by crossing a border into, or out of, an accepting State."""

from __future__ import annotations

from amparo.law import dates
from amparo.law.book.records import Book, Row
from amparo.law.book.windows import Touch, When, Window, between, joined, touch
from amparo.law.findings import ARGUABLE, CLOSED, OPEN, UNKNOWN, Finding, say, state
from amparo.law.icc.asked import CROSS_BORDER, Asked, Findings
from amparo.law.icc.status import clipped

_RULE = "icc.cross-border"
_NO_CROSSING: Findings = (
    Finding(
        "icc",
        CROSS_BORDER,
        UNKNOWN,
        _RULE,
        (say("icc.cross-border.no-crossing"),),
        (say("missing.first-state"), say("missing.crossing-date")),
        ("S12",),
    ),
)
_CHECKLIST = ("lawful-presence", "coercion", "causation", "intent", "numbers")


def cross_border(asked: Asked) -> list[Findings]:
    """One answer for each crossing, at most arguable unless a Chamber has ruled."""
    crossings = asked.act.crossings
    if "crossing" in asked.crime.tags:
        if not crossings:
            return [] if asked.crime.is_war_crime else [_NO_CROSSING]
        return [(_crossed(asked, index),) for index in range(len(crossings))]
    if not crossings:
        return []
    key = (CROSS_BORDER, asked.crime.id)
    if key not in asked.memo:
        said = say("icc.cross-border.not-this-crime", crime=f"crime:{asked.crime.id}")
        rows = ("S12", "S35")
        asked.memo[key] = (Finding("icc", CROSS_BORDER, CLOSED, _RULE, (said,), (), rows),)
    return [asked.memo[key]]


def _crossed(asked: Asked, index: int) -> Finding:
    crossing = asked.act.crossings[index]
    rule, rows = _RULE, ("S12", "N02")
    if crossing.to is None:
        said = say("icc.cross-border.no-crossing")
        missing = (say("missing.first-state"),)
        return Finding("icc", CROSS_BORDER, UNKNOWN, rule, (said,), missing, rows)
    if crossing.origin == crossing.to:
        said = say("icc.cross-border.internal", state=state(crossing.to))
        return Finding("icc", CROSS_BORDER, CLOSED, rule, (said,), (), rows)
    linked = _linked(asked, index)
    if linked is False:
        said = say("icc.cross-border.unlinked", state=state(crossing.origin or ""))
        return Finding("icc", CROSS_BORDER, CLOSED, rule, (said,), (), rows)
    into = touch(accepting(asked.book, crossing.to, asked.start), _crossing_when(asked, index))
    if into in (Touch.INSIDE, Touch.PARTLY):
        return _into_party(asked, index, linked)
    if into is Touch.MAYBE:
        said = say("icc.cross-border.date", to=state(crossing.to))
        missing = (say("missing.crossing-date"),)
        return Finding("icc", CROSS_BORDER, UNKNOWN, rule, (said,), missing, rows)
    return _out_of_party(asked, index)


def _crossing_when(asked: Asked, index: int) -> When:
    on = asked.act.crossings[index].on
    if on is not None:
        return When(on.first, on.last, on.first, on.last)
    first = asked.when.began
    last = max(asked.when.ended, asked.as_of)
    return When(first, last, first, last)


def accepting(book: Book, code: str, start: int) -> tuple[Window, ...]:
    """When a State is a Party or has effectively accepted jurisdiction over its territory."""
    accepted = [w for w in book.windows_of("12(3)", code) if w.kind == "effective"]
    windows = (*book.windows_of("rome", code), *accepted)
    return joined(clipped(w, start) for w in windows if w.end >= start)


def _linked(asked: Asked, index: int) -> bool | None:
    """Whether the crossing leaves the State of the act, directly or by earlier crossings."""
    reached = set(asked.place_states)
    crossing = asked.act.crossings[index]
    if crossing.origin is None:
        return None
    if not reached or crossing.origin in reached:
        return True
    pending = [c for i, c in enumerate(asked.act.crossings) if i != index]
    for _ in pending:
        for other in pending:
            if other.origin in reached and other.to:
                reached.add(other.to)
    return crossing.origin in reached


def _into_party(asked: Asked, index: int, linked: bool | None) -> Finding:
    crossing = asked.act.crossings[index]
    to = crossing.to or ""
    reasons = [say("icc.cross-border.into", to=state(to))]
    missing = [say(f"missing.{key}") for key in _CHECKLIST]
    if crossing.on is None:
        missing.insert(0, say("missing.crossing-date"))
    direct = crossing.origin in asked.place_states or not asked.place_states
    rows: tuple[str, ...] = (
        "S12",
        "N02",
        *(r for w in asked.book.windows_of("rome", to) for r in w.rows),
    )
    if linked is None:
        missing.insert(0, say("missing.origin"))
        said = (*reasons, say("icc.cross-border.origin"))
        return Finding("icc", CROSS_BORDER, UNKNOWN, _RULE, said, tuple(missing), rows)
    if not direct:
        reasons.append(say("icc.cross-border.onward", to=state(to)))
    ruled = _ruled(asked, index)
    if ruled is not None and direct:
        reasons.append(say("icc.situation.ruled", number=ruled["number"], title=ruled["title"]))
        return Finding(
            "icc",
            f"situation {ruled['number']}",
            OPEN,
            "icc.situation",
            tuple(reasons),
            tuple(missing),
            (ruled.id, *rows),
        )
    reasons.append(say("icc.cross-border.no-ruling"))
    return Finding("icc", CROSS_BORDER, ARGUABLE, _RULE, tuple(reasons), tuple(missing), rows)


def _ruled(asked: Asked, index: int) -> Row | None:
    """An open situation in which a Chamber accepted the theory for this border."""
    crossing = asked.act.crossings[index]
    for row in asked.book.table("situations"):
        if row["cross_border"] != "ruled" or row["stage"] != "investigation":
            continue
        receiving, *origins = row["states"].split()
        span = between(
            dates.parse(row["from"]).first, dates.parse(row["to"]).last if row["to"] else dates.LAST
        )
        if (
            crossing.to == receiving
            and crossing.origin in origins
            and span.surely_holds(asked.when)
        ):
            return row
    return None


def _out_of_party(asked: Asked, index: int) -> Finding:
    crossing = asked.act.crossings[index]
    to, rule, rows = crossing.to or "", _RULE, ("S12", "S35")
    on = _crossing_when(asked, index)
    origin = crossing.origin
    if origin is not None:
        out = touch(accepting(asked.book, origin, asked.start), on)
        returned = bool(asked.act.victims) and all(to in v.nationalities for v in asked.act.victims)
        if out in (Touch.INSIDE, Touch.PARTLY) and not returned:
            said = say("icc.cross-border.out-of", origin=state(origin))
            missing = tuple(say(f"missing.{key}") for key in _CHECKLIST)
            return Finding("icc", CROSS_BORDER, ARGUABLE, rule, (said,), missing, rows)
        if out in (Touch.INSIDE, Touch.PARTLY):
            said = say("icc.cross-border.returned", origin=state(origin), to=state(to))
            return Finding("icc", CROSS_BORDER, CLOSED, rule, (said,), (), rows)
    said = say("icc.cross-border.not-party", to=state(to))
    missing = (say("missing.onward"),)
    return Finding("icc", CROSS_BORDER, CLOSED, rule, (said,), missing, rows)
