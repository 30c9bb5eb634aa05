"""Filing pages: what the gate says, the build with its progress, and what to take away."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.casefile.records import CaseFile, load_case
from amparo.casefile.schema import BY_PLURAL
from amparo.errors import AmparoError, BadInput, NotFound
from amparo.filing.check import Withheld
from amparo.filing.desk import Desk, open_desk
from amparo.filing.gather import CLAIMS, filings, refuse_lapsed
from amparo.filing.handover import sent_of
from amparo.filing.load_file import COLUMNS, FORMS, read_columns
from amparo.filing.override import (
    GRANTED,
    REFUSED,
    ask_override,
    decide_override,
    overrides_of,
)
from amparo.filing.rulebook import RULES, Finding
from amparo.filing.scan import read_names
from amparo.filing.words import load_forum, load_words
from amparo.filled import filled
from amparo.vault.models import Item
from amparo.vault.retrieve import export_item, find_item
from amparo.web import builds
from amparo.web.asked import Asked, choices, read_asked
from amparo.web.cards import Card
from amparo.web.cases import own_words_of
from amparo.web.faults import status_of
from amparo.web.language import language
from amparo.web.lock import acting_member, held_vault

MAX_SENDER = 2_000
MAX_NAMES = 100_000
READER = "filing"
REFRESH_SECONDS = 2
_SECTION = re.compile(r"section ([\w.()-]+)")
_FIELD = re.compile(r"[\w.-]+, (\w+)")
# What is to be recorded where the case lacks it, what is to be looked through, and other pages.
_NOUN_OF = {
    "remedies": "remedies", "final": "remedies", "elsewhere": "procedures",
    "views": "consultations", "held-back": "consents", "nothing": "consents",
    "undecided": "consents", "untranslated": "translations", "untranslated-text": "translations",
}  # fmt: skip
_LIST_OF = {"four-eyes": "statements", "state": "acts"}
_PAGE_OF = {
    "compartment": ("grants", "Open the grants"),
    "closed": ("law-case", "Read the reasons"),
}
COLUMNS_TEXT = "".join(f"{field}: {name}\n" for field, name in COLUMNS.items())


def forget_parcel() -> None:
    """Drop the packages kept in memory; called when the vault is locked."""
    builds.forget()


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, case: str) -> HttpResponse:
    """What the gate says for the filing chosen in the address; POST begins to build it."""
    known = load_case(case)
    error: AmparoError | None = None
    asked = read_asked({}, known)
    try:
        asked = read_asked(
            (request.POST if request.method == "POST" else request.GET).dict(), known
        )
        if request.method == "POST":
            # A gate that blocks says so here at once, beside the form.
            _refuse_blocked(known, asked)
            builds.begin(case, acting_member(), _choices(request, asked))
            return HttpResponseRedirect(reverse("filing-progress", args=[case]))
    except AmparoError as refused:
        error = refused
    return _page(request, known, asked, error)


def _refuse_blocked(known: CaseFile, asked: Asked) -> None:
    from amparo.filing.bundle import refuse_blocks

    desk = _desk(known, asked)
    refuse_blocks(replace(desk.found, findings=desk.findings))


def _desk(known: CaseFile, asked: Asked) -> Desk:
    return open_desk(
        known.code, asked.forum, asked.lang, asked.on, asked.recipient, asked.version, asked.state
    )


def _choices(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """The build form, checked. Raises BadInput."""
    lines = request.POST.get("sender", "")[:MAX_SENDER].splitlines()
    form = request.POST.get("load_file", "")
    if form not in ("", *FORMS):
        raise BadInput(
            "there is no such load file", remedy=filled("one of: {names}", names=", ".join(FORMS))
        )
    columns = request.POST.get("columns", "").strip() or COLUMNS_TEXT
    request.session["columns"] = columns
    request.session["sender"] = "\n".join(lines)
    return {
        "forum": asked.forum,
        "lang": asked.lang,
        "on": asked.on,
        "sender": tuple(line.strip() for line in lines if line.strip()),
        "recipient": asked.recipient,
        "state": asked.state,
        "version": asked.version,
        "supplements": asked.adds,
        "protect": read_names(request.POST.get("protect", "")[:MAX_NAMES]),
        "load_file": form,
        "columns": read_columns(columns, "columns") if form else COLUMNS,
    }


def _page(
    request: HttpRequest, known: CaseFile, asked: Asked, error: AmparoError | None
) -> HttpResponse:
    desk = _desk(known, asked)
    found = desk.found
    job = builds.job_of(known.code, acting_member())
    past = [_describe(told, known) for told in reversed(filings(known.code))]
    facts = {
        "case": known, "error": error, **choices(known, asked),
        "blocks": [
            _step(one, known, asked) for one in desk.findings if one.severity == "block"
        ],
        "warnings": [
            _step(one, known, asked) for one in desk.findings if one.severity != "block"
        ],
        "leaving": _count(found.case),
        "overrides": [Card.of(row) for row in overrides_of(known, asked.forum)],
        "held": _group(found.withheld, asked.forum),
        "past": past, "job": job, "parcel": len(job.data) if job else 0,
        "sender": request.POST.get("sender", request.session.get("sender", "")),
        "load_file": request.POST.get("load_file", ""),
        "forms": FORMS, "columns": request.session.get("columns", COLUMNS_TEXT),
    }  # fmt: skip
    return render(request, "filing.html", facts, status=status_of(error) if error else 200)


@dataclass(frozen=True)
class Step:
    """A finding with the page on which to resolve it."""

    finding: Finding
    link: str
    label: str
    asks: bool = False


def _step(one: Finding, known: CaseFile, asked: Asked) -> Step:
    """Where to go: the redaction page, the consents, the text, or the record itself."""
    code = re.split(r"[,: ]", one.where)[0]
    asks = one.severity == "block" and one.rule in RULES and RULES[one.rule].may_yield
    link, label = _resolve(one, code, known, asked)
    return Step(one, link, label, asks)


def _resolve(one: Finding, code: str, known: CaseFile, asked: Asked) -> tuple[str, str]:
    row = known.get(code)
    if one.rule == "copy":
        return reverse("redact", args=[known.code, code]) + f"?{asked.query}", "Redact it"
    if match := _SECTION.match(one.where):
        return _text(match[1], known, asked), "Open the text"
    if one.rule == "own-words":
        return own_words_of(known), "Write it anew"
    if one.rule == "rights":
        return _text(CLAIMS, known, asked), "Open the text"
    if one.rule == "addressee":
        return f"{reverse('filing', args=[known.code])}?{asked.query}#state", "Choose the State"
    if one.rule in _PAGE_OF:
        name, label = _PAGE_OF[one.rule]
        return reverse(name, args=[] if name == "grants" else [known.code]), label
    if one.rule in _LIST_OF:
        return reverse("records", args=[known.code, _LIST_OF[one.rule]]), "Open the list"
    noun = _NOUN_OF.get(one.rule, "consents" if "consent" in one.step else "")
    if noun:
        return _form(noun, one, code, known, asked), filled(
            "Record a {noun}", noun=BY_PLURAL[noun].name
        )
    if row is not None:
        return reverse("record-change", args=[known.code, code]), filled("Change {code}", code=code)
    return reverse("case", args=[known.code]), "Open the case"


def _text(place: str, known: CaseFile, asked: Asked) -> str:
    args = [known.code, asked.forum, asked.lang]
    if place in load_forum(asked.forum).sections:
        return reverse("editor-section", args=[*args, place]) + asked.tail
    return reverse("editor", args=args) + asked.tail


def _form(noun: str, one: Finding, code: str, known: CaseFile, asked: Asked) -> str:
    """The form of a new record, begun with the ids of what it is about."""
    told = {"forum": asked.forum, "lang": asked.lang}
    if known.get(code) is not None:
        told["about"] = code
    if one.rule == "untranslated-text" and (match := _FIELD.match(one.where)):
        told["field"] = match[1]
    return reverse("record-add", args=[known.code, noun]) + f"?{urlencode(told)}"


def _count(case: CaseFile) -> list[tuple[str, int]]:
    nouns = ("act", "person", "source", "item", "statement", "proposition")
    counts = [(noun, len(case.all(noun))) for noun in nouns]
    return [(noun if count == 1 else f"{noun}s", count) for noun, count in counts]


@require_GET
def progress(request: HttpRequest, case: str) -> HttpResponse:
    """How far the build is; the page asks again by itself until it is done."""
    known = load_case(case)
    job = builds.job_of(case, acting_member())
    # Asked once: a build that ends while the page is written must not leave it without an end.
    done = job is None or job.done
    if job is None or (done and job.error is None):
        return HttpResponseRedirect(reverse("filing", args=[case]) + "#built")
    error = job.error if done else None
    facts = {"case": known, "job": job, "error": error}
    response = render(request, "filing_progress.html", facts,
                      status=status_of(error) if error else 200)  # fmt: skip
    if not done and "still" not in request.GET:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


@require_POST
def take_package(request: HttpRequest, case: str) -> HttpResponse:
    """The package last built as a zip file. Its export is in the ledger since the build."""
    load_case(case)
    job = builds.job_of(case, acting_member())
    if job is None or not job.data:
        raise NotFound("no package")
    return download(job.data, f"{case}-filing.zip", "application/zip")


@require_POST
def take_document(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """A document of a filing that was built, out of the vault, with an entry."""
    known = load_case(case)
    item = find_item(code)
    if item.reader != READER or not item.file_name.startswith(f"{case}-"):
        raise NotFound("no such filing")
    use = refuse_lapsed(known, item.metadata["filing"])
    why = f"take away filing of {case}"
    data = export_item(held_vault(), acting_member(), item, purpose=why, use=use.told)
    return download(data, item.file_name, item.media_type)


def download(data: bytes, name: str, media_type: str) -> HttpResponse:
    """A file to be saved, under a name of codes."""
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@dataclass(frozen=True)
class Past:
    """A filing that was built, with its documents in the vault and whom it went to."""

    item: str
    forum: str
    state: str
    lang: str
    on: str
    exhibits: int
    finished: bool
    documents: tuple[tuple[str, Item], ...]
    sent: tuple[Card, ...]


def _describe(told: dict[str, Any], known: CaseFile) -> Past:
    pdf = find_item(told["item"])
    made = Item.objects.filter(
        reader=READER, received_at=pdf.received_at, file_name__startswith=f"{told['case']}-"
    )
    names = {"csv": "Index", "load.csv": "Load file", "load.dat": "Load file"}
    documents = tuple(
        (names.get(end := item.file_name.partition(".")[2], end.upper()), item) for item in made
    )
    sent = tuple(Card.of(row) for row in sent_of(known, told["item"]))
    return Past(
        told["item"], told["forum"], told.get("state", ""), told["lang"], told["date"],
        len(told["numbers"]), told["finished"], documents, sent,
    )  # fmt: skip


def past_of(known: CaseFile) -> list[Past]:
    """Finished filings of a case, newest first."""
    found = [_describe(told, known) for told in reversed(filings(known.code))]
    return [one for one in found if one.finished]


@dataclass(frozen=True)
class HeldBack:
    """Records that stay behind for one reason."""

    reason: str
    records: tuple[Withheld, ...]


def _group(withheld: tuple[Withheld, ...], forum: str) -> list[HeldBack]:
    """What stays behind, by reason; persons and items come before what hangs on them."""
    words = load_words(forum, language())
    order = {"person": 0, "item": 1}
    groups: dict[str, list[Withheld]] = {}
    for one in sorted(withheld, key=lambda one: order.get(one.noun, 2)):
        groups.setdefault(words.term("withheld_reasons", one.reason), []).append(one)
    return [HeldBack(reason, tuple(records)) for reason, records in groups.items()]


@require_POST
def ask_override_of(request: HttpRequest, case: str) -> HttpResponse:
    """Ask that a rule be set aside at one place; another member decides."""
    known = load_case(case)
    asked = read_asked(request.POST.dict(), known)
    words = (request.POST.get(name, "").strip() for name in ("rule", "where", "reason"))
    ask_override(held_vault(), case, asked.forum, *words)
    return HttpResponseRedirect(reverse("filing", args=[case]) + f"?{asked.query}")


@require_POST
def decide_override_of(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """Grant or refuse what another member asked."""
    asked = read_asked(request.POST.dict(), load_case(case))
    decision = request.POST.get("decision", "")
    if decision not in (GRANTED, REFUSED):
        raise BadInput("a request is granted or refused")
    decide_override(held_vault(), case, code, grant=decision == GRANTED)
    return HttpResponseRedirect(reverse("filing", args=[case]) + f"?{asked.query}")
