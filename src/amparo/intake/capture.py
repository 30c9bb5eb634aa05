"""Capture a page as it looks to a browser: every response into a WARC, a picture, the HTML.

Each response is taken through us (DevTools `Fetch`), so that bytes are counted while they
arrive and cookies are taken off. The picture and the HTML are what scripts made of them.
Source: ISO 28500:2017 (WARC 1.1); Chrome DevTools Protocol 1.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from amparo.errors import BadInput

_PROXIES = ("socks5", "socks4", "http", "https")


@dataclass(frozen=True)
class Limits:
    """Seconds for loading, bytes for all responses together, number of responses, and
    seconds for the picture of what was loaded."""

    seconds: float = 60.0
    size: int = 200 << 20
    responses: int = 3_000
    picture: float = 20.0


@dataclass(frozen=True)
class Response:
    """One answer of a server, cookies taken off, content encoding undone.

    `cut` names the limit (time, bytes, responses) at which its body was cut off.
    """

    url: str
    status: int
    phrase: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    at: str = ""
    cut: str = ""


@dataclass
class Capture:
    """What was captured. `outcome` is ok, partial or failed; `detail` says why."""

    url: str
    route: str
    tool: str = ""
    started: str = ""
    final_url: str = ""
    status: int = 0
    outcome: str = "failed"
    detail: str = ""
    refused: int = 0
    responses: list[Response] = field(default_factory=list)
    screenshot: bytes = b""
    html: bytes = b""

    def facts(self) -> dict[str, str]:
        """What the record keeps of how it was captured."""
        return {
            "capture:url": self.url, "capture:final url": self.final_url,
            "capture:status": str(self.status), "capture:outcome": self.outcome,
            "capture:detail": self.detail, "capture:time": self.started,
            "capture:tool": self.tool, "capture:route": self.route,
            "capture:responses": str(len(self.responses)),
            "capture:cookies": "none sent, none kept",
            "capture:requests refused": str(self.refused),
        }  # fmt: skip


def check_address(url: str) -> str:
    """A web address as typed. Raises BadInput on anything else than http and https."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or any(c.isspace() for c in url) or len(url) > 4_000:
        raise BadInput("not a web address", remedy="Give one that begins with https:// or http://")
    if parts.username or parts.password:
        raise BadInput("the address holds a name or a password", remedy="Leave it out")
    return url


def check_proxy(proxy: str) -> str:
    """A proxy such as socks5://127.0.0.1:9050. Raises BadInput on anything else."""
    try:
        parts = urlsplit(proxy)
        good = parts.scheme in _PROXIES and parts.hostname and parts.port and not parts.username
    except ValueError:
        good = False
    if proxy and not good:
        raise BadInput(
            "not a proxy", value=proxy, remedy="Give one such as socks5://127.0.0.1:9050"
        )
    return proxy


def capture(url: str, *, proxy: str = "", limits: Limits | None = None) -> Capture:
    """Open the page and record it. Never raises for what the page or its server does."""
    taken = Capture(check_address(url), f"proxy {proxy}" if check_proxy(proxy) else "direct")
    from amparo.intake.record_page import record

    taken.started = now()
    return record(taken, proxy, limits or Limits())


def now() -> str:
    """The time in UTC, as WARC writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
