"""Treaty committees and the African Commission: competence, conditions, presumptions."""

from __future__ import annotations

from datetime import date

from amparo.law import clocks, dates
from amparo.law.book.records import Book
from amparo.law.book.windows import When, Window
from amparo.law.facts import Act
from amparo.law.findings import ARGUABLE, CLOSED, OPEN, UNKNOWN, Finding, Said, say, state, weaker
from amparo.law.fora.standing import (
    Before,
    Findings,
    bound,
    by_attribution,
    each_state,
    in_force,
    outside_subject,
)


def _exhausted(act: Act) -> tuple[str, tuple[Said, ...]]:
    """What is known of domestic remedies; unknown does not shut a body without a clock."""
    if any(r.final for r in act.remedies):
        return OPEN, ()
    if act.remedies and all(r.final is False for r in act.remedies):
        return ARGUABLE, (say("missing.exhaustion"),)
    return OPEN, (say("missing.exhaustion"),)


def _elsewhere(act: Act, forum: str) -> tuple[str, tuple[Said, ...], tuple[Said, ...]]:
    """Bars from another international procedure; CAT also bars what was examined."""
    others = [p for p in act.other_procedures if p.forum != forum]
    if not others:
        return OPEN, (), (say("missing.other-procedure"),)
    if any(p.status == "pending" for p in others):
        return CLOSED, (say("procedure.pending"),), ()
    if any(p.status is None for p in others):
        return UNKNOWN, (say("procedure.unknown"),), (say("missing.other-procedure"),)
    if forum != "hrc":
        return CLOSED, (say("procedure.examined"),), ()
    return OPEN, (say("procedure.over"),), ()


def hrc(before: Before) -> list[Findings]:
    """Human Rights Committee: Optional Protocol articles 1, 2, 5 and 12; rule 99(c)."""
    act, crime, book, as_of = before.act, before.crime, before.book, before.as_of
    forum, route, rule = "hrc", "OP1 communication", "hrc.communication"

    def one(code: str) -> list[Finding]:
        lasting = "continuing" in crime.tags and act.when.lone == "began"
        refusal, extra, window = bound(
            book, forum, route, rule, "iccpr-op1", code, act.when, continuing=lasting
        )
        if refusal or window is None:
            return [refusal] if refusal else []
        if as_of.toordinal() > window.end:
            day = dates.show(window.end + 1)
            said = say("hrc.denounced", state=state(code), day=day)
            return [Finding(forum, route, CLOSED, rule, (said,), (), window.rows)]
        reasons: list[Said] = [in_force(book, code, forum, window)]
        capped, more, wanted = by_attribution(act, strict=False)
        ready, unmet = _exhausted(act)
        barred, why, ask = _elsewhere(act, forum)
        late, clocked, rows, ends = _hrc_clock(act, book, as_of)
        result = weaker(weaker(capped, ready), weaker(barred, late))
        reasons += [*more, *why, *clocked]
        return [
            Finding(
                forum,
                route,
                result,
                rule,
                tuple(reasons),
                (*wanted, *unmet, *ask),
                (*window.rows, *rows),
                ends,
            ),
            *extra,
        ]

    key = None
    if not act.remedies and not act.other_procedures:
        lasting = "continuing" in crime.tags and act.when.lone == "began"
        key = (act.attribution, lasting, _is_old(act, as_of))
    return each_state(before, forum, route, rule, ("iccpr-op1",), key, one)


def _is_old(act: Act, as_of: date) -> bool:
    return dates.add_months(date.fromordinal(act.when.ended), 60) < as_of


def _hrc_clock(
    act: Act, book: Book, as_of: date
) -> tuple[str, tuple[Said, ...], tuple[str, ...], str | None]:
    """Presumed abuse: three years after another procedure, else five after exhaustion."""
    over = [p.decided_on for p in act.other_procedures if p.status == "decided" and p.decided_on]
    decision = clocks.latest_final(act)
    if over:
        span, trigger = max(over, key=lambda s: s.last), "other procedure"
    elif decision is not None and decision.decided_on is not None:
        span, trigger = decision.decided_on, "final decision"
    else:
        return OPEN, ((say("hrc.old"),) if _is_old(act, as_of) else ()), (), None
    clock = clocks.run(book, "hrc", trigger, span)
    if clock is None:
        return OPEN, (), (), None
    ends = clock.ends.isoformat()
    blanks = {"trigger": span.stated, "rule": f"clock:{clock.rule}", "ends": ends}
    if clock.may_be_over(as_of):
        return ARGUABLE, (say("hrc.presumed-late", **blanks),), (clock.rule,), ends
    return OPEN, (say("hrc.presumption", **blanks),), (clock.rule,), ends


def cat(before: Before) -> list[Findings]:
    """Committee against Torture: CAT articles 1, 16 and 22."""
    act, crime, book = before.act, before.crime, before.book
    forum, route, rule = "cat", "22 communication", "cat.communication"
    if "ill" not in crime.tags:
        return outside_subject(before, forum, route, rule, "cat.subject")

    def one(code: str) -> list[Finding]:
        refusal, extra, window = bound(book, forum, route, rule, "cat-22", code, act.when)
        if refusal or window is None:
            return [refusal] if refusal else []
        result, more, wanted = by_attribution(act, strict=True)
        ready, unmet = _exhausted(act)
        barred, why, ask = _elsewhere(act, forum)
        result = weaker(weaker(result, ready), barred)
        reasons = [in_force(book, code, forum, window), *more, *why]
        if "torture" not in crime.tags:
            result = weaker(result, ARGUABLE)
            reasons.append(say("cat.ill-treatment"))
        missing = (*wanted, *unmet, *ask)
        return [Finding(forum, route, result, rule, tuple(reasons), missing, window.rows), *extra]

    key = (act.attribution, "torture" in crime.tags, _exhausted(act), act.other_procedures)
    return each_state(before, forum, route, rule, ("cat-22",), key, one)


