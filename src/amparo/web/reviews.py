"""Review of one record: its state, who may take the next step, and the step."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from amparo.casefile.records import load_case, versions
from amparo.casefile.review import author_of, move, reviewer_of, status_of_word, steps_for
from amparo.errors import AmparoError, BadInput
from amparo.web.cards import Card
from amparo.web.faults import status_of
from amparo.web.lock import acting_member
from amparo.web.records import row_of

LABELS = {
    "review": "Take into review",
    "final": "Finalise",
    "revisit": "Send back to revisit",
    "draft": "Give back as a draft",
}


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """The state of a record and the steps open to this member; POST takes one."""
    known = load_case(case)
    row = row_of(known, code)
    error: AmparoError | None = None
    if request.method == "POST":
        try:
            to = status_of_word(request.POST.get("to", ""))
            move(acting_member(), case, code, to, seen_version=_seen(request))
            return HttpResponseRedirect(reverse("record", args=[case, code]))
        except AmparoError as refused:
            error = refused
    listed = versions(case, code)
    facts = {
        "case": known, "row": Card.of(row), "error": error,
        "author": author_of(listed), "reviewer": reviewer_of(listed),
        "steps": [(word, LABELS[word]) for word in steps_for(acting_member(), listed)],
    }  # fmt: skip
    return render(request, "review.html", facts, status=status_of(error) if error else 200)


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    if not text.isdigit():
        raise BadInput("the form does not say which version it was made from")
    return int(text)
