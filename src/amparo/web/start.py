"""The start page: what is here and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from amparo.casefile.records import CaseFile, list_cases, load_case
from amparo.casefile.remind import limits_of
from amparo.casefile.tasks import list_mentions, list_tasks
from amparo.vault.entries import list_entries
from amparo.vault.erase import list_erasures
from amparo.vault.facts import describe
from amparo.web.language import language
from amparo.web.lock import acting_member, held_vault

LAST = 6


@dataclass(frozen=True)
class Step:
    """One thing to do, and whether something of it is there already."""

    title: str
    why: str
    link: str
    done: bool


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Counts, next steps, cases, last entries of the ledger."""
    facts = describe(held_vault())
    cases = [load_case(case.code) for case in list_cases()]
    unread = sum(n for name, n in facts["outcomes"].items() if name not in ("ok", "empty"))
    page = {
        "facts": facts,
        "unread": unread,
        "cases": [(case, _sizes(case)) for case in cases],
        "steps": _steps(facts["items"], cases),
        "tasks": list_tasks(member=acting_member())[:LAST],
        "mentions": list_mentions(acting_member())[:LAST],
        "erasures": list_erasures(),
        "limits": [line for case in cases for line in _limits(case.code)],
        "entries": list_entries().order_by("-sequence")[:LAST],
    }
    return render(request, "start.html", page)


def _limits(case: str) -> list[tuple[str, dict[str, object]]]:
    assessed, found = limits_of(case)
    if assessed is None:
        return []
    return [(case, one.as_dict(assessed.book, language())) for one in found[:LAST]]


def _sizes(case: CaseFile) -> list[tuple[str, int]]:
    shown = ("act", "person", "source", "statement", "proposition")
    return [(noun, len(case.all(noun))) for noun in shown]


def _steps(items: int, cases: list[CaseFile]) -> list[Step]:
    has_said = any(case.all("statement") for case in cases)
    first = cases[0].code if cases else ""
    return [
        Step("Take in evidence", "Every file is hashed, sealed and entered in the ledger.",
             reverse("item-add"), items > 0),
        Step("Open a case", "A case gathers the record of who did what to whom.",
             reverse("cases"), bool(cases)),
        Step("Record what the evidence says",
             "From a paragraph of an item make a statement: who says it, and how they know.",
             reverse("items"), has_said),
        Step("Look at the proof chart", "See what supports each element and what is missing.",
             reverse("chart", args=[first]) if first else "", False),
        Step("Build a filing", "The gate says what blocks it before anything is written.",
             reverse("filing", args=[first]) if first else "", False),
    ]  # fmt: skip
