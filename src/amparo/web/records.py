"""Pages of records: list by noun, add, show, change, retire, compare versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.casefile.models import Record
from amparo.casefile.proof_chart import chart_of
from amparo.casefile.records import (
    CaseFile,
    Draft,
    Row,
    add_records,
    change_record,
    load_case,
    next_code,
    retire_record,
    versions,
)
from amparo.casefile.schema import BY_NAME, BY_PLURAL, Field, Noun
from amparo.casefile.validate import references
from amparo.errors import AmparoError, BadInput, NotFound
from amparo.vault.models import Part
from amparo.web.cards import Card
from amparo.web.columns import columns_of
from amparo.web.faults import status_of
from amparo.web.forms import in_order, label_of, make_inputs, read_inputs
from amparo.web.lock import acting_member
from amparo.web.quote import find_start, prefill

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


def show_field(field: Field, body: Mapping[str, Any], known: CaseFile) -> Shown:
    """A value as text, lines or links."""
    value = body.get(field.name)
    if value in (None, "", []):
        return Shown(field)
    if field.kind in ("ref", "refs"):
        codes = value if isinstance(value, list) else [value]
        return Shown(field, links=tuple(_link(known, code) for code in codes))
    if isinstance(value, list):
        return Shown(field, entries=tuple(str(entry) for entry in value))
    if isinstance(value, dict):
        return Shown(field, entries=tuple(f"{key}: {entry}" for key, entry in value.items()))
    if isinstance(value, bool):
        return Shown(field, "yes" if value else "no")
    lang = str(body.get("language") or "") if field.name == "quote" else ""
    return Shown(field, str(value), lang=lang)


def _link(known: CaseFile, code: str) -> Link:
    row = known.get(code)
    return Link(code, label_of(code, row.title, LONG_LABEL) if row else code, row is not None)


def _noun(plural: str) -> Noun:
    noun = BY_PLURAL.get(plural)
    if noun is None:
        raise NotFound("no such noun")
    return noun


@require_GET
def show_list(request: HttpRequest, case: str, plural: str) -> HttpResponse:
    """The current records of one noun."""
    known, noun = load_case(case), _noun(plural)
    page = Paginator(in_order(known.all(noun.name)), ON_PAGE).get_page(request.GET.get("page"))
    columns = columns_of(noun)
    rows = [(Card.of(row), [show_field(f, row.body, known) for f in columns]) for row in page]
    facts = {"case": known, "noun": noun, "columns": columns, "rows": rows, "page": page}
    return render(request, "records.html", facts)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, case: str, plural: str) -> HttpResponse:
    """A form for a new record; a statement may begin from a paragraph of an item."""
    known, noun = load_case(case), _noun(plural)
    code = request.POST.get("id", "").strip() or next_code(known, noun)
    place = prefill(known, request.GET) if noun.name == "statement" else None
    error: AmparoError | None = None
    values: dict[str, Any] = dict(place.values) if place else {}
    if request.method == "POST":
        values = read_inputs(noun, request.POST)
        try:
            _save_new(known, noun, code, _with_start(known, noun, values, request))
            return HttpResponseRedirect(reverse("record", args=[case, code]))
        except AmparoError as refused:
            error = refused
    facts = {
        "case": known, "noun": noun, "code": code, "error": error, "place": place,
        "inputs": make_inputs(noun, known, values), "is_new": True,
        "elements": _elements(known, noun),
        "paragraph": request.POST.get("paragraph") or (place.paragraph if place else ""),
    }  # fmt: skip
    return render(request, "record_form.html", facts, status=status_of(error) if error else 200)


def _elements(known: CaseFile, noun: Noun) -> list[tuple[str, str]]:
    """Elements that a proposition of this case may bear on, with what they ask."""
    if noun.name != "proposition":
        return []
    made = chart_of(known)
    lines = [line for crime in made.crimes for line in crime.elements]
    return list(dict.fromkeys((line.element, line.text) for line in (*lines, *made.context)))


def _save_new(known: CaseFile, noun: Noun, code: str, raw: dict[str, object]) -> None:
    draft = Draft(noun.name, code, raw)
    add_records(acting_member(), known.code, [draft], reason=f"add {noun.name}")


def _with_start(
    known: CaseFile, noun: Noun, raw: dict[str, object], request: HttpRequest
) -> dict[str, object]:
    """Where the quotation begins, when it was taken from a paragraph: that very place."""
    if noun.name != "statement" or raw.get("start"):
        return raw
    start = find_start(known, raw, request.POST.get("paragraph", ""))
    return raw if start is None else {**raw, "start": str(start)}


def _row(known: CaseFile, code: str) -> Row:
    row = known.get(code)
    if row is None:
        raise NotFound("no such record")
    return row


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
        "shown": [show_field(f, row.body, known) for f in noun.fields],
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


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """Save a new version; one based on an older version is shown beside the newer one."""
    known = load_case(case)
    row = _row(known, code)
    noun = BY_NAME[row.noun]
    values: dict[str, Any] = row.body
    seen = row.version
    error: AmparoError | None = None
    if request.method == "POST":
        values = read_inputs(noun, request.POST)
        _drop_derived(noun, row, values)
        seen = _seen(request)
        try:
            change_record(acting_member(), case, code, values, seen_version=seen)
            return HttpResponseRedirect(reverse("record", args=[case, code]))
        except AmparoError as refused:
            error = refused
            if (now := _row(load_case(case), code)).version != seen:
                return _show_both(request, known, noun, now, values)
    facts = {
        "case": known, "noun": noun, "code": code, "error": error, "seen": seen,
        "inputs": make_inputs(noun, known, values), "is_new": False,
        "elements": _elements(known, noun),
    }  # fmt: skip
    return render(request, "record_form.html", facts, status=status_of(error) if error else 200)


def _drop_derived(noun: Noun, row: Row, values: dict[str, Any]) -> None:
    """Forget what followed from a value that was changed: it is found anew at saving."""
    if noun.name == "statement" and any(values.get(f) != row[f] for f in ("item", "part", "quote")):
        values.pop("start", None)
    if noun.name == "item" and values.get("sha256") != row["sha256"]:
        values.pop("file", None)


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    if not text.isdigit():
        raise BadInput("the form does not say which version it was made from")
    return int(text)


def _show_both(
    request: HttpRequest, known: CaseFile, noun: Noun, now: Row, mine: dict[str, Any]
) -> HttpResponse:
    """The saved version and the refused one side by side; nothing was overwritten."""
    pairs = []
    for field in noun.fields:
        theirs, own = show_field(field, now.body, known), show_field(field, mine, known)
        pairs.append((field, theirs, own, _plain(theirs) != _plain(own)))
    facts = {
        "case": known, "noun": noun, "row": Card.of(now), "pairs": pairs, "code": now.code,
        "seen": now.version, "inputs": make_inputs(noun, known, mine),
    }  # fmt: skip
    return render(request, "record_conflict.html", facts, status=409)


def _plain(shown: Shown) -> tuple[object, ...]:
    return shown.text, shown.entries, tuple(link.code for link in shown.links)


@require_POST
def retire(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """Take a record out of the case; its versions stay readable."""
    why = request.POST.get("why", "").strip()
    if not why:
        raise BadInput("say why the record is retired", value=code, remedy="the reason is kept")
    noun = BY_NAME[_row(load_case(case), code).noun]
    retire_record(acting_member(), case, code, why=why)
    return HttpResponseRedirect(reverse("records", args=[case, noun.plural]))


@require_GET
def show_history(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """All versions side by side, what changed marked."""
    known = load_case(case)
    listed = versions(case, code)
    noun = BY_NAME[listed[-1].noun]
    lines = []
    for field in noun.fields:
        cells = [show_field(field, version.body, known) for version in listed]
        if any(_plain(cell) != ("", (), ()) for cell in cells):
            lines.append((field, _mark_changes(cells)))
    facts = {"case": known, "noun": noun, "code": code, "versions": listed, "lines": lines}
    return render(request, "record_history.html", facts)


def _mark_changes(cells: list[Shown]) -> list[Shown]:
    marked = cells[:1]
    for before, after in pairwise(cells):
        differs = _plain(before) != _plain(after)
        marked.append(Shown(**{**after.__dict__, "changed": differs}))
    return marked
