"""The International Criminal Court: jurisdiction by route, in the order of the Statute.

Time (11), territory, flag and nationality with the State's status on the date (12(2),
126, 127, 124, 121(5)), acceptance (12(3)), referral (13(b)), cross-border elements,
and the special regime of aggression (15 bis, 15 ter).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from amparo.law import dates
from amparo.law.book.records import Book, Crime, Row
from amparo.law.book.treaties import STATUTE_START
from amparo.law.book.windows import Touch, When, Window, between, joined, touch
from amparo.law.facts import Act
from amparo.law.findings import (
    ARGUABLE,
    CLOSED,
    OPEN,
    UNKNOWN,
    Finding,
    Said,
    say,
    state,
    weaker,
)

TERRITORY = "12(2)(a) territory"
FLAG = "12(2)(a) flag"
NATIONALITY = "12(2)(b) nationality"
ACCEPTANCE = "12(3) acceptance"
REFERRAL = "13(b) referral"
CROSS_BORDER = "12(2)(a) cross-border"
TIME = "11 time"
SUBJECT = "5 subject"
AGGRESSION = "15bis aggression"


@dataclass(frozen=True, slots=True)
class Asked:
    """One act before the Court, with what every route needs."""

    act: Act
    crime: Crime
    book: Book
    as_of: int
    start: int

    @property
    def when(self) -> When:
        return self.act.when

    @property
    def place_states(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(p.state for p in self.act.places if p.state))


def find(act: Act, crime: Crime, book: Book, as_of: date) -> list[Finding]:
    """Every route's answer for one act."""
    if "no-annex" in crime.tags:
        said = say("icc.subject.no-annex")
        return [Finding("icc", SUBJECT, CLOSED, "icc.subject", (said,), (), ("rome-statute",))]
    asked = Asked(act, crime, book, as_of.toordinal(), _start(crime, book))
    when = act.when
    if when.ended < asked.start:
        return [_too_early(asked)]
    if crime.kind == "aggression":
        return _aggression(asked)
    out = [*_territory(asked), *_flag(asked), *_nationality(asked)]
    inside = any(f.route in (TERRITORY, FLAG) and f.result == OPEN for f in out)
    out += _acceptance(asked) + _referral(asked)
    if not inside:
        out += _cross_border(asked)
    return out


def _start(crime: Crime, book: Book) -> int:
    """First day on which the Court can have jurisdiction over the crime."""
    if not crime.amendment:
        return STATUTE_START
    row = book.rows[crime.amendment]
    return dates.parse(row["active_from"] or row["adopted_on"]).first


def _too_early(asked: Asked) -> Finding:
    if asked.when.ended < STATUTE_START:
        said, rows = say("icc.time.before-statute"), ("rome-statute",)
    else:
        day = dates.show(asked.start)
        amendment = asked.crime.amendment
        said = say("icc.time.before-amendment", amendment=f"row:{amendment}", day=day)
        rows = (amendment,)
    return Finding("icc", TIME, CLOSED, "icc.time", (said,), (), rows)


# --- a State's status on the date ---------------------------------------------------------


def party_windows(book: Book, code: str, war: bool, start: int) -> tuple[Window, ...]:
    """When a State is bound as a Party for this kind of crime, from `start` on."""
    key = ("party", code, war, start)
    found: tuple[Window, ...] | None = book.memo.get(key)
    if found is None:
        windows = [_from(w, start) for w in book.windows_of("rome", code) if w.end >= start]
        if war:
            for row in book.table("article124"):
                if row["state"] == code and row["effect"] == "effective":
                    windows = [part for w in windows for part in _without(w, row)]
        found = book.memo[key] = tuple(windows)
    return found


def _from(window: Window, start: int) -> Window:
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


