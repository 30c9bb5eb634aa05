"""Tools of the ledger: proofs, comparing with what others kept, countersigning, second key."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from amparo.crypto.sign import Signer, Verifier
from amparo.custody.history import compare_with, prove_entry, prove_growth
from amparo.custody.layout import consistency_text
from amparo.custody.models import LogState
from amparo.custody.witnessed import cosigner, keep_cosigned, sign_theirs
from amparo.errors import BadInput
from amparo.vault.entries import list_whole_entries
from amparo.vault.rekey import add_post_quantum
from amparo.web.exchanges import note_of
from amparo.web.lock import acting_member, held_vault

TEXT = "text/plain; charset=utf-8"


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Keys, and forms for what is done with partners."""
    return _page(request)


@require_POST
def take_checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed checkpoint as a file: for a partner who can hold us to it."""
    return _file(LogState.objects.get().checkpoint, "checkpoint.txt")


@require_POST
def take_proof(request: HttpRequest, sequence: int) -> HttpResponse:
    """A C2SP tlog-proof that leads from an entry to the newest checkpoint."""
    list_whole_entries(sequence)
    return _file(prove_entry(sequence)[1].encode(), f"{sequence}.tlog-proof")


@require_POST
def take_entry(request: HttpRequest, sequence: int) -> HttpResponse:
    """The exact bytes of an entry, as its proof is about them."""
    list_whole_entries(sequence)
    return _file(prove_entry(sequence)[0].decode(), f"{sequence}.entry.json")


@require_POST
def compare(request: HttpRequest) -> HttpResponse:
    """Whether the ledger has only grown since a checkpoint that was kept elsewhere."""
    return _page(request, grown=compare_with(note_of(request, "checkpoint"), _own_keys()).size)


@require_POST
def grow(request: HttpRequest) -> HttpResponse:
    """The proof that the newest checkpoint continues an earlier one, as a file: for a witness."""
    since = request.POST.get("since", "").strip()
    if not (since.isascii() and since.isdigit() and len(since) < 16):
        raise BadInput("this is no number of entries", value=since[:20])
    size, path = prove_growth(int(since))
    return _file(consistency_text(int(since), size, path), f"{since}-{size}.growth.txt")


@require_POST
def countersign(request: HttpRequest) -> HttpResponse:
    """Countersign another office's ledger, when it continues what was signed before."""
    growth = note_of(request, "proof") if request.POST.get("proof", "").strip() else ""
    note, key = note_of(request, "checkpoint"), request.POST.get("key", "").strip()
    signed = sign_theirs(acting_member(), _witness(), note, vkey=key, proof=growth)
    return _page(request, signed=signed)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep our checkpoint that a witness countersigned."""
    note, keys = note_of(request, "checkpoint"), request.POST.get("key", "").split()
    return _page(request, kept=", ".join(keep_cosigned(acting_member(), note, keys, _own_keys())))


@require_POST
def use_post_quantum(request: HttpRequest) -> HttpResponse:
    """Let an ML-DSA-44 key sign each checkpoint from now on. For owners."""
    add_post_quantum(held_vault())
    return _page(request)


def _page(request: HttpRequest, **facts: object) -> HttpResponse:
    told = {
        "header": held_vault().header,
        "witness": _witness().verifier.vkey,
        "size": LogState.objects.get().size,
    }
    return render(request, "witnesses.html", {**told, **facts})


def _witness() -> Signer:
    vault = held_vault()
    return cosigner(vault.header.origin, vault.keys.cosigning)


def _own_keys() -> list[Verifier]:
    return [Verifier.parse(key) for key in held_vault().header.vkeys]


def _file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=TEXT)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
