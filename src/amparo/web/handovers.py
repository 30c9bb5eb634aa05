"""Pages on what was sent and what came back, and on whom a withdrawal must be told to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.casefile.records import CaseFile, load_case
from amparo.casefile.revise import change_record
from amparo.errors import AmparoError, BadInput, NotFound
from amparo.filing.handover import Affected, affected, record_sent, sent_of
from amparo.filing.words import LANGUAGES, load_forum
from amparo.filled import filled
from amparo.web.asked import NAMES, read_asked
from amparo.web.cards import Card
from amparo.web.faults import status_of
from amparo.web.filings import Past, download, past_of
from amparo.web.lock import acting_member, held_vault

FIELDS = ("to", "on", "how", "receipt", "received_on", "answer_by")
WAYS = ("portal", "post", "by hand", "encrypted mail")
MAX_SENDER = 2_000


def _today() -> date:
    return datetime.now(UTC).date()


@require_GET
def show_list(request: HttpRequest, case: str) -> HttpResponse:
    """Finished filings with whom they went to, and every deadline that is running."""
    known = load_case(case)
    past = past_of(known)
    due = sorted(
        ((str(sent.body["answer_by"]), sent, one) for one in past for sent in one.sent
         if sent.body.get("answer_by")),
        key=lambda line: line[0],
    )  # fmt: skip
    facts = {
        "case": known, "past": past, "due": due, "today": _today().isoformat(),
        "asked": read_asked({}, known),
    }  # fmt: skip
    return render(request, "handovers.html", facts)


def _past(known: CaseFile, code: str) -> Past:
    found = next((one for one in past_of(known) if one.item == code), None)
    if found is None:
        raise NotFound("no such filing")
    return found


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """One filing: record that it was sent, or what came back since."""
    known = load_case(case)
    past = _past(known, code)
    error: AmparoError | None = None
    if request.method == "POST":
        try:
            _record(request, known, code)
            return HttpResponseRedirect(reverse("handover", args=[case, code]) + "#sent")
        except AmparoError as refused:
            error = refused
    facts = {
        "case": known, "one": past, "error": error, "today": _today().isoformat(), "ways": WAYS,
        "recipient": load_forum(past.forum).recipient, "typed": request.POST,
        "next": past.exhibits + 1,
        "asked": read_asked({"forum": past.forum, "lang": past.lang}, known),
    }  # fmt: skip
    return render(request, "handover.html", facts, status=status_of(error) if error else 200)


def _record(request: HttpRequest, known: CaseFile, code: str) -> None:
    """Save what the form says; a reply is added to those there are. Raises BadInput."""
    told: dict[str, Any] = {name: request.POST.get(name, "").strip() for name in FIELDS}
    held = known.get(request.POST.get("handover", ""))
    if held is not None and held in sent_of(known, code):
        told = {**held.body, **{name: value for name, value in told.items() if value}}
        told["to"] = held["to"]
        told.pop("replies", None)
    elif any(row["to"] == told["to"] for row in sent_of(known, code)):
        raise BadInput(
            "this filing was sent to this recipient already",
            remedy="add the receipt or reply to what is recorded below",
        )
    reply, when = (request.POST.get(name, "").strip() for name in ("reply", "reply_on"))
    told["replies"] = [f"{when or _today().isoformat()}: {reply}"] if reply else []
    record_sent(held_vault(), code, told)


# Withdrawal of consent


@require_http_methods(["GET", "POST"])
def withdrawals(request: HttpRequest, case: str) -> HttpResponse:
    """In which filings a person appears and who has them; POST drafts the letters."""
    known = load_case(case)
    given = request.POST if request.method == "POST" else request.GET
    person, lang = given.get("person", ""), given.get("lang", "en")
    if lang not in LANGUAGES:
        raise BadInput(
            "no letter in this language",
            remedy=filled("one of: {names}", names=", ".join(LANGUAGES)),
        )
    sender = _lines(request.POST.get("sender", ""))
    found = affected(case, person, lang=lang, on=_today(), sender=sender) if person else []
    consents = [row for row in known.all("consent") if row["subject"] == person]
    told = {name for row in consents for name in row["told"] or ()}
    facts = {
        "case": known, "person": person, "lang": lang, "languages": list(NAMES.items()),
        "persons": [Card.of(row) for row in known.all("person")],
        "lines": [(n, one.as_dict(), _is_told(one, told)) for n, one in enumerate(found)],
        "withdrawn": [Card.of(row) for row in consents if row["withdrawn_on"]],
        "standing": [Card.of(row) for row in consents if not row["withdrawn_on"]],
        "sender": request.POST.get("sender", ""), "asked": read_asked({}, known),
        "today": _today().isoformat(),
    }  # fmt: skip
    return render(request, "withdrawals.html", facts)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text[:MAX_SENDER].splitlines() if line.strip())


def _is_told(one: Affected, told: set[str]) -> bool:
    return one.handover is not None and str(one.handover["to"]) in {
        t.partition(",")[0] for t in told
    }


@require_POST
def letter(request: HttpRequest, case: str) -> HttpResponse:
    """One letter as a text file, to be read and sent by a person."""
    load_case(case)
    one = _one(request, case)
    return download(one.letter.encode(), f"{case}-letter.txt", "text/plain; charset=utf-8")


def _one(request: HttpRequest, case: str) -> Affected:
    """The line of the list that the form is about. Raises NotFound."""
    person, lang = request.POST.get("person", ""), request.POST.get("lang", "en")
    sender = _lines(request.POST.get("sender", ""))
    found = affected(case, person, lang=lang, on=_today(), sender=sender)
    number = request.POST.get("line", "")
    if not number.isdigit() or int(number) >= len(found) or found[int(number)].handover is None:
        raise NotFound("no such recipient")
    return found[int(number)]


@require_POST
def tell(request: HttpRequest, case: str) -> HttpResponse:
    """Write into the withdrawn consents that a recipient was told."""
    known = load_case(case)
    person = request.POST.get("person", "")
    sent = _one(request, case).handover
    rows = [row for row in known.all("consent") if row["subject"] == person and row["withdrawn_on"]]
    if sent is None or not rows:
        raise BadInput(
            "no consent of this person is withdrawn", remedy="record the withdrawal first"
        )
    line = f"{sent['to']}, {_today().isoformat()}"
    for row in rows:
        body = {**row.body, "told": [*(row["told"] or ()), line]}
        change_record(acting_member(), case, row.code, body, seen_version=row.version)
    where = reverse("withdrawals", args=[case])
    return HttpResponseRedirect(f"{where}?person={person}&lang={request.POST.get('lang', 'en')}")


@require_POST
def withdraw(request: HttpRequest, case: str) -> HttpResponse:
    """Enter the withdrawal of a consent: the day, on the record that gave it."""
    known = load_case(case)
    row = known.get(request.POST.get("consent", ""))
    if row is None or row.noun != "consent":
        raise NotFound("no such consent")
    body = {**row.body, "withdrawn_on": request.POST.get("withdrawn_on", "").strip()}
    change_record(acting_member(), case, row.code, body, seen_version=row.version)
    where = reverse("withdrawals", args=[case])
    return HttpResponseRedirect(f"{where}?person={row['subject']}")
