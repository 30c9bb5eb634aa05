"""The page that asks who in a case may leave for a use: how far, and why not."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from amparo.casefile.consent import NARROWED, PURPOSES, Use, use_of
from amparo.casefile.records import load_case
from amparo.casefile.release import Line, answers
from amparo.casefile.schema import RECIPIENT_CLASSES
from amparo.errors import AmparoError
from amparo.web.faults import status_of


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, case: str) -> HttpResponse:
    """Every person and source with the answer of their consent; POST asks for a use."""
    known = load_case(case)
    error: AmparoError | None = None
    lines: list[Line] | None = None
    if request.method == "POST":
        try:
            level = "named" if request.POST.get("named") else "coded"
            lines = answers(known, _use(request), level=level)
        except AmparoError as refused:
            error = refused
    facts = {
        "case": known, "lines": lines, "error": error, "said": request.POST,
        "purposes": [*PURPOSES, *(f"{name}:" for name in NARROWED)],
        "classes": RECIPIENT_CLASSES,
        "allowed": sum(1 for one in lines or () if one.answer.allowed),
    }  # fmt: skip
    return render(request, "leaving.html", facts, status=status_of(error) if error else 200)


def _use(request: HttpRequest) -> Use:
    """The use that the form names. Raises BadInput, also for none."""
    said = request.POST
    return use_of(
        said.get("purpose", "") or " - ", said.get("recipient", ""), datetime.now(UTC).date(),
        recipient_class=said.get("class", "")[:40], territory=said.get("territory", "").strip(),
        onward=bool(said.get("onward")),
    )  # fmt: skip
