"""The proof chart of a case, and the chains behind one proposition."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.casefile.draw import CHAINS, name_of
from amparo.casefile.draw_claim import draw_claim
from amparo.casefile.proof_chart import chart_of
from amparo.casefile.records import load_case
from amparo.web.cards import Card
from amparo.web.language import language, tongue
from amparo.web.pictures import facts_of_uses, hand_over
from amparo.web.uses import read_use


@require_GET
def show_chart(request: HttpRequest, case: str) -> HttpResponse:
    """Crime by element by what bears on it, for and against, with what is missing."""
    known = load_case(case)
    made = chart_of(known, lang=language())
    states = [e.state for c in made.crimes for e in c.elements] + [e.state for e in made.context]
    facts = {
        "case": known,
        "chart": made,
        "tally": {state: states.count(state) for state in ("supported", "asserted", "missing")},
        "items": {row.code: row.title for row in known.all("item")},
    }
    return render(request, "chart.html", facts)


@require_http_methods(["GET", "POST"])
def show_chains(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """How many independent chains lead to a proposition, in words, drawn, and as a table; POST
    draws them for a use."""
    known = load_case(case)
    use = read_use(request, known)
    made = draw_claim(known, code, use, tongue())
    facts = {
        "case": known,
        "row": Card.of(known.rows[code]),
        "made": made,
        # The picture escapes every label itself.
        "picture": mark_safe(made.svg),  # noqa: S308
        **facts_of_uses(known, use),
    }
    return render(request, "chains.html", facts)


@require_POST
def take_chains(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """The chains as a file, after an entry in the ledger says for which use."""
    known = load_case(case)
    use = read_use(request, known)
    made = draw_claim(known, code, use, tongue())
    return hand_over(request, known, name_of(CHAINS, code), made, use)
