"""Drive headless Chromium over a pipe (Chrome DevTools Protocol, NUL-ended JSON on fds 3 and 4).

The browser starts with an empty profile in memory (`/dev/shm` where there is one), keeps no
cookie, and is ended with its profile. What it would tell its maker goes to a closed door:
only the pages opened in a context with `route` have a way out. Started by root it
gives up root first, so that its own sandbox stands.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from amparo.errors import AmparoError, Exit

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
NOBODY = 65_534
MEMORY = Path("/dev/shm")  # noqa: S108
NOWHERE = "socks5://127.0.0.1:9"
MAX_MESSAGE = 256 << 20
FLAGS = (
    "--headless=new", "--remote-debugging-pipe", "--incognito", "--no-first-run",
    "--no-default-browser-check", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-breakpad",
    "--disable-domain-reliability", "--disable-client-side-phishing-detection", "--no-pings",
    "--disable-quic", "--dns-prefetch-disable", "--disable-gpu", "--disable-dev-shm-usage",
    "--mute-audio", "--hide-scrollbars", "--metrics-recording-only", "--password-store=basic",
    "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication,"
    "DialMediaRouteProvider,PreconnectToSearch,NetworkTimeServiceQuerying",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--window-size=1280,1024",
)  # fmt: skip
# 2 = block: cookies, and with them local storage and service workers, are never kept.
PREFERENCES = {"profile": {"default_content_setting_values": {"cookies": 2, "notifications": 2}}}


class BrowserFailed(AmparoError):
    """The browser is missing or does not start."""

    exit_code = Exit.STORAGE


def find_browser() -> str:
    """Path of the browser. Raises BrowserFailed where there is none."""
    for name in PROGRAMS:
        if found := shutil.which(name):
            return found
    raise BrowserFailed(
        "no browser to capture pages with", value="chromium", remedy="Install Debian's `chromium`"
    )


class Browser:
    """A running browser; `send` asks, `receive` gives answers and events as they come."""

    def __init__(self, proxy: str = "") -> None:
        self._program = find_browser()
        self.route = {"proxyServer": proxy or "direct://", "proxyBypassList": "<-loopback>"}
        where = MEMORY if os.access(MEMORY, os.W_OK) else None
        self.folder = Path(tempfile.mkdtemp(prefix="amparo-", dir=where))
        self._number = 0
        self._held = bytearray()
        self._process: subprocess.Popen[bytes] | None = None
        self._to = self._from = -1
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self) -> None:
        profile = self.folder / "profile" / "Default"
        profile.mkdir(parents=True)
        (profile / "Preferences").write_text(json.dumps(PREFERENCES), encoding="utf-8")
        as_other: dict[str, Any] = {}
        if os.geteuid() == 0:
            as_other = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        command = [self._program, *FLAGS, f"--user-data-dir={self.folder / 'profile'}"]
        command += [f"--proxy-server={NOWHERE}", "--proxy-bypass-list=<-loopback>", "about:blank"]
        commands, self._to = os.pipe()
        self._from, answers = os.pipe()
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"HOME": str(self.folder), "TMPDIR": str(self.folder), "PATH": "/usr/bin:/bin"},
                cwd=self.folder,
                start_new_session=True,
                close_fds=False,
                preexec_fn=lambda: _hand_over(commands, answers),
                **as_other,
            )
        finally:
            os.close(commands)
            os.close(answers)

    def send(self, method: str, session: str = "", **params: Any) -> int:
        """Send a command; the number that its answer will carry."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        try:
            while data:
                data = data[os.write(self._to, data) :]
        except OSError:
            raise BrowserFailed("the browser ended unexpectedly", remedy="Try again") from None
        return self._number

    def receive(self, seconds: float) -> dict[str, Any] | None:
        """The next message, or None when none came in time. Raises BrowserFailed at its end."""
        deadline = time.monotonic() + max(0.0, seconds)
        searched = 0
        while (end := self._held.find(b"\0", searched)) < 0:
            searched = len(self._held)
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._from], [], [], left)[0]:
                return None
            piece = os.read(self._from, 1 << 20)
            if not piece or len(self._held) > MAX_MESSAGE:
                raise BrowserFailed(
                    "the browser ended unexpectedly",
                    remedy="Check that `chromium --headless` runs, and that there is memory",
                )
            self._held += piece
        message = json.loads(bytes(self._held[:end]))
        del self._held[: end + 1]
        return message if isinstance(message, dict) else {}

    def close(self) -> None:
        """End the browser and destroy its profile."""
        for handle in (self._to, self._from):
            if handle >= 0:
                os.close(handle)
        self._to = self._from = -1
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)


def _hand_over(commands: int, answers: int) -> None:
    """In the new process: the pipe's ends become 3 and 4, everything else of ours is shut."""
    first, second = os.dup2(commands, 1_000), os.dup2(answers, 1_001)
    os.dup2(first, 3)
    os.dup2(second, 4)
    os.closerange(5, 4_096)