def _status(asked: Asked, code: str, route: str, rule: str) -> list[Finding]:
    """Answers for one State by its status as a Party; several when the act straddles."""
    windows = party_windows(asked.book, code, asked.crime.is_war_crime, asked.start)
    how = touch(windows, asked.when)
    if how is Touch.OUTSIDE:
        return [_outside(asked, code, route, rule, windows)]
    if how is Touch.MAYBE:
        return [_maybe(asked, code, route, rule, windows)]
    window = next(w for w in windows if w.surely_touches(asked.when))
    result, reasons, missing, rows = _inside(asked, code, window)
    answer = Finding("icc", route, result, rule, reasons, missing, rows)
    if how is Touch.INSIDE:
        return [answer]
    part = say("part.inside", first=dates.show(window.start), last=dates.show(window.end))
    inside = Finding("icc", route, result, rule, (*reasons, part), missing, rows)
    return [inside, _rest(asked, code, route, rule, windows)]


def _inside(
    asked: Asked, code: str, window: Window
) -> tuple[str, tuple[Said, ...], tuple[Said, ...], tuple[str, ...]]:
    key = (
        "icc.party.succession" if window.kind == "succession" else "icc.party.from",
        state(code),
        dates.show(window.start_by),
    )
    reasons: list[Said] = [say(key[0], state=key[1], day=key[2])]
    result, missing, rows = OPEN, [], list(window.rows)
    if window.end != dates.LAST:
        reasons.append(say("icc.party.until", state=state(code), day=dates.show(window.end + 1)))
        if asked.as_of > window.end and not _was_considered(asked.book, code, window.end + 1):
            result = ARGUABLE
            reasons.append(say("icc.withdrawal.not-considered", state=state(code)))
        elif asked.as_of > window.end:
            reasons.append(say("icc.withdrawal.considered", state=state(code)))
    if asked.crime.amendment:
        result = weaker(result, UNKNOWN)
        missing.append(say("icc.amendment.acceptance", state=state(code)))
        rows.append(asked.crime.amendment)
        if _accepted(asked, code):
            result, missing = OPEN, []
    if asked.crime.is_war_crime:
        capped = _own_nationals_124(asked, code)
        if capped is not None:
            result = weaker(result, ARGUABLE)
            reasons.append(say("icc.124.own-nationals", state=state(code)))
            rows.append(capped.id)
            if not all(s.nationalities for s in asked.act.suspects) or not asked.act.suspects:
                missing.append(say("missing.nationality"))
    return result, tuple(reasons), tuple(missing), tuple(rows)


def _was_considered(book: Book, code: str, effect: int) -> bool:
    """Whether a matter was under consideration before withdrawal took effect (127(2))."""
    for row in book.table("situations"):
        if code in row["states"].split():
            for column in ("examined_from", "opened_on", "referred_on"):
                if row[column] and dates.parse(row[column]).last < effect:
                    return True
    return False


def _accepted(asked: Asked, code: str) -> bool:
    """Whether every State Party concerned accepted the amendment in time (121(5))."""
    rows = {
        row["state"]: row
        for row in asked.book.table("acceptances")
        if row["amendment"] == asked.crime.amendment and row["in_force_on"]
    }
    suspects = asked.act.suspects
    if not suspects or not all(s.nationalities for s in suspects):
        return False
    concerned = {code, *asked.place_states, *(n for s in suspects for n in s.nationalities)}
    parties = {one for one in concerned if asked.book.windows_of("rome", one)}
    return all(
        one in rows and dates.parse(rows[one]["in_force_on"]).last <= asked.when.began
        for one in parties
    )


def _own_nationals_124(asked: Asked, code: str) -> Row | None:
    """A contested declaration limited to own nationals, when it may bite on this act."""
    for row in asked.book.table("article124"):
        if row["state"] != code or row["effect"] != "contested":
            continue
        span = between(dates.parse(row["from"]).first, dates.parse(row["to"]).last)
        suspects = asked.act.suspects
        foreign = bool(suspects) and all(
            s.nationalities and code not in s.nationalities for s in suspects
        )
        if span.may_touch(asked.when) and not foreign:
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
    missing: tuple[Said, ...] = ()
    if route == NATIONALITY:
        missing = (say("missing.other-nationality"),)
    elif asked.when.one_date and windows:
        missing = (say("missing.other-date"),)
    return Finding("icc", route, CLOSED, rule, reasons, missing, rows)


