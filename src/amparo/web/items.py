"""Pages of items: list, one item with its text, taking in, taking out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.casefile.consent import use_of
from amparo.casefile.records import list_cases
from amparo.casefile.release import refuse_item
from amparo.errors import BadInput, NotFound
from amparo.filled import filled
from amparo.intake.hold import hold_bytes
from amparo.intake.receive import Tally, receive_bytes
from amparo.intake.reread import needs_password
from amparo.vault.acknowledge import check_giver, enter_received
from amparo.vault.entries import about, list_entries
from amparo.vault.models import Item, Part, Passage
from amparo.vault.retrieve import export_item, find_item
from amparo.web.lock import acting_member, held_vault
from amparo.web.paragraphs import Paragraph, find_paragraph, list_paragraphs

ITEMS_ON_PAGE = 50
PARAGRAPHS_ON_PAGE = 150
MOST_PARTS = 300
MAX_PURPOSE = 200
LARGEST_TAKEN = 600 << 20


@dataclass(frozen=True)
class Shown:
    """A part with those of its paragraphs that stand on this page."""

    part: Part
    paragraphs: list[Paragraph]

    @property
    def is_apart(self) -> bool:
        """True for reader comments, which are not the author's words."""
        return self.part.name == "comments"


@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Items with filters by kind and outcome."""
    kinds = sorted(set(Item.objects.values_list("kind", flat=True)))
    outcomes = sorted(set(Item.objects.values_list("outcome", flat=True)))
    kind, outcome = request.GET.get("kind", ""), request.GET.get("outcome", "")
    query = Item.objects.order_by("number")
    if kind in kinds:
        query = query.filter(kind=kind)
    if outcome in outcomes:
        query = query.filter(outcome=outcome)
    page = Paginator(query, ITEMS_ON_PAGE).get_page(request.GET.get("page"))
    facts = {
        "page": page, "kinds": kinds, "outcomes": outcomes, "kind": kind, "outcome": outcome,
        "filters": "".join(f"&{k}={v}" for k, v in (("kind", kind), ("outcome", outcome))
                           if v in (*kinds, *outcomes)),
    }  # fmt: skip
    return render(request, "items.html", facts)


@require_GET
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One item: what it is, its text in numbered paragraphs, where it came from, its entries."""
    item = find_item(code)
    page = Paginator(_passages(item), PARAGRAPHS_ON_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    parts = Part.objects.in_bulk({row[0] for row in rows})
    facts = {
        "item": item,
        "parts": list(item.parts.defer("text")[:MOST_PARTS]),
        "part_count": item.parts.count(),
        "page": page,
        "shown": _cut(rows, parts),
        "origins": item.origins.select_related("parent"),
        "holds": item.derived.select_related("child").order_by("child__number"),
        "entries": about(list_entries(), [item.sha256]),
        "cases": list_cases(),
    }
    facts["needs_password"] = needs_password(item)
    return render(request, "item.html", facts)


def _passages(item: Item) -> Any:
    return (
        Passage.objects.filter(part__item=item)
        .order_by("part__position", "start")
        .values_list("part_id", "start", "end", "language")
    )


def _cut(rows: list[tuple[int, int, int, str]], parts: dict[int, Part]) -> list[Shown]:
    shown = []
    for part_id, group in groupby(rows, key=lambda row: row[0]):
        part = parts[part_id]
        listed = list(group)
        before = part.passages.filter(start__lt=listed[0][1]).count()
        passages = [(start, end, language) for _, start, end, language in listed]
        shown.append(Shown(part, list(list_paragraphs(part, passages, before))))
    return shown


@require_GET
def show_place(request: HttpRequest, code: str, position: int, start: int) -> HttpResponse:
    """Lead to the paragraph that holds a place in a part, whichever page it stands on."""
    item = find_item(code)
    inside = Passage.objects.filter(part__item=item, part__position=position).select_related("part")
    passage = inside.filter(start__lte=start).order_by("-start").first()
    passage = passage or inside.order_by("start").first()
    if passage is None:
        raise NotFound("no such place")
    earlier = Passage.objects.filter(part__item=item, part__position__lt=position).count()
    earlier += Passage.objects.filter(part_id=passage.part_id, start__lt=passage.start).count()
    page = earlier // PARAGRAPHS_ON_PAGE + 1
    where = reverse("item", args=[item.code]) + (f"?page={page}" if page > 1 else "")
    paragraph = find_paragraph(passage.part, passage, start)
    return HttpResponseRedirect(f"{where}#c{position}-{paragraph.start}")


@require_GET
def choose_case(request: HttpRequest, code: str, position: int, start: int) -> HttpResponse:
    """Ask for which case a statement is made of a paragraph; one case is not asked for."""
    item = find_item(code)
    cases = list_cases()
    query = "&".join(f"{key}={request.GET[key]}" for key in ("from", "to")
                     if request.GET.get(key, "").isdigit())  # fmt: skip
    tail = f"?item={item.code}&part={position}&at={start}" + (f"&{query}" if query else "")
    links = [(case, reverse("record-add", args=[case.code, "statements"]) + tail) for case in cases]
    if len(links) == 1:
        return HttpResponseRedirect(links[0][1])
    return render(request, "choose_case.html", {"links": links, "item": item})


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Take in uploaded files."""
    if request.method == "GET":
        return render(request, "item_add.html")
    files = [(file.name or "unnamed", file.read()) for file in request.FILES.getlist("files")]
    if not files:
        raise BadInput(
            "no file arrived",
            remedy="choose at least one file; very large ones go in by `amparo item add`",
        )
    party, how = request.POST.get("from", "").strip(), request.POST.get("how", "")
    if party or how.strip():
        party, how = check_giver(party, how)
    take_in = hold_bytes if request.POST.get("unread") else receive_bytes
    tally = take_in(held_vault(), acting_member(), files)
    if party:
        digests = [one.item.sha256 for one in tally.results if one.item and not one.depth]
        enter_received(acting_member(), digests, party, how)
    results = request.session.get("received", [])[-9:]
    request.session["received"] = [*results, tally_as_plain(tally)]
    return HttpResponseRedirect(reverse("items-added"))


def tally_as_plain(tally: Tally) -> dict[str, Any]:
    """A reckoning as a session can hold it."""
    rows = [
        {
            "name": one.name, "state": one.state, "fault": one.fault, "depth": one.depth,
            "code": one.item.code if one.item else "",
            "kind": one.item.kind if one.item else "",
            "outcome": one.item.outcome if one.item else "",
            "detail": one.item.detail if one.item else "",
        }
        for one in tally.results
    ]  # fmt: skip
    names = ("expected", "deposited", "held", "failed", "inside", "agrees")
    return {**{name: getattr(tally, name) for name in names}, "rows": rows}


@require_GET
def show_added(request: HttpRequest) -> HttpResponse:
    """What became of the files that were last uploaded in this session."""
    results = request.session.get("received")
    if not results:
        return HttpResponseRedirect(reverse("item-add"))
    return render(request, "items_added.html", {"tally": results[-1]})


@require_POST
def export(request: HttpRequest, code: str) -> HttpResponse:
    """The original bytes as a download, after an entry in the ledger says why."""
    item = find_item(code)
    purpose = " ".join(request.POST.get("purpose", "").split())
    if not purpose or len(purpose) > MAX_PURPOSE:
        raise BadInput(
            "say why the original is taken out",
            remedy=filled(
                "a few words, at most {most} characters; they go into the ledger", most=MAX_PURPOSE
            ),
        )
    if item.size > LARGEST_TAKEN:
        raise BadInput(
            "this item is too large for a browser",
            value=item.code,
            remedy="take it out with `amparo item export`, which writes it step by step",
        )
    use = use_of(request.POST.get("use", ""), request.POST.get("recipient", ""))
    refuse_item(item, use)
    data = export_item(held_vault(), acting_member(), item, purpose=purpose, use=use.told)
    response = HttpResponse(data, content_type="application/octet-stream")
    suffix = _suffix(item.file_name)
    response["Content-Disposition"] = f'attachment; filename="{item.code}{suffix}"'
    return response


def _suffix(name: str) -> str:
    """The ending of a file name when it is a plain one: names themselves do not leave."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return f".{ending}" if ending.isascii() and ending.isalnum() and len(ending) <= 5 else ""
