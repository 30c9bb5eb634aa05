"""May this leave, to whom, in which form, and why not. Absent consent means no.

Every exit asks `may_leave`: exports, pictures, filings, packages, and the pages of people
outside the team. A decision is never rewritten: a new one is added, or a withdrawal is
entered on it (`check_decision`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from amparo.casefile.dates import parse_date
from amparo.casefile.records import CaseFile, Row
from amparo.casefile.schema import LEVELS, SPECIAL_GROUPS
from amparo.errors import BadInput, Refused
from amparo.filled import filled

PURPOSES = (
    "protection", "medical", "legal advice", "prosecution", "referral", "advocacy named",
    "advocacy anonymous", "media", "statistics", "research", "archive",
)  # fmt: skip
# Purposes that say for which forum or by which state: filing:icc, visa:FR.
NARROWED = ("filing", "visa")
_NARROW = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
MAX_NAMED = 80
OWN_USE = "own use"
LOWER = "lower level"
# What may be added to a decision that stands; "told" only grows.
_LATER = frozenset({"withdrawn_on", "withdrawn_items", "withdrawn_recipients", "told", "note"})
_WITHDRAWAL = ("withdrawn_on", "withdrawn_items", "withdrawn_recipients")


@dataclass(frozen=True)
class Use:
    """For what something leaves. An empty purpose is the team's own use: nothing leaves it.

    `recipient` is who gets it, `recipient_class` what they are; `territory` the ISO 3166 code
    of the state where they are; `onward` whether they will pass it on. Empty: not said, and
    then a decision that limits it does not cover the use.
    """

    purpose: str = ""
    recipient: str = ""
    on: date = field(default_factory=date.today)
    recipient_class: str = ""
    territory: str = ""
    onward: bool = False

    @property
    def told(self) -> str:
        """The use in a few words, for ledgers and pictures."""
        if not self.purpose:
            return f"for the team's {OWN_USE}"
        to = self.recipient or self.recipient_class
        return f"for {self.purpose}{f' to {to}' if to else ''}"


@dataclass(frozen=True)
class Answer:
    """The answer for one subject. `level` is the most that may be shown; "" means nothing.

    `reason` is a short code (consent, own use, public, none, withdrawn, expired, not yet,
    other purpose, other recipient, other territory, onward, other item, other medium,
    other group, lower level); `consent` the record that decided.
    """

    allowed: bool
    level: str
    reason: str
    consent: str = ""


def check_purpose(text: str) -> str:
    """The purpose in its one spelling. Raises BadInput for one that is not in the list."""
    purpose = " ".join(text.split())
    head, colon, rest = purpose.partition(":")
    if purpose in PURPOSES or (head in NARROWED and colon and _NARROW.fullmatch(rest)):
        return purpose
    raise BadInput(
        "no such purpose", value=purpose[:MAX_NAMED],
        remedy=filled("one of: {names}, filing:<forum>, visa:<state>", names=', '.join(PURPOSES)),
    )  # fmt: skip


def use_of(
    purpose: str,
    recipient: str = "",
    on: date | None = None,
    *,
    recipient_class: str = "",
    territory: str = "",
    onward: bool = False,
) -> Use:
    """The use a person named. Raises BadInput for a recipient without a purpose, or a purpose
    that nobody can have consented to."""
    recipient = " ".join(recipient.split())
    if not purpose.strip():
        if recipient or recipient_class or territory or onward:
            raise BadInput("a recipient needs a purpose", remedy="name it, such as filing:icc")
        return Use()
    if len(recipient) > MAX_NAMED or len(territory) > MAX_NAMED:
        raise BadInput(
            "this recipient is too long", remedy=filled("at most {most} characters", most=MAX_NAMED)
        )
    made = Use(check_purpose(purpose), recipient, on or date.today())
    return replace(
        made, recipient_class=recipient_class, territory=territory.upper(), onward=onward
    )


def _day(text: object, *, last: bool) -> date | None:
    if not text:
        return None
    found = parse_date(str(text))
    return found.latest if last else found.earliest


def _goes_elsewhere(row: Row, use: Use) -> bool:
    """Whether the decision limits who gets it, and this use is not within."""
    named, kind = row["recipient"], row["recipient_class"]
    if not named and not kind:
        return False
    return not (named and named == use.recipient) and not (kind and kind == use.recipient_class)


def _is_withdrawn(row: Row, use: Use, item: str) -> bool:
    since = _day(row["withdrawn_on"], last=False)
    if since is None or since > use.on:
        return False
    items, recipients = row["withdrawn_items"] or (), row["withdrawn_recipients"] or ()
    return (not items or item in items) and (
        not recipients or not use.recipient or use.recipient in recipients
    )


def _refusal(row: Row, use: Use, *, level: str, item: str, medium: str, group: str) -> str:
    """Why this decision does not cover the use, or "" when it does."""
    starts = _day(row["from"] or row["given_on"], last=False)
    ends = _day(row["until"], last=True)
    scope, media = row["scope"] or (), row["media"] or ()
    checks = (
        (row["purpose"] != use.purpose, "other purpose"),
        (_goes_elsewhere(row, use), "other recipient"),
        (_is_withdrawn(row, use, item), "withdrawn"),
        (bool(starts and starts > use.on), "not yet"),
        (bool(ends and ends < use.on), "expired"),
        (bool(row["territory"]) and use.territory not in row["territory"], "other territory"),
        (use.onward and not row["onward"], "onward"),
        (bool(item and row["items"]) and item not in (row["items"] or []), "other item"),
        (bool(medium and media) and medium not in media, "other medium"),
        (group in SPECIAL_GROUPS and group not in scope, "other group"),
        (bool(group and scope) and group not in scope, "other group"),
        (LEVELS.index(row["identity_level"]) < LEVELS.index(level), LOWER),
    )
    return next((reason for fails, reason in checks if fails), "")


_NEAREST = (
    LOWER, "other group", "other medium", "other item", "onward", "other territory",
    "withdrawn", "expired", "not yet", "other recipient",
)  # fmt: skip


def may_leave(
    case: CaseFile,
    subject: str,
    use: Use,
    *,
    level: str = "coded",
    item: str = "",
    medium: str = "",
    group: str = "",
) -> Answer:
    """Whether what concerns `subject` (a person or source of the case) may leave for `use`.

    `item` narrows the question to one item of the case, `medium` to text, picture, sound or
    video, `group` to one group of fields. The nearest refusal is reported when no decision
    covers the use. Of several decisions that cover it the newest counts, also where it allows
    less. A withdrawal overrides what was given for the same purpose up to its day.
    """
    if not use.purpose:
        return Answer(True, "named", OWN_USE)
    decisions = _newest_first(row for row in case.all("consent") if row["subject"] == subject)
    if not decisions:
        return Answer(False, "", "none")
    refusals: dict[str, Row] = {}
    for row in decisions:
        reason = _refusal(row, use, level=level, item=item, medium=medium, group=group)
        covers = reason in ("", LOWER)
        overriding = _overriding(decisions, row, use, item) if covers else None
        if overriding is not None:
            row, reason = overriding, "withdrawn"
        if not reason:
            return Answer(True, row["identity_level"], "consent", row.code)
        refusals.setdefault(reason, row)
        if reason == LOWER:
            # They decided anew, for less: what they gave before does not speak for them.
            break
    nearest = next((reason for reason in _NEAREST if reason in refusals), "other purpose")
    row = refusals.get(nearest, decisions[0])
    allowed_level = row["identity_level"] if nearest == LOWER else ""
    return Answer(False, allowed_level, nearest, row.code)


def _newest_first(rows: Iterable[Row]) -> list[Row]:
    """Decisions by the day they were given, undated ones last; of one day the later record."""
    given = [
        (_day(row["given_on"] or row["from"], last=False) or date.min, place, row)
        for place, row in enumerate(rows)
    ]
    return [row for *_, row in sorted(given, key=lambda one: one[:2], reverse=True)]


def _overriding(decisions: list[Row], given: Row, use: Use, item: str) -> Row | None:
    """A withdrawal of the same purpose that came on or after the day this was given."""
    day = _day(given["given_on"] or given["from"], last=False)
    for row in decisions:
        since = _day(row["withdrawn_on"], last=False)
        if (
            row["purpose"] == given["purpose"]
            and _is_withdrawn(row, use, item)
            and not _goes_elsewhere(row, use)
            and (day is None or (since is not None and day <= since))
        ):
            return row
    return None


def needs_consent(case: CaseFile, source: Row) -> bool:
    """True when a source is a person; outlets, authorities and organisations publish."""
    return bool(source["kind"] == "person" or source["person"])


def source_may_leave(
    case: CaseFile, source: Row, use: Use, *, level: str = "coded", item: str = ""
) -> Answer:
    """`may_leave` for a source: its own consent, or that of the person it is.

    Where both have decided, a withdrawal by either stands.
    """
    if not needs_consent(case, source):
        return Answer(True, "named", "public")
    answers = [
        may_leave(case, subject, use, level=level, item=item)
        for subject in (source.code, source["person"])
        if subject
    ]
    taken = next((answer for answer in answers if answer.reason == "withdrawn"), None)
    return taken or next((answer for answer in answers if answer.allowed), answers[-1])


def check_decision(body: Mapping[str, Any], where: str) -> None:
    """Raises BadInput for a decision that cannot hold: purpose unknown, days out of order."""
    check_purpose(str(body.get("purpose") or ""))
    given = _day(body.get("given_on") or body.get("from"), last=False)
    for name, text in (("until", "ends"), ("withdrawn_on", "is withdrawn")):
        day = _day(body.get(name), last=True)
        if given and day and day < given:
            raise BadInput(
                filled("this consent {text} before it was given", text=text),
                value=f"{where}, {name}",
            )
    if not body.get("withdrawn_on") and any(body.get(name) for name in _WITHDRAWAL[1:]):
        raise BadInput("a withdrawal needs its day", value=f"{where}, withdrawn_on")


def check_change(held: Row, body: Mapping[str, Any]) -> None:
    """Raises Refused for a change that would rewrite a decision or undo a withdrawal."""
    changed = {name for name in {*held.body, *body} if held.body.get(name) != body.get(name)}
    taken = bool(held["withdrawn_on"])
    told = list(held["told"] or ())
    rewrites = changed - _LATER or (taken and changed.intersection(_WITHDRAWAL))
    if rewrites or list(body.get("told") or ())[: len(told)] != told:
        raise Refused(
            "a decision on consent is never rewritten", value=held.code,
            remedy="add a new decision, or enter a withdrawal on this one",
        )  # fmt: skip


def check_retirement(held: Row) -> None:
    """Raises Refused for a withdrawal: taking it out would let an earlier consent stand again."""
    if held["withdrawn_on"]:
        raise Refused(
            "a withdrawal stays in the record", value=held.code,
            remedy="add a new decision if the person decided anew",
        )  # fmt: skip
