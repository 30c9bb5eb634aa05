"""The lock of the pages: nothing is shown until the passphrase opened the vault."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from amparo.vault.unlock import Vault, open_vault

OPEN_PATHS = ("/unlock", "/static/")
MAX_TRIES = 5
PAUSE_SECONDS = 30.0


@dataclass
class Door:
    """The one vault that this process serves. `key` names the sessions that may pass."""

    folder: Path
    idle_seconds: float
    vault: Vault | None = None
    key: str = ""
    seen_at: float = 0.0
    tries: int = 0
    paused_until: float = 0.0
    guard: threading.RLock = field(default_factory=threading.RLock)

    def open(self, passphrase: str) -> str:
        """Open the vault; returns the key for the session. Raises Locked."""
        with self.guard:
            if self.vault is None:
                self.vault = open_vault(self.folder, passphrase)
            else:
                _check_passphrase(self.vault, passphrase)
            self.key = self.key or secrets.token_urlsafe(32)
            self.seen_at, self.tries = time.monotonic(), 0
            return self.key

    def shut(self) -> None:
        """Close the vault and forget its keys; every session ends."""
        with self.guard:
            if self.vault is not None:
                self.vault.close()
            self.vault, self.key = None, ""

    def passes(self, key: str) -> bool:
        """True when a session may go on; an idle vault is shut first."""
        with self.guard:
            if self.vault is None or not key or not secrets.compare_digest(key, self.key):
                return False
            if time.monotonic() - self.seen_at > self.idle_seconds:
                self.shut()
                return False
            self.seen_at = time.monotonic()
            return True


def _check_passphrase(vault: Vault, passphrase: str) -> None:
    from amparo.crypto.memory import wipe
    from amparo.crypto.slots import open_slots

    vault_key, _ = open_slots(vault.header.slots, passphrase)
    wipe(vault_key)


_door: list[Door] = []


def set_door(door: Door) -> None:
    """The door of this process."""
    _door[:] = [door]


def door() -> Door:
    """The door of this process."""
    return _door[0]


def held_vault() -> Vault:
    """The open vault; only behind the middleware."""
    vault = door().vault
    if vault is None:
        raise RuntimeError("locked")
    return vault


class LockMiddleware:
    """Send every request without an open session to the unlock page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        free = request.path.startswith(OPEN_PATHS)
        if not free and not door().passes(request.session.get("key", "")):
            return HttpResponseRedirect("/unlock")
        response = self.get_response(request)
        response["Cache-Control"] = "no-store"
        return response


def describe_session(request: HttpRequest) -> dict[str, object]:
    """Template context: whether the vault is open."""
    return {"is_open": bool(_door) and door().vault is not None}


def refuse_forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page."""
    return render(request, "refused.html", status=403)
