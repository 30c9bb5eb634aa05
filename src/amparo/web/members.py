"""Who may open the vault: list, add, remove; own passphrase; recovery words.

Passphrases and words go through bodies of POST only, and stand on the one page that shows
them: never in an address, a session, a redirect or a log.
"""

from __future__ import annotations

from shutil import disk_usage

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.access.members import list_members, refuse_unless_owner
from amparo.access.roles import MEMBER, OWNER, ROLES
from amparo.crypto.slots import draw_passphrase
from amparo.crypto.strength import MAX_PASSPHRASE, judge_passphrase
from amparo.errors import BadInput
from amparo.vault.rekey import (
    add_member,
    parse_shares,
    remove_member,
    renew_passphrase,
    renew_recovery,
)
from amparo.vault.reseal import reseal, size_of
from amparo.web.lock import acting_member, door, held_vault


@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Members and those who left; forms for what the acting member may do."""
    slots = {slot.get("member") for slot in held_vault().header.slots}
    rows = [(member, member.code in slots) for member in list_members()]
    own = [member.role for member, _ in rows if member.code == acting_member()]
    roles = [role for role in ROLES.values() if role.name != MEMBER]
    facts = {"rows": rows, "roles": roles, "is_owner": own == [OWNER]}
    return render(request, "members.html", facts)


@sensitive_post_parameters()
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Let one more person open the vault; a drawn passphrase is shown once, here."""
    refuse_unless_owner(acting_member())
    drawn = not _secret(request, "passphrase")
    new = draw_passphrase() if drawn else _chosen(request)
    cases = request.POST.get("cases", "").replace(",", " ").split()
    role = request.POST.get("role", "")
    code = add_member(held_vault(), _secret(request, "own"), new, role=role, cases=cases)
    facts = {"code": code, "passphrase": new if drawn else ""}
    return render(request, "member_added.html", facts)


@require_POST
def remove(request: HttpRequest, code: str) -> HttpResponse:
    """Take a member's way into the vault away; their sessions end with it."""
    remove_member(held_vault(), code)
    return HttpResponseRedirect(reverse("members"))


@sensitive_post_parameters()
@require_POST
def change_own(request: HttpRequest) -> HttpResponse:
    """Change the acting member's passphrase."""
    renew_passphrase(held_vault(), _secret(request, "own"), _chosen(request))
    return render(request, "member_added.html", {"code": acting_member(), "changed": True})


@sensitive_post_parameters()
@require_POST
def renew_words(request: HttpRequest) -> HttpResponse:
    """Make new recovery words, shown once, here; all earlier ones open the vault no more."""
    threshold, count = parse_shares(request.POST.get("shares", ""))
    own = _secret(request, "own")
    words = renew_recovery(held_vault(), own, threshold=threshold, count=count)
    return render(request, "recovery_words.html", {"words": words, "threshold": threshold})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def reseal_vault(request: HttpRequest) -> HttpResponse:
    """Encrypt everything anew; what has to be handed out is shown once, and all are locked out."""
    refuse_unless_owner(acting_member())
    if request.method == "GET":
        held = held_vault()
        others = sum("member" in slot for slot in held.header.slots) - 1
        facts = {"size": size_of(held), "others": others, "free": disk_usage(held.folder).free}
        return render(request, "reseal.html", facts)
    own = _secret(request, "own")
    with door().alone() as vault:
        answer = reseal(vault, own)
    return render(request, "resealed.html", {"done": answer})


def _secret(request: HttpRequest, field: str) -> str:
    return request.POST.get(field, "")[: MAX_PASSPHRASE + 1]


def _chosen(request: HttpRequest) -> str:
    """A new passphrase given twice and judged. Raises BadInput."""
    new = _secret(request, "passphrase")
    if new != _secret(request, "again"):
        raise BadInput("the two passphrases differ", remedy="go back and try again")
    judge_passphrase(new)
    return new
