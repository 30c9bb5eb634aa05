"""Set a rule of the gate aside: one member asks with a reason, another decides. No self-approval.

Each step is a version of a record (noun `override`) and an entry of the ledger. Whether one
counts is read from who made which version, never from what the record says of itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from amparo.casefile.records import load_case, versions
from amparo.casefile.revise import Draft, add_records, change_record
from amparo.custody.work import work
from amparo.errors import BadInput, NotFound, Refused
from amparo.filing.rulebook import RULES, Finding
from amparo.filled import filled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amparo.casefile.records import CaseFile, Row
    from amparo.vault.unlock import Vault

OVERRIDE = "override"
GRANTED, REFUSED = "granted", "refused"


def ask_override(
    vault: Vault, case_code: str, forum: str, rule: str, where: str, reason: str
) -> Row:
    """Ask that a rule be set aside at one place. Raises BadInput, Refused."""
    if rule not in RULES:
        raise BadInput("no such rule", value=rule, remedy="see `amparo filing rules`")
    if not RULES[rule].may_yield:
        yielding = ", ".join(name for name, one in RULES.items() if one.may_yield)
        raise Refused(
            "this rule is never set aside",
            value=rule,
            remedy=filled("these can be: {yielding}", yielding=yielding),
        )
    if not reason.strip():
        raise BadInput("a reason is needed", value=rule, remedy="say why it may be set aside")
    load_case(case_code)
    body = {
        "forum": forum,
        "rule": rule,
        "where": where,
        "reason": reason.strip(),
        "asked_by": vault.member,
    }
    draft = Draft(OVERRIDE, "", body)
    (row,) = add_records(vault.member, case_code, [draft], reason="ask to set a rule aside")
    _enter(vault, case_code, row, "asked")
    return row


def decide_override(vault: Vault, case_code: str, code: str, *, grant: bool) -> Row:
    """Grant or refuse what another member asked. Raises NotFound, Refused for one's own."""
    row = load_case(case_code).get(code)
    if row is None or row.noun != OVERRIDE:
        raise NotFound("no such request in this case", value=code)
    if vault.member in {version.by for version in versions(case_code, code)}:
        raise Refused(
            "nobody decides on their own request", value=code, remedy="ask another member"
        )
    if row["decision"]:
        raise Refused("this request was decided already", value=f"{code}: {row['decision']}")
    body = {**row.body, "decision": GRANTED if grant else REFUSED, "decided_by": vault.member}
    made = change_record(vault.member, case_code, code, body, seen_version=row.version)
    _enter(vault, case_code, made, str(made["decision"]))
    return made


def _enter(vault: Vault, case: str, row: Row, result: str) -> None:
    with work(vault.member, "set a rule aside") as custody:
        custody.enter(
            "grant",
            case=case,
            purpose=f"filing {row['forum']}, rule {row['rule']}",
            result=f"{row.code} {result}",
        )


def overrides_of(case: CaseFile, forum: str = "") -> list[Row]:
    """Requests of a case, for one forum or all."""
    return [row for row in case.all(OVERRIDE) if not forum or row["forum"] == forum]


def holds_good(case: CaseFile, row: Row) -> bool:
    """Whether a request was granted by a member who neither asked nor changed it."""
    if row["decision"] != GRANTED:
        return False
    made = versions(case.code, row.code)
    asked = [one for one in made if not one.body.get("decision")]
    if not asked or asked[-1].version != made[-1].version - 1:
        return False
    fields = ("forum", "rule", "where", "reason")
    same = all(asked[-1].body.get(name) == made[-1].body.get(name) for name in fields)
    return same and made[-1].by not in {one.by for one in asked}


def set_aside(case: CaseFile, forum: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings; those of a rule that was set aside at that place warn instead."""
    good = {
        (str(row["rule"]), str(row["where"])): row.code
        for row in overrides_of(case, forum)
        if holds_good(case, row)
    }
    return tuple(_yielded(one, good.get((one.rule, one.where), "")) for one in findings)


def _yielded(one: Finding, code: str) -> Finding:
    if not code or not RULES[one.rule].may_yield:
        return one
    cause = filled("{cause} (set aside by {code})", cause=one.cause, code=code)
    return replace(one, severity="warn", cause=cause)
