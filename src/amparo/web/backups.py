"""Backups from the pages: when the last one was made, what is newer, and making one.

A place is a folder of this machine or a bucket; since it is read and written with the
rights of whoever serves the pages, only owners may name one.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from amparo.access.members import refuse_unless_owner
from amparo.errors import BadInput
from amparo.vault.backup import last_backup
from amparo.vault.remote import back_up_anywhere
from amparo.web.lock import acting_member, held_vault

MAX_PLACE = 1000


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """When the last backup was made and how much is newer; what the one of this session did."""
    refuse_unless_owner(acting_member())
    facts = {"last": last_backup(), "done": request.session.pop("backed_up", None)}
    return render(request, "backups.html", facts)


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Back up to the place that was named."""
    refuse_unless_owner(acting_member())
    done = back_up_anywhere(held_vault(), place_of(request))
    request.session["backed_up"] = vars(done)
    return HttpResponseRedirect(reverse("backups"))


def place_of(request: HttpRequest) -> str:
    """The place of this machine that a form names. Raises BadInput for none."""
    place = request.POST.get("place", "").strip()
    if not place or len(place) > MAX_PLACE or "\0" in place:
        raise BadInput("no place was named", remedy="name a folder of this machine")
    return place
