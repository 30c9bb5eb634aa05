"""The page of outcomes: how every item was read, whether every container adds up, reading again."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from amparo.errors import AmparoError, BadInput
from amparo.intake.readers import BY_NAME
from amparo.intake.reread import ALL as OUTCOMES
from amparo.intake.reread import Reread, choose, reread
from amparo.vault.models import Item
from amparo.web.faults import status_of
from amparo.web.lock import acting_member, held_vault

ON_PAGE = 50
# A page must answer: what is left after this goes on with another press of the button.
SECONDS = 20.0
WISHES = ("outcome", "reader", "older_than", "item")


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Counts by reader and outcome, then each container with its reckoning."""
    return _page(request)


def _page(request: HttpRequest, error: AmparoError | None = None) -> HttpResponse:
    groups = Item.objects.order_by("outcome", "kind", "reader").values(
        "outcome", "detail", "kind", "reader", "reader_version"
    )
    containers = (
        Item.objects.filter(Q(expected__gt=0) | Q(derived__isnull=False))
        .annotate(held=Count("derived", distinct=True))
        .order_by("number")
    )
    uneven = Q(expected__lt=F("emitted") + F("failed")) | Q(expected__gt=F("emitted") + F("failed"))
    facts = {
        "groups": groups.annotate(items=Count("number")),
        "total": Item.objects.count(),
        "page": Paginator(containers, ON_PAGE).get_page(request.GET.get("page")),
        "sums": Item.objects.aggregate(
            expected=Sum("expected"), emitted=Sum("emitted"), failed=Sum("failed")
        ),
        "uneven": Item.objects.filter(uneven).count(),
    }
    facts |= {"all_outcomes": sorted(OUTCOMES), "readers": sorted(BY_NAME), "error": error}
    return render(request, "outcomes.html", facts, status=status_of(error) if error else 200)


@require_http_methods(["GET", "POST"])
def read_again(request: HttpRequest) -> HttpResponse:
    """POST reads again what the form names, as far as its time goes; GET shows what came of it."""
    if request.method == "GET":
        told = request.session.get("reread")
        if not told:
            return HttpResponseRedirect(reverse("items-outcomes"))
        return render(request, "reread.html", told)
    wish = {n: request.POST.get(n, "").strip() for n in WISHES}
    password = request.POST.get("password", "")
    after = request.POST.get("after", "0")
    try:
        if not any(wish.values()):
            raise BadInput("nothing is named", remedy="choose an outcome, a reader or a version")
        chosen = choose(**wish)
    except AmparoError as error:
        return _page(request, error)
    number = int(after) if after.isdecimal() else 0
    waiting = [item for item in chosen if item.number > number]
    request.session["reread"] = {"wish": wish, **_read(waiting, (password,) if password else ())}
    return HttpResponseRedirect(reverse("items-reread"))


def _read(waiting: list[Item], passwords: tuple[str, ...]) -> dict[str, Any]:
    until = time.monotonic() + SECONDS
    rows: list[dict[str, Any]] = []
    for one in reread(held_vault(), acting_member(), waiting, passwords=passwords):
        rows.append(_row(one))
        if time.monotonic() > until:
            break
    left = len(waiting) - len(rows)
    return {
        "rows": rows, "left": left, "again": bool(passwords and left),
        "after": waiting[len(rows) - 1].number if rows else 0,
        "states": dict(Counter(row["state"] for row in rows)),
    }  # fmt: skip


def _row(one: Reread) -> dict[str, Any]:
    return {
        "code": one.item.code, "name": one.item.file_name, "before": one.before,
        "after": one.after, "detail": one.still_locked or one.item.detail, "state": one.state,
        "added": len(one.added), "inside": len(one.inside),
    }  # fmt: skip
