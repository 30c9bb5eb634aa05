"""Capture a page as it looks to a browser: every response into a WARC, a picture, the HTML.

Each response is taken through us (DevTools `Fetch`), so that bytes are counted while they
arrive and cookies are taken off. The picture and the HTML are what scripts made of them.
Source: ISO 28500:2017 (WARC 1.1); Chrome DevTools Protocol 1.3.
"""

from __future__ import annotations

import base64
import ipaddress
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from amparo.errors import BadInput
from amparo.intake.browser import Browser

CHUNK = 1 << 20
QUIET = 0.8
SETTLE = 15.0
TALLEST = 16_384
SHOT_SECONDS = 20.0
START_SECONDS = 30.0
_NOT_KEPT = frozenset(("set-cookie", "set-cookie2", "clear-site-data"))
_UNDONE = frozenset(("content-encoding", "transfer-encoding", "content-length"))
_PROXIES = ("socks5", "socks4", "http", "https")


@dataclass(frozen=True)
class Limits:
    """Seconds for loading, bytes for all responses together, number of responses."""

    seconds: float = 60.0
    size: int = 200 << 20
    responses: int = 3_000


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
    taken.started = _now()
    with Browser(proxy) as browser:
        return _Recorder(browser, taken, limits or Limits()).run()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Stopped(Exception):
    """A limit was reached; the text names it."""


