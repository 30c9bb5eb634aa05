"""Treaty bodies, human-rights courts and procedures: competence, conditions, clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from amparo.law import clocks, dates
from amparo.law.book.records import Book, Crime
from amparo.law.book.windows import Touch, When, Window, touch
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

Rule = Callable[[Act, Crime, Book, date], list[Finding]]


def respondent_states(act: Act) -> tuple[str, ...]:
    """States whose duty is in question: where the act was done, or the flag."""
    codes = dict.fromkeys(p.state for p in act.places if p.state)
    return tuple(codes) or ((act.flag_state,) if act.flag_state else ())


def _each(
    act: Act, forum: str, route: str, rule: str, find: Callable[[str], list[Finding]]
) -> list[Finding]:
    states = respondent_states(act)
    out = [found for code in states for found in find(code)]
    if not states or any(p.state is None for p in act.places):
        said, missing = (say("forum.state-unknown"),), (say("missing.place"),)
        out.append(Finding(forum, route, UNKNOWN, rule, said, missing))
    return out


def _bound(
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


def _in_force(book: Book, code: str, forum: str, window: Window) -> Said:
    return say(
        "forum.bound",
        state=state(code),
        forum=f"forum:{forum}",
        day=dates.show(window.start_by) or "?",
    )


def _by_attribution(act: Act, strict: bool) -> tuple[str, tuple[Said, ...], tuple[Said, ...]]:
    """What attribution does: a private act engages only the duty to protect and inquire."""
    if act.attribution == "state":
        return OPEN, (), ()
    if act.attribution == "private":
        return ARGUABLE, (say("attribution.private"),), (say("missing.attribution"),)
    return (UNKNOWN if strict else OPEN), (), (say("missing.attribution"),)


# --- courts with a strict clock -----------------------------------------------------------


def _with_clock(
    act: Act, book: Book, as_of: date, forum: str, rows: tuple[str, ...]
) -> tuple[str, tuple[Said, ...], tuple[Said, ...], tuple[str, ...], str | None]:
    """Result by a strict time limit from the final domestic decision."""
    decision = clocks.latest_final(act.remedies)
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


def echr(act: Act, crime: Crime, book: Book, as_of: date) -> list[Finding]:
    """European Court of Human Rights: articles 1, 34, 35 and 58."""
    forum, route, rule = "echr", "34 application", "echr.application"

    def one(code: str) -> list[Finding]:
        lasting = "disappearance" in crime.tags and act.when.one_date
        refusal, extra, window = _bound(
            book, forum, route, rule, "echr", code, act.when, continuing=lasting
        )
        if refusal or window is None:
            return [refusal] if refusal else []
        result, reasons, missing, rows, ends = _with_clock(act, book, as_of, forum, window.rows)
        base = [_in_force(book, code, forum, window)]
        if window.end != dates.LAST:
            base.append(say("echr.ceased", state=state(code), day=dates.show(window.end + 1)))
        if result in (CLOSED, UNKNOWN) and lasting:
            result = ARGUABLE
            reasons = (*reasons, say("echr.continuing"))
            missing = (*missing, say("missing.still-going-on"), say("missing.diligence"))
        capped, more, wanted = _by_attribution(act, strict=False)
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

    return _each(act, forum, route, rule, one)


def iachr(act: Act, crime: Crime, book: Book, as_of: date) -> list[Finding]:
    """Inter-American Commission: ACHR articles 44 to 46, or the American Declaration."""
    forum, route, rule = "iachr", "44 petition", "iachr.petition"

    def one(code: str) -> list[Finding]:
        for instrument in ("achr", "oas"):
            refusal, extra, window = _bound(book, forum, route, rule, instrument, code, act.when)
            if refusal is None or refusal.result == UNKNOWN:
                break
        if refusal or window is None:
            return [refusal] if refusal else []
        result, reasons, missing, rows, ends = _with_clock(act, book, as_of, forum, window.rows)
        key = "iachr.convention" if instrument == "achr" else "iachr.declaration"
        capped, more, wanted = _by_attribution(act, strict=False)
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

    return _each(act, forum, route, rule, one)


# --- treaty bodies ------------------------------------------------------------------------


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


def hrc(act: Act, crime: Crime, book: Book, as_of: date) -> list[Finding]:
    """Human Rights Committee: Optional Protocol articles 1, 2, 5 and 12; rule 99(c)."""
    forum, route, rule = "hrc", "OP1 communication", "hrc.communication"

    def one(code: str) -> list[Finding]:
        lasting = "continuing" in crime.tags and act.when.one_date
        refusal, extra, window = _bound(
            book, forum, route, rule, "iccpr-op1", code, act.when, continuing=lasting
        )
        if refusal or window is None:
            return [refusal] if refusal else []
        if as_of.toordinal() > window.end:
            day = dates.show(window.end + 1)
            said = say("hrc.denounced", state=state(code), day=day)
            return [Finding(forum, route, CLOSED, rule, (said,), (), window.rows)]
        reasons: list[Said] = [_in_force(book, code, forum, window)]
        capped, more, wanted = _by_attribution(act, strict=False)
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

    return _each(act, forum, route, rule, one)


def _hrc_clock(
    act: Act, book: Book, as_of: date
) -> tuple[str, tuple[Said, ...], tuple[str, ...], str | None]:
    """Presumed abuse: three years after another procedure, else five after exhaustion."""
    over = [p.decided_on for p in act.other_procedures if p.status == "decided" and p.decided_on]
    decision = clocks.latest_final(act.remedies)
    if over:
        span, trigger = max(over, key=lambda s: s.last), "other procedure"
    elif decision is not None and decision.decided_on is not None:
        span, trigger = decision.decided_on, "final decision"
    else:
        old = as_of.toordinal() - act.when.ended > 5 * 365
        return OPEN, ((say("hrc.old"),) if old else ()), (), None
    clock = clocks.run(book, "hrc", trigger, span)
    if clock is None:
        return OPEN, (), (), None
    ends = clock.ends.isoformat()
    blanks = {"trigger": span.stated, "rule": f"clock:{clock.rule}", "ends": ends}
    if clock.may_be_over(as_of):
        return ARGUABLE, (say("hrc.presumed-late", **blanks),), (clock.rule,), ends
    return OPEN, (say("hrc.presumption", **blanks),), (clock.rule,), ends


def cat(act: Act, crime: Crime, book: Book, as_of: date) -> list[Finding]:
    """Committee against Torture: CAT articles 1, 16 and 22."""
    forum, route, rule = "cat", "22 communication", "cat.communication"
    if "ill" not in crime.tags:
        said = say("cat.subject", crime=f"crime:{crime.id}")
        return [Finding(forum, route, CLOSED, rule, (said,))]

    def one(code: str) -> list[Finding]:
        refusal, extra, window = _bound(book, forum, route, rule, "cat-22", code, act.when)
        if refusal or window is None:
            return [refusal] if refusal else []
        result, more, wanted = _by_attribution(act, strict=True)
        ready, unmet = _exhausted(act)
        barred, why, ask = _elsewhere(act, forum)
        result = weaker(weaker(result, ready), barred)
        reasons = [_in_force(book, code, forum, window), *more, *why]
        if "torture" not in crime.tags:
            result = weaker(result, ARGUABLE)
            reasons.append(say("cat.ill-treatment", crime=f"crime:{crime.id}"))
        missing = (*wanted, *unmet, *ask)
        return [Finding(forum, route, result, rule, tuple(reasons), missing, window.rows), *extra]

    return _each(act, forum, route, rule, one)


def cedaw(act: Act, crime: Crime, book: Book, as_of: date) -> list[Finding]:
    """Committee on discrimination against women: Optional Protocol articles 1 to 4."""
    forum, route, rule = "cedaw", "OP communication", "cedaw.communication"
    women = [v.woman for v in act.victims] + ([True] if "woman" in crime.tags else [])
    if women and not any(w is not False for w in women):
        return [Finding(forum, route, CLOSED, rule, (say("cedaw.no-woman"),))]

    def one(code: str) -> list[Finding]:
        refusal, extra, window = _bound(book, forum, route, rule, "cedaw-op", code, act.when)
        if refusal or window is None:
            return [refusal] if refusal else []
        ready, unmet = _exhausted(act)
        barred, why, ask = _elsewhere(act, forum)
        result = weaker(ready, barred)
        reasons: list[Said] = [_in_force(book, code, forum, window), *why]
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

    return _each(act, forum, route, rule, one)


def ced(act: Act, crime: Crime, book: Book, as_of: date) -> list[Finding]:
    """Committee on Enforced Disappearances: CED articles 30, 31 and 35."""
    forum, rule = "ced", "ced.communication"
    if "disappearance" not in crime.tags:
        said = say("ced.subject", crime=f"crime:{crime.id}")
        return [Finding(forum, "31 communication", CLOSED, rule, (said,))]

    def one(code: str) -> list[Finding]:
        # Article 35: only a disappearance that began after entry into force counts.
        began = When(act.when.began, act.when.began_by, act.when.began, act.when.began_by)
        refusal, _, window = _bound(book, forum, "31 communication", rule, "ced", code, began)
        if refusal or window is None:
            return [refusal] if refusal else []
        return [
            _ced_31(act, book, as_of, code, window),
            _ced_30(act, book, code, window),
        ]

    return _each(act, forum, "31 communication", rule, one)


def _ced_31(act: Act, book: Book, as_of: date, code: str, window: Window) -> Finding:
    forum, route, rule = "ced", "31 communication", "ced.communication"
    declared = [w for w in book.windows_of("ced-31", code) if w.start <= as_of.toordinal()]
    if not declared:
        said = say("ced.no-declaration", state=state(code))
        return Finding(forum, route, CLOSED, rule, (said,), (), window.rows)
    result, more, wanted = _by_attribution(act, strict=False)
    ready, unmet = _exhausted(act)
    barred, why, ask = _elsewhere(act, forum)
    result = weaker(weaker(result, ready), barred)
    reasons = (
        _in_force(book, code, forum, window),
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
    reasons = (_in_force(book, code, forum, window), say("ced.urgent"))
    missing = (say("missing.still-missing"),)
    return Finding(forum, route, UNKNOWN, rule, reasons, missing, window.rows)


def achpr(act: Act, crime: Crime, book: Book, as_of: date) -> list[Finding]:
    """African Commission: African Charter articles 55 and 56."""
    forum, route, rule = "achpr", "55 communication", "achpr.communication"

    def one(code: str) -> list[Finding]:
        refusal, extra, window = _bound(book, forum, route, rule, "achpr", code, act.when)
        if refusal or window is None:
            return [refusal] if refusal else []
        result, more, wanted = _by_attribution(act, strict=False)
        ready, unmet = _exhausted(act)
        barred, why, _ = _elsewhere(act, "hrc")
        reasons = (_in_force(book, code, forum, window), say("achpr.reasonable"), *more, *why)
        result = weaker(weaker(result, ready), barred)
        missing = (*wanted, *unmet)
        return [Finding(forum, route, result, rule, reasons, missing, window.rows), *extra]

    return _each(act, forum, route, rule, one)


# --- procedures without a treaty ----------------------------------------------------------


def wgad(act: Act, crime: Crime, book: Book, as_of: date) -> list[Finding]:
    """Working Group on Arbitrary Detention: any State; the State must be involved."""
    forum, route, rule = "wgad", "individual case", "wgad.case"
    if not crime.tags & {"detention", "custody"}:
        said = say("wgad.subject", crime=f"crime:{crime.id}")
        return [Finding(forum, route, CLOSED, rule, (said,))]

    def one(code: str) -> list[Finding]:
        rows = tuple(r for w in book.windows_of("un", code) for r in w.rows)
        reasons = [say("wgad.any-state", state=state(code))]
        missing = [say("missing.consent"), say("missing.legal-basis")]
        if act.attribution == "private":
            said = (*reasons, say("wgad.private"))
            wanted = (say("missing.attribution"),)
            return [Finding(forum, route, CLOSED, rule, said, wanted, rows)]
        result = OPEN if act.attribution == "state" else UNKNOWN
        if act.attribution != "state":
            missing.insert(0, say("missing.attribution"))
        if "detention" not in crime.tags:
            result = weaker(result, ARGUABLE)
            reasons.append(say("wgad.custody", crime=f"crime:{crime.id}"))
        if not rows:
            result = weaker(result, ARGUABLE)
            reasons.append(say("un.not-member", state=state(code)))
        return [Finding(forum, route, result, rule, tuple(reasons), tuple(missing), rows)]

    return _each(act, forum, route, rule, one)


def wgeid(act: Act, crime: Crime, book: Book, as_of: date) -> list[Finding]:
    """Working Group on Enforced or Involuntary Disappearances."""
    forum, route, rule = "wgeid", "individual case", "wgeid.case"
    if "detention" not in crime.tags:
        said = say("wgeid.subject", crime=f"crime:{crime.id}")
        return [Finding(forum, route, CLOSED, rule, (said,))]

    def one(code: str) -> list[Finding]:
        rows = tuple(r for w in book.windows_of("un", code) for r in w.rows)
        reasons = [say("wgeid.any-state", state=state(code))]
        missing = [say("missing.consent")]
        result = OPEN
        if "disappearance" not in crime.tags:
            result = UNKNOWN
            missing.insert(0, say("missing.refusal"))
        if act.attribution == "private":
            result = weaker(result, ARGUABLE)
            reasons.append(say("wgeid.private"))
        elif act.attribution == "unknown":
            missing.append(say("missing.attribution"))
        if as_of.toordinal() - act.when.began_by <= 92:
            reasons.append(say("wgeid.urgent"))
        if not rows:
            result = weaker(result, ARGUABLE)
            reasons.append(say("un.not-member", state=state(code)))
        return [Finding(forum, route, result, rule, tuple(reasons), tuple(missing), rows)]

    return _each(act, forum, route, rule, one)


def osce(act: Act, crime: Crime, book: Book, as_of: date) -> list[Finding]:
    """OSCE Moscow Mechanism: only participating States can start it."""
    forum, route, rule = "osce", "Moscow Mechanism", "osce.moscow"

    def one(code: str) -> list[Finding]:
        windows = book.windows_of("osce", code)
        rows = tuple(r for w in windows for r in w.rows)
        if not any(w.end >= as_of.toordinal() for w in windows):
            said = say("osce.not-participating", state=state(code))
            return [Finding(forum, route, CLOSED, rule, (said,), (), rows)]
        said = say("osce.states-only", state=state(code))
        missing = (say("missing.invoking-states"),)
        return [Finding(forum, route, ARGUABLE, rule, (said,), missing, rows)]

    return _each(act, forum, route, rule, one)


RULES: tuple[Rule, ...] = (echr, hrc, cat, cedaw, ced, wgad, wgeid, osce, iachr, achpr)
