"""Pages of grants: who may what, giving and taking back, break-glass, and who is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from amparo.access import grants, requests
from amparo.access.members import list_members
from amparo.access.roles import ACTIONS, COMPARTMENTS, EVERY_CASE, MEMBER, ROLES
from amparo.access.scope import current
from amparo.casefile.consent import use_of
from amparo.casefile.records import find_case, list_cases
from amparo.errors import AmparoError, BadInput
from amparo.web.faults import status_of
from amparo.web.lock import acting_member


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Grants in force, with forms for who decides; POST gives, takes back or breaks the glass."""
    error: AmparoError | None = None
    if request.method == "POST":
        try:
            _act(request)
            return HttpResponseRedirect(reverse("grants"))
        except AmparoError as refused:
            error = refused
    role = ROLES.get(current().role)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    held = [one for one in grants.list_grants() if not one.ended]
    facts = {
        "held": [one for one in held if not one.until or one.until > now],
        "members": [one for one in list_members() if one.left_at is None],
        "cases": list_cases(),
        "roles": [one for one in ROLES.values() if one.name != MEMBER],
        "own_role": role,
        "compartments": COMPARTMENTS,
        "actions": ACTIONS,
        "pending": grants.notices(),
        "requests": [one for one in requests.list_requests() if one.state != "lapsed"],
        "error": error,
    }
    return render(request, "grants.html", facts, status=status_of(error) if error else 200)


def _act(request: HttpRequest) -> None:
    """Do what the button of the form asks. Raises BadInput, Refused, NotFound."""
    actor, said = acting_member(), request.POST
    what = said.get("do", "")
    case = said.get("case", EVERY_CASE)
    if what == "give":
        _known(case)
        grants.give(
            actor, said.get("member", ""), said.get("compartment", ""), said.get("action", ""),
            case=case, until=_until(said.get("until", "")), why=said.get("why", "")[:500],
        )  # fmt: skip
    elif what == "role":
        _known(case)
        use = use_of(said.get("purpose", ""), said.get("recipient", ""))
        grants.give_role(
            actor, said.get("member", ""), said.get("role", ""),
            cases=[case] if case else (), until=_until(said.get("until", "")),
            purpose=use.purpose, recipient=use.recipient,
        )  # fmt: skip
    elif what == "revoke":
        grants.revoke(actor, [_number(said.get("number", ""))])
    elif what == "break":
        hours = _number(said.get("hours", ""))
        why = said.get("why", "")
        grants.break_glass(actor, case.strip(), said.get("compartment", ""), hours=hours, why=why)
    elif what == "seen":
        grants.acknowledge(actor, _number(said.get("number", "")))
    elif what in ("agree", "refuse"):
        requests.decide(actor, _number(said.get("number", "")), agree=what == "agree")
    else:
        raise BadInput("the form does not say what to do")


def _known(case: str) -> None:
    if case:
        find_case(case)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadInput("this is no number", value=text[:16])
    return int(text)


def _until(text: str) -> datetime | None:
    """The end of the day that was given (UTC), None for good. Raises BadInput."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput("the last day is not a date", remedy="write it as 2027-01-31") from None
    return datetime.combine(day, time(), UTC) + timedelta(days=1)
