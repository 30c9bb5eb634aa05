"""Proposals while somebody types: records that may be the same, as a piece of a page.

What is typed comes by POST, so that no word of it stands in an address.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from amparo.casefile.gazetteer import find_places
from amparo.casefile.records import load_case
from amparo.casefile.same import find_same
from amparo.casefile.schema import BY_NAME

MOST_TEXT = 400


@require_POST
def propose(request: HttpRequest, case: str) -> HttpResponse:
    """Records of the nouns asked for (`nouns`, with commas) that `text` may mean.

    With `pick` the page offers to write the id of one into the field.
    """
    known = load_case(case)
    asked = request.POST.get("nouns", "").split(",")
    nouns = [noun for noun in asked if noun in BY_NAME]
    text = request.POST.get("text", "")[:MOST_TEXT]
    found = find_same(known, nouns, text)
    picks = request.POST.get("pick") == "yes"
    own = request.POST.get("own", "")
    listed = find_places(text) if nouns == ["place"] and not picks and not own else []
    facts = {
        "listed": listed,
        "case": known, "found": [one for one in found if one.code != own],
        "pick": picks,
    }  # fmt: skip
    return render(request, "_same.html", facts)
