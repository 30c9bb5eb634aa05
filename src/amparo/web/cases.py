"""Pages of cases: list, open, one case, its file in and out."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.access.scope import current
from amparo.casefile.case_file import export_case
from amparo.casefile.draw import CASE_FILE, enter_export
from amparo.casefile.records import SUMMARY, CaseFile, find_case, list_cases, load_case
from amparo.casefile.revise import create_case
from amparo.casefile.schema import BY_NAME, CASE_FIELDS, NOUNS, Noun
from amparo.casefile.unfinished import list_unfinished
from amparo.errors import AmparoError
from amparo.vault.preserve import find_hold, lift_hold, place_hold
from amparo.web.case_upload import import_upload
from amparo.web.faults import status_of
from amparo.web.forms import make_plain_inputs, read_plain
from amparo.web.lock import acting_member, held_vault
from amparo.web.uses import read_use, uses_of


@dataclass(frozen=True)
class Shelf:
    """One noun of a case with how many records it has."""

    noun: Noun
    count: int


def shelves(known: CaseFile) -> list[Shelf]:
    """Every noun with its number of current records."""
    return [Shelf(noun, len(known.all(noun.name))) for noun in NOUNS]


@require_http_methods(["GET", "POST"])
def show_list(request: HttpRequest) -> HttpResponse:
    """The cases; POST opens one."""
    error: AmparoError | None = None
    raw: dict[str, object] = {"language": "en"}
    if request.method == "POST":
        raw = read_plain(CASE_FIELDS, request.POST)
        try:
            made = create_case(acting_member(), raw)
            return HttpResponseRedirect(reverse("case", args=[made.code]))
        except AmparoError as refused:
            error = refused
    facts = {
        "cases": [(case, load_case(case.code)) for case in list_cases()],
        "inputs": make_plain_inputs(CASE_FIELDS, raw),
        "error": error,
    }
    return render(request, "cases.html", facts, status=status_of(error) if error else 200)


def own_words_of(known: CaseFile) -> str:
    """Where the case's own words are changed: the newest record of them, or a new one."""
    said = known.all(SUMMARY)
    if said:
        return reverse("record-change", args=[known.code, said[-1].code])
    return reverse("record-add", args=[known.code, BY_NAME[SUMMARY].plural])


@require_GET
def show(request: HttpRequest, case: str) -> HttpResponse:
    """One case: what it is about, its records by noun, where to go on."""
    known = load_case(case)
    facts = {
        "case": known, "shelves": shelves(known), "fields": CASE_FIELDS,
        "on_hold": find_hold(case), "decides": current().whole,
        "uses": list(enumerate(uses_of(known))), "own_words": own_words_of(known),
        "unfinished": list_unfinished(case),
    }  # fmt: skip
    return render(request, "case.html", facts)


@require_POST
def hold(request: HttpRequest, case: str) -> HttpResponse:
    """Preserve the case from now on, or lift that again."""
    find_case(case)
    change = lift_hold if request.POST.get("do") == "lift" else place_hold
    change(held_vault(), case, request.POST.get("why", ""))
    return HttpResponseRedirect(reverse("case", args=[case]))


@require_POST
def import_file(request: HttpRequest) -> HttpResponse:
    """Add everything a case file says, all or nothing."""
    code = import_upload(
        acting_member(), request.FILES.get("file"), request.FILES.get("overlay"),
        with_review=bool(request.POST.get("with_review")),
    )  # fmt: skip
    return HttpResponseRedirect(reverse("case", args=[code]))


@require_POST
def export(request: HttpRequest, case: str) -> HttpResponse:
    """The case as a YAML file, after an entry in the ledger."""
    use = read_use(request, load_case(case))
    data = export_case(case, use).encode()
    enter_export(acting_member(), case, CASE_FILE, use, data)
    response = HttpResponse(data, content_type="application/yaml")
    response["Content-Disposition"] = f'attachment; filename="{case}.yaml"'
    return response
