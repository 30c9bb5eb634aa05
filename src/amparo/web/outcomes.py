"""The page of outcomes: how every item was read, and whether every container adds up."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count, F, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amparo.vault.models import Item

ON_PAGE = 50


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Counts by reader and outcome, then each container with its reckoning."""
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
    return render(request, "outcomes.html", facts)
