"""What somebody typed while the vault fell shut: carried through the unlock page, never stored.

The form goes from the browser that typed it into the unlock page and back to that browser;
nothing of it is kept here while nobody is inside.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

# Forms of the record that take long to fill in. None holds a passphrase or an identity.
ROUTES = ("record-add", "record-change", "coding", "tasks", "editor-section", "editor-comment")
MOST = 1_000_000
_NOT_KEPT = ("csrfmiddlewaretoken",)
_NOT_SHOWN = (
    "paragraph",
    "proposed",
    "seen",
    "apart",
    "first",
    "same",
    "save",
    "final",
    "again",
    "later",
)


def _route(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).url_name or ""
    except Resolver404:
        return ""


def carry(request: HttpRequest) -> HttpResponse | None:
    """The unlock page with the posted form in it; None where there is nothing to carry, or the
    form did not come from our own page."""
    address = request.get_full_path()
    if request.method != "POST" or _route(address) not in ROUTES:
        return None
    pairs = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _NOT_KEPT
        for value in values
    ]
    if not any(value.strip() for _, value in pairs) or _is_forged(request):
        return None
    kept = {"address": address, "pairs": pairs}
    return render(request, "unlock.html", {"kept": json.dumps(kept)}, status=403)


def _is_forged(request: HttpRequest) -> bool:
    """Whether the browser does not say that our own page sent it: the token that would tell
    went with the session."""
    own = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin", "") != own


def hand_back(request: HttpRequest) -> HttpResponse | None:
    """After unlocking: the form as it was typed, to be sent again; None where none came along."""
    text = request.POST.get("kept", "")
    if not text or len(text) > MOST:
        return None
    try:
        kept = json.loads(text)
        address, pairs = str(kept["address"]), [(str(n), str(v)) for n, v in kept["pairs"]]
    except (ValueError, TypeError, KeyError):
        return None
    if _route(address) not in ROUTES or urlsplit(address).netloc or address.startswith("//"):
        return None
    shown = [(name, value) for name, value in pairs if value.strip() and name not in _NOT_SHOWN]
    return render(request, "kept.html", {"address": address, "pairs": pairs, "shown": shown})
