"""European Court and Inter-American Commission: competence and a strict clock."""

from __future__ import annotations

from datetime import date

from amparo.law import clocks, dates
from amparo.law.book.records import Book
from amparo.law.facts import Act
from amparo.law.findings import ARGUABLE, CLOSED, OPEN, UNKNOWN, Finding, Said, say, state, weaker
from amparo.law.fora.standing import Before, Findings, bound, by_attribution, each_state, in_force


def _with_clock(
    act: Act, book: Book, as_of: date, forum: str, rows: tuple[str, ...]
) -> tuple[str, tuple[Said, ...], tuple[Said, ...], tuple[str, ...], str | None]:
    """Result by a strict time limit from the final domestic decision."""
    decision = clocks.latest_final(act)
    if decision is None or decision.decided_on is None:
        key = "clock.not-final" if act.remedies else "clock.no-decision"
        return UNKNOWN, (say(key),), (say("missing.final-decision"),), rows, None
    clock = clocks.run(book, forum, "final decision", decision.decided_on)
    if clock is None:
        return UNKNOWN, (say("clock.no-decision"),), (say("missing.final-decision"),), rows, None
    ends, trigger = clock.ends.isoformat(), decision.decided_on.stated
    rule = f"clock:{clock.rule}"
    reasons = (say("clock.runs", trigger=trigger, rule=rule, ends=ends),)
    rows = (*rows, clock.rule)
    if clock.is_over(as_of):
        return CLOSED, (*reasons, say("clock.over", ends=clock.ends_by.isoformat())), (), rows, ends
    if clock.may_be_over(as_of):
        missing = (say("missing.decision-day"),)
        return UNKNOWN, (*reasons, say("clock.maybe-over")), missing, rows, ends
    if decision.final is None:
        return UNKNOWN, (*reasons, say("clock.if-final")), (say("missing.is-final"),), rows, ends
    return OPEN, (*reasons, say("clock.open", ends=ends)), (), rows, ends


def echr(before: Before) -> list[Findings]:
    """European Court of Human Rights: articles 1, 34, 35 and 58."""
    act, crime, book, as_of = before.act, before.crime, before.book, before.as_of
    forum, route, rule = "echr", "34 application", "echr.application"

    lasting = "disappearance" in crime.tags and act.when.lone == "began"

    def one(code: str) -> list[Finding]:
        refusal, extra, window = bound(
            book, forum, route, rule, "echr", code, act.when, continuing=lasting
        )
        if refusal or window is None:
            return [refusal] if refusal else []
        result, reasons, missing, rows, ends = _with_clock(act, book, as_of, forum, window.rows)
        base = [in_force(book, code, forum, window)]
        if window.end != dates.LAST:
            base.append(say("echr.ceased", state=state(code), day=dates.show(window.end + 1)))
        if result in (CLOSED, UNKNOWN) and lasting:
            result = ARGUABLE
            reasons = (*reasons, say("echr.continuing"))
            missing = (*missing, say("missing.still-going-on"), say("missing.diligence"))
        capped, more, wanted = by_attribution(act, strict=False)
        result = weaker(result, capped)
        return [
            Finding(
                forum,
                route,
                result,
                rule,
                (*base, *reasons, *more),
                (*missing, *wanted, say("missing.exhaustion")) if result != CLOSED else missing,
                rows,
                ends,
            ),
            *extra,
        ]

    return each_state(
        before,
        forum,
        route,
        rule,
        ("echr",),
        None if act.remedies else (act.attribution, act.when.one_date, lasting),
        one,
    )


def iachr(before: Before) -> list[Findings]:
    """Inter-American Commission: ACHR articles 44 to 46, or the American Declaration."""
    act, book, as_of = before.act, before.book, before.as_of
    forum, route, rule = "iachr", "44 petition", "iachr.petition"

    def one(code: str) -> list[Finding]:
        for instrument in ("achr", "oas"):
            refusal, extra, window = bound(book, forum, route, rule, instrument, code, act.when)
            if refusal is None or refusal.result == UNKNOWN:
                break
        if refusal or window is None:
            return [refusal] if refusal else []
        result, reasons, missing, rows, ends = _with_clock(act, book, as_of, forum, window.rows)
        key = "iachr.convention" if instrument == "achr" else "iachr.declaration"
        capped, more, wanted = by_attribution(act, strict=False)
        return [
            Finding(
                forum,
                route,
                weaker(result, capped),
                rule,
                (say(key, state=state(code)), *reasons, *more),
                (*missing, *wanted),
                rows,
                ends,
            ),
            *extra,
        ]

    return each_state(
        before, forum, route, rule, ("achr", "oas"), None if act.remedies else act.attribution, one
    )
