"""The lock of the pages: nothing is shown until a passphrase opened the vault.

Every session belongs to the member whose passphrase was given; several may be in at once,
each seeing what their own grants allow.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve

from amparo.access.grants import notices, scope_of
from amparo.access.requests import open_requests
from amparo.access.scope import acting, current, undisturbed
from amparo.errors import Locked, Refused
from amparo.filled import filled
from amparo.store.database import is_open
from amparo.vault.unlock import Vault, open_vault
from amparo.web import faults
from amparo.web.kept import carry

OPEN_PATHS = ("/unlock", "/lock", "/static/")
MAX_TRIES = 5
PAUSE_SECONDS = 30.0
LONGEST_PAUSE = 900.0
WATCH_SECONDS = 5.0
# A refusal to somebody from whom something is hidden, and what a search found, takes a whole
# number of these, so that its time does not tell what had to be looked up (bench/access.py).
STEP_SECONDS = 0.1
# What has been passed over in a search leaves the machine's caches cold for the page after it.
_FOUND = ("search-results", "search-new")
# Routes that hand something out: what may not leave is not there for them (docs/spec/access.md).
_TAKEN = ("export", "take", "package", "document", "download")


@dataclass
class Session:
    """One browser of one member."""

    member: str
    seen_at: float


@dataclass
class Door:
    """The one vault that this process serves, and the sessions that may pass, by their keys.

    Ending a session takes its key away at once, so that no page is shown any more; the vault
    itself is closed as soon as nobody is in and the requests under way have ended.
    """

    folder: Path
    idle_seconds: float
    vault: Vault | None = None
    sessions: dict[str, Session] = field(default_factory=dict)
    seen_at: float = 0.0
    tries: int = 0
    paused_until: float = 0.0
    inside: int = 0
    guard: threading.RLock = field(default_factory=threading.RLock)

    def open(self, passphrase: str) -> str:
        """Open the vault for the member of this passphrase; returns the key for the session.

        Raises Locked.
        """
        with self.guard:
            self._check_pause()
            try:
                if self.vault is None:
                    with undisturbed():
                        self.vault = open_vault(self.folder, passphrase)
                    member = self.vault.opener
                else:
                    member = _member_of(self.vault, passphrase)
            except Locked:
                self._count_try()
                raise Locked(
                    "this passphrase does not open the vault",
                    remedy="check capitals, spaces and the language of the keyboard",
                ) from None
            key = secrets.token_urlsafe(32)
            self.seen_at, self.tries, self.paused_until = time.monotonic(), 0, 0.0
            self.sessions[key] = Session(member, self.seen_at)
            return key

    def member_of(self, key: str) -> str:
        """Code of the member whose session this is, "" for none."""
        held = self.sessions.get(key)
        return held.member if held else ""

    def _check_pause(self) -> None:
        left = self.paused_until - time.monotonic()
        if left > 0:
            raise Locked(
                "too many wrong passphrases",
                remedy=filled("wait {seconds} seconds, then try again", seconds=int(left) + 1),
            )

    def _count_try(self) -> None:
        self.tries += 1
        if self.tries >= MAX_TRIES:
            pause = PAUSE_SECONDS * 2 ** min(self.tries - MAX_TRIES, 10)
            self.paused_until = time.monotonic() + min(pause, LONGEST_PAUSE)

    def end(self, key: str) -> None:
        """End every session of the member of this one; close the vault when nobody else is in."""
        with self.guard:
            member = self.member_of(key)
            self._keep(lambda held: held.member != member)

    def shut(self) -> None:
        """End every session now; close the vault and forget its keys when nobody is inside."""
        with self.guard:
            self._keep(lambda held: False)

    @contextmanager
    def alone(self) -> Iterator[Vault]:
        """The vault for the one request that is inside: others wait. When that closed it, every
        session has ended. Raises Refused when somebody else is inside.
        """
        with self.guard:
            vault = self.vault
            if vault is None or self.inside > 1:
                raise Refused(
                    "another page is being made at this moment",
                    remedy="wait until nobody works in the vault, then try again",
                )
            try:
                yield vault
            finally:
                if not is_open():
                    self.close()

    def _keep(self, wanted: Callable[[Session], bool]) -> None:
        self.sessions = {key: held for key, held in self.sessions.items() if wanted(held)}
        if not self.sessions and self.inside == 0:
            self.close()

    def close(self) -> None:
        """Close the vault whatever is under way: the process ends."""
        with self.guard:
            vault, self.vault, self.sessions = self.vault, None, {}
            if vault is not None:
                _forget()
                vault.close()
                vault.keys.wipe()

    def enter(self, key: str) -> str:
        """The member of a session that may go on, then `leave` must follow; "" otherwise."""
        with self.guard:
            self.check_idle()
            member = self.member_of(key)
            if self.vault is None or not member:
                return ""
            self.inside += 1
            return member

    def leave(self, key: str = "") -> None:
        """A request of this session has ended."""
        with self.guard:
            self.inside -= 1
            self.seen_at = time.monotonic()
            if key in self.sessions:
                self.sessions[key].seen_at = self.seen_at
            if not self.sessions and self.inside == 0:
                self.close()

    def check_idle(self) -> None:
        """End sessions that were idle too long; shut the vault with the last."""
        with self.guard:
            if self.vault is None or self.inside:
                return
            now = time.monotonic()
            if now - self.seen_at > self.idle_seconds:
                self.shut()
            else:
                self._keep(lambda held: now - held.seen_at <= self.idle_seconds)

    def watch(self, stop: threading.Event) -> None:
        """Shut an idle vault even when nobody comes to ask. Runs in its own thread."""
        while not stop.wait(WATCH_SECONDS):
            self.check_idle()


def _forget() -> None:
    """Drop what the pages keep in memory: sessions, the last package."""
    from django.core.cache import cache

    from amparo.casefile.outside import forget_released
    from amparo.web.filings import forget_parcel

    cache.clear()
    forget_released()
    forget_parcel()


def _member_of(vault: Vault, passphrase: str) -> str:
    from amparo.crypto.memory import wipe
    from amparo.crypto.slots import open_slots

    vault_key, slot = open_slots(vault.header.slots, passphrase)
    wipe(vault_key)
    return str(slot["member"])


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
    """Code of the member of this session: the actor of every change."""
    return current().member


# What people outside the team can ask; everything else is not there for them.
_FOR_OUTSIDE = frozenset({
    "start", "language", "stay", "items", "item", "item-place", "search", "search-results",
    "search-keep", "search-new", "search-forget", "cases", "case", "records", "record",
    "record-history", "chart", "chains", "pictures", "law-case", "law-act", "law", "law-crime",
    "ledger", "ledger-entry", "grants", "passphrase", "members",
})  # fmt: skip


def hands_out(route: str) -> bool:
    """Whether a route gives something to take away, or prepares it."""
    parts = route.split("-")
    return parts[0] in ("api", "filing") or parts[-1] in _TAKEN


class LockMiddleware:
    """Send every request without an open session to the unlock page; let nothing be kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        if request.path.startswith(OPEN_PATHS):
            return _seal(self.get_response(request))
        key = request.session.get("key", "")
        member = door().enter(key)
        if not member:
            return _seal(carry(request) or HttpResponseRedirect("/unlock"))
        try:
            scope = scope_of(member)
            if not scope.member:
                door().end(key)
                return _seal(HttpResponseRedirect("/unlock"))
            route = _route(request)
            if scope.outside and route not in _FOR_OUTSIDE:
                with acting(scope):
                    return _seal(even_out(faults.not_found(request), started))
            with acting(scope.leaving() if hands_out(route) else scope):
                response = _seal(self.get_response(request))
            return response if scope.whole else even_out(response, started, route)
        finally:
            door().leave(key)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Every failure as a page in plain words, never a traceback."""
        return faults.tell(request, error)


def even_out(response: HttpResponse, started: float, route: str = "") -> HttpResponse:
    """The response; a refusal and the hits of a search after whole steps since `started`."""
    refused = response.status_code >= HTTPStatus.BAD_REQUEST
    if (refused or route in _FOUND) and STEP_SECONDS:
        time.sleep(-(time.monotonic() - started) % STEP_SECONDS)
    return response


def _route(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""


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
    member = own.member_of(request.session.get("key", "")) if own and own.vault else ""
    here = match.view_name if match else ""
    return {
        "is_open": bool(member), "outside": current().outside, "member": member, "here": here,
        "notices": len(notices()), "requests_open": open_requests() if member else 0,
    }  # fmt: skip


def refuse_forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page."""
    return faults.refuse_forged(request)
