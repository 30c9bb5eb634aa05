"""The members of a vault: people of the team, under codes."""

from __future__ import annotations

from amparo.access.models import Member
from amparo.custody.work import work

OWNER = "owner"


def add_first_member(code: str) -> Member:
    """The member who made the vault, with every grant."""
    with work(code, "make vault") as custody:
        member = Member.objects.create(code=code, role=OWNER, joined_at=custody.at)
        custody.enter("grant", result=f"first member: {OWNER}")
    return member


def list_members() -> list[Member]:
    """Members, in the order they joined."""
    return list(Member.objects.order_by("joined_at", "code"))
