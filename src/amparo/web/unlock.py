"""Unlock and lock."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.crypto.strength import MAX_PASSPHRASE
from amparo.errors import AmparoError
from amparo.web.faults import status_of
from amparo.web.kept import MOST, hand_back
from amparo.web.lock import door


@require_http_methods(["GET", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Ask for the passphrase; a wrong one gives the same page with a plain sentence."""
    if request.method == "GET":
        return render(request, "unlock.html")
    try:
        key = door().open(request.POST.get("passphrase", "")[:MAX_PASSPHRASE])
    except AmparoError as error:
        told = {"error": error, "kept": request.POST.get("kept", "")[:MOST]}
        return render(request, "unlock.html", told, status=status_of(error))
    # What another member left in this browser is not for this one.
    if request.session.get("member") != door().member_of(key):
        request.session.flush()
    request.session.cycle_key()
    request.session["key"], request.session["member"] = key, door().member_of(key)
    return hand_back(request) or HttpResponseRedirect(reverse("start"))


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """End this member's sessions, and close the vault when nobody else is in."""
    key = request.session.get("key", "")
    if door().member_of(key):
        door().end(key)
    request.session.flush()
    return HttpResponseRedirect(reverse("unlock"))


@require_GET
def stay(request: HttpRequest) -> HttpResponse:
    """Somebody is typing: the idle time begins again. Answers nothing."""
    return HttpResponse(status=204)