class _Recorder:
    """One capture: answers every pause of the browser until the page is quiet."""

    def __init__(self, browser: Browser, taken: Capture, limits: Limits) -> None:
        self.browser, self.taken, self.limits = browser, taken, limits
        self.deadline = time.monotonic() + START_SECONDS
        self.size = 0
        self.session = self.target = self.frame = self.failure = ""
        self.loaded = False
        self.busy: set[str] = set()
        self.touched = time.monotonic()
        self.answers: dict[int, dict[str, Any]] = {}
        self.streams: dict[int, tuple[dict[str, Any], str, str, bytearray]] = {}
        own = urlsplit(taken.url).hostname or ""
        self.is_local = _is_local(own)

    def run(self) -> Capture:
        try:
            self._open()
            self._load()
        except _Stopped as stop:
            self.taken.outcome, self.taken.detail = "partial", str(stop)
            for params, _, _, body in self.streams.values():
                self._keep(params, bytes(body), cut=str(stop).removeprefix("limit: "))
            self.streams.clear()
        else:
            self._judge()
        if self.taken.responses:
            self._picture()
        else:
            self.taken.outcome = "failed"
            self.taken.detail = self.failure or self.taken.detail or "no answer"
        return self.taken

    def _open(self) -> None:
        version = self._ask("Browser.getVersion")
        self.taken.tool = str(version.get("product", ""))
        self._ask("Target.setDiscoverTargets", discover=False)
        context = self._ask("Target.createBrowserContext", **self.browser.route)
        page = self._ask(
            "Target.createTarget", url="about:blank", browserContextId=context["browserContextId"]
        )
        self.target = str(page["targetId"])
        found = self._ask("Target.attachToTarget", targetId=self.target, flatten=True)
        self.session = str(found["sessionId"])
        self._prepare(self.session)
        self._ask("Page.enable", self.session)
        self.browser.send("Browser.setDownloadBehavior", behavior="deny")

    def _prepare(self, session: str) -> None:
        """Let nothing pass a page, frame or worker without us."""
        stages = [{"urlPattern": "*", "requestStage": stage} for stage in ("Request", "Response")]
        self.browser.send("Fetch.enable", session, patterns=stages)
        self.browser.send("Network.enable", session)
        self.browser.send("Network.setBlockedURLs", session, urls=["ws://*", "wss://*"])
        self.browser.send("Network.setBypassServiceWorker", session, bypass=True)
        self.browser.send(
            "Target.setAutoAttach",
            session,
            autoAttach=True,
            waitForDebuggerOnStart=True,
            flatten=True,
        )

    def _load(self) -> None:
        self.deadline = time.monotonic() + self.limits.seconds
        number = self.browser.send("Page.navigate", self.session, url=self.taken.url)
        settled = float("inf")
        while True:
            now = time.monotonic()
            if now > self.deadline:
                raise _Stopped("limit: time")
            if number in self.answers and not self.failure:
                answer = self.answers[number]
                self.frame = str(answer.get("frameId", ""))
                self.failure = str(answer.get("errorText", ""))
            if self.failure:
                return
            if self.loaded:
                settled = min(settled, now + SETTLE)
                quiet = not self.busy and now - self.touched > QUIET
                if quiet or now > settled:
                    return
            self._pump(min(0.2, self.deadline - now))

    def _judge(self) -> None:
        taken = self.taken
        if taken.status >= 400:
            taken.outcome, taken.detail = "partial", f"the server answered {taken.status}"
        elif self.failure:
            taken.outcome, taken.detail = "partial", self.failure
        elif self.busy:
            taken.outcome, taken.detail = "partial", "the page never came to rest"
        else:
            taken.outcome, taken.detail = "ok", ""

    def _ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        number = self.browser.send(method, session, **params)
        while number not in self.answers:
            if time.monotonic() > self.deadline:
                raise _Stopped("limit: time")
            self._pump(0.2)
        return self.answers.pop(number)

    def _pump(self, seconds: float) -> None:
        message = self.browser.receive(seconds)
        if message is None:
            return
        if "id" in message:
            number = int(message["id"])
            if number in self.streams:
                self._go_on(number, message)
            else:
                self.answers[number] = message.get("result", {})
            return
        params, session = message.get("params", {}), str(message.get("sessionId", ""))
        handler = getattr(self, "_on_" + str(message.get("method")).replace(".", "_"), None)
        if handler is not None:
            handler(params, session)

    def _on_Target_attachedToTarget(self, params: dict[str, Any], _: str) -> None:
        session, kind = str(params["sessionId"]), params["targetInfo"]["type"]
        if params["targetInfo"]["targetId"] == self.target:
            return
        if kind == "page":
            self.browser.send("Target.closeTarget", targetId=params["targetInfo"]["targetId"])
            return
        self._prepare(session)
        self.browser.send("Runtime.runIfWaitingForDebugger", session)

    def _on_Page_javascriptDialogOpening(self, _: Any, session: str) -> None:
        self.browser.send("Page.handleJavaScriptDialog", session, accept=False)

    def _on_Page_loadEventFired(self, _: Any, session: str) -> None:
        self.loaded = self.loaded or session == self.session

    def _on_Fetch_requestPaused(self, params: dict[str, Any], session: str) -> None:
        self.touched = time.monotonic()
        request, url = str(params["requestId"]), str(params["request"]["url"])
        if "responseStatusCode" not in params:
            self.busy.discard(session + request)
            if "responseErrorReason" in params or self._may(url):
                self.browser.send("Fetch.continueRequest", session, requestId=request)
            else:
                self.taken.refused += 1
                self._refuse(request, session)
            return
        if len(self.taken.responses) >= self.limits.responses:
            raise _Stopped("limit: responses")
        if 300 <= int(params["responseStatusCode"]) < 400 and _header(params, "location"):
            self._keep(params, b"")
            self.browser.send("Fetch.continueRequest", session, requestId=request)
            return
        self.busy.add(session + request)
        number = self.browser.send("Fetch.takeResponseBodyAsStream", session, requestId=request)
        self.streams[number] = (params, session, "", bytearray())

    def _may(self, url: str) -> bool:
        """Only the web, and no machine of the viewer's own network for a page from outside."""
        parts = urlsplit(url)
        if parts.scheme in ("data", "blob", "about"):
            return True
        return parts.scheme in ("http", "https") and (
            self.is_local or not _is_local(parts.hostname or "")
        )

    def _refuse(self, request: str, session: str) -> None:
        self.browser.send(
            "Fetch.failRequest", session, requestId=request, errorReason="BlockedByClient"
        )

    def _go_on(self, number: int, message: dict[str, Any]) -> None:
        """One more piece of a body, or its end: then the page gets it too."""
        params, session, stream, body = self.streams.pop(number)
        self.touched = time.monotonic()
        request, result = str(params["requestId"]), message.get("result")
        if result is None:
            self.busy.discard(session + request)
            self._refuse(request, session)
            return
        stream = stream or str(result.get("stream", ""))
        data = result.get("data", "")
        piece = base64.b64decode(data) if result.get("base64Encoded") else data.encode()
        body += piece
        self.size += len(piece)
        if self.size > self.limits.size:
            self._keep(params, bytes(body), cut="bytes")
            raise _Stopped("limit: bytes")
        if not result.get("eof"):
            again = self.browser.send("IO.read", session, handle=stream, size=CHUNK)
            self.streams[again] = (params, session, stream, body)
            return
        self.browser.send("IO.close", session, handle=stream)
        self._keep(params, bytes(body))
        self.busy.discard(session + request)
        self.browser.send(
            "Fetch.fulfillRequest",
            session,
            requestId=request,
            responseCode=params["responseStatusCode"],
            responseHeaders=[
                {"name": name, "value": value}
                for name, value in _headers(params)
                if name.lower() not in _UNDONE | _NOT_KEPT
            ],
            body=base64.b64encode(bytes(body)).decode(),
        )

    def _keep(self, params: dict[str, Any], body: bytes, *, cut: str = "") -> None:
        url, status = str(params["request"]["url"]), int(params["responseStatusCode"])
        headers = [h for h in _headers(params) if h[0].lower() not in _NOT_KEPT]
        kept = [(_kept_name(name), value) for name, value in headers]
        phrase = str(params.get("responseStatusText", ""))
        self.taken.responses.append(Response(url, status, phrase, tuple(kept), body, _now(), cut))
        if params.get("resourceType") == "Document" and (
            not self.frame or params.get("frameId") == self.frame
        ):
            self.frame = self.frame or str(params.get("frameId", ""))
            self.taken.final_url, self.taken.status = url, status

    def _picture(self) -> None:
        """The page as it stands: whole picture and HTML; without them the capture is partial."""
        self.deadline = time.monotonic() + SHOT_SECONDS
        self.limits = Limits(SHOT_SECONDS, self.limits.size * 2, self.limits.responses * 2)
        try:
            size = self._ask("Page.getLayoutMetrics", self.session).get("cssContentSize", {})
            clip = {
                "x": 0, "y": 0, "scale": 1, "width": min(float(size.get("width", 1280)), 4_096),
                "height": min(max(float(size.get("height", 1024)), 1), TALLEST),
            }  # fmt: skip
            document = self._ask("DOM.getDocument", self.session, depth=0)
            node = document["root"]["nodeId"]
            html = self._ask("DOM.getOuterHTML", self.session, nodeId=node)["outerHTML"]
            self.taken.html = html.encode("utf-8", "replace")[: self.limits.size]
            shot = self._ask(
                "Page.captureScreenshot",
                self.session,
                format="png",
                clip=clip,
                captureBeyondViewport=True,
            )
            self.taken.screenshot = base64.b64decode(shot["data"])
        except (_Stopped, KeyError):
            if self.taken.outcome == "ok":
                self.taken.outcome, self.taken.detail = "partial", "no picture of the page"


