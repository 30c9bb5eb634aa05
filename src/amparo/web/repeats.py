"""Which items of a case repeat each other: proposed with the proof, decided by a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from amparo.casefile.propose import decide, propose
from amparo.casefile.records import load_case
from amparo.errors import AmparoError, BadInput, NotFound
from amparo.filing.outline import look_at
from amparo.vault.retrieve import find_item
from amparo.web.cards import Card
from amparo.web.faults import status_of
from amparo.web.lock import acting_member, held_vault

SMALL = 400


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


@require_GET
def look(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """A small copy of a picture of the case, drawn in the locked-down child and kept nowhere."""
    row = load_case(case).get(code)
    if row is None or row.noun != "item" or not row["sha256"]:
        raise NotFound("no such item in this case", value=code)
    item = find_item(str(row["sha256"]))
    if item.kind != "image":
        raise NotFound("this item is no picture", value=code)
    data = look_at(held_vault(), item, 1, [], grid=False, widest=SMALL)
    return HttpResponse(data, content_type="image/png")
