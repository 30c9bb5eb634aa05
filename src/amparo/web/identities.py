"""Who stands behind a person's code: seal, show with an entry, destroy. Nothing is prefilled."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from amparo.casefile.blind import seal_person
from amparo.casefile.forget import erase_person
from amparo.casefile.records import CaseFile, load_case
from amparo.errors import BadInput, NotFound
from amparo.filled import filled
from amparo.vault.erase import (
    Erasure,
    alone_from,
    ask_erasure,
    deciders,
    find_erasure,
    refuse_erasure,
)
from amparo.vault.identity import FIELDS, list_identities, show_identity
from amparo.web.lock import acting_member, held_vault

MAX_REASON = 200


@require_GET
def ask(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """Whether something is sealed, without what; forms to seal, show and destroy."""
    return _page(request, case, code)


@sensitive_post_parameters()
@require_POST
def seal(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """Seal what was typed under a key of that person's own."""
    _check_person(case, code)
    values = {field: request.POST.get(field, "").strip() for field in FIELDS}
    seal_person(held_vault(), case, code, values)
    return HttpResponseRedirect(reverse("identity", args=[case, code]))


@require_POST
def show(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """What is sealed, once, on this page; that it was shown, and why, is an entry."""
    _check_person(case, code)
    values = show_identity(held_vault(), case, code, purpose=_reason(request, "purpose"))
    return _page(request, case, code, values=values)


@require_POST
def erase(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """Ask that key and identity be destroyed; or decide on what another member asked."""
    _check_person(case, code)
    what = request.POST.get("do", "")
    if what == "ask":
        ask_erasure(held_vault(), case, code, _reason(request, "reason"))
    elif what == "refuse":
        refuse_erasure(held_vault(), case, code)
    elif what != "grant":
        raise BadInput("the form does not say what to do")
    elif request.POST.get("sure", "").strip() != code:
        raise BadInput(
            "nothing was destroyed", remedy=filled("type {code} to say that you mean it", code=code)
        )
    else:
        gone = erase_person(held_vault(), case, code)
        return _page(request, case, code, gone=gone)
    return HttpResponseRedirect(reverse("identity", args=[case, code]))


def _page(request: HttpRequest, case: str, code: str, **facts: object) -> HttpResponse:
    known = _check_person(case, code)
    held = next((row for row in list_identities(case) if row.person_code == code), None)
    told = {"case": known, "person": code, "held": held, "fields": FIELDS}
    asked = find_erasure(case, code)
    if asked is not None:
        facts |= _state_of(asked)
    return render(request, "identity.html", {**told, **facts})


def _state_of(asked: Erasure) -> dict[str, object]:
    """What was asked, and what the acting member may do about it now."""
    own, alone = asked.by == acting_member(), alone_from(asked)
    may = not own or (alone is not None and alone <= datetime.now(UTC))
    return {
        "asked": asked, "own": own, "may_destroy": may, "alone_from": alone,
        "deciders": deciders(asked),
    }  # fmt: skip


def _check_person(case: str, code: str) -> CaseFile:
    known = load_case(case)
    if not any(row.code == code for row in known.all("person")):
        raise NotFound("no such person in this case", value=code)
    return known


def _reason(request: HttpRequest, field: str) -> str:
    reason = " ".join(request.POST.get(field, "").split())
    if not reason or len(reason) > MAX_REASON:
        raise BadInput("say why", remedy="a few words for the ledger; name nobody")
    return reason
