"""The members of a vault: people of the team, under codes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from amparo.access.models import Member
from amparo.access.roles import OWNER, role_named
from amparo.access.scope import current
from amparo.custody.work import Work, work
from amparo.errors import BadInput, NotFound, Refused

_CODE = re.compile(r"M-[1-9]\d{0,5}")


def add_first_member(code: str) -> Member:
    """The member who made the vault, with every grant."""
    with work(code, "make vault") as custody:
        member = Member.objects.create(code=code, role=OWNER, joined_at=custody.at)
        custody.enter("grant", result=f"first member: {OWNER}")
    return member


def list_members() -> list[Member]:
    """Members, those who left too, in the order they joined; to people outside only themselves."""
    rows = Member.objects.order_by("joined_at", "code")
    return list(rows.filter(code=current().member) if current().outside else rows)


def first_owner() -> str:
    """Code of the owner who has been there longest: recovery words act as this member."""
    owner = Member.objects.filter(role=OWNER, left_at=None).order_by("joined_at", "code").first()
    return owner.code if owner else "M-1"


def next_code() -> str:
    """The code of the next member; codes of those who left are never given again."""
    taken = (int(code[2:]) for code in Member.objects.values_list("code", flat=True))
    return f"M-{max(taken, default=0) + 1}"


def refuse_unless_owner(code: str) -> None:
    """Raises Refused unless the member may decide who else opens the vault."""
    if not Member.objects.filter(code=code, role=OWNER, left_at=None).exists():
        raise Refused(
            "only an owner of the vault may do this", value=code, remedy="ask one of the owners"
        )


def find_member(code: str) -> Member:
    """A member who has not left. Raises NotFound, BadInput."""
    if not _CODE.fullmatch(code):
        raise BadInput("this is no member's code", value=code[:16], remedy="codes read M-2")
    member = Member.objects.filter(code=code, left_at=None).first()
    if member is None:
        raise NotFound("no such member", value=code, remedy="see `amparo member list`")
    return member


def join(custody: Work, code: str, role: str, cases: Iterable[str] = ()) -> None:
    """Write down that a member joined, with the grants of the role, for these cases or for all.

    Only inside a Work. Raises BadInput for a role that does not exist.
    """
    from amparo.access.grants import grant_role

    wanted = role_named(role)
    Member.objects.create(code=code, role=wanted.name, joined_at=custody.at)
    custody.enter("grant", result=f"member {code} joined: {wanted.name}")
    grant_role(custody, code, wanted.name, cases=cases)


def refuse_last_owner(member: Member) -> None:
    """Raises Refused when the member is the only owner left."""
    others = Member.objects.filter(role=OWNER, left_at=None).exclude(code=member.code)
    if not others.exists():
        raise Refused(
            "the last owner cannot be removed", value=member.code, remedy="add another owner first"
        )


def leave(custody: Work, member: Member) -> None:
    """Write down that a member left. Raises Refused for the last owner. Only inside a Work."""
    if member.role == OWNER:
        refuse_last_owner(member)
    member.left_at = custody.at
    member.save(update_fields=["left_at"])
    custody.enter("grant", result=f"member {member.code} left")
