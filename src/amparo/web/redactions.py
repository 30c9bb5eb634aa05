"""Pages that redact: choose an item, mark what must not leave, make the copy that leaves instead.

Nothing that was marked stands in an address: places are numbers, words are looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.casefile.records import CaseFile, Row, load_case
from amparo.casefile.revise import Draft, add_records, next_code, retire_record
from amparo.casefile.schema import BY_NAME
from amparo.errors import AmparoError, BadInput, NotFound
from amparo.filing.outline import (
    COLUMNS,
    ROWS,
    count_stills,
    look_at,
    look_at_still,
    read_area,
    stretch_of,
)
from amparo.filing.plan import Plan, merged, plan_for, take_out
from amparo.filing.redaction import copy_for, redact_item, redaction_key
from amparo.vault.retrieve import find_item, list_parts
from amparo.web.asked import Asked, choices, read_asked
from amparo.web.cards import Card
from amparo.web.faults import status_of
from amparo.web.lock import acting_member, held_vault

if TYPE_CHECKING:
    from amparo.vault.models import Item, Part

PARTS_ON_PAGE = 40
# Each page of a PDF is drawn, which takes a second.
PAGES_ON_PAGE = 4
STILLS_ON_PAGE = 6
MOST_SENTENCES = 400
REDACTION = "redaction"
PICTURE = "picture"
_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")
# "1." is no sentence of its own.
_SENTENCE = re.compile(
    r"(?s)\S(?:.{0,2}?\n|.{3,}?(?:[.!?…؟。]+[\"»”’)]*(?=\s)|\n|\Z)|.*)",
)
_STILLS = re.compile(r"(\d{1,2})(?:\s*-\s*(\d{1,2}))?\Z")
_TIME = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{1,2}(?:\.\d+)?)\Z")


@dataclass(frozen=True)
class Sentence:
    """A sentence to tick: its place "part:start-end" and its words in runs (text, taken out)."""

    place: str
    runs: tuple[tuple[str, bool], ...]
    gone: bool


@dataclass(frozen=True)
class Shown:
    """One part with its paragraphs, each a list of sentences."""

    part: Part
    whole: bool
    paragraphs: tuple[tuple[Sentence, ...], ...]
    cut: bool


@require_GET
def show_list(request: HttpRequest, case: str) -> HttpResponse:
    """Items of the case, what is taken out of each, and whether its copy is made."""
    known = load_case(case)
    asked = read_asked(request.GET.dict(), known)
    lines = []
    for row in known.all("item"):
        plan, copy = copy_for(known, row.code, asked.forum, asked.version)
        lines.append((Card.of(row), len(plan.rows), copy))
    facts = {"case": known, "lines": lines, **choices(known, asked)}
    return render(request, "redactions.html", facts)


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """One item with what is marked in it; POST marks more."""
    known = load_case(case)
    row, item = _item_of(known, code)
    asked = read_asked(request.GET.dict(), known)
    error: AmparoError | None = None
    if request.method == "POST":
        try:
            _mark(request, known, row, item, asked)
            where = reverse("redact", args=[case, code]) + f"?{asked.query}"
            return HttpResponseRedirect(where + _page_of(request) + "#listed")
        except AmparoError as refused:
            error = refused
    return _page(request, known, row, item, asked, error)


def _page_of(request: HttpRequest) -> str:
    page = request.GET.get("page", "")
    return f"&page={page}" if page.isdigit() else ""


def _item_of(known: CaseFile, code: str) -> tuple[Row, Item]:
    row = known.get(code)
    if row is None or row.noun != "item":
        raise NotFound("no such item in this case", value=code)
    return row, find_item(str(row["sha256"]))


def _page(
    request: HttpRequest, known: CaseFile, row: Row, item: Item, asked: Asked,
    error: AmparoError | None,
) -> HttpResponse:  # fmt: skip
    plan, copy = copy_for(known, row.code, asked.forum, asked.version)
    parts = list_parts(item)
    count = PAGES_ON_PAGE if item.kind == "pdf" else PARTS_ON_PAGE
    page = Paginator(parts, count).get_page(request.GET.get("page"))
    drawn = item.kind in ("image", "pdf")
    pages = [p.name.removeprefix("page:") for p in page if p.name.startswith("page:")]
    facts = {
        "case": known, "row": Card.of(row), "item": item, "error": error, "copy": copy,
        **choices(known, asked), "page": page, "filters": f"&{asked.query}", "kind": item.kind,
        "shown": [] if item.kind == "image" else [_shown(part, plan) for part in page],
        "drawn": drawn, "pages": ["1"] if item.kind == "image" else pages or ["1"] * drawn,
        **_stills_of(request, item),
        "timed": item.kind in ("audio", "video"), "grid": f"A1 to {COLUMNS[-1]}{ROWS}",
        "marked": redaction_key(known.code, row.code, asked.forum, asked.version),
        "copy_parts": list_parts(copy)[:1] if copy else [],
        "copy_drawn": bool(copy and copy.kind in ("image", "pdf")),
    }  # fmt: skip
    return render(request, "redact.html", facts, status=status_of(error) if error else 200)


def _stills_of(request: HttpRequest, item: Item) -> dict[str, Any]:
    """Stills of a video for this page, each with its moment; or why there are none."""
    if item.kind != "video":
        return {}
    try:
        count, step = count_stills(held_vault(), item)
    except BadInput as refused:
        return {"no_stills": refused}
    page = Paginator(range(1, count + 1), STILLS_ON_PAGE).get_page(request.GET.get("page"))
    return {"still_page": page, "stills": [(n, _clock((n - 1) * step)) for n in page]}


def _clock(second: float) -> str:
    minutes, rest = divmod(round(second, 1), 60)
    return f"{int(minutes)}:{rest:04.1f}".removesuffix(".0")


def _shown(part: Part, plan: Plan) -> Shown:
    spans = merged(plan.passages.get(part.name, ()))
    whole = part.name in plan.whole
    count = 0
    paragraphs: list[tuple[Sentence, ...]] = []
    for start, end in _paragraphs(part.text):
        if count >= MOST_SENTENCES:
            return Shown(part, whole, tuple(paragraphs), True)
        found = tuple(_sentences(part, start, end, spans, whole))
        count += len(found)
        paragraphs.append(found)
    return Shown(part, whole, tuple(paragraphs), False)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    for match in _PARAGRAPH.finditer(text):
        yield match.start(), match.start() + len(match[0].rstrip())


def _sentences(
    part: Part, start: int, end: int, spans: list[tuple[int, int]], whole: bool
) -> Iterator[Sentence]:
    for match in _SENTENCE.finditer(part.text[start:end]):
        first, last = start + match.start(), start + match.start() + len(match[0].rstrip())
        runs, at = [], first
        for a, b in spans:
            if a < last and b > at:
                runs += [
                    (part.text[at : max(a, at)], False),
                    (part.text[max(a, at) : min(b, last)], True),
                ]
                at = min(b, last)
        runs.append((part.text[at:last], False))
        shown = tuple((text, gone or whole) for text, gone in runs if text)
        gone = all(one for _, one in shown)
        yield Sentence(f"{part.position}:{first}-{last}", shown, gone)


# Marking


def _mark(request: HttpRequest, known: CaseFile, row: Row, item: Item, asked: Asked) -> None:
    """Add a redaction for each thing chosen, all or none. Raises BadInput."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise BadInput("say why it is taken out", remedy="without the words themselves")
    places = [*_chosen(request, item)]
    if not places:
        raise BadInput(
            "nothing was chosen", remedy="tick sentences, write exact words, or name an area"
        )
    common: dict[str, Any] = {"item": row.code, "reason": reason}
    if request.POST.get("scope") == "forum":
        common["forum"] = asked.forum
    if request.POST.get("shown_in") == "coded":
        common["version"] = "coded"
    if request.POST.get("only_here"):
        common["only_here"] = True
    first = next_code(known, BY_NAME[REDACTION])
    number = int(re.sub(r"\D", "", first) or 1)
    drafts, taken = [], {one.code for one in known.all(REDACTION)}
    for place in places:
        while f"RD{number}" in taken:
            number += 1
        drafts.append(Draft(REDACTION, f"RD{number}", {**common, **place}))
        number += 1
    for draft in drafts:
        plan_for(_with(known, draft), row.code, asked.forum, asked.version)
    add_records(acting_member(), known.code, drafts, reason="mark what must not leave")


