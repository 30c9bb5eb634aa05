"""The special regime of the crime of aggression: articles 15 bis and 15 ter."""

from __future__ import annotations

from amparo.law.book.windows import Touch, touch
from amparo.law.findings import ARGUABLE, CLOSED, UNKNOWN, Finding, Said, say, state
from amparo.law.icc.asked import AGGRESSION, Asked, Findings
from amparo.law.icc.routes import referral
from amparo.law.icc.status import acceptance_rows, all_accepted, party_windows


def aggression(asked: Asked) -> Findings:
    """Referral by the Security Council, else membership and acceptance on both sides."""
    referred = [f for group in referral(asked) for f in group if f.result != CLOSED]
    refused = (*_territories(asked), *_nationals(asked))
    rows = ("am-2010-8bis",)
    if refused:
        own = Finding("icc", AGGRESSION, CLOSED, "icc.aggression", refused, (), rows)
        return (*referred, own)
    if asked.place_states and all_accepted(asked):
        accepted = acceptance_rows(asked)
        found = tuple(accepted[one].id for one in _concerned(asked) if one in accepted)
        said = (say("icc.aggression.accepted"),)
        wanted = (say("missing.non-acceptance"),)
        own = Finding("icc", AGGRESSION, ARGUABLE, "icc.aggression", said, wanted, (*rows, *found))
        return (*referred, own)
    missing = [say("missing.aggression-acceptance")]
    if not asked.place_states:
        missing.append(say("missing.place"))
    if not asked.suspects_known:
        missing.append(say("missing.nationality"))
    if asked.when.began < asked.start:
        missing.append(say("missing.exact-date"))
    said = (say("icc.aggression.acceptance"),)
    own = Finding("icc", AGGRESSION, UNKNOWN, "icc.aggression", said, tuple(missing), rows)
    return (*referred, own)


def _concerned(asked: Asked) -> tuple[str, ...]:
    """States of the place and of the alleged perpetrators."""
    nationals = (n for s in asked.act.suspects for n in s.nationalities)
    return tuple(dict.fromkeys((*asked.place_states, *nationals)))


def _is_bound(asked: Asked, code: str) -> bool:
    windows = party_windows(asked.book, code, False, asked.start)
    return touch(windows, asked.when) is not Touch.OUTSIDE


def _territories(asked: Asked) -> tuple[Said, ...]:
    """States of the place that were not Parties: article 15 bis(5)."""
    return tuple(
        say("icc.aggression.territory", state=state(code))
        for code in asked.place_states
        if not _is_bound(asked, code)
    )


def _nationals(asked: Asked) -> tuple[Said, ...]:
    """The nationalities, when all are known and none is of a Party: article 15 bis(5)."""
    codes = dict.fromkeys(n for s in asked.act.suspects for n in s.nationalities)
    if not asked.suspects_known or any(_is_bound(asked, code) for code in codes):
        return ()
    return tuple(say("icc.aggression.nationals", state=state(code)) for code in codes)
