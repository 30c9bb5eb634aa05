"""Erase a person by four eyes: one member asks with a reason, another destroys or refuses.

Who asked, when and why is read from the ledger's entries (kind `dispose`), never from a row
that could say something else of itself. Where nobody else may decide, the one who asked may
do it alone, a day later.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from amparo.access.grants import scope_of
from amparo.access.members import list_members
from amparo.access.roles import CHANGE, IDENTITY
from amparo.access.scope import current, refuse_unless
from amparo.custody.models import LedgerEntry
from amparo.custody.work import work
from amparo.errors import BadInput, NotFound, Refused
from amparo.filled import filled
from amparo.vault.identity import Also, erase_identity, list_identities
from amparo.vault.preserve import refuse_on_hold
from amparo.vault.unlock import Vault

KIND = "dispose"
MAX_WHY = 500
# Long enough to sleep over it, or to reach somebody, when nobody else can decide.
ALONE_AFTER = timedelta(hours=24)
_ASKED = re.compile(r"erasure of (\S+) asked")
_ENDED = re.compile(
    r"(?:erasure of (\S+) (?:refused|taken back)|key and identity of (\S+) destroyed).*"
)


@dataclass(frozen=True)
class Erasure:
    """What one member asked: to destroy the identity of a person. `entry` is its number."""

    case: str
    person: str
    by: str
    at: datetime
    why: str
    entry: int

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return {**asdict(self), "at": self.at.isoformat(timespec="seconds")}


def ask_erasure(vault: Vault, case: str, person: str, why: str) -> Erasure:
    """Ask that a person be erased. Raises NotFound, BadInput, Refused."""
    _refuse_unfit(case, person)
    if (waiting := find_erasure(case, person)) is not None:
        raise Refused(
            "this was asked already",
            value=f"{person}: by {waiting.by} in entry {waiting.entry}",
            remedy="another member destroys it or refuses; who asked can take it back",
        )
    reason = " ".join(why.split())
    if not 1 <= len(reason) <= MAX_WHY:
        raise BadInput(
            "say why",
            remedy=filled("1 to {most} characters for the ledger; name nobody", most=MAX_WHY),
        )
    with work(vault.member, reason) as custody:
        custody.enter(KIND, case=case, result=f"erasure of {person} asked")
    return _waiting(case, person)


def carry_out_erasure(vault: Vault, case: str, person: str, also: Also | None = None) -> None:
    """Destroy what another member asked to destroy. It cannot be undone.

    `also` is as in `erase_identity`; members come here by `casefile.forget.erase_person`.

    Raises NotFound, Refused: for the one who asked while somebody else could decide, or until
    a day has passed; for a case on hold.
    """
    _refuse_unfit(case, person)
    asked = _waiting(case, person)
    if asked.by == vault.member:
        _refuse_too_soon(asked)
    erase_identity(vault, case, person, reason=asked.why, asked=asked.entry, also=also)


def refuse_erasure(vault: Vault, case: str, person: str, why: str = "") -> str:
    """Refuse what another member asked, or take back what one asked oneself; which it was."""
    _refuse_unfit(case, person, held=True)
    asked = _waiting(case, person)
    how = "taken back" if asked.by == vault.member else "refused"
    with work(vault.member, " ".join(why.split())[:MAX_WHY] or "decide on an erasure") as custody:
        custody.enter(KIND, case=case, result=f"erasure of {person} {how}")
    return how


def find_erasure(case: str, person: str) -> Erasure | None:
    """What was asked about a person and is not decided."""
    return next((one for one in list_erasures(case) if one.person == person), None)


def list_erasures(case: str = "") -> list[Erasure]:
    """What was asked and is not decided, of the persons that the acting member may erase."""
    rows = LedgerEntry.objects.filter(kind=KIND).order_by("sequence")
    asked: dict[tuple[str, str], Erasure] = {}
    for row in rows.filter(case_code=case) if case else rows:
        body = json.loads(bytes(row.body))
        told = body.get("result", "")
        if found := _ASKED.fullmatch(told):
            key = (row.case_code, found[1])
            at = datetime.fromisoformat(body["time"]["utc"])
            why, by = body["purpose"], body["actor"]["id"]
            asked[key] = Erasure(*key, by=by, at=at, why=why, entry=row.sequence)
        elif ended := _ENDED.fullmatch(told):
            asked.pop((row.case_code, ended[1] or ended[2]), None)
    held = {(one.case_code, one.person_code) for one in list_identities(case) if not one.erased_at}
    return [
        one
        for key, one in asked.items()
        if key in held and current().may(CHANGE, IDENTITY, one.case)
    ]


def deciders(asked: Erasure) -> list[str]:
    """Codes of the members, but the one who asked, who may decide."""
    return [
        one.code
        for one in list_members()
        if one.left_at is None
        and one.code != asked.by
        and scope_of(one.code).may(CHANGE, IDENTITY, asked.case)
    ]


def alone_from(asked: Erasure) -> datetime | None:
    """When the one who asked may do it alone; None while somebody else can decide."""
    return None if deciders(asked) else asked.at + ALONE_AFTER


def _refuse_too_soon(asked: Erasure) -> None:
    others, value = deciders(asked), f"{asked.person}: asked in entry {asked.entry}"
    if others:
        raise Refused(
            "nobody decides on their own request",
            value=value,
            remedy=filled("another member must: {names}", names=", ".join(others)),
        )
    if _now() < asked.at + ALONE_AFTER:
        raise Refused(
            "nobody else may decide, so a day must pass first",
            value=value,
            remedy=filled(
                "repeat this after {moment} UTC", moment=f"{asked.at + ALONE_AFTER:%Y-%m-%d %H:%M}"
            ),
        )


def _refuse_unfit(case: str, person: str, *, held: bool = False) -> None:
    """Raises NotFound, Refused unless there is something to erase that this member may."""
    rows = {row.person_code: row for row in list_identities(case)}
    if person not in rows or rows[person].erased_at:
        raise NotFound("no identity is sealed under this code", value=person)
    refuse_unless(CHANGE, IDENTITY, case)
    if not held:
        refuse_on_hold(case)


def _waiting(case: str, person: str) -> Erasure:
    found = find_erasure(case, person)
    if found is None:
        raise NotFound(
            "nobody asked to erase this person",
            value=person,
            remedy="one member asks with a reason, another decides",
        )
    return found


def _now() -> datetime:
    return datetime.now(UTC)
