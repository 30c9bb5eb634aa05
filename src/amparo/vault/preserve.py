"""Legal hold: while a case must be preserved, nothing of it is destroyed.

The state is the last entry of kind `hold` about the case, and nothing else.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from amparo.access.members import refuse_unless_owner
from amparo.custody.models import LedgerEntry
from amparo.custody.work import work
from amparo.errors import BadInput, Refused
from amparo.filled import filled
from amparo.vault.unlock import Vault

KIND = "hold"
MAX_WHY = 500
_PLACED, _LIFTED = "hold placed", "hold lifted"


@dataclass(frozen=True)
class Hold:
    """A case that is on hold: who placed it, when, why, in which entry."""

    case: str
    by: str
    at: str
    why: str
    entry: int

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return asdict(self)


def place_hold(vault: Vault, case: str, why: str) -> Hold:
    """Preserve a case from now on. Raises Refused unless an owner does, BadInput."""
    if (held := find_hold(case)) is not None:
        raise BadInput("this case is on hold", value=f"{case}: since entry {held.entry}")
    _enter(vault, case, why, _PLACED)
    made = find_hold(case)
    assert made is not None
    return made


def lift_hold(vault: Vault, case: str, why: str) -> None:
    """End the hold of a case. Raises Refused unless an owner does, BadInput."""
    if find_hold(case) is None:
        raise BadInput("this case is not on hold", value=case)
    _enter(vault, case, why, _LIFTED)


def find_hold(case: str) -> Hold | None:
    """The hold of a case, None when there is none."""
    row = LedgerEntry.objects.filter(kind=KIND, case_code=case).order_by("-sequence").first()
    if row is None:
        return None
    body = json.loads(bytes(row.body))
    if body["result"] != _PLACED:
        return None
    at = body["time"]["utc"][:19] + "Z"
    return Hold(case, body["actor"]["id"], at, body["purpose"], row.sequence)


def refuse_on_hold(case: str) -> None:
    """Raises Refused while the case must be preserved."""
    held = find_hold(case)
    if held is not None:
        raise Refused(
            "this case is on hold: nothing of it is destroyed",
            value=f"{case}: entry {held.entry} by {held.by}",
            remedy="an owner lifts the hold first",
        )


def _enter(vault: Vault, case: str, why: str, what: str) -> None:
    refuse_unless_owner(vault.member)
    reason = " ".join(why.split())
    if not 1 <= len(reason) <= MAX_WHY:
        raise BadInput(
            "say why",
            remedy=filled("1 to {most} characters for the ledger; name nobody", most=MAX_WHY),
        )
    with work(vault.member, reason) as custody:
        custody.enter(KIND, case=case, result=what)
