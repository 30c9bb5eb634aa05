"""Entry by forms: add, change, retire. What a person typed is never thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from amparo.casefile.gazetteer import Known, find_places, place_of
from amparo.casefile.proof_chart import chart_of
from amparo.casefile.records import CaseFile, Row, load_case
from amparo.casefile.revise import Draft, add_records, change_record, next_code, retire_record
from amparo.casefile.same import ASKED, Same, find_likely, find_same, telling_text
from amparo.casefile.schema import BY_NAME, Noun
from amparo.errors import AmparoError, BadInput
from amparo.web import drafts
from amparo.web.begun import begin_with
from amparo.web.cards import Card
from amparo.web.faults import status_of
from amparo.web.forms import make_inputs, read_inputs, words
from amparo.web.lock import acting_member
from amparo.web.quote import find_start, prefill
from amparo.web.records import noun_of, plain, row_of, show_field


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, case: str, plural: str) -> HttpResponse:
    """A form for a new record; a statement may begin from a paragraph of an item.

    Something that is missing in a list can be added first: the form waits as a draft.
    """
    known, noun = load_case(case), noun_of(plural)
    waiting = drafts.find(request, case)
    own = waiting if waiting and waiting.plural == plural else None
    asked: Mapping[str, str] = own.place if own else request.GET.dict()
    place = prefill(known, asked) if noun.name == "statement" else None
    proposed = request.POST.get("proposed", "") or next_code(known, noun)
    code = request.POST.get("id", "").strip() or (own.code if own else "") or proposed
    wanted = "" if code == proposed else code
    values: dict[str, Any] = dict(place.values) if place else begin_with(noun, known, asked)
    if own:
        values = own.values_with(request.GET.get("made", ""), known)
    error: AmparoError | None = None
    likely: list[tuple[Same, str]] | None = None
    chosen: Known | None = None
    if request.method == "POST":
        values = read_inputs(noun, request.POST)
        if detour := drafts.detour_of(request, noun):
            kept = drafts.keep(request, case, noun, wanted, values, asked, waiting)
            return HttpResponseRedirect(_form(case, detour, f"?draft={kept}"))
        if chosen := _chosen_place(noun, request):
            values = {**chosen.fields(), **values}
        likely = [] if chosen else _same_as(request, known, noun, values, waiting, own)
        try:
            if likely is None:
                made = _save_new(known, noun, wanted, _with_start(known, noun, values, request))
                if request.POST.get("again") and not waiting:
                    return HttpResponseRedirect(_another(case, noun, made, request))
                return HttpResponseRedirect(_after(case, made, waiting, own))
        except AmparoError as refused:
            error = refused
    facts = {
        "case": known, "noun": noun, "code": code, "error": error, "place": place,
        "inputs": make_inputs(noun, known, values), "is_new": True, "waiting": waiting and not own,
        "proposed": proposed, "wrong": _wrong(noun, error),
        "elements": _elements(known, noun), "paragraph": place.paragraph if place else "",
        "likely": None if chosen else likely, "listed": _listed(noun, values, likely),
        "can_look": noun.name in ASKED, "added": _added(request, known),
        "again": request.POST.get("again", ""),
    }  # fmt: skip
    return render(request, "record_form.html", facts, status=status_of(error) if error else 200)


def _same_as(
    request: HttpRequest, known: CaseFile, noun: Noun, values: Mapping[str, Any],
    waiting: drafts.Waiting | None, own: drafts.Waiting | None,
) -> list[tuple[Same, str]] | None:  # fmt: skip
    """Records to be looked at before this one is added, each with where choosing it leads.

    None: save it. Somebody who asked to look sees all that are near, and an empty list says
    that there are none.
    """
    if request.POST.get("same") == "look":
        found = find_same(known, [noun.name], telling_text(noun.name, values))
    elif request.POST.get("apart") or not (found := find_likely(known, noun.name, values)):
        return None
    return [(one, _after(known.code, one.code, waiting, own)) for one in found]


def _chosen_place(noun: Noun, request: HttpRequest) -> Known | None:
    """The place of the gazetteer from which the form is to be filled in."""
    number = request.POST.get("listed", "")
    return place_of(int(number)) if noun.name == "place" and number.isdecimal() else None


def _listed(noun: Noun, values: Mapping[str, Any], likely: object) -> list[Known]:
    """Places of the gazetteer that somebody who looks for the same may mean."""
    if noun.name != "place" or likely is None:
        return []
    return find_places(str(values.get("name", "")))


def _form(case: str, plural: str, tail: str) -> str:
    return reverse("record-add", args=[case, plural]) + tail


def _added(request: HttpRequest, known: CaseFile) -> str:
    """The id of the record that was added before this one, where the address names one."""
    row = known.get(request.GET.get("added", ""))
    return row.code if row else ""


def _another(case: str, noun: Noun, made: str, request: HttpRequest) -> str:
    """The form once more, begun from the same place; it says what was added."""
    asked = request.GET.copy()
    asked["added"] = made
    return _form(case, noun.plural, "?" + asked.urlencode())


def _after(case: str, code: str, waiting: drafts.Waiting | None, own: drafts.Waiting | None) -> str:
    """Where to go after saving: back to the form that waited for this record, if any."""
    number, back = (waiting.number, waiting.plural) if waiting else (0, "")
    if own:
        number, back = own.after, own.after_plural
    if number:
        return _form(case, back, f"?draft={number}&made={code}")
    return reverse("record", args=[case, code])


def _elements(known: CaseFile, noun: Noun) -> list[tuple[str, str]]:
    """Elements that a proposition of this case may bear on, with what they ask."""
    if noun.name != "proposition":
        return []
    made = chart_of(known)
    lines = [line for crime in made.crimes for line in crime.elements]
    return list(dict.fromkeys((line.element, line.text) for line in (*lines, *made.context)))


def _save_new(known: CaseFile, noun: Noun, code: str, raw: dict[str, object]) -> str:
    """Returns the id: without one it is given inside the Work, so that two may add at once."""
    draft = Draft(noun.name, code, raw, words)
    added = add_records(acting_member(), known.code, [draft], reason=f"add {noun.name}")
    return added[-1].code


def _with_start(
    known: CaseFile, noun: Noun, raw: dict[str, object], request: HttpRequest
) -> dict[str, object]:
    """Where the quotation begins, when it was taken from a paragraph: that very place."""
    if noun.name != "statement" or raw.get("start"):
        return raw
    start = find_start(known, raw, request.POST.get("paragraph", ""))
    return raw if start is None else {**raw, "start": str(start)}


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """Save a new version; one based on an older version is shown beside the newer one."""
    known = load_case(case)
    row = row_of(known, code)
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
            if (now := row_of(load_case(case), code)).version != seen:
                return _show_both(request, known, noun, now, values)
    facts = {
        "case": known, "noun": noun, "code": code, "error": error, "seen": seen,
        "inputs": make_inputs(noun, known, values), "is_new": False,
        "elements": _elements(known, noun), "wrong": _wrong(noun, error),
    }  # fmt: skip
    return render(request, "record_form.html", facts, status=status_of(error) if error else 200)


def _wrong(noun: Noun, error: AmparoError | None) -> str:
    """The field to which an error leads back: its place ends with the field's label."""
    place = (error.value or "").rpartition(", ")[2] if error else ""
    names = ("id", *(field.name for field in noun.fields))
    return next((name for name in names if place in (name, words(name))), "")


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
        pairs.append((field, theirs, own, plain(theirs) != plain(own)))
    facts = {
        "case": known, "noun": noun, "row": Card.of(now), "pairs": pairs, "code": now.code,
        "seen": now.version, "inputs": make_inputs(noun, known, mine),
    }  # fmt: skip
    return render(request, "record_conflict.html", facts, status=409)


@require_POST
def retire(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """Take a record out of the case; its versions stay readable."""
    why = request.POST.get("why", "").strip()
    if not why:
        raise BadInput("say why the record is retired", value=code, remedy="the reason is kept")
    noun = BY_NAME[row_of(load_case(case), code).noun]
    retire_record(acting_member(), case, code, why=why)
    return HttpResponseRedirect(reverse("records", args=[case, noun.plural]))