def _predecessor(asked: Asked, code: str) -> Row | None:
    for row in asked.book.table("successions"):
        if row["state"] == code and asked.when.ended <= dates.parse(row["until"]).last:
            windows = party_windows(
                asked.book, row["predecessor"], asked.crime.is_war_crime, asked.start
            )
            if touch(windows, asked.when) is not Touch.OUTSIDE:
                return row
    return None


def _rome_rows(book: Book, code: str) -> tuple[str, ...]:
    return tuple(row.id for row in book.table("rome") if row["state"] == code)


def _why_not(
    asked: Asked, code: str, windows: tuple[Window, ...]
) -> tuple[tuple[Said, ...], tuple[str, ...]]:
    """Why a State gave the Court no competence on that date."""
    rows = _rome_rows(asked.book, code)
    full = asked.book.windows_of("rome", code)
    if not full:
        return _never_party(asked.book, code), rows
    if touch(full, asked.when) is not Touch.OUTSIDE and asked.crime.is_war_crime:
        found = [r for r in asked.book.table("article124") if r["state"] == code]
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
    events = {row["event"]: row for row in book.table("rome") if row["state"] == code}
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


def _rest(asked: Asked, code: str, route: str, rule: str, windows: tuple[Window, ...]) -> Finding:
    rows = tuple(dict.fromkeys(row for w in windows for row in w.rows))
    said = say("part.outside", state=state(code))
    return Finding("icc", route, CLOSED, rule, (said,), (), rows)


# --- routes -------------------------------------------------------------------------------


def _territory(asked: Asked) -> list[Finding]:
    states = asked.place_states
    out = [f for code in states for f in _status(asked, code, TERRITORY, "icc.territory")]
    nowhere = not asked.act.places and asked.act.flag_state is None
    if nowhere or any(p.state is None for p in asked.act.places):
        missing = (say("missing.place"),)
        said = (say("icc.territory.unknown"),)
        out.append(Finding("icc", TERRITORY, UNKNOWN, "icc.territory", said, missing))
    return out


def _flag(asked: Asked) -> list[Finding]:
    code = asked.act.flag_state
    return _status(asked, code, FLAG, "icc.flag") if code else []


def _nationality(asked: Asked) -> list[Finding]:
    codes = dict.fromkeys(n for s in asked.act.suspects for n in s.nationalities)
    out = [f for code in codes for f in _status(asked, code, NATIONALITY, "icc.nationality")]
    if not asked.act.suspects or not all(s.nationalities for s in asked.act.suspects):
        out.append(
            Finding(
                "icc",
                NATIONALITY,
                UNKNOWN,
                "icc.nationality",
                (say("icc.nationality.unknown"),),
                (say("missing.nationality"),),
            )
        )
    return out


def _acceptance(asked: Asked) -> list[Finding]:
    out = []
    for code in asked.place_states:
        party = party_windows(asked.book, code, asked.crime.is_war_crime, asked.start)
        if touch(party, asked.when) is not Touch.INSIDE:
            out.append(_accepted_by(asked, code, party))
    return out


def _accepted_by(asked: Asked, code: str, party: tuple[Window, ...]) -> Finding:
    rule, book = "icc.acceptance", asked.book
    rows = [r for r in book.table("declarations") if r["state"] == code]
    lodged = {r.id for r in rows if dates.parse(r["lodged_on"]).first <= asked.as_of}
    windows = tuple(
        _from(w, asked.start)
        for w in book.windows_of("12(3)", code)
        if w.end >= asked.start and set(w.rows) & lodged
    )
    ids = tuple(r.id for r in rows)
    how = touch(joined(windows), asked.when)
    if how is Touch.OUTSIDE:
        return Finding("icc", ACCEPTANCE, CLOSED, rule, _not_accepted(rows, lodged, code), (), ids)
    settled = joined(w for w in windows if w.kind == "effective")
    whole = joined((*settled, *party))
    if touch(whole, asked.when) is Touch.INSIDE and not asked.crime.amendment:
        key = (
            "icc.acceptance.or-party"
            if touch(settled, asked.when) is Touch.MAYBE
            else ("icc.acceptance.covers")
        )
        day = dates.show(windows[0].start)
        return Finding(
            "icc", ACCEPTANCE, OPEN, rule, (say(key, state=state(code), day=day),), (), ids
        )
    how = touch(settled, asked.when)
    if how is Touch.OUTSIDE:
        said = say("icc.acceptance.undetermined", state=state(code))
        missing = (say("missing.ruling-12-3"),)
        return Finding("icc", ACCEPTANCE, ARGUABLE, rule, (said,), missing, ids)
    if asked.crime.amendment:
        said = say("icc.acceptance.amendment", state=state(code))
        return Finding("icc", ACCEPTANCE, ARGUABLE, rule, (said,), (), ids)
    if how is Touch.MAYBE:
        days = ", ".join(f"{r['from']}..{r['to']}" for r in rows if r["effect"] == "effective")
        said = say("date.straddles", state=state(code), days=days)
        missing = (say("missing.exact-date"),)
        return Finding("icc", ACCEPTANCE, UNKNOWN, rule, (said,), missing, ids)
    said = say("icc.acceptance.part", state=state(code))
    return Finding("icc", ACCEPTANCE, OPEN, rule, (said,), (), ids)


