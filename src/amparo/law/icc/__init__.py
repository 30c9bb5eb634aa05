"""The International Criminal Court: jurisdiction by route, in the order of the Statute.

Time (11), territory, flag and nationality with the State's status on the date (12(2),
126, 127, 124, 121(5)), acceptance (12(3)), referral (13(b)), cross-border elements,
and the special regime of aggression (15 bis, 15 ter).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from amparo.law import dates
from amparo.law.book.records import Book, Crime
from amparo.law.book.treaties import STATUTE_START
from amparo.law.facts import Act
from amparo.law.findings import CLOSED, OPEN, Finding, say
from amparo.law.icc.aggression import aggression
from amparo.law.icc.asked import FLAG, SUBJECT, TERRITORY, TIME, Asked, Findings, first_day
from amparo.law.icc.border import cross_border
from amparo.law.icc.routes import acceptance, flag, nationality, referral, territory


def find(act: Act, crime: Crime, book: Book, as_of: date, memo: dict[Any, Any]) -> list[Findings]:
    """Every route's answers for one act, in groups that other acts may share."""
    if "no-annex" in crime.tags:
        said = say("icc.subject.no-annex")
        return [(Finding("icc", SUBJECT, CLOSED, "icc.subject", (said,), (), ("rome-statute",)),)]
    asked = Asked(act, crime, book, as_of.toordinal(), first_day(crime, book), memo)
    if act.when.ended < asked.start:
        return [_too_early(asked)]
    if crime.kind == "aggression":
        return [aggression(asked)]
    out = [*territory(asked), *flag(asked)]
    inside = any(f.route in (TERRITORY, FLAG) and f.result == OPEN for group in out for f in group)
    out += [*nationality(asked), *acceptance(asked), *referral(asked)]
    if not inside:
        out += cross_border(asked)
    return out


def _too_early(asked: Asked) -> Findings:
    amendment, rows = asked.crime.amendment, ("rome-statute",)
    if asked.when.ended < STATUTE_START:
        said = say("icc.time.before-statute")
    else:
        day = dates.show(asked.start)
        said = say("icc.time.before-amendment", amendment=f"row:{amendment}", day=day)
        rows = (amendment,)
    key = ("time", said)
    if key not in asked.memo:
        asked.memo[key] = (Finding("icc", TIME, CLOSED, "icc.time", (said,), (), rows),)
    found: Findings = asked.memo[key]
    return found
