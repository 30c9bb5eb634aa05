"""The same facts as JSON, to be read only, behind the same lock and session as the pages.

Shapes are those of the commands' `--json`; errors are `{"error", "value", "remedy"}`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from amparo.casefile.claim_graph import weigh
from amparo.casefile.proof_chart import assess_case, chart
from amparo.casefile.records import CaseFile, counts, list_cases, load_case
from amparo.casefile.release import released
from amparo.errors import AmparoError, NotFound
from amparo.vault.facts import describe
from amparo.vault.models import Item
from amparo.vault.retrieve import describe_item, find_item, item_facts
from amparo.web.faults import status_of
from amparo.web.lock import held_vault
from amparo.web.uses import use_named

ON_PAGE = 500


def _as_json(answer: Callable[..., dict[str, Any]]) -> Callable[..., HttpResponse]:
    """A view that gives what `answer` gives; what is not there looks the same everywhere."""

    @require_GET
    @wraps(answer)
    def view(request: HttpRequest, **codes: Any) -> HttpResponse:
        try:
            return JsonResponse(answer(request, **codes), json_dumps_params={"ensure_ascii": False})
        except NotFound:
            told = NotFound("nothing is here").as_json()
            return JsonResponse(told, status=404)
        except AmparoError as error:
            return JsonResponse(error.as_json(), status=status_of(error))

    return view


@_as_json
def vault(request: HttpRequest) -> dict[str, Any]:
    """Counts and the state of the log."""
    return describe(held_vault())


@_as_json
def items(request: HttpRequest) -> dict[str, Any]:
    """Items in the order of receipt, 500 to a page."""
    page = Paginator(Item.objects.order_by("number"), ON_PAGE).get_page(request.GET.get("page"))
    return {
        "total": page.paginator.count,
        "page": page.number,
        "pages": page.paginator.num_pages,
        "items": [item_facts(item) for item in page],
    }


@_as_json
def item(request: HttpRequest, code: str) -> dict[str, Any]:
    """One item with parts, metadata, descent and ledger entries."""
    found = find_item(code)
    return {**item_facts(found), **describe_item(found)}


@_as_json
def cases(request: HttpRequest) -> dict[str, Any]:
    """The cases."""
    return {"cases": [{"code": c.code, "title": c.body.get("title", "")} for c in list_cases()]}


@_as_json
def case(request: HttpRequest, case: str) -> dict[str, Any]:
    """One case with its current records; for the use of a decision with `?use=CO1`."""
    known = _for_use(request, load_case(case))
    rows = known.rows.values()
    records = [{"id": r.code, "noun": r.noun, "version": r.version, **r.body} for r in rows]
    return {"case": known.body, "counts": counts(known), "records": records}


@_as_json
def proof_chart(request: HttpRequest, case: str) -> dict[str, Any]:
    """The proof chart; for the use of a decision with `?use=CO1`."""
    return chart(case, use=use_named(load_case(case), request.GET.get("use", ""))).as_dict()


@_as_json
def chains(request: HttpRequest, case: str, code: str) -> dict[str, Any]:
    """The independent chains for and against one proposition."""
    known = load_case(case)
    use = use_named(known, request.GET.get("use", ""))
    row = released(known, use).get(code)
    if row is None or row.noun != "proposition":
        raise NotFound("no such proposition")
    return weigh(known, code, use)[1].as_dict()


def _for_use(request: HttpRequest, known: CaseFile) -> CaseFile:
    return released(known, use_named(known, request.GET.get("use", "")))


@_as_json
def law(request: HttpRequest, case: str) -> dict[str, Any]:
    """The law's answers on the acts of a case."""
    return assess_case(case).as_dict("en")