def _not_accepted(rows: list[Row], lodged: set[str], code: str) -> tuple[Said, ...]:
    if not rows:
        return (say("icc.acceptance.none", state=state(code)),)
    said = [
        say("icc.acceptance.ineffective", state=state(code), day=r["lodged_on"], why=r["why"])
        for r in rows
        if r["effect"] == "ineffective"
    ]
    spans = [
        f"{r['from']}..{r['to']}" for r in rows if r.id in lodged and r["effect"] != "ineffective"
    ]
    if spans:
        said.append(say("icc.acceptance.outside", state=state(code), days=", ".join(spans)))
    if len(lodged) < len(rows):
        said.append(say("icc.acceptance.later", state=state(code)))
    return tuple(said)


def _referral(asked: Asked) -> list[Finding]:
    return [_referred(asked, code) for code in asked.place_states]


def _referred(asked: Asked, code: str) -> Finding:
    rule = "icc.referral"
    rows = [r for r in asked.book.table("referrals") if r["state"] == code]
    adopted = [
        r
        for r in rows
        if r["outcome"] == "adopted" and dates.parse(r["adopted_on"]).first <= asked.as_of
    ]
    ids = tuple(r.id for r in rows)
    if not adopted:
        said = [say("icc.referral.none", state=state(code))]
        said += [
            say("icc.referral.vetoed", resolution=r["resolution"], vote=r["vote"])
            for r in rows
            if r["outcome"] == "vetoed"
        ]
        return Finding("icc", REFERRAL, CLOSED, rule, tuple(said), (), ids)
    row = adopted[0]
    start = max(dates.parse(row["from"]).first, asked.start)
    end = dates.parse(row["to"]).last if row["to"] else dates.LAST
    how = touch((between(start, end),), asked.when)
    if how is Touch.OUTSIDE:
        said1 = say("icc.referral.time", resolution=row["resolution"], day=row["from"])
        return Finding("icc", REFERRAL, CLOSED, rule, (said1,), (), ids)
    result, reasons, missing = _scope(asked, row, code)
    if how is Touch.MAYBE:
        result = weaker(result, UNKNOWN)
        missing = (*missing, say("missing.exact-date"))
    if result == OPEN and asked.crime.amendment:
        result, reasons = ARGUABLE, (*reasons, say("icc.referral.amendment"))
    return Finding("icc", REFERRAL, result, rule, reasons, missing, ids)


def _scope(asked: Asked, row: Row, code: str) -> tuple[str, tuple[Said, ...], tuple[Said, ...]]:
    """A referral's territory and the nationals it leaves to their own State."""
    name = row["resolution"]
    places = [
        in_region(asked.book, row["region"], p.region) for p in asked.act.places if p.state == code
    ]
    if row["region"] and True not in places:
        region = f"row:{row['region']}"
        if None in places:
            said = say("icc.referral.region-unknown", resolution=name, region=region)
            return UNKNOWN, (said,), (say("missing.region", region=region),)
        said = say("icc.referral.region-outside", resolution=name, region=region)
        return CLOSED, (said,), ()
    covers = say("icc.referral.covers", resolution=name, day=row["from"])
    if _all_excludable(asked, code):
        return (
            UNKNOWN,
            (covers, say("icc.referral.excluded", resolution=name)),
            (say("missing.operation"),),
        )
    missing = () if asked.act.suspects else (say("missing.nationality"),)
    return OPEN, (covers,), missing


