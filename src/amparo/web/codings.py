"""Pages of blind double coding: the sheet of one record, and how far coders agree."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from amparo.casefile.coding import SHEETS, code_record, list_subjects, measure, subject_of
from amparo.casefile.records import load_case
from amparo.errors import AmparoError
from amparo.web.cards import Card
from amparo.web.faults import status_of
from amparo.web.forms import in_order, make_sheet_inputs
from amparo.web.lock import acting_member


@require_GET
def show_list(request: HttpRequest, case: str) -> HttpResponse:
    """Records that are being coded, what could be coded, and the agreement so far."""
    known, member = load_case(case), acting_member()
    begun = list_subjects(member, case)
    codes = {one.row.code for one in begun}
    rest = [row for row in known.rows.values() if row.noun in SHEETS and row.code not in codes]
    facts = {
        "case": known, "begun": [(Card.of(one.row), one) for one in begun],
        "rest": [Card.of(row) for row in in_order(rest)], "measured": measure(member, case),
    }  # fmt: skip
    return render(request, "codings.html", facts)


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """The member's own sheet of one record; what the record itself says of it is not shown."""
    known, member = load_case(case), acting_member()
    error: AmparoError | None = None
    posted: dict[str, object] | None = None
    if request.method == "POST":
        posted = {name: text for name, text in request.POST.items() if name not in _NOT_VALUES}
        try:
            code_record(member, case, code, posted, final="final" in request.POST)
            return HttpResponseRedirect(reverse("coding", args=[case, code]))
        except AmparoError as refused:
            error = refused
    subject = subject_of(member, case, code)
    own = dict(subject.own.values) if subject.own else {}
    sheets = [*([subject.own] if subject.own else []), *subject.others]
    item = known.get(str(subject.row["item"] or ""))
    facts = {
        "case": known, "subject": subject, "row": Card.of(subject.row), "error": error,
        "item": item.title if item else "",
        "inputs": make_sheet_inputs(subject.row.noun, subject.variables,
                                    posted if posted is not None else own),
        "sheets": sheets,
        "lines": [(f, [sheet.values.get(f.name, "") for sheet in sheets])
                  for f in subject.variables],
    }  # fmt: skip
    return render(request, "coding.html", facts, status=status_of(error) if error else 200)


_NOT_VALUES = ("csrfmiddlewaretoken", "final", "save")
