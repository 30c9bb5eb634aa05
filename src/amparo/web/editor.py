"""Pages on which people write a filing: sections, versions, comments. Drafts of others stay."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.casefile.records import load_case, versions
from amparo.errors import AmparoError, BadInput, NotFound, Refused
from amparo.filing.comments import add_comment, comments_of, settle_comment
from amparo.filing.desk import Desk, open_desk
from amparo.filing.manuscript import Piece
from amparo.filing.saved import save_pieces, saved_rows
from amparo.web.asked import Asked, choices, read_asked
from amparo.web.cards import Card
from amparo.web.faults import status_of
from amparo.web.lock import acting_member
from amparo.web.reading import read

if TYPE_CHECKING:
    from amparo.casefile.records import Row

MOST_TEXT = 500_000
MOST_CODES = 300
NOUNS = {
    "statement": "Statements: footnote with the words",
    "act": "Acts, in a sentence",
    "figure": "Figures: counts",
    "proposition": "Propositions, as recorded",
    "item": "Exhibits, by number",
}


def _asked(request: HttpRequest, case: str, forum: str, lang: str) -> Asked:
    to, state = (request.GET.get(name, "") for name in ("to", "state"))
    given = {"forum": forum, "lang": lang, "to": to, "state": state}
    return read_asked(given, load_case(case))


def _desk(case: str, asked: Asked) -> Desk:
    return open_desk(case, asked.forum, asked.lang, asked.on, asked.recipient, state=asked.state)


@require_GET
def show(request: HttpRequest, case: str, forum: str, lang: str) -> HttpResponse:
    """Every section: its length, whether somebody wrote it, what is wrong in it."""
    asked = _asked(request, case, forum, lang)
    desk = _desk(case, asked)
    shown, rows = desk.preview(), saved_rows(desk.case, forum, lang)
    comments = comments_of(desk.case, forum, lang)
    lines = [
        {
            "place": place, "title": piece.title, "seen": shown[place],
            "version": rows[place].version if place in rows else 0,
            "by": versions(case, rows[place].code)[-1].by if place in rows else "",
            "limit": desk.limit(place),
            "open": sum(c["place"] == place and c["state"] != "resolved" for c in comments),
        }
        for place, piece in desk.pieces.items()
    ]  # fmt: skip
    facts = {
        "case": desk.case, "lines": lines, "words": sum(one.words for one in shown.values()),
        "limit": desk.limit(""),
        **choices(desk.case, asked),
    }  # fmt: skip
    return render(request, "editor.html", facts)


@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, case: str, forum: str, lang: str, place: str) -> HttpResponse:
    """One section: how it reads, its text, its comments. POST shows or saves what was typed."""
    asked = _asked(request, case, forum, lang)
    desk = _desk(case, asked)
    piece, typed = desk.piece(place), False
    error: AmparoError | None = None
    if request.GET.get("origin"):
        piece, typed = replace(desk.origin[place], seen=piece.seen), True
    if request.method == "POST":
        piece, typed = _typed(request, piece), True
        if request.POST.get("do") == "save":
            try:
                _save(case, asked, desk, piece)
                return HttpResponseRedirect(_address(case, asked, place))
            except Refused as refused:
                now = _desk(case, asked)
                if now.piece(place).seen != piece.seen:
                    return _show_both(request, now, asked, piece)
                error = refused
            except AmparoError as refused:
                error = refused
    return _page(request, desk, asked, piece, typed=typed, error=error)


def _address(case: str, asked: Asked, place: str) -> str:
    return reverse("editor-section", args=[case, asked.forum, asked.lang, place]) + asked.tail


def _typed(request: HttpRequest, piece: Piece) -> Piece:
    """What the form holds, with the references that were ticked put at its end."""
    text = request.POST.get("text", "").replace("\r\n", "\n").replace("\r", "\n").rstrip()
    if len(text) > MOST_TEXT:
        raise BadInput("this section is too long for a page", remedy="use `amparo filing draft`")
    if request.POST.get("do") == "add":
        text = (text + "\n\n" if text else "") + " ".join(request.POST.getlist("add"))
    title = " ".join(request.POST.get("title", "").split()) or piece.title
    seen = request.POST.get("seen", "")
    if not seen.isdigit():
        raise BadInput("the form does not say which version it was made from")
    return Piece(piece.anchor, title, text, seen=int(seen))


def _save(case: str, asked: Asked, desk: Desk, piece: Piece) -> None:
    held = desk.piece(piece.anchor)
    if (held.title, held.text.strip()) != (piece.title, piece.text.strip()):
        save_pieces(acting_member(), case, asked.forum, asked.lang, (piece,))


def _page(
    request: HttpRequest, desk: Desk, asked: Asked, piece: Piece, *,
    typed: bool, error: AmparoError | None,
) -> HttpResponse:  # fmt: skip
    shown = desk.preview(piece)
    places = list(desk.pieces)
    at = places.index(piece.anchor)
    comments = comments_of(desk.case, asked.forum, asked.lang, piece.anchor)
    facts = {
        "case": desk.case, "asked": asked, "piece": piece, "error": error, "typed": typed,
        "seen": shown[piece.anchor], "reading": read(shown[piece.anchor].laid),
        "total": sum(one.words for one in shown.values()), "limit": desk.limit(""),
        "own_limit": desk.limit(piece.anchor),
        "codes": [(label, noun, desk.codes(noun)[:MOST_CODES]) for noun, label in NOUNS.items()],
        "open": [Card.of(row) for row in comments if row["state"] != "resolved"],
        "settled": [Card.of(row) for row in comments if row["state"] == "resolved"],
        "before": places[at - 1] if at else "", "after": (*places, "")[at + 1],
        "rows": max(10, min(40, piece.text.count("\n") + len(piece.text) // 90 + 3)),
    }  # fmt: skip
    return render(request, "editor_section.html", facts, status=status_of(error) if error else 200)


def _show_both(request: HttpRequest, now: Desk, asked: Asked, piece: Piece) -> HttpResponse:
    """What was saved meanwhile and what was typed, side by side; nothing was overwritten."""
    held = now.piece(piece.anchor)
    facts = {
        "case": now.case, "asked": asked, "piece": piece, "held": held,
        "pairs": _pairs(held.text, piece.text),
    }  # fmt: skip
    return render(request, "editor_conflict.html", facts, status=409)


def _pairs(one: str, other: str) -> list[tuple[str, str, bool]]:
    """Paragraphs of two texts side by side, and whether they differ."""
    left, right = _paragraphs(one), _paragraphs(other)
    pairs: list[tuple[str, str, bool]] = []
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for n in range(max(b - a, d - c)):
            first = left[a + n] if a + n < b else ""
            second = right[c + n] if c + n < d else ""
            pairs.append((first, second, kind != "equal"))
    return pairs


def _paragraphs(text: str) -> list[str]:
    return [one.strip() for one in text.split("\n\n") if one.strip()]


@require_GET
def compare(request: HttpRequest, case: str, forum: str, lang: str, place: str) -> HttpResponse:
    """Two versions of a section side by side; the last two where none are chosen."""
    asked = _asked(request, case, forum, lang)
    known = load_case(case)
    row = saved_rows(known, forum, lang).get(place)
    if row is None:
        raise NotFound("nobody has written this section yet")
    listed = versions(case, row.code)
    by_number = {one.version: one for one in listed}
    numbers = [request.GET.get(key, "") for key in ("a", "b")]
    chosen = [by_number.get(int(n)) if n.isdigit() else None for n in numbers]
    first, last = chosen[0] or listed[-2:][0], chosen[1] or listed[-1]
    facts = {
        "case": known, "asked": asked, "place": place, "versions": listed, "one": first,
        "other": last, "pairs": _pairs(_text(first.body), _text(last.body)),
    }  # fmt: skip
    return render(request, "editor_versions.html", facts)


def _text(body: Any) -> str:
    return f"{body.get('title', '')}\n\n{body.get('text') or ''}"


@require_POST
def comment(request: HttpRequest, case: str, forum: str, lang: str, place: str) -> HttpResponse:
    """Comment on a section."""
    asked = _asked(request, case, forum, lang)
    text = request.POST.get("comment", "").strip()
    if not text:
        raise BadInput("the comment is empty")
    add_comment(acting_member(), case, forum, lang, place, text)
    return HttpResponseRedirect(_address(case, asked, place) + "#comments")


@require_POST
def settle(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """Resolve a comment, or open it again."""
    state = request.POST.get("state", "")
    if state not in ("open", "resolved"):
        raise BadInput("a comment is open or resolved")
    answer = request.POST.get("answer", "").strip()
    row: Row = settle_comment(acting_member(), case, code, answer, state=state)
    where = [case, row["forum"], row["language"], row["place"]]
    return HttpResponseRedirect(reverse("editor-section", args=where) + "#comments")