def in_region(book: Book, region_id: str, named: str | None) -> bool | None:
    """Whether a named place lies in a region of the book; None when that is not known."""
    if not region_id:
        return True
    if named is None:
        return None
    row = book.rows[region_id]
    text = " ".join(named.lower().replace("-", " ").split())
    for column, answer in (("inside", True), ("outside", False)):
        for one in row[column].split(";"):
            if one.strip() and one.strip() in text:
                return answer
    return None


def _all_excludable(asked: Asked, code: str) -> bool:
    """Whether all suspects are nationals only of other States that are not Parties."""
    suspects = asked.act.suspects
    if not suspects or not all(s.nationalities for s in suspects):
        return False
    return all(
        n != code and touch(asked.book.windows_of("rome", n), asked.when) is Touch.OUTSIDE
        for s in suspects
        for n in s.nationalities
    )


# --- cross-border -------------------------------------------------------------------------


def _cross_border(asked: Asked) -> list[Finding]:
    crossings = asked.act.crossings
    rule = "icc.cross-border"
    if "crossing" not in asked.crime.tags:
        if not crossings:
            return []
        said = say("icc.cross-border.not-this-crime", crime=f"crime:{asked.crime.id}")
        return [Finding("icc", CROSS_BORDER, CLOSED, rule, (said,), (), ("S12", "S35"))]
    if not crossings:
        said = say("icc.cross-border.no-crossing")
        missing = (say("missing.first-state"), say("missing.crossing-date"))
        return [Finding("icc", CROSS_BORDER, UNKNOWN, rule, (said,), missing, ("S12",))]
    return [_crossed(asked, index) for index in range(len(crossings))]


def _crossed(asked: Asked, index: int) -> Finding:
    crossing = asked.act.crossings[index]
    rule, rows = "icc.cross-border", ("S12", "N02")
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
    return joined(_from(w, start) for w in windows if w.end >= start)


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
        return Finding("icc", CROSS_BORDER, UNKNOWN, "icc.cross-border", said, tuple(missing), rows)
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
    return Finding(
        "icc", CROSS_BORDER, ARGUABLE, "icc.cross-border", tuple(reasons), tuple(missing), rows
    )


_CHECKLIST = ("lawful-presence", "coercion", "causation", "intent", "numbers")


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
    to, rule, rows = crossing.to or "", "icc.cross-border", ("S12", "S35")
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


# --- aggression ---------------------------------------------------------------------------


def _aggression(asked: Asked) -> list[Finding]:
    out = []
    for found in _referral(asked):
        if found.result != CLOSED:
            out.append(found)
    reasons, missing, result = [], [], UNKNOWN
    for code in asked.place_states:
        if touch(party_windows(asked.book, code, False, asked.start), asked.when) is Touch.OUTSIDE:
            reasons.append(say("icc.aggression.territory", state=state(code)))
            result = CLOSED
    suspects = asked.act.suspects
    codes = [n for s in suspects for n in s.nationalities]
    known = bool(suspects) and all(s.nationalities for s in suspects)
    bound = [
        n
        for n in codes
        if touch(party_windows(asked.book, n, False, asked.start), asked.when) is not Touch.OUTSIDE
    ]
    if known and not bound:
        reasons += [say("icc.aggression.nationals", state=state(n)) for n in dict.fromkeys(codes)]
        result = CLOSED
    if result is UNKNOWN:
        reasons.append(say("icc.aggression.acceptance"))
        missing.append(say("missing.aggression-acceptance"))
        if not asked.place_states:
            missing.append(say("missing.place"))
        if not known:
            missing.append(say("missing.nationality"))
    if asked.when.began < asked.start:
        missing.append(say("missing.exact-date"))
    out.append(
        Finding(
            "icc",
            AGGRESSION,
            result,
            "icc.aggression",
            tuple(reasons),
            tuple(missing),
            ("am-2010-8bis",),
        )
    )
    return out
