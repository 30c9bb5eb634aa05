"""May this leave, to whom, in which form, and why not. Absent consent means no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from amparo.casefile.dates import parse_date
from amparo.casefile.records import CaseFile, Row

LEVELS = ("aggregate", "coded", "named")


@dataclass(frozen=True)
class Answer:
    """The answer for one subject. `level` is the most that may be shown; "" means nothing.

    `reason` is a short code (consent, none, withdrawn, expired, not yet, other purpose,
    other recipient, other item, lower level); `consent` the record that decided.
    """

    allowed: bool
    level: str
    reason: str
    consent: str = ""


def _day(text: object, *, last: bool) -> date | None:
    if not text:
        return None
    found = parse_date(str(text))
    return found.latest if last else found.earliest


def _refusal(row: Row, *, purpose: str, recipient: str, level: str, item: str, on: date) -> str:
    """Why this decision does not cover the use, or "" when it does."""
    withdrawn = _day(row["withdrawn_on"], last=False)
    starts, ends = _day(row["from"] or row["given_on"], last=False), _day(row["until"], last=True)
    checks = (
        (row["purpose"] != purpose, "other purpose"),
        (bool(recipient and row["recipient"]) and row["recipient"] != recipient, "other recipient"),
        (bool(withdrawn and withdrawn <= on), "withdrawn"),
        (bool(starts and starts > on), "not yet"),
        (bool(ends and ends < on), "expired"),
        (bool(item and row["items"]) and item not in (row["items"] or []), "other item"),
        (LEVELS.index(row["identity_level"]) < LEVELS.index(level), "lower level"),
    )
    return next((reason for fails, reason in checks if fails), "")


def may_leave(
    case: CaseFile,
    subject: str,
    *,
    purpose: str,
    recipient: str = "",
    level: str = "coded",
    item: str = "",
    on: date,
) -> Answer:
    """Whether `subject` (a person or source of the case) may leave for this use on this day.

    `item` narrows the question to one item of the case. The nearest refusal is reported
    when no decision covers the use. A later withdrawal overrides an earlier consent of
    the same purpose.
    """
    decisions = [row for row in case.all("consent") if row["subject"] == subject]
    if not decisions:
        return Answer(False, "", "none")
    asked = {"purpose": purpose, "recipient": recipient, "item": item, "on": on}
    order = ("lower level", "other item", "withdrawn", "expired", "not yet", "other recipient")
    refusals: dict[str, Row] = {}
    for row in decisions:
        reason = _refusal(row, level=level, **asked)  # type: ignore[arg-type]
        if not reason:
            return Answer(True, row["identity_level"], "consent", row.code)
        refusals.setdefault(reason, row)
    nearest = next((reason for reason in order if reason in refusals), "other purpose")
    row = refusals.get(nearest, decisions[0])
    allowed_level = row["identity_level"] if nearest == "lower level" else ""
    return Answer(False, allowed_level, nearest, row.code)


def needs_consent(case: CaseFile, source: Row) -> bool:
    """True when a source is a person; outlets, authorities and organisations publish."""
    return bool(source["kind"] == "person" or source["person"])


def source_may_leave(case: CaseFile, source: Row, *, item: str = "", **use: object) -> Answer:
    """`may_leave` for a source: its own consent, or that of the person it is."""
    if not needs_consent(case, source):
        return Answer(True, "named", "public")
    answers = [
        may_leave(case, subject, item=item, **use)  # type: ignore[arg-type]
        for subject in (source.code, source["person"])
        if subject
    ]
    return next((answer for answer in answers if answer.allowed), answers[-1])
