"""Pages of records: list by noun, add, show, change, retire, compare versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from amparo.casefile.answers import find_contradictions
from amparo.casefile.models import Record
from amparo.casefile.records import CaseFile, Row, load_case, versions
from amparo.casefile.schema import BY_NAME, BY_PLURAL, Field, Noun
from amparo.casefile.validate import references
from amparo.errors import NotFound
from amparo.vault.models import Part
from amparo.web.cards import Card, offered, title_of
from amparo.web.columns import columns_of
from amparo.web.forms import in_order, label_of

ON_PAGE = 100
LONG_LABEL = 200


@dataclass(frozen=True)
class Link:
    """A record that another one points at, or its bare id where it is gone."""

    code: str
    label: str
    known: bool

    @property
    def title(self) -> str:
        """The label without the id."""
        return self.label.removeprefix(self.code).removeprefix(" · ")


@dataclass(frozen=True)
class Shown:
    """One field with its value, ready to be shown."""

    field: Field
    text: str = ""
    entries: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    lang: str = ""
    changed: bool = False


def show_field(field: Field, body: Mapping[str, Any], known: CaseFile, noun: str) -> Shown:
    """A value as text, lines or links; terms of a field of the noun in the page's language."""
    value = body.get(field.name)
    if value in (None, "", []):
        return Shown(field)
    if field.kind in ("ref", "refs"):
        codes = value if isinstance(value, list) else [value]
        return Shown(field, links=tuple(_link(known, code) for code in codes))
    if field.name == "about" and any(known.get(code) for code in value):
        return Shown(field, links=tuple(_link(known, code) for code in value))
    if isinstance(value, list):
        return Shown(field, entries=tuple(offered(noun, field.name, str(one)) for one in value))
    if isinstance(value, dict):
        return Shown(field, entries=tuple(f"{key}: {entry}" for key, entry in value.items()))
    if isinstance(value, bool):
        return Shown(field, "yes" if value else "no")
    lang = str(body.get("language") or "") if field.name == "quote" else ""
    told = offered(noun, field.name, str(value)) if field.kind != "choice" else str(value)
    return Shown(field, told, lang=lang)


def _link(known: CaseFile, code: str) -> Link:
    row = known.get(code)
    return Link(code, label_of(code, title_of(row), LONG_LABEL) if row else code, row is not None)


def noun_of(plural: str) -> Noun:
    noun = BY_PLURAL.get(plural)
    if noun is None:
        raise NotFound("no such noun")
    return noun


@require_GET
def show_list(request: HttpRequest, case: str, plural: str) -> HttpResponse:
    """The current records of one noun."""
    known, noun = load_case(case), noun_of(plural)
    page = Paginator(in_order(known.all(noun.name)), ON_PAGE).get_page(request.GET.get("page"))
    columns = columns_of(noun)
    rows = [
        (Card.of(row), [show_field(f, row.body, known, noun.name) for f in columns]) for row in page
    ]
    facts = {
        "case": known, "noun": noun, "columns": columns, "rows": rows, "page": page,
        "against": _against(known) if noun.name == "response" else [],
    }  # fmt: skip
    return render(request, "records.html", facts)


def row_of(known: CaseFile, code: str) -> Row:
    row = known.get(code)
    if row is None:
        raise NotFound("no such record")
    return row


def _against(known: CaseFile) -> list[tuple[str, list[Card]]]:
    """What two answers that contradict each other are about, with both."""
    return [(one.about, [Card.of(row) for row in one.pair]) for one in find_contradictions(known)]


@require_GET
def show(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """One record with everything it points at and everything that points at it."""
    known = load_case(case)
    listed = versions(case, code)
    row = known.get(code)
    if row is None:
        return _show_retired(request, known, listed)
    noun = BY_NAME[row.noun]
    citing = [r for r in known.rows.values()
              if any(to == code for _, to in references(BY_NAME[r.noun], r.body))]  # fmt: skip
    facts = {
        "case": known, "row": Card.of(row), "noun": noun, "newest": listed[-1],
        "versions": len(listed),
        "shown": [show_field(f, row.body, known, noun.name) for f in noun.fields],
        "citing": [Card.of(r) for r in in_order(citing)],
        "place": _place_of(known, row),
        "told": [Card.of(r) for r in in_order(citing) if r.noun == "statement"]
        if noun.name == "proposition" else [],
    }  # fmt: skip
    return render(request, "record.html", facts)


def _show_retired(request: HttpRequest, known: CaseFile, listed: list[Record]) -> HttpResponse:
    noun = BY_NAME[listed[-1].noun]
    facts = {"case": known, "noun": noun, "newest": listed[-1], "versions": len(listed)}
    return render(request, "record_retired.html", facts)


def _place_of(known: CaseFile, row: Row) -> str:
    """Address of the paragraph that a statement quotes."""
    item = known.get(row["item"]) if row.noun == "statement" else None
    if item is None or row["start"] is None:
        return ""
    part = Part.objects.filter(item__sha256=item["sha256"], name=row["part"]).first()
    if part is None:
        return ""
    return reverse("item-place", args=[part.item.code, part.position, row["start"]])


def plain(shown: Shown) -> tuple[object, ...]:
    return shown.text, shown.entries, tuple(link.code for link in shown.links)


@require_GET
def show_history(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """All versions side by side, what changed marked."""
    known = load_case(case)
    listed = versions(case, code)
    noun = BY_NAME[listed[-1].noun]
    lines = []
    for field in noun.fields:
        cells = [show_field(field, version.body, known, noun.name) for version in listed]
        if any(plain(cell) != ("", (), ()) for cell in cells):
            lines.append((field, _mark_changes(cells)))
    facts = {"case": known, "noun": noun, "code": code, "versions": listed, "lines": lines}
    return render(request, "record_history.html", facts)


def _mark_changes(cells: list[Shown]) -> list[Shown]:
    marked = cells[:1]
    for before, after in pairwise(cells):
        differs = plain(before) != plain(after)
        marked.append(Shown(**{**after.__dict__, "changed": differs}))
    return marked
