"""Reading the sealed body of one object, checking everything there is to check."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from amparo.crypto.seal import CHUNK, Opener, sealed_size
from amparo.errors import Broken
from amparo.store.frames import CONTEXT, Head

if TYPE_CHECKING:
    from hashlib import _Hash as Digest

STEP = 1 << 20
ROOM = STEP + CHUNK
Bytes = bytes | memoryview


def check_body(
    head: Head, fetch: Callable[[int, int], Bytes], where: str, room: memoryview
) -> None:
    """What `open_body` checks, giving out nothing. Raises Broken.

    `room`, of ROOM bytes, is used for what is opened, again and again: much faster than memory
    that is new each time.
    """
    opener, running, left = Opener(head.key, CONTEXT), hashlib.sha256(), head.size
    total = sealed_size(head.padded)
    try:
        for offset in range(0, total, STEP):
            sealed = fetch(offset, min(STEP, total - offset))
            opened = opener.update_into(sealed, room)
            left = _take_in(running, room[:opened], left)
        left = _take_in(running, memoryview(opener.finalize()), left)
    except Broken:
        raise _damaged(where) from None
    if left or not hmac.compare_digest(running.digest(), head.digest):
        raise Broken("An object has another digest than recorded", value=where)


def _take_in(running: Digest, plain: memoryview, left: int) -> int:
    """Digest what is content, see that the rest is empty; how much content is still to come."""
    running.update(plain[:left])
    if len(plain) <= left:
        return left - len(plain)
    if bytes(plain[left:]).strip(b"\x00"):
        raise Broken("The padding is not empty")
    return 0


def open_body(head: Head, fetch: Callable[[int, int], bytes], where: str) -> Iterator[bytes]:
    """Content of one object in steps, without its padding; each step is authenticated.

    When the iterator ends, digest, length and padding have been checked too; before, the
    object is not known to be whole. `fetch(offset, length)` reads the sealed body.
    """
    opener, running, left = Opener(head.key, CONTEXT), hashlib.sha256(), head.size
    offset, total = 0, sealed_size(head.padded)
    try:
        while offset <= total:
            sealed = fetch(offset, min(STEP, total - offset)) if offset < total else b""
            if offset < total and not sealed:
                raise Broken("The end is missing")
            offset += len(sealed)
            plain = opener.update(sealed) if sealed else opener.finalize()
            content, padding = plain[:left], plain[left:]
            if padding.strip(b"\x00"):
                raise Broken("The padding is not empty")
            running.update(content)
            left -= len(content)
            if content:
                yield content
            if not sealed:
                break
    except Broken:
        raise _damaged(where) from None
    if left or not hmac.compare_digest(running.digest(), head.digest):
        raise Broken("An object has another digest than recorded", value=where)


def _damaged(where: str) -> Broken:
    return Broken("An object is damaged", value=where, remedy="Restore it from a backup")
