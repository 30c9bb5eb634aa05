"""Pages that check: the vault read again from end to end, and what this machine gives."""

from __future__ import annotations

from importlib.metadata import version

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from amparo.access.scope import refuse_unless_watching
from amparo.casefile.verify import check_record
from amparo.intake.examine import examine
from amparo.vault.facts import describe
from amparo.vault.verify import verify_vault
from amparo.web.lock import held_vault


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


@require_GET
def machine(request: HttpRequest) -> HttpResponse:
    """What the program stands on here. Contacts nothing."""
    facts = {
        "version": version("amparo"),
        "checks": examine(),
        "vault": describe(held_vault()),
    }
    return render(request, "machine.html", facts)
