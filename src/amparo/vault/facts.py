"""Facts about an open vault, for the command line and the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Sum

from amparo.access.scope import current
from amparo.custody.models import LedgerEntry, LogState
from amparo.vault.backup import last_backup
from amparo.vault.entries import list_entries
from amparo.vault.models import Item
from amparo.vault.unlock import Vault


def describe(vault: Vault) -> dict[str, Any]:
    """Counts and the state of the log; no names, no content. People outside the team are not
    told how much is done here, nor when."""
    outside = current().outside
    state = LogState.objects.first()
    totals = Item.objects.aggregate(items=Count("number"), size=Sum("size"))
    kinds = Item.objects.values_list("kind").annotate(n=Count("number")).order_by("kind")
    outcomes = Item.objects.values_list("outcome").annotate(n=Count("number")).order_by("outcome")
    return {
        "vault": vault.header.vault_id,
        "made": vault.header.created_at,
        "member": vault.member,
        "items": totals["items"],
        "bytes": totals["size"] or 0,
        "kinds": dict(kinds),
        "outcomes": dict(outcomes),
        "log": vault.header.origin,
        "log_key": vault.header.vkey,
        "post_quantum_key": vault.header.post_quantum,
        "entries": list_entries().count() if outside else LedgerEntry.objects.count(),
        "last_backup": None if outside else last_backup(),
        "last_change": state.at.isoformat() if state and not outside else None,
    }
