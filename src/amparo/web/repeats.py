"""Which items of a case repeat each other: proposed with the proof, decided by a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from amparo.casefile.propose import decide, propose
from amparo.casefile.records import load_case
from amparo.errors import AmparoError, BadInput
from amparo.web.cards import Card
from amparo.web.faults import status_of
from amparo.web.lock import acting_member


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, case: str) -> HttpResponse:
    """Proposals with their shared passages, and what was decided; POST decides one."""
    known = load_case(case)
    error: AmparoError | None = None
    if request.method == "POST":
        try:
            decision = request.POST.get("decision", "")
            if decision not in ("accepted", "refused"):
                raise BadInput("the form does not say what was decided")
            why = request.POST.get("why", "").strip()
            decide(acting_member(), case, request.POST.get("pair", ""), decision, why=why)
            return HttpResponseRedirect(reverse("repeats", args=[case]))
        except AmparoError as refused:
            error = refused
    facts = {
        "case": known, "error": error, "proposals": propose(known),
        "decided": [Card.of(row) for row in known.all("derivation")],
        "titles": {row.code: row["title"] or row["file"] for row in known.all("item")},
    }  # fmt: skip
    return render(request, "repeats.html", facts, status=status_of(error) if error else 200)
