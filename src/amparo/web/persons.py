"""The page that looks a sealed name up. A name never stands in an address, and what was
looked up is kept nowhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from amparo.casefile.blind import find_persons
from amparo.errors import AmparoError
from amparo.web.faults import status_of
from amparo.web.lock import held_vault

MAX_NAME = 300


@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Codes of persons whose sealed name may be the one asked for."""
    facts: dict[str, object] = {}
    error: AmparoError | None = None
    if request.method == "POST":
        facts["name"] = request.POST.get("name", "")[:MAX_NAME]
        try:
            facts["found"] = find_persons(held_vault(), str(facts["name"]))
            facts["asked"] = True
        except AmparoError as refused:
            error = facts["error"] = refused
    return render(request, "person_find.html", facts, status=status_of(error) if error else 200)
