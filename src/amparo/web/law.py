"""The law's answers on the acts of a case: a table of fora, and every reason behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amparo.casefile.law_facts import acts_not_assessed, book_of, facts_of
from amparo.casefile.records import CaseFile, load_case
from amparo.errors import AmparoError, NotFound
from amparo.filled import filled
from amparo.law.assess import assess
from amparo.law.book import Book, load
from amparo.law.findings import ARGUABLE, OPEN, RANK
from amparo.web.cards import Card
from amparo.web.language import language, say

UNIVERSAL = "uj-"
COURT = "icc"


@dataclass(frozen=True)
class ActLine:
    """One act with the best result for each forum, in the order of the columns."""

    act: Card
    results: tuple[str, ...]
    universal: tuple[tuple[str, int], ...]
    states: int


@dataclass(frozen=True)
class ForumAnswers:
    """All routes to one forum for one act, best first."""

    forum: str
    name: str
    result: str
    answers: tuple[dict[str, Any], ...]


def _name(book: Book, forum: str) -> str:
    known = book.fora.get(forum)
    if known:
        return str(known.get(language()) or known["en"])
    state = book.states.get(forum.removeprefix(UNIVERSAL))
    if not state:
        return forum
    name = state.name.get(language(), state.name["en"])
    return say(filled("Universal jurisdiction: {state}", state=name))


@require_GET
def show_case(request: HttpRequest, case: str) -> HttpResponse:
    """Acts by fora: open, arguable, unknown, closed."""
    known = load_case(case)
    book = book_of(known)
    facts: dict[str, Any] = {"case": known, "left_out": acts_not_assessed(known)}
    try:
        answered = assess(facts_of(known, book), book).as_dict(language())
    except AmparoError as error:
        return render(request, "law_case.html", {**facts, "error": error})
    summary = answered["summary"]
    fora = list(dict.fromkeys(
        one["forum"] for one in summary if not one["forum"].startswith(UNIVERSAL)
    ))  # fmt: skip
    facts |= {
        "book": answered["book"],
        "fora": [(forum, _name(book, forum)) for forum in fora],
        "lines": _lines(known, fora, summary),
        "as_of": answered["as_of"],
        "ways": _ways(answered["triggers"]),
        "questions": answered["questions"],
        "unverified": _count_unverified(answered["answers"]),
    }
    return render(request, "law_case.html", facts)


def _ways(triggers: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Each way to the Court with the acts it is open for."""
    acts: dict[str, list[str]] = {}
    for one in triggers:
        acts.setdefault(one["way"], []).append(one["act"])
    return list(acts.items())


def _count_unverified(answers: list[dict[str, Any]]) -> int:
    rows = {source for one in answers for source in one["sources"]}
    return sum("unverified" in source for source in rows)


def _lines(known: CaseFile, fora: list[str], summary: list[dict[str, str]]) -> list[ActLine]:
    by_act: dict[str, dict[str, str]] = {}
    for one in summary:
        by_act.setdefault(one["act"], {})[one["forum"]] = one["result"]
    lines = []
    for code, results in by_act.items():
        act = known.get(code)
        if act is None:
            continue
        others = [result for forum, result in results.items() if forum.startswith(UNIVERSAL)]
        counted = tuple((name, others.count(name)) for name in (OPEN, ARGUABLE) if name in others)
        best = tuple(results.get(forum, "") for forum in fora)
        lines.append(ActLine(Card.of(act), best, counted, len(others)))
    return lines


@require_GET
def show_act(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """Every answer on one act, with reasons, what is missing, sources and rule."""
    known = load_case(case)
    act = known.get(code)
    if act is None or act.noun != "act":
        raise NotFound("no such act")
    book = book_of(known)
    answered = assess(facts_of(known, book), book).as_dict(language())
    mine = [one for one in answered["answers"] if one["act"] == code]
    facts = {
        "case": known, "act": Card.of(act), "book": answered["book"], "fora": _by_forum(book, mine),
        "ways": [one["way"] for one in answered["triggers"] if one["act"] == code],
        "rules": {one["rule"]: _rule(book, one["rule"]) for one in mine},
    }  # fmt: skip
    return render(request, "law_act.html", facts)


def _rule(book: Book, rule: str) -> str:
    known = book.rules.get(rule)
    return str(known.get(language()) or known.get("en", "")) if known else ""


def _by_forum(book: Book, answers: list[dict[str, Any]]) -> list[ForumAnswers]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for one in answers:
        grouped.setdefault(one["forum"], []).append(one)
    found = []
    for forum, mine in grouped.items():
        mine.sort(key=lambda one: RANK.get(one["result"], 9))
        found.append(ForumAnswers(forum, _name(book, forum), mine[0]["result"], tuple(mine)))
    return sorted(found, key=_place)


def _place(answered: ForumAnswers) -> tuple[bool, bool, int]:
    """The Court first, then the bodies by result, then the courts of States."""
    forum = answered.forum
    return forum != COURT, forum.startswith(UNIVERSAL), RANK.get(answered.result, 9)


@require_GET
def show_book(request: HttpRequest) -> HttpResponse:
    """The book of law: crimes with their elements, and the tables with their sources."""
    book = load()
    facts = {
        "book": book,
        "crimes": list(book.crimes.values()),
        "tables": [(name, len(rows)) for name, rows in sorted(book.tables.items())],
        "fora": [(forum, _name(book, forum)) for forum in book.fora],
    }
    return render(request, "law_book.html", facts)


@require_GET
def show_crime(request: HttpRequest, crime: str) -> HttpResponse:
    """One crime: its elements, its context, and evidence that usually shows each."""
    book = load()
    found = book.crimes.get(crime)
    if found is None:
        raise NotFound("no such crime")
    context = [book.elements[name] for name in found.context if name in book.elements]
    return render(request, "law_crime.html", {"book": book, "crime": found, "context": context})
