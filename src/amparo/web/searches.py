"""Search pages. A search term never stands in an address: it is sent by POST and kept in
the session, which lives in this process's memory; the address carries only its number."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.casefile.marks import Snippet, cut_snippet
from amparo.casefile.saved import ask_again, forget_search, list_searches, save_search
from amparo.casefile.search import Hit, count_facets, search
from amparo.errors import AmparoError, NotFound
from amparo.vault.models import Part
from amparo.web.faults import status_of
from amparo.web.lock import acting_member

ON_PAGE = 20
MAX_QUERY = 1_000
KEPT = 30
MOST_VALUES = 12
MOST_NEW = 200


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form; POST remembers what was asked and leads to its results."""
    if request.method == "GET":
        return render(request, "search.html", {"saved": list_searches()})
    query = request.POST.get("query", "").strip()[:MAX_QUERY]
    if not query:
        return HttpResponseRedirect(reverse("search"))
    asked: dict[str, str] = request.session.get("asked", {})
    number = max(map(int, asked), default=0) + 1
    asked = dict([*asked.items(), (str(number), query)][-KEPT:])
    request.session["asked"] = asked
    return HttpResponseRedirect(reverse("search-results", args=[number]))


@require_GET
def show(request: HttpRequest, number: int) -> HttpResponse:
    """The passages found, with the words marked and the place of each."""
    query = request.session.get("asked", {}).get(str(number))
    if query is None:
        raise NotFound("no such search in this session")
    page_number = request.GET.get("page", "1")
    skip = (max(1, int(page_number)) - 1) * ON_PAGE if page_number.isdigit() else 0
    try:
        found = search(query, limit=ON_PAGE, skip=skip)
    except AmparoError as error:
        facts = {"query": query, "error": error}
        return render(request, "search.html", facts, status=status_of(error))
    page = Paginator(range(found.total), ON_PAGE).get_page(page_number)
    facts = {
        "query": query, "found": found, "page": page, "first": skip + 1,
        "facets": [
            (name, list(counts.items())[:MOST_VALUES])
            for name, counts in count_facets(query).items()
            if len(counts) > 1
        ],
        "hits": [_show(hit) for hit in found.hits],
    }  # fmt: skip
    return render(request, "search.html", facts)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep a search in the encrypted record."""
    save_search(acting_member(), request.POST.get("query", "").strip()[:MAX_QUERY])
    return HttpResponseRedirect(reverse("search"))


@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """What came in since a search kept was last asked; then that counts as seen."""
    query, found = ask_again(acting_member(), number, limit=MOST_NEW)
    facts = {
        "query": query, "found": found, "first": 1, "is_new": True,
        "hits": [_show(hit) for hit in found.hits],
    }  # fmt: skip
    return render(request, "search.html", facts)


@require_POST
def forget(request: HttpRequest, number: int) -> HttpResponse:
    """Forget a search kept."""
    forget_search(acting_member(), number)
    return HttpResponseRedirect(reverse("search"))


@dataclass(frozen=True)
class Shown:
    """A hit as the page shows it: whole sentences around the words, and where they stand."""

    hit: Hit
    snippet: Snippet
    position: int
    first: int


def _show(hit: Hit) -> Shown:
    part = Part.objects.only("position").get(item__sha256=hit.sha256, name=hit.part)
    first = hit.start + (hit.spans[0][0] if hit.spans else 0)
    return Shown(hit, cut_snippet(hit.text, hit.spans), part.position, first)
