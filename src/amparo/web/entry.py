"""Entry by forms: add, change, retire. What a person typed is never thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

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
from amparo.casefile.unfinished import (
    Left,
    find_unfinished,
    forget_unfinished,
    keep_unfinished,
)
from amparo.errors import AmparoError, BadInput
from amparo.web import drafts
from amparo.web.begun import begin_with
from amparo.web.cards import Card
from amparo.web.faults import status_of
from amparo.web.forms import make_inputs, read_inputs, words
from amparo.web.language import language
from amparo.web.lock import acting_member
from amparo.web.quote import Place, find_start, prefill
from amparo.web.records import noun_of, plain, row_of, show_field


@dataclass
class _Form:
    """A form as it stands: what it began from, and what was typed so far.

    `waiting` is a form that waits for this record, `own` this form itself when it waited, `left`
    when somebody had left it unfinished.
    """

    known: CaseFile
    noun: Noun
    waiting: drafts.Waiting | None
    own: drafts.Waiting | None
    left: Left | None
    asked: Mapping[str, str]
    place: Place | None
    proposed: str
    wanted: str
    values: dict[str, Any]
    likely: list[tuple[Same, str]] | None = None
    chosen: Known | None = None


def _begin(request: HttpRequest, known: CaseFile, noun: Noun) -> _Form:
    waiting = drafts.find(request, known.code)
    own = waiting if waiting and waiting.plural == noun.plural else None
    left = _left(request, known.code, noun)
    begun = own or left
    asked: Mapping[str, str] = begun.place if begun else request.GET.dict()
    place = prefill(known, asked) if noun.name == "statement" else None
    values: dict[str, Any] = dict(place.values) if place else begin_with(noun, known, asked)
    if left:
        values = left.values
    if own:
        values = own.values_with(request.GET.get("made", ""), known)
    if request.method == "POST":
        values = read_inputs(noun, request.POST)
    proposed = request.POST.get("proposed", "") or next_code(known, noun)
    code = request.POST.get("id", "").strip() or (begun.code if begun else "") or proposed
    wanted = "" if code == proposed else code
    return _Form(known, noun, waiting, own, left, asked, place, proposed, wanted, values)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, case: str, plural: str) -> HttpResponse:
    """A form for a new record; a statement may begin from a paragraph of an item.

    Something that is missing in a list can be added first: the form waits as a draft. One that
    is kept for later waits in the vault.
    """
    known, noun = load_case(case), noun_of(plural)
    form = _begin(request, known, noun)
    error: AmparoError | None = None
    if request.method == "POST":
        try:
            if address := _take(request, form):
                return HttpResponseRedirect(address)
        except AmparoError as refused:
            error = refused
    facts = {
        "case": known, "noun": noun, "code": form.wanted or form.proposed, "error": error,
        "place": form.place, "inputs": make_inputs(noun, known, form.values), "is_new": True,
        "waiting": form.waiting and not form.own, "left": form.left,
        "proposed": form.proposed, "wrong": _wrong(noun, error),
        "elements": _elements(known, noun),
        "paragraph": form.place.paragraph if form.place else "",
        "likely": None if form.chosen else form.likely,
        "listed": _listed(noun, form.values, form.likely),
        "can_look": noun.name in ASKED, "added": _added(request, known),
        "again": request.POST.get("again", ""),
    }  # fmt: skip
    return render(request, "record_form.html", facts, status=status_of(error) if error else 200)


def _take(request: HttpRequest, form: _Form) -> str:
    """Do with the posted form what its button says. Where to go on; "" to show it again."""
    case, noun = form.known.code, form.noun
    if request.POST.get("later") and not form.waiting:
        number = form.left.number if form.left else 0
        keep_unfinished(
            acting_member(), case, noun.name, form.wanted, form.values, form.asked, number
        )
        return reverse("case", args=[case])
    if detour := drafts.detour_of(request, noun):
        kept = drafts.keep(request, case, noun, form.wanted, form.values, form.asked, form.waiting)
        return _form(case, detour, f"?draft={kept}")
    if chosen := _chosen_place(noun, request):
        form.chosen, form.values = chosen, {**chosen.fields(), **form.values}
        form.likely = []
    else:
        form.likely = _same_as(request, form.known, noun, form.values, form.waiting, form.own)
    if form.likely is not None:
        return ""
    raw = _with_start(form.known, noun, form.values, request)
    made = _save_new(form.known, noun, form.wanted, raw)
    if form.left:
        forget_unfinished(acting_member(), case, form.left.number)
    if request.POST.get("again") and not form.waiting:
        return _another(case, noun, made, form.asked)
    return _after(case, made, form.waiting, form.own)


def _left(request: HttpRequest, case: str, noun: Noun) -> Left | None:
    """The unfinished form that the address names (`?left=3`)."""
    number = request.GET.get("left", "")
    if not number.isdecimal() or len(number) > 9:
        return None
    left = find_unfinished(case, int(number))
    return left if left.noun == noun.name else None


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


def _another(case: str, noun: Noun, made: str, asked: Mapping[str, str]) -> str:
    """The form once more, begun from the same place; it says what was added."""
    return _form(case, noun.plural, "?" + urlencode({**asked, "added": made}))


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
    made = chart_of(known, lang=language())
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
        theirs, own = (show_field(field, one, known, noun.name) for one in (now.body, mine))
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
