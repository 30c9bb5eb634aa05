"""Give, take back and look up grants; break the glass. Rows are added, never changed.

Every change is a custody Work with an entry of kind `grant` whose digest covers the rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from amparo.access import members
from amparo.access.models import Acknowledgement, Grant, Member, Revocation
from amparo.access.roles import (
    EVERY_CASE,
    MEMBER,
    OWNER,
    ROLES,
    SEE,
    action_named,
    compartment_named,
    role_named,
)
from amparo.access.scope import NOBODY, Scope, current, refuse_unless_watching
from amparo.crypto.digest import digest_bytes
from amparo.custody.work import Work, work
from amparo.errors import BadInput, NotFound, Refused

KIND = "grant"
MOST_HOURS = 24
MAX_WHY = 500


@dataclass(frozen=True)
class Held:
    """One grant as people read it. `case` is "" for every case, `ended` when it was taken back."""

    number: int
    member: str
    case: str
    compartment: str
    action: str
    role: str
    begins: str
    until: str
    given_by: str
    why: str
    broken: bool
    ended: str
    purpose: str = ""
    recipient: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return asdict(self)


@dataclass(frozen=True)
class Notice:
    """The glass was broken, and nobody who watches has said that they saw it."""

    number: int
    member: str
    case: str
    compartment: str
    at: str
    until: str
    why: str

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return asdict(self)


def scope_of(code: str) -> Scope:
    """What the member may do now; NOBODY for one who left. Two statements, one for an owner."""
    member = Member.objects.filter(code=code, left_at=None).first()
    if member is None or member.role not in ROLES:
        return NOBODY
    role = ROLES[member.role]
    if role.decides:
        return Scope(code, role.name, whole=True, watches=True)
    held = running(datetime.now(UTC)).filter(member=code)
    rows = held.values_list("case_code", "compartment", "action", "purpose", "recipient")
    entries, uses = set(), set()
    for case, compartment, action, purpose, recipient in rows:
        entries.add((case, compartment, action))
        if purpose:
            uses.add((case, purpose, recipient))
    return Scope(
        code, role.name, watches=role.watches, held=frozenset(entries), outside=role.outside,
        uses=frozenset(uses),
    )  # fmt: skip


def running(at: datetime) -> QuerySet[Grant]:
    """Grants in force at a time."""
    return Grant.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=at), begins_at__lte=at, revocation=None
    )


def give(
    actor: str,
    member: str,
    compartment: str,
    action: str,
    *,
    case: str = EVERY_CASE,
    begins: datetime | None = None,
    until: datetime | None = None,
    why: str = "",
) -> None:
    """Give one grant. Raises Refused unless an owner gives it, and not to themselves."""
    held = _refuse_unfit(actor, member)
    rows = [(compartment_named(compartment), action_named(action))]
    _check_times(begins, until)
    with work(actor, "give a grant") as custody:
        _write(custody, held.code, rows, [case], begins=begins, until=until, why=why)


def give_role(
    actor: str,
    member: str,
    role: str,
    *,
    cases: Iterable[str] = (),
    until: datetime | None = None,
    purpose: str = "",
    recipient: str = "",
) -> None:
    """Give a member another role, for these cases or for every case.

    A role for people outside the team takes the purpose for which they read, and who they
    are: they see what consent lets leave for it, and without a purpose no person's account.

    What came with the role before is taken back; single grants stay. Raises Refused as
    `give` does, and for the last owner.
    """
    held, wanted = _refuse_unfit(actor, member), role_named(role)
    _check_times(None, until)
    if purpose and not wanted.outside:
        raise BadInput(
            "this role is of the team, and reads for every purpose", value=wanted.name,
            remedy="leave the purpose out",
        )  # fmt: skip
    if held.role == OWNER and not wanted.decides:
        members.refuse_last_owner(held)
    with work(actor, "give a role") as custody:
        Member.objects.filter(code=held.code).update(role=wanted.name)
        before = running(custody.at).filter(member=held.code).exclude(role="")
        _end(custody, list(before))
        use = (purpose, recipient)
        grant_role(custody, held.code, wanted.name, cases=cases, until=until, use=use)


def grant_role(
    custody: Work,
    member: str,
    role: str,
    *,
    cases: Iterable[str] = (),
    until: datetime | None = None,
    use: tuple[str, str] = ("", ""),
) -> None:
    """The rows of a role. Only inside a Work; owners need none."""
    wanted = ROLES[role]
    if wanted.decides or not wanted.grants:
        custody.enter(KIND, result=f"{member}: role {role}")
        return
    places = list(dict.fromkeys(cases)) or [EVERY_CASE]
    _write(custody, member, wanted.pairs(), places, role=role, until=until, use=use)


def revoke(actor: str, numbers: Iterable[int]) -> int:
    """Take grants back; how many. Owners any, the data-security officer break-glass only."""
    rows = list(running(datetime.now(UTC)).filter(pk__in=set(numbers)))
    if not rows:
        raise NotFound("no such grant is in force", remedy="see `amparo member grants`")
    if not all(row.broken for row in rows) or not current().watches:
        members.refuse_unless_owner(actor)
    with work(actor, "take a grant back") as custody:
        _end(custody, rows)
    return len(rows)


def break_glass(actor: str, case: str, compartment: str, *, hours: int, why: str) -> datetime:
    """See a compartment of a case for some hours; until when. Told to those who watch.

    Raises BadInput without a reason, Refused for roles that may not. Whether the case exists
    is not told here.
    """
    reason = why.strip()
    role = ROLES.get(current().role)
    if role is None or not role.may_break or role.decides or current().member != actor:
        raise Refused("this member cannot break the glass", remedy="ask an owner for a grant")
    if not 10 <= len(reason) <= MAX_WHY:
        raise BadInput("a reason in a sentence is needed", remedy="10 to 500 characters; no names")
    if not 1 <= hours <= MOST_HOURS:
        raise BadInput("so long is not possible", value=str(hours), remedy="1 to 24 hours")
    if not case:
        raise BadInput("break-glass opens one case", remedy="name the case")
    pairs = [(compartment_named(compartment), SEE)]
    with work(actor, "break the glass") as custody:
        until = custody.at + timedelta(hours=hours)
        _write(custody, actor, pairs, [case], until=until, why=reason, broken=True)
    return until


def list_grants(member: str = "") -> list[Held]:
    """All grants ever given, oldest first; of others only for those who watch."""
    asked = member or ("" if current().watches else current().member)
    if asked != current().member:
        refuse_unless_watching()
    rows = Grant.objects.select_related("revocation")
    return [_told(row) for row in (rows.filter(member=asked) if asked else rows)]


def notices() -> list[Notice]:
    """Break-glass that nobody acknowledged, for those who watch; to others nothing."""
    if not current().watches:
        return []
    seen = Acknowledgement.objects.values("entry")
    rows = Grant.objects.filter(broken=True).exclude(entry_sequence__in=seen)
    return [
        Notice(
            row.entry_sequence, row.member, row.case_code, row.compartment, _time(row.begins_at),
            _time(row.ends_at), row.why,
        )
        for row in rows
    ]  # fmt: skip


def acknowledge(actor: str, number: int) -> None:
    """Say that a notice was seen. Raises Refused for whoever broke the glass."""
    refuse_unless_watching()
    notice = next((one for one in notices() if one.number == number), None)
    if notice is None:
        raise NotFound("no such notice", remedy="see `amparo member notices`")
    if notice.member == actor:
        raise Refused("nobody acknowledges their own break-glass", remedy="another member must")
    with work(actor, "acknowledge break-glass") as custody:
        entry = custody.enter(KIND, result=f"break-glass of {notice.member} seen")
        Acknowledgement.objects.create(entry=number, at=custody.at, by=actor, entry_sequence=entry)


def settle_old_members(actor: str) -> None:
    """Leave members from before roles what they had: everything but decisions on members.

    docs/decisions/0006-members-from-before-roles.md
    """
    old = Member.objects.filter(left_at=None, role=MEMBER)
    lacking = [m.code for m in old if not Grant.objects.filter(member=m.code).exists()]
    if lacking:
        with work(actor, "bring members from before roles up to date") as custody:
            for code in lacking:
                grant_role(custody, code, MEMBER)


def check_grants() -> list[str]:
    """Grants that are not as the ledger says."""
    from amparo.custody.models import LedgerEntry

    faults = []
    groups: dict[int, list[Grant]] = {}
    for row in Grant.objects.all():
        groups.setdefault(row.entry_sequence, []).append(row)
    entries = dict(
        LedgerEntry.objects.filter(kind=KIND, sequence__in=groups).values_list("sequence", "body")
    )
    for sequence, rows in groups.items():
        told = json.loads(bytes(entries[sequence])).get("changes") if sequence in entries else ""
        if told != _digest(rows):
            faults.append(f"{rows[0].member}: a grant is not the one that was entered")
    return faults


def _refuse_unfit(actor: str, member: str) -> Member:
    members.refuse_unless_owner(actor)
    if member == actor:
        raise Refused("nobody grants themselves", value=member, remedy="ask another owner")
    return members.find_member(member)


def _check_times(begins: datetime | None, until: datetime | None) -> None:
    now = datetime.now(UTC)
    if until is not None and until <= max(begins or now, now):
        raise BadInput("the grant would end before it begins", remedy="name a later day")


def _write(
    custody: Work,
    member: str,
    pairs: Iterable[tuple[str, str]],
    cases: Iterable[str],
    *,
    role: str = "",
    begins: datetime | None = None,
    until: datetime | None = None,
    why: str = "",
    broken: bool = False,
    use: tuple[str, str] = ("", ""),
) -> None:
    listed = list(pairs)
    for case in cases:
        rows = [
            Grant(
                member=member, case_code=case, compartment=compartment, action=action, role=role,
                begins_at=begins or custody.at, ends_at=until, given_by=custody.actor, why=why,
                broken=broken, purpose=use[0], recipient=use[1],
            )
            for compartment, action in listed
        ]  # fmt: skip
        what = role or ", ".join(f"{action} {compartment}" for compartment, action in listed)
        how = "break-glass: " if broken else ""
        what += f" for {use[0]}" if use[0] else ""
        sequence = custody.enter(
            KIND, case=case, result=f"{how}{member}: {what}, {case or 'every case'}",
            changes=_digest(rows), purpose=why or custody.reason,
        )  # fmt: skip
        for row in rows:
            row.entry_sequence = sequence
        Grant.objects.bulk_create(rows)


def _end(custody: Work, rows: list[Grant]) -> None:
    for row in rows:
        sequence = custody.enter(
            KIND, case=row.case_code,
            result=f"{row.member}: {row.action} {row.compartment} taken back",
        )  # fmt: skip
        Revocation.objects.create(
            grant=row, at=custody.at, by=custody.actor, entry_sequence=sequence
        )


def _digest(rows: Iterable[Grant]) -> str:
    told = sorted(
        [r.member, r.case_code, r.compartment, r.action, r.role, _time(r.begins_at),
         _time(r.ends_at), r.given_by, r.why, r.broken, *_use_told(r)]
        for r in rows
    )  # fmt: skip
    return digest_bytes(json.dumps(told, ensure_ascii=False).encode())


def _use_told(row: Grant) -> list[str]:
    """The use, where there is one: grants from before there were any keep their digest."""
    return [row.purpose, row.recipient] if row.purpose else []


def _told(row: Grant) -> Held:
    ended = getattr(row, "revocation", None)
    return Held(
        row.pk, row.member, row.case_code, row.compartment, row.action, row.role,
        _time(row.begins_at), _time(row.ends_at), row.given_by, row.why, row.broken,
        _time(ended.at) if ended else "", row.purpose, row.recipient,
    )  # fmt: skip


def _time(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""
