"""Working groups and the OSCE mechanism: no treaty, no exhaustion, no deadline."""

from __future__ import annotations

from amparo.law.findings import ARGUABLE, CLOSED, OPEN, UNKNOWN, Finding, say, state, weaker
from amparo.law.fora.standing import Before, Findings, each_state, outside_subject


def wgad(before: Before) -> list[Findings]:
    """Working Group on Arbitrary Detention: any State; the State must be involved."""
    act, crime, book = before.act, before.crime, before.book
    forum, route, rule = "wgad", "individual case", "wgad.case"
    if not crime.tags & {"detention", "custody"}:
        return outside_subject(before, forum, route, rule, "wgad.subject")

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
            reasons.append(say("wgad.custody"))
        if not rows:
            result = weaker(result, ARGUABLE)
            reasons.append(say("un.not-member", state=state(code)))
        return [Finding(forum, route, result, rule, tuple(reasons), tuple(missing), rows)]

    return each_state(
        before, forum, route, rule, (), (act.attribution, "detention" in crime.tags), one
    )


def wgeid(before: Before) -> list[Findings]:
    """Working Group on Enforced or Involuntary Disappearances."""
    act, crime, book, as_of = before.act, before.crime, before.book, before.as_of
    forum, route, rule = "wgeid", "individual case", "wgeid.case"
    if "detention" not in crime.tags:
        return outside_subject(before, forum, route, rule, "wgeid.subject")
    recent = as_of.toordinal() - act.when.began_by <= 92

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
        if recent:
            reasons.append(say("wgeid.urgent"))
        if not rows:
            result = weaker(result, ARGUABLE)
            reasons.append(say("un.not-member", state=state(code)))
        return [Finding(forum, route, result, rule, tuple(reasons), tuple(missing), rows)]

    return each_state(
        before,
        forum,
        route,
        rule,
        (),
        (act.attribution, "disappearance" in crime.tags, recent),
        one,
    )


def osce(before: Before) -> list[Findings]:
    """OSCE Moscow Mechanism: only participating States can start it."""
    book, as_of = before.book, before.as_of
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

    return each_state(before, forum, route, rule, (), (), one)