def cedaw(before: Before) -> list[Findings]:
    """Committee on discrimination against women: Optional Protocol articles 1 to 4."""
    act, crime, book = before.act, before.crime, before.book
    forum, route, rule = "cedaw", "OP communication", "cedaw.communication"
    women = [v.woman for v in act.victims] + ([True] if "woman" in crime.tags else [])
    if women and not any(w is not False for w in women):
        return outside_subject(before, forum, route, rule, "cedaw.no-woman")

    def one(code: str) -> list[Finding]:
        refusal, extra, window = bound(book, forum, route, rule, "cedaw-op", code, act.when)
        if refusal or window is None:
            return [refusal] if refusal else []
        ready, unmet = _exhausted(act)
        barred, why, ask = _elsewhere(act, forum)
        result = weaker(ready, barred)
        reasons: list[Said] = [in_force(book, code, forum, window), *why]
        missing: list[Said] = [*unmet, *ask]
        if True not in women:
            result = weaker(result, UNKNOWN)
            missing.insert(0, say("missing.woman"))
        if act.attribution == "private":
            reasons.append(say("cedaw.private"))
        return [
            Finding(forum, route, result, rule, tuple(reasons), tuple(missing), window.rows),
            *extra,
        ]

    key = (act.attribution == "private", tuple(women), _exhausted(act), act.other_procedures)
    return each_state(before, forum, route, rule, ("cedaw-op",), key, one)


def ced(before: Before) -> list[Findings]:
    """Committee on Enforced Disappearances: CED articles 30, 31 and 35."""
    act, crime, book, as_of = before.act, before.crime, before.book, before.as_of
    forum, rule = "ced", "ced.communication"
    if "disappearance" not in crime.tags:
        return outside_subject(before, forum, "31 communication", rule, "ced.subject")

    def one(code: str) -> list[Finding]:
        # Article 35: only a disappearance that began after entry into force counts.
        began = When(act.when.began, act.when.began_by, act.when.began, act.when.began_by)
        refusal, _, window = bound(book, forum, "31 communication", rule, "ced", code, began)
        if refusal or window is None:
            return [refusal] if refusal else []
        return [
            _ced_31(act, book, as_of, code, window),
            _ced_30(act, book, code, window),
        ]

    key = (act.attribution, act.when.one_date, _exhausted(act), act.other_procedures)
    return each_state(before, forum, "31 communication", rule, ("ced",), key, one)


def _ced_31(act: Act, book: Book, as_of: date, code: str, window: Window) -> Finding:
    forum, route, rule = "ced", "31 communication", "ced.communication"
    declared = [w for w in book.windows_of("ced-31", code) if w.start <= as_of.toordinal()]
    if not declared:
        said = say("ced.no-declaration", state=state(code))
        return Finding(forum, route, CLOSED, rule, (said,), (), window.rows)
    result, more, wanted = by_attribution(act, strict=False)
    ready, unmet = _exhausted(act)
    barred, why, ask = _elsewhere(act, forum)
    result = weaker(weaker(result, ready), barred)
    reasons = (
        in_force(book, code, forum, window),
        say("ced.declaration", state=state(code)),
        *more,
        *why,
    )
    rows = (*window.rows, *declared[0].rows)
    return Finding(forum, route, result, rule, reasons, (*wanted, *unmet, *ask), rows)


def _ced_30(act: Act, book: Book, code: str, window: Window) -> Finding:
    forum, route, rule = "ced", "30 urgent action", "ced.urgent"
    if not act.when.one_date:
        return Finding(forum, route, CLOSED, rule, (say("ced.found"),), (), window.rows)
    reasons = (in_force(book, code, forum, window), say("ced.urgent"))
    missing = (say("missing.still-missing"),)
    return Finding(forum, route, UNKNOWN, rule, reasons, missing, window.rows)


def achpr(before: Before) -> list[Findings]:
    """African Commission: African Charter articles 55 and 56."""
    act, book = before.act, before.book
    forum, route, rule = "achpr", "55 communication", "achpr.communication"

    def one(code: str) -> list[Finding]:
        refusal, extra, window = bound(book, forum, route, rule, "achpr", code, act.when)
        if refusal or window is None:
            return [refusal] if refusal else []
        result, more, wanted = by_attribution(act, strict=False)
        ready, unmet = _exhausted(act)
        barred, why, _ = _elsewhere(act, "hrc")
        reasons = (in_force(book, code, forum, window), say("achpr.reasonable"), *more, *why)
        result = weaker(weaker(result, ready), barred)
        missing = (*wanted, *unmet)
        return [Finding(forum, route, result, rule, reasons, missing, window.rows), *extra]

    key = (act.attribution, _exhausted(act), act.other_procedures)
    return each_state(before, forum, route, rule, ("achpr",), key, one)
