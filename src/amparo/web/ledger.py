"""Pages of the ledger: what was done, by whom, when; and the signed head to give away."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amparo.access.scope import current
from amparo.custody.models import LedgerEntry, LogState
from amparo.errors import NotFound
from amparo.vault.entries import list_entries, tell
from amparo.vault.models import Item
from amparo.web.lock import held_vault

ON_PAGE = 50


@dataclass(frozen=True)
class Line:
    """One entry as a line of the list."""

    sequence: int
    at: datetime
    kind: str
    actor: str
    purpose: str
    result: str
    case: str
    item: str


def _lines(rows: list[LedgerEntry]) -> list[Line]:
    """Entries with their items' codes, in one query for all items."""
    digests = {row.item_digest for row in rows if row.item_digest}
    held = Item.objects.filter(sha256__in=digests).only("number", "sha256")
    codes = {item.sha256: item.code for item in held}
    lines = []
    for row in rows:
        body = tell(row)
        lines.append(
            Line(
                row.sequence, row.at, row.kind, body["actor"]["id"], body.get("purpose", ""),
                body.get("result", ""), row.case_code, codes.get(row.item_digest, ""),
            )
        )  # fmt: skip
    return lines


@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Entries, newest first, with the signed checkpoint."""
    page = Paginator(list_entries().order_by("-sequence"), ON_PAGE).get_page(
        request.GET.get("page")
    )
    facts = {
        "page": page,
        "lines": _lines(list(page.object_list)),
        "state": LogState.objects.first(),
        "vkey": held_vault().header.vkey,
    }
    return render(request, "ledger.html", facts)


@require_GET
def show(request: HttpRequest, sequence: int) -> HttpResponse:
    """One entry, as it was signed."""
    row = list_entries().filter(sequence=sequence).first()
    if row is None:
        raise NotFound("no such entry")
    body: dict[str, Any] = tell(row)
    facts = {
        "line": _lines([row])[0],
        "body": json.dumps(body, indent=2, ensure_ascii=False, sort_keys=True),
        "leaf": bytes(row.leaf_hash).hex(),
        "last": sequence if current().outside else LedgerEntry.objects.count() - 1,
    }
    return render(request, "ledger_entry.html", facts)