def _with(known: CaseFile, draft: Draft) -> CaseFile:
    row = Row(REDACTION, draft.code, 1, "draft", dict(draft.raw))
    return CaseFile(known.code, known.body, known.overlay, {**known.rows, draft.code: row})


def _chosen(request: HttpRequest, item: Item) -> Iterator[dict[str, Any]]:
    parts = {part.position: part for part in list_parts(item)}
    for chosen in request.POST.getlist("take"):
        yield _ticked(chosen, parts)
    words = request.POST.get("words", "").strip()
    if words:
        yield from _worded(words, list(parts.values()))
    area = request.POST.get("area", "").strip()
    if area and item.kind == "video":
        yield _in_stills(request.POST.get("number", "").strip(), read_area(area), item)
    elif area:
        number = request.POST.get("number", "1").strip() or "1"
        if not number.isdigit():
            raise BadInput("a page is a number")
        part = f"page:{number}" if item.kind == "pdf" else PICTURE
        yield {"part": part, "box": read_area(area)}
    begin, end = request.POST.get("begin", "").strip(), request.POST.get("end", "").strip()
    if begin or end:
        kind = request.POST.get("what", "")
        told: dict[str, Any] = {"part": "sound" if item.kind == "audio" else "video"}
        told["begin_seconds"] = _seconds(begin or "0")
        if end:
            told["end_seconds"] = _seconds(end)
        if kind in ("voice", "face"):
            told["kind"] = kind
        box = request.POST.get("face_area", "").strip()
        if box and kind != "voice":
            told["box"] = read_area(box)
        yield told


