"""Pages that check: the vault read again from end to end, and what this machine gives."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.access.members import refuse_unless_owner
from amparo.access.scope import refuse_unless_watching
from amparo.casefile.verify import check_record
from amparo.crypto.sign import Verifier
from amparo.custody.verify import verify_package
from amparo.intake.examine import examine
from amparo.vault.facts import describe
from amparo.vault.verify import verify_vault
from amparo.web.backups import place_of
from amparo.web.exchanges import note_of
from amparo.web.lock import acting_member, held_vault


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Show the last report of this session; POST reads and hashes everything again."""
    refuse_unless_watching()
    if request.method == "POST":
        report = verify_vault(held_vault())
        check_record(report)
        request.session["verified"] = report.as_dict()
        return HttpResponseRedirect(reverse("verify"))
    return render(request, "verify.html", {"report": request.session.get("verified")})


@require_POST
def verify_given(request: HttpRequest) -> HttpResponse:
    """Check a package that lies on this machine; the answer is kept nowhere. For owners."""
    refuse_unless_owner(acting_member())
    keys = [line.strip() for line in request.POST.get("key", "").splitlines() if line.strip()]
    for key in keys:
        Verifier.parse(key)
    earlier = [note_of(request, "checkpoint")] if request.POST.get("checkpoint", "").strip() else []
    told = verify_package(Path(place_of(request)), trusted=keys, earlier=earlier)
    return render(request, "verify.html", {"package": told})


@require_GET
def machine(request: HttpRequest) -> HttpResponse:
    """What the program stands on here. Contacts nothing."""
    facts = {
        "version": version("amparo"),
        "checks": examine(),
        "vault": describe(held_vault()),
    }
    return render(request, "machine.html", facts)
