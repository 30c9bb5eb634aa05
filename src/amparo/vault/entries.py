"""Entries of the ledger as the acting member may see them. Rule: docs/spec/access.md.

Who watches sees all of them. Others see the entries of items and cases that they see; what
an entry says only where it is their own or nothing of the case is hidden from them. People
outside the team see that entries of their items are there, and no more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from amparo.access.roles import COMPARTMENTS
from amparo.access.scope import current
from amparo.custody.models import LedgerEntry
from amparo.errors import NotFound
from amparo.vault.models import Item

# The words of the index over digests: it leaves out deposits, of which there is one for each
# item, each at another place of the index. They are found by their number.
LATER = RawSQL("custody_ledgerentry.kind <> 'deposit'", (), output_field=BooleanField())
_AT_ONCE = 500
_TOLD = (
    "purpose", "result", "changes", "source", "to", "from", "alteration", "anomalies", "consent",
)  # fmt: skip


def list_entries() -> QuerySet[LedgerEntry]:
    """Visible entries, oldest first."""
    scope, rows = current(), LedgerEntry.objects.order_by("sequence")
    if scope.whole or scope.watches:
        return rows
    if not scope.member:
        return rows.none()
    cases, seen = scope.known_cases(), Q(item_digest__in=Item.objects.values("sha256"))
    if scope.outside:
        return rows.filter(seen)
    no_item = Q(item_digest="")
    within = ~Q(case_code="") if cases is None else Q(case_code__in=cases)
    return rows.filter((seen & (within | Q(case_code=""))) | (no_item & within))


def about(rows: QuerySet[LedgerEntry], digests: Sequence[str]) -> QuerySet[LedgerEntry]:
    """Those of these entries that are about the items of these digests (SHA-256, hex)."""
    found: list[int] = []
    for at in range(0, len(digests), _AT_ONCE):
        some = digests[at : at + _AT_ONCE]
        later = LedgerEntry.objects.filter(LATER, item_digest__in=some)
        found += [*_deposits(some), *later.values_list("sequence", flat=True)]
    return rows.filter(sequence__in=found)


def _deposits(digests: Sequence[str]) -> list[int]:
    """Numbers of the entries by which the items of these digests came in.

    An item names the entry of its last reading; each reading's entry names that before.
    """
    found: list[int] = []
    asked = list(Item.every.filter(sha256__in=digests).values_list("entry_sequence", flat=True))
    while asked:
        rows = LedgerEntry.objects.filter(sequence__in=asked)
        entries = list(rows.values_list("sequence", "kind", "body"))
        found += [sequence for sequence, kind, _ in entries if kind == "deposit"]
        later = [(n, json.loads(bytes(body))) for n, kind, body in entries if kind != "deposit"]
        # Backwards only: a record that was tampered with must not send it round and round.
        asked = [one["corrects"] for n, one in later if one.get("corrects", n) < n]
    return found


def tell(row: LedgerEntry) -> dict[str, Any]:
    """The entry's fields, without those that would tell of what is hidden."""
    body: dict[str, Any] = json.loads(bytes(row.body))
    scope = current()
    if scope.whole or scope.watches or body["actor"]["id"] == scope.member:
        return body
    if scope.outside:
        return _bare(body)
    if row.case_code and scope.sees_all(row.case_code, COMPARTMENTS):
        return body
    if not row.case_code and row.kind != "grant":
        return body
    return _bare(body)


def _bare(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in _TOLD}


def list_whole_entries(sequence: int | None = None) -> QuerySet[LedgerEntry]:
    """Visible entries of which nothing is left out: those whose exact bytes may be shown.

    With a number only that one. Raises NotFound when it is not among them.
    """
    rows = list_entries()
    if sequence is not None:
        rows = rows.filter(sequence=sequence)
        if not rows.exists():
            raise NotFound("no such entry", value=str(sequence), remedy="see `amparo ledger show`")
    if current().whole or current().watches:
        return rows
    kept = [row.sequence for row in rows if len(tell(row)) == len(json.loads(bytes(row.body)))]
    if sequence is not None and not kept:
        raise NotFound("no such entry", value=str(sequence), remedy="see `amparo ledger show`")
    return rows.filter(sequence__in=kept)