def _in_stills(numbers: str, box: str, item: Item) -> dict[str, Any]:
    """An area of every still, or of the stills "3" or "3-5". Raises BadInput."""
    told: dict[str, Any] = {"part": "video", "box": box}
    if not numbers:
        return told
    match = _STILLS.match(numbers)
    if not match or int(match[1]) > int(match[2] or match[1]):
        raise BadInput("this is no still", remedy="write its number, such as 3, or 3-5")
    begin, end = stretch_of(held_vault(), item, int(match[1]), int(match[2] or match[1]))
    seconds = {"begin_seconds": round(begin, 3), "end_seconds": round(end, 3)}
    return {**told, "kind": "face", **seconds}


def _ticked(chosen: str, parts: dict[int, Part]) -> dict[str, Any]:
    """ "3:10-20" or "3" for the whole part 3."""
    position, _, span = chosen.partition(":")
    part = parts.get(int(position)) if position.isdigit() else None
    if part is None:
        raise BadInput("this part is not in the item")
    if not span:
        return {"part": part.name}
    start, _, end = span.partition("-")
    if not (start.isdigit() and end.isdigit() and int(start) < int(end) <= len(part.text)):
        raise BadInput("this place is not in the item")
    return {"part": part.name, "start": int(start), "end": int(end)}


def _worded(words: str, parts: list[Part]) -> Iterator[dict[str, Any]]:
    """Every place at which exactly these words stand."""
    wanted = re.compile(r"\s+".join(map(re.escape, words.split())))
    found = [(part.name, m.start(), m.end()) for part in parts for m in wanted.finditer(part.text)]
    if not found:
        raise BadInput(
            "these words do not stand in the item",
            remedy="write them exactly as they stand, capitals too",
        )
    for name, start, end in found:
        yield {"part": name, "start": start, "end": end}


def _seconds(text: str) -> float:
    """ "1:02:03.5", "2:03" or seconds."""
    if match := _TIME.match(text):
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3])
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise BadInput("this is no time", remedy="write minutes:seconds, such as 1:05, or seconds")
    return seconds


@require_POST
def put_back(request: HttpRequest, case: str, code: str, redaction: str) -> HttpResponse:
    """Take one mark off: the record is retired, its versions stay."""
    known = load_case(case)
    asked = read_asked(request.GET.dict(), known)
    row = known.get(redaction)
    if row is None or row.noun != REDACTION or row["item"] != code:
        raise NotFound("no such redaction")
    retire_record(acting_member(), case, redaction, why="put back on the page of the item")
    return HttpResponseRedirect(reverse("redact", args=[case, code]) + f"?{asked.query}#listed")


# The copy


@require_POST
def make(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """Make the copy that leaves instead of the item."""
    asked = read_asked(request.GET.dict(), load_case(case))
    redact_item(held_vault(), case, code, asked.forum, asked.version)
    return HttpResponseRedirect(reverse("redact", args=[case, code]) + f"?{asked.query}#copy")


@require_GET
def preview(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """The text as it would leave, before the copy is made."""
    known = load_case(case)
    row, item = _item_of(known, code)
    asked = read_asked(request.GET.dict(), known)
    plan = plan_for(known, code, asked.forum, asked.version)
    page = Paginator(list_parts(item), PARTS_ON_PAGE).get_page(request.GET.get("page"))
    shown = [
        (part, "" if part.name in plan.whole
         else take_out(part.text, plan.passages.get(part.name, ()), part.name))
        for part in page
    ]  # fmt: skip
    facts = {"case": known, "row": Card.of(row), "asked": asked, "shown": shown, "page": page,
             "filters": f"&{asked.query}"}  # fmt: skip
    return render(request, "redact_preview.html", facts)


@require_GET
def look(request: HttpRequest, case: str, code: str, number: int) -> HttpResponse:
    """A page of the item or a still of a video, with the grid and the areas marked so far."""
    known = load_case(case)
    _, item = _item_of(known, code)
    asked = read_asked(request.GET.dict(), known)
    plan = plan_for(known, code, asked.forum, asked.version)
    if item.kind == "video":
        return _picture(look_at_still(held_vault(), item, plan, number))
    part = f"page:{number}"
    boxes = [box for name, found in plan.areas.items() for box in found
             if item.kind == "image" or name == part]  # fmt: skip
    whole = plan.whole if item.kind == "image" else [p for p in plan.whole if p == part]
    boxes += [(0.0, 0.0, 1.0, 1.0)] * bool(whole)
    return _picture(look_at(held_vault(), _drawable(item), number, boxes, grid=True))


@require_GET
def look_at_copy(request: HttpRequest, case: str, code: str, number: int) -> HttpResponse:
    """A page of the copy as a picture."""
    known = load_case(case)
    asked = read_asked(request.GET.dict(), known)
    copy = copy_for(known, code, asked.forum, asked.version)[1]
    if copy is None:
        raise NotFound("no copy of this item is made")
    return _picture(look_at(held_vault(), _drawable(copy), number, [], grid=False))


def _drawable(item: Item) -> Item:
    if item.kind not in ("image", "pdf"):
        raise NotFound("this item has no pages to look at")
    return item


def _picture(data: bytes) -> HttpResponse:
    return HttpResponse(data, content_type="image/png")
