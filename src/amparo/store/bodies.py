"""Reading the sealed body of one object, checking everything there is to check."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator

from amparo.crypto.seal import Opener, sealed_size, unseal
from amparo.errors import Broken
from amparo.store.frames import CONTEXT, Head

STEP = 1 << 20


def check_whole(head: Head, sealed: bytes, where: str) -> None:
    """What `open_body` checks, of a body held whole in memory. Raises Broken."""
    try:
        plain = memoryview(unseal(head.key, CONTEXT, sealed))
    except Broken:
        raise _damaged(where) from None
    if len(plain) != head.padded or bytes(plain[head.size :]).strip(b"\x00"):
        raise _damaged(where)
    if not hmac.compare_digest(hashlib.sha256(plain[: head.size]).digest(), head.digest):
        raise Broken("An object has another digest than recorded", value=where)


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
