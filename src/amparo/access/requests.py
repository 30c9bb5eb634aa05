"""Four eyes on what leaves: one member asks, another agrees or refuses. No self-approval.

An exit calls `refuse_alone`. Where another member could agree, the first call enters a
request and is refused; once another agreed, the same call by the same member goes through.
Where there is no such member it goes through at once, and the ledger entry of the export is
what is left. Rows are only added. Rule: docs/spec/access.md.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from amparo.access.models import Decision, Grant, Member, Request
from amparo.access.roles import EVERY_CASE, EXPORT, NARRATIVE, ROLES
from amparo.access.scope import current
from amparo.crypto.digest import digest_bytes
from amparo.custody.work import work
from amparo.errors import NotFound, Refused
from amparo.filled import filled

KIND = "grant"
HOLDS_FOR = timedelta(days=7)
MAX_WHAT = 250


@dataclass(frozen=True)
class Asked:
    """A request as people read it. `state` is open, agreed, refused or lapsed."""

    number: int
    case: str
    what: str
    asked_by: str
    at: str
    state: str
    by: str

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return asdict(self)


def refuse_alone(actor: str, case: str, what: str) -> str:
    """Who agreed, "" where nobody else could. Raises Refused until another member agreed."""
    if not _others(actor, case):
        return ""
    what = what[:MAX_WHAT]
    since = datetime.now(UTC) - HOLDS_FOR
    rows = Request.objects.filter(case_code=case, what=what, asked_by=actor, at__gt=since)
    row = rows.select_related("decision").last()
    said = getattr(row, "decision", None)
    if said is not None and said.agreed:
        return str(said.by)
    if said is not None:
        raise Refused(
            "another member refused this", value=f"request {said.request_id}, {said.by}",
            remedy="talk to them; it can be asked again after a week",
        )  # fmt: skip
    number = row.pk if row is not None else _ask(actor, case, what)
    raise Refused(
        "another member must agree to this first", value=f"request {number}",
        remedy=filled(
            "have it agreed (amparo member agree VAULT {number}, or the page Grants), then do the"
            " same again", number=number,
        ),
    )  # fmt: skip


def _ask(actor: str, case: str, what: str) -> int:
    with work(actor, "ask to hand out") as custody:
        row = Request(case_code=case, what=what, asked_by=actor, at=custody.at)
        row.entry_sequence = custody.enter(
            KIND, case=case, result=f"asked: {what}", changes=_digest_request(row)
        )
        row.save(force_insert=True)
    return int(row.pk)


def decide(actor: str, number: int, *, agree: bool) -> None:
    """Agree to what another member asked, or refuse it. Raises NotFound, Refused."""
    row = Request.objects.filter(pk=number).select_related("decision").first()
    if row is None or not (row.asked_by == actor or _may_agree(row.case_code)):
        raise NotFound("no such request", value=str(number), remedy="see `amparo member requests`")
    if row.asked_by == actor:
        raise Refused("nobody agrees to their own request", remedy="another member must")
    if _state(row) != "open":
        raise Refused("this request is not open any more", value=_state(row))
    with work(actor, "answer a request") as custody:
        said = Decision(request=row, agreed=agree, at=custody.at, by=actor)
        told = "agreed" if agree else "refused"
        said.entry_sequence = custody.enter(
            KIND, case=row.case_code, result=f"request {number} of {row.asked_by} {told}",
            changes=_digest_decision(said),
        )  # fmt: skip
        said.save(force_insert=True)


def list_requests() -> list[Asked]:
    """The acting member's own requests, and those to which they may answer; newest first."""
    own = current().member
    rows = Request.objects.select_related("decision").order_by("-id")
    return [_told(row) for row in rows if row.asked_by == own or _may_agree(row.case_code)]


def open_requests() -> int:
    """How many requests wait for the acting member's answer."""
    own = current().member
    return sum(1 for one in list_requests() if one.state == "open" and one.asked_by != own)


def check_requests() -> list[str]:
    """Requests and answers that are not as the ledger says."""
    from amparo.custody.entry import parse_entry
    from amparo.custody.models import LedgerEntry

    asked, said = Request.objects.all(), Decision.objects.select_related("request")
    made = [(row.entry_sequence, f"request {row.pk}", _digest_request(row)) for row in asked]
    made += [(row.entry_sequence, f"decision {row.pk}", _digest_decision(row)) for row in said]
    wanted = {sequence for sequence, _, _ in made}
    entries = LedgerEntry.objects.filter(kind=KIND, sequence__in=wanted)
    told = {e.sequence: parse_entry(bytes(e.body)).get("changes") for e in entries}
    return [
        f"{name} is not the one that was entered"
        for sequence, name, digest in made
        if told.get(sequence) != digest
    ]


def _others(actor: str, case: str) -> bool:
    """Whether any member but this one could agree."""
    for member in Member.objects.filter(left_at=None).exclude(code=actor):
        role = ROLES.get(member.role)
        if role is None or role.outside:
            continue
        if role.decides or _exports(member.code, case):
            return True
    return False


def _exports(member: str, case: str) -> bool:
    now = datetime.now(UTC)
    rows = Grant.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now), begins_at__lte=now, revocation=None, member=member,
        compartment=NARRATIVE, action=EXPORT, case_code__in={EVERY_CASE, case},
    )  # fmt: skip
    return rows.exists()


def _may_agree(case: str) -> bool:
    scope = current()
    return scope.whole or (not scope.outside and scope.may(EXPORT, NARRATIVE, case))


def _state(row: Request) -> str:
    said = getattr(row, "decision", None)
    if row.at < datetime.now(UTC) - HOLDS_FOR:
        return "lapsed"
    if said is None:
        return "open"
    return "agreed" if said.agreed else "refused"


def _told(row: Request) -> Asked:
    said = getattr(row, "decision", None)
    at = row.at.astimezone(UTC).isoformat(timespec="seconds")
    by = said.by if said else ""
    return Asked(row.pk, row.case_code, row.what, row.asked_by, at, _state(row), by)


def _digest_request(row: Request) -> str:
    return _digest("request", row.case_code, row.what, row.asked_by, row.at.isoformat())


def _digest_decision(said: Decision) -> str:
    row = said.request
    return _digest("answer", row.entry_sequence, said.agreed, said.by, said.at.isoformat())


def _digest(*told: object) -> str:
    return digest_bytes("\x00".join(map(str, told)).encode())
