"""Territory, flag, nationality, acceptance and referral: articles 12 and 13(b)."""

from __future__ import annotations

from typing import Any

from amparo.law import dates
from amparo.law.book.records import Book, Row
from amparo.law.book.windows import Touch, Window, between, joined, touch
from amparo.law.findings import ARGUABLE, CLOSED, OPEN, UNKNOWN, Finding, Said, say, state, weaker
from amparo.law.icc.asked import ACCEPTANCE, FLAG, NATIONALITY, REFERRAL, TERRITORY, Asked, Findings
from amparo.law.icc.status import clipped, party_windows, status_of

_NO_PLACE: Findings = (
    Finding(
        "icc",
        TERRITORY,
        UNKNOWN,
        "icc.territory",
        (say("icc.territory.unknown"),),
        (say("missing.place"),),
    ),
)
_NO_NATIONALITY: Findings = (
    Finding(
        "icc",
        NATIONALITY,
        UNKNOWN,
        "icc.nationality",
        (say("icc.nationality.unknown"),),
        (say("missing.nationality"),),
    ),
)


def territory(asked: Asked) -> list[Findings]:
    """Article 12(2)(a): the State on whose territory the conduct took place."""
    out = [status_of(asked, code, TERRITORY, "icc.territory") for code in asked.place_states]
    nowhere = not asked.act.places and asked.act.flag_state is None
    if nowhere or any(p.state is None for p in asked.act.places):
        out.append(_NO_PLACE)
    return out


def flag(asked: Asked) -> list[Findings]:
    """Article 12(2)(a): the State of registration of the vessel or aircraft."""
    code = asked.act.flag_state
    return [status_of(asked, code, FLAG, "icc.flag")] if code else []


def nationality(asked: Asked) -> list[Findings]:
    """Article 12(2)(b): each nationality of each alleged perpetrator; one is enough."""
    codes = dict.fromkeys(n for s in asked.act.suspects for n in s.nationalities)
    out = [status_of(asked, code, NATIONALITY, "icc.nationality") for code in codes]
    if not asked.suspects_known:
        out.append(_NO_NATIONALITY)
    return out


def acceptance(asked: Asked) -> list[Findings]:
    """Article 12(3): acceptance by the State of the place, where it was not a Party."""
    out = []
    for code in asked.place_states:
        slots = asked.slots(code, "rome", "12(3)")
        key: tuple[Any, ...] = (ACCEPTANCE, code)
        if slots is not None or asked.book.rows_of("declarations", code):
            key = (*key, slots, asked.crime.is_war_crime, asked.crime.amendment)
        if key not in asked.memo:
            party = party_windows(asked.book, code, asked.crime.is_war_crime, asked.start)
            inside = touch(party, asked.when) is Touch.INSIDE
            asked.memo[key] = () if inside else (_accepted_by(asked, code, party),)
        out.append(asked.memo[key])
    return out


def _accepted_by(asked: Asked, code: str, party: tuple[Window, ...]) -> Finding:
    rule, book = "icc.acceptance", asked.book
    rows = book.rows_of("declarations", code)
    lodged = {r.id for r in rows if dates.parse(r["lodged_on"]).first <= asked.as_of}
    windows = tuple(
        clipped(w, asked.start)
        for w in book.windows_of("12(3)", code)
        if w.end >= asked.start and set(w.rows) & lodged
    )
    ids = tuple(r.id for r in rows) or ("wiki-icc-2025",)
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


def _not_accepted(rows: tuple[Row, ...], lodged: set[str], code: str) -> tuple[Said, ...]:
    if not rows:
        return (say("icc.acceptance.none", state=state(code)),)
    said = [
        say("icc.acceptance.ineffective", state=state(code), day=r["lodged_on"], why=f"why:{r.id}")
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


def referral(asked: Asked) -> list[Findings]:
    """Article 13(b): a referral by the Security Council of the State of the place."""
    out = []
    for code in asked.place_states:
        key = (REFERRAL, code)
        found: Findings | None = asked.memo.get(key)
        if found is None:
            found = (_referred(asked, code),)
            if not asked.book.rows_of("referrals", code):
                asked.memo[key] = found
        out.append(found)
    return out


def _referred(asked: Asked, code: str) -> Finding:
    rule = "icc.referral"
    rows = asked.book.rows_of("referrals", code)
    adopted = [
        r
        for r in rows
        if r["outcome"] == "adopted" and dates.parse(r["adopted_on"]).first <= asked.as_of
    ]
    ids = tuple(r.id for r in rows) or ("wiki-icc-2025",)
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
    """Whether all suspects may be nationals only of other States that are not Parties then."""
    return asked.suspects_known and all(
        n != code and touch(asked.book.windows_of("rome", n), asked.when) is not Touch.INSIDE
        for s in asked.act.suspects
        for n in s.nationalities
    )
