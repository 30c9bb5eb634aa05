"""Filing pages: what the gate says, the build with its progress, and what to take away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.casefile.records import CaseFile, load_case
from amparo.errors import AmparoError, BadInput, NotFound
from amparo.filing.bundle import name_recipient
from amparo.filing.check import Withheld
from amparo.filing.gather import examine, filings, refuse_lapsed
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
from amparo.vault.models import Item
from amparo.vault.retrieve import export_item, find_item
from amparo.web import builds
from amparo.web.asked import Asked, choices, read_asked
from amparo.web.cards import Card
from amparo.web.faults import status_of
from amparo.web.lock import acting_member, held_vault

MAX_SENDER = 2_000
MAX_NAMES = 100_000
READER = "filing"
REFRESH_SECONDS = 2
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

    refuse_blocks(_examine(known, asked))


def _examine(known: CaseFile, asked: Asked) -> Any:
    rules = name_recipient(load_forum(asked.forum), asked.recipient)
    return examine(known.code, rules, asked.on, lang=asked.lang, version=asked.version)


def _choices(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """The build form, checked. Raises BadInput."""
    lines = request.POST.get("sender", "")[:MAX_SENDER].splitlines()
    form = request.POST.get("load_file", "")
    if form not in ("", *FORMS):
        raise BadInput("there is no such load file", remedy=f"one of: {', '.join(FORMS)}")
    columns = request.POST.get("columns", "").strip() or COLUMNS_TEXT
    request.session["columns"] = columns
    return {
        "forum": asked.forum,
        "lang": asked.lang,
        "on": asked.on,
        "sender": tuple(line.strip() for line in lines if line.strip()),
        "recipient": asked.recipient,
        "version": asked.version,
        "supplements": asked.adds,
        "protect": read_names(request.POST.get("protect", "")[:MAX_NAMES]),
        "load_file": form,
        "columns": read_columns(columns, "columns") if form else COLUMNS,
    }


def _page(
    request: HttpRequest, known: CaseFile, asked: Asked, error: AmparoError | None
) -> HttpResponse:
    found = _examine(known, asked)
    job = builds.job_of(known.code, acting_member())
    past = [_describe(told, known) for told in reversed(filings(known.code))]
    facts = {
        "case": known, "error": error, **choices(known, asked),
        "blocks": [_step(one, known, asked) for one in found.blocks],
        "warnings": [_step(one, known, asked) for one in found.findings if one.severity != "block"],
        "leaving": _count(found.case),
        "overrides": [Card.of(row) for row in overrides_of(known, asked.forum)],
        "held": _group(found.withheld, asked.forum),
        "past": past, "job": job, "parcel": len(job.data) if job else 0,
        "sender": request.POST.get("sender", ""), "load_file": request.POST.get("load_file", ""),
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
    if "consent" in one.step or one.rule in ("held-back", "nothing"):
        return reverse("record-add", args=[known.code, "consents"]), "Record a consent"
    if row is not None:
        return reverse("record-change", args=[known.code, code]), f"Change {code}"
    if one.where.startswith("section") or one.rule.startswith("length"):
        return reverse("editor", args=[known.code, asked.forum, asked.lang]), "Open the text"
    return reverse("case", args=[known.code]), "Open the case"


def _count(case: CaseFile) -> list[tuple[str, int]]:
    nouns = ("act", "person", "source", "item", "statement", "proposition")
    return [(noun, len(case.all(noun))) for noun in nouns]


@require_GET
def progress(request: HttpRequest, case: str) -> HttpResponse:
    """How far the build is; the page asks again by itself until it is done."""
    load_case(case)
    job = builds.job_of(case, acting_member())
    if job is None or (job.done and job.error is None):
        return HttpResponseRedirect(reverse("filing", args=[case]) + "#built")
    facts = {"case": load_case(case), "job": job, "error": job.error}
    response = render(request, "filing_progress.html", facts,
                      status=status_of(job.error) if job.error else 200)  # fmt: skip
    if not job.done and "still" not in request.GET:
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
    return Past(told["item"], told["forum"], told["lang"], told["date"], len(told["numbers"]),
                told["finished"], documents, sent)  # fmt: skip


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
    words = load_words(forum, "en")
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