def _headers(params: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(h["name"]), str(h["value"])) for h in params.get("responseHeaders", [])]


def _header(params: dict[str, Any], wanted: str) -> str:
    return next((value for name, value in _headers(params) if name.lower() == wanted), "")


def _kept_name(name: str) -> str:
    """Headers that no longer hold, as the body is written decoded, keep their value so."""
    return f"X-Archive-Orig-{name}" if name.lower() in _UNDONE else name


def _is_local(host: str) -> bool:
    """True for a name or number of this machine or of a private network."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".lan")):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not address.is_global


def write_warc(taken: Capture) -> bytes:
    """The responses as a compressed WARC 1.1, with a warcinfo record that says how."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    info = {"software": f"amparo; {taken.tool}", "format": "WARC File Format 1.1"}
    info |= {key.replace(":", "-").replace(" ", "-"): v for key, v in taken.facts().items()}
    writer.write_record(writer.create_warcinfo_record("capture.warc.gz", info))
    for one in taken.responses:
        status = f"{one.status} {_line(one.phrase)}".strip()
        headers = [(_line(name), _line(value)) for name, value in one.headers]
        headers.append(("Content-Length", str(len(one.body))))
        about = {"WARC-Date": one.at}
        if one.cut:
            about["WARC-Truncated"] = "time" if one.cut == "time" else "length"
        record = writer.create_warc_record(
            _line(one.url),
            "response",
            payload=BytesIO(one.body),
            length=len(one.body),
            http_headers=StatusAndHeaders(status, headers, protocol="HTTP/1.1"),
            warc_headers_dict=about,
        )
        writer.write_record(record)
    return out.getvalue()


def _line(text: str) -> str:
    return " ".join(text.split("\n")).replace("\r", " ").encode("utf-8", "replace").decode()
