"""Time stamps: services that may be asked, what is due, what is kept. Asked only on a click."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from amparo.access.members import refuse_unless_owner
from amparo.custody import stamping
from amparo.custody.timestamp import Outcome
from amparo.errors import BadInput
from amparo.web.lock import acting_member

MAX_PEM = 1 << 20


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Stamps kept, checked offline; what is due; services. Contacts nobody."""
    kept = stamping.open_stamps()
    found, faults = kept.read()
    facts = {
        "stamps": found,
        "faults": faults,
        "due": kept.due(),
        "services": stamping.services(),
        "outcomes": request.session.pop("stamped", None),
    }
    return render(request, "stamps.html", facts)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask the services to stamp the newest checkpoint, and all that is due."""
    return _told(request, stamping.stamp_newest(acting_member()))


@require_POST
def upgrade(request: HttpRequest) -> HttpResponse:
    """Ask calendars whether their promises have reached the chain."""
    return _told(request, stamping.upgrade(acting_member()))


@require_POST
def add_authority(request: HttpRequest) -> HttpResponse:
    """Allow an RFC 3161 authority to be asked; its roots come as a file. Contacts nobody."""
    refuse_unless_owner(acting_member())
    upload = request.FILES.get("roots")
    if upload is None or (upload.size or 0) > MAX_PEM:
        raise BadInput("no file of root certificates arrived", remedy="choose a PEM file")
    name, url, policy = (request.POST.get(f, "").strip() for f in ("name", "url", "policy"))
    roots = upload.read().decode("ascii", "replace")
    stamping.add_authority(acting_member(), name, url, roots, policy=policy)
    return HttpResponseRedirect(reverse("stamps"))


@require_POST
def add_calendar(request: HttpRequest) -> HttpResponse:
    """Allow an OpenTimestamps calendar to be asked. Contacts nobody."""
    refuse_unless_owner(acting_member())
    stamping.add_calendar(acting_member(), request.POST.get("url", "").strip())
    return HttpResponseRedirect(reverse("stamps"))


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Ask a service no more; its stamps stay."""
    refuse_unless_owner(acting_member())
    stamping.remove_service(acting_member(), request.POST.get("name", ""))
    return HttpResponseRedirect(reverse("stamps"))


def _told(request: HttpRequest, outcomes: list[Outcome]) -> HttpResponse:
    request.session["stamped"] = [
        {"size": one.size, "service": one.authority, "failure": one.failure} for one in outcomes
    ]
    return HttpResponseRedirect(reverse("stamps"))
