"""The proof chart of a case, and the chains behind one proposition."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from amparo.casefile.claim_graph import weigh
from amparo.casefile.draw_chains import draw_chains, rows_of_chains
from amparo.casefile.explain_chains import explain, label_exposures
from amparo.casefile.proof_chart import chart_of
from amparo.casefile.records import CaseFile, load_case
from amparo.errors import NotFound
from amparo.web.cards import Card
from amparo.web.language import language


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


@require_GET
def show_chains(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """How many independent chains lead to a proposition: in words, drawn, and as a table."""
    known = load_case(case)
    row = known.get(code)
    if row is None or row.noun != "proposition":
        raise NotFound("no such proposition")
    graph, found = weigh(known, code)
    # For the team's own eyes nothing is left out for want of consent.
    warnings = tuple(one for one in found.warnings if one["code"] != "withdrawn")
    found = found._replace(warnings=warnings)

    def label(name: str) -> str:
        return _label(known, name, graph.label(name))

    facts = {
        "case": known,
        "row": Card.of(row),
        "found": found,
        "sentences": explain(found, language(), label_exposures(graph, label)),
        # The picture escapes every label itself.
        "picture": mark_safe(draw_chains(graph, found, language(), label)),  # noqa: S308
        "rows": rows_of_chains(found, label),
    }
    return render(request, "chains.html", facts)


def _label(known: CaseFile, name: str, given: str) -> str:
    """A node as people read it: the id, and for sources and items what they are."""
    row = known.get(name)
    if row is None or row.noun not in ("source", "item") or row.title == name:
        return given if row is None else name
    return f"{name} {row.title}"
