"""Pictures of a case: for the team or for a use that consent covers, drawn and as a table."""

from __future__ import annotations

from importlib.resources import as_file, files

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST

from amparo.casefile.consent import Use
from amparo.casefile.draw import PICTURES, draw, enter_export
from amparo.casefile.draw_chart import write_csv
from amparo.casefile.picture import Picture
from amparo.casefile.rasterise import rasterise
from amparo.casefile.records import CaseFile, load_case
from amparo.errors import BadInput, NotFound
from amparo.web.language import tongue
from amparo.web.lock import acting_member
from amparo.web.uses import read_use, uses_of

FORMS = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv"}


def _case_of(case: str, what: str) -> CaseFile:
    if what not in PICTURES:
        raise NotFound("no such picture")
    return load_case(case)


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, case: str, what: str) -> HttpResponse:
    """One picture and the same as a table; POST draws it for a use."""
    known = _case_of(case, what)
    use = read_use(request, known)
    made = draw(known, what, use, tongue=tongue())
    facts = {
        "case": known, "what": what, "names": list(PICTURES), "made": made,
        # The picture escapes every word itself.
        "picture": mark_safe(made.svg),  # noqa: S308
        **facts_of_uses(known, use),
    }  # fmt: skip
    return render(request, "pictures_show.html", facts)


def facts_of_uses(known: CaseFile, use: Use) -> dict[str, object]:
    """For the part of a page that asks for whom a picture is: the uses, and the forms."""
    return {
        "uses": [
            (n, purpose, to, (purpose, to) == (use.purpose, use.recipient))
            for n, (purpose, to) in enumerate(uses_of(known))
        ],
        "forms": list(FORMS),
    }


@require_POST
def take(request: HttpRequest, case: str, what: str) -> HttpResponse:
    """The picture as a file, after an entry in the ledger says for which use."""
    known = _case_of(case, what)
    use = read_use(request, known)
    return hand_over(request, known, what, draw(known, what, use, tongue=tongue()), use)


def hand_over(
    request: HttpRequest, known: CaseFile, what: str, made: Picture, use: Use
) -> HttpResponse:
    """A picture in the form that was asked for, entered in the ledger. Raises BadInput."""
    form = request.POST.get("form", "svg")
    if form not in FORMS:
        raise BadInput("a picture is not handed out in this form", remedy="svg, png or csv")
    data = _encode(made, form)
    enter_export(acting_member(), known.code, f"{what} as {form}", use, data)
    response = HttpResponse(data, content_type=FORMS[form])
    name = f"{known.code}-{what.replace(' of ', '-')}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _encode(made: Picture, form: str) -> bytes:
    if form == "csv":
        return write_csv(made.headings, list(made.rows))
    if form == "png":
        with as_file(files("amparo.filing").joinpath("fonts")) as fonts:
            return rasterise(made.svg, fonts)
    return made.svg.encode()
