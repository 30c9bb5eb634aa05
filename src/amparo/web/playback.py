"""Sound and video of an item, played by the browser itself: bytes from the sealed item, by ranges.

Nothing is written in clear and nothing is cached. The first bytes of an item that a session
asks for are entered in the ledger as a view. The browser decodes what was received: its own
sandbox stands between a hostile recording and the machine. Source: RFC 9110, section 14.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from amparo.custody.work import work
from amparo.errors import NotFound
from amparo.vault.retrieve import find_item
from amparo.web.lock import acting_member, held_vault

if TYPE_CHECKING:
    from amparo.vault.models import Item
    from amparo.vault.unlock import Vault

PLAYED = ("audio", "video")
STEP = 1 << 20
# A browser asks on from where an answer ended.
MOST_AT_ONCE = 4 * STEP
_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")
_MEDIA_TYPE = re.compile(r"(?:audio|video)/[a-z0-9.+-]{1,40}\Z")


@require_safe
def play(request: HttpRequest, code: str) -> HttpResponseBase:
    """Bytes of a recording, all or the range asked for. NotFound for other kinds of items."""
    item = find_item(code)
    media_type = item.media_type.partition(";")[0].strip().lower()
    if item.kind not in PLAYED or not _MEDIA_TYPE.match(media_type):
        raise NotFound("this item cannot be played", value=code)
    asked = request.headers.get("Range", "")
    span = _span(asked, item.size)
    if asked and span is None:
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{item.size}"
        return response
    if request.method != "HEAD":
        _enter_view(request, item)
    start, stop = span or (0, item.size)
    body = () if request.method == "HEAD" else _steps(held_vault(), item, start, stop)
    response = StreamingHttpResponse(body, status=206 if span else 200, content_type=media_type)
    response["Content-Length"] = str(stop - start)
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = "inline"
    if span:
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{item.size}"
    return response


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last of a single range that can be met, else None."""
    match = _RANGE.match(asked.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        start, stop = max(0, size - int(match[2])), size
    else:
        start = int(match[1])
        stop = min(size, int(match[2]) + 1) if match[2] else size
    return (start, min(stop, start + MOST_AT_ONCE)) if start < stop else None


def _steps(vault: Vault, item: Item, start: int, stop: int) -> Iterator[bytes]:
    for at in range(start, stop, STEP):
        yield vault.packs.read_range(item.locator, at, min(at + STEP, stop))


def _enter_view(request: HttpRequest, item: Item) -> None:
    played = request.session.get("played", [])
    if item.sha256 in played:
        return
    with work(acting_member(), "play a recording") as custody:
        custody.enter("view", item=item.sha256, result="played on a page")
    request.session["played"] = [*played, item.sha256]
