"""Record one page: answer every pause of the browser until the page is quiet."""

from __future__ import annotations

import base64
import time
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

from amparo.intake.browser import Browser
from amparo.intake.capture import Capture, Limits, Response, now
from amparo.intake.gateway import PRIVATE, Gateway, is_local

CHUNK = 1 << 20
QUIET = 0.8
SETTLE = 15.0
TALLEST = 16_384
START_SECONDS = 30.0
_NOT_KEPT = frozenset(("set-cookie", "set-cookie2", "clear-site-data"))
NO_SOCKETS = "".join(
    f"delete globalThis.{name};"
    for name in ("WebSocket", "WebSocketStream", "WebTransport", "RTCPeerConnection")
)
UNDONE = frozenset(("content-encoding", "transfer-encoding", "content-length"))


def record(taken: Capture, proxy: str, limits: Limits) -> Capture:
    """Fill `taken` from a fresh browser, whose way out is the proxy named or our own gateway."""
    own = urlsplit(taken.url).hostname or ""
    with ExitStack() as stack:
        gateway = None
        if not proxy:
            gateway = stack.enter_context(Gateway(allow_local=is_local(own)))
        browser = stack.enter_context(Browser(proxy or (gateway.address if gateway else "")))
        Recorder(browser, taken, limits).run()
    if gateway is not None:
        taken.refused += sum(why == PRIVATE for why in gateway.faults.values())
        if taken.outcome == "failed" and own in gateway.faults:
            taken.detail = gateway.faults[own]
    return taken


class _Stopped(Exception):
    """A limit was reached; the text names it."""


class Recorder:
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
        self.own = urlsplit(taken.url).hostname or ""
        self.is_local = is_local(self.own)

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
        # Sockets pass by `Fetch`: pages and workers lose the means to open one.
        self.browser.send(
            "Page.addScriptToEvaluateOnNewDocument", session, source=NO_SOCKETS, runImmediately=True
        )
        self.browser.send("Runtime.evaluate", session, expression=NO_SOCKETS)
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
            self.is_local or not is_local(parts.hostname or "")
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
                if name.lower() not in UNDONE | _NOT_KEPT
            ],
            body=base64.b64encode(bytes(body)).decode(),
        )

    def _keep(self, params: dict[str, Any], body: bytes, *, cut: str = "") -> None:
        url, status = str(params["request"]["url"]), int(params["responseStatusCode"])
        headers = [h for h in _headers(params) if h[0].lower() not in _NOT_KEPT]
        kept = [(_kept_name(name), value) for name, value in headers]
        phrase = str(params.get("responseStatusText", ""))
        self.taken.responses.append(Response(url, status, phrase, tuple(kept), body, now(), cut))
        if params.get("resourceType") == "Document" and (
            not self.frame or params.get("frameId") == self.frame
        ):
            self.frame = self.frame or str(params.get("frameId", ""))
            self.taken.final_url, self.taken.status = url, status

    def _picture(self) -> None:
        """The page as it stands: whole picture and HTML; without them the capture is partial."""
        seconds = self.limits.picture
        self.deadline = time.monotonic() + seconds
        self.limits = Limits(seconds, self.limits.size * 2, self.limits.responses * 2)
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
    return f"X-Archive-Orig-{name}" if name.lower() in UNDONE else name
