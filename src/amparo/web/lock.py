"""The lock of the pages: nothing is shown until the passphrase opened the vault."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from amparo.errors import Locked
from amparo.vault.unlock import Vault, open_vault
from amparo.web import faults

OPEN_PATHS = ("/unlock", "/lock", "/static/")
MAX_TRIES = 5
PAUSE_SECONDS = 30.0
LONGEST_PAUSE = 900.0
WATCH_SECONDS = 5.0


@dataclass
class Door:
    """The one vault that this process serves. `key` names the sessions that may pass.

    Locking takes the key away at once, so that no page is shown any more; the vault
    itself is closed as soon as the requests under way have ended.
    """

    folder: Path
    idle_seconds: float
    vault: Vault | None = None
    key: str = ""
    seen_at: float = 0.0
    tries: int = 0
    paused_until: float = 0.0
    inside: int = 0
    guard: threading.RLock = field(default_factory=threading.RLock)

    def open(self, passphrase: str) -> str:
        """Open the vault; returns the key for the session. Raises Locked."""
        with self.guard:
            self._check_pause()
            try:
                if self.vault is None:
                    self.vault = open_vault(self.folder, passphrase)
                else:
                    _check_passphrase(self.vault, passphrase)
            except Locked:
                self._count_try()
                raise Locked(
                    "this passphrase does not open the vault",
                    remedy="check capitals, spaces and the language of the keyboard",
                ) from None
            self.key = self.key or secrets.token_urlsafe(32)
            self.seen_at, self.tries, self.paused_until = time.monotonic(), 0, 0.0
            return self.key

    def _check_pause(self) -> None:
        left = self.paused_until - time.monotonic()
        if left > 0:
            raise Locked(
                "too many wrong passphrases",
                remedy=f"wait {int(left) + 1} seconds, then try again",
            )

    def _count_try(self) -> None:
        self.tries += 1
        if self.tries >= MAX_TRIES:
            pause = PAUSE_SECONDS * 2 ** min(self.tries - MAX_TRIES, 10)
            self.paused_until = time.monotonic() + min(pause, LONGEST_PAUSE)

    def shut(self) -> None:
        """End every session now; close the vault and forget its keys when nobody is inside."""
        with self.guard:
            self.key = ""
            if self.inside == 0:
                self.close()

    def close(self) -> None:
        """Close the vault whatever is under way: the process ends."""
        with self.guard:
            vault, self.vault, self.key = self.vault, None, ""
            if vault is not None:
                _forget()
                vault.close()

    def enter(self, key: str) -> bool:
        """True when a session may go on; then `leave` must follow."""
        with self.guard:
            self.check_idle()
            if self.vault is None or not self.key or not secrets.compare_digest(key, self.key):
                return False
            self.inside += 1
            return True

    def leave(self) -> None:
        """A request has ended."""
        with self.guard:
            self.inside -= 1
            self.seen_at = time.monotonic()
            if not self.key and self.inside == 0:
                self.close()

    def check_idle(self) -> None:
        """Shut the vault when nobody asked for anything during the idle time."""
        with self.guard:
            idle = time.monotonic() - self.seen_at
            if self.vault is not None and self.inside == 0 and idle > self.idle_seconds:
                self.shut()

    def watch(self, stop: threading.Event) -> None:
        """Shut an idle vault even when nobody comes to ask. Runs in its own thread."""
        while not stop.wait(WATCH_SECONDS):
            self.check_idle()


def _forget() -> None:
    """Drop what the pages keep in memory: sessions, words of the index, the last package."""
    from django.core.cache import cache

    from amparo.casefile.search import forget_vocabulary
    from amparo.web.filings import forget_parcel

    cache.clear()
    forget_vocabulary()
    forget_parcel()


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
        raise Locked("the vault is locked", remedy="unlock it")
    return vault


def acting_member() -> str:
    """Code of the member who opened the vault: the actor of every change."""
    return held_vault().member


class LockMiddleware:
    """Send every request without an open session to the unlock page; let nothing be kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OPEN_PATHS):
            return _seal(self.get_response(request))
        if not door().enter(request.session.get("key", "")):
            return _seal(HttpResponseRedirect("/unlock"))
        try:
            return _seal(self.get_response(request))
        finally:
            door().leave()

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Every failure as a page in plain words, never a traceback."""
        return faults.tell(request, error)


def _seal(response: HttpResponse) -> HttpResponse:
    """Nothing of a page stays in the browser's cache.

    With "no-referrer" a browser sends `Origin: null` with our own forms, which the
    check against forged requests must refuse; "same-origin" tells other hosts nothing too.
    """
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    return response


def describe_session(request: HttpRequest) -> dict[str, object]:
    """Template context: whether this session is inside, and who acts."""
    match = request.resolver_match
    own = _door[0] if _door else None
    is_open = bool(own and own.vault and own.key and request.session.get("key") == own.key)
    member = own.vault.member if is_open and own and own.vault else ""
    return {"is_open": is_open, "member": member, "here": match.view_name if match else ""}


def refuse_forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page."""
    return faults.refuse_forged(request)
