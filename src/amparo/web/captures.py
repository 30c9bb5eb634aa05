"""Capture a web page: the form, the question before anything is sent, and what came of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from amparo.errors import AmparoError, BadInput, NotFound
from amparo.filled import filled
from amparo.intake.browser import find_browser
from amparo.intake.capture import Capture, Limits, capture, check_address, check_proxy
from amparo.intake.gateway import is_local
from amparo.intake.receive import Tally, receive_capture
from amparo.web.faults import status_of
from amparo.web.items import tally_as_plain
from amparo.web.lock import acting_member, held_vault

TOR = "socks5://127.0.0.1:9050"
ROUTES = ("tor", "proxy", "direct")
SECONDS = 60.0


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form; then the question, which names site and route; then the capture itself."""
    if request.method == "GET":
        return render(request, "capture.html", {"wish": {"route": "tor"}})
    wish = {name: request.POST.get(name, "").strip() for name in ("url", "route", "proxy", "wacz")}
    try:
        proxy = _route(wish)
        check_address(wish["url"])
        find_browser()
        if request.POST.get("sure") != "yes":
            return render(request, "capture_sure.html", _question(wish, proxy))
        taken = capture(wish["url"], proxy=proxy, limits=Limits(SECONDS))
        if taken.outcome == "failed":
            raise NotFound(
                "nothing was captured, and nothing is held",
                value=taken.detail,
                remedy="check the address, the connection and the proxy",
            )
        tally = receive_capture(held_vault(), acting_member(), taken, wacz=bool(wish["wacz"]))
    except AmparoError as error:
        facts = {"wish": wish, "error": error}
        return render(request, "capture.html", facts, status=status_of(error))
    request.session["captured"] = _as_plain(taken, tally)
    return HttpResponseRedirect(reverse("item-captured"))


def _route(wish: dict[str, str]) -> str:
    """The proxy that the form means, "" for none. Raises BadInput."""
    if wish["route"] not in ROUTES:
        raise BadInput("the form does not say by which way", remedy="choose one")
    if wish["route"] == "proxy" and not wish["proxy"]:
        raise BadInput("no proxy is named", remedy=filled("give one such as {tor}", tor=TOR))
    return check_proxy({"tor": TOR, "proxy": wish["proxy"]}.get(wish["route"], ""))


def _question(wish: dict[str, str], proxy: str) -> dict[str, Any]:
    host = urlsplit(wish["url"]).hostname or ""
    return {"wish": wish, "proxy": proxy, "host": host, "is_local": is_local(host)}


def _as_plain(taken: Capture, tally: Tally) -> dict[str, Any]:
    return {
        **tally_as_plain(tally), "outcome": taken.outcome, "detail": taken.detail,
        "facts": [(name.removeprefix("capture:"), value) for name, value in taken.facts().items()],
    }  # fmt: skip


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """What the last capture of this session gave."""
    found = request.session.get("captured")
    if not found:
        return HttpResponseRedirect(reverse("item-capture"))
    return render(request, "captured.html", {"tally": found})
