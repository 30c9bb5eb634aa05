"""Digesting and sealing an object in one pass, and appending it as a record to a pack."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

from amparo.crypto.seal import Sealer, padded_size
from amparo.errors import BadInput
from amparo.store.appending import Appender
from amparo.store.frames import CONTEXT, HEAD, Head

SMALL = 1 << 20
ZEROS = bytes(1 << 16)


def append_small(writer: Appender, data: bytes) -> Head:
    """Append an object that is held whole in memory."""
    key = os.urandom(32)
    padded = padded_size(len(data))
    sealer = Sealer(key, CONTEXT)
    head = Head(key, len(data), padded, hashlib.sha256(data).digest())
    writer.append(writer.frames.seal_head(writer.end, head))
    writer.append(sealer.update(data))
    writer.append(sealer.update(bytes(padded - len(data))))
    writer.append(sealer.finalize())
    return head


def append_large(writer: Appender, first: bytes, stream: BinaryIO) -> Head:
    """Append an object of any size in steps; `first` has been read from `stream` already.

    Its head is put into the room left for it, as size and digest are known only at the end.
    """
    key, size = os.urandom(32), 0
    sealer, running = Sealer(key, CONTEXT), hashlib.sha256()
    at = writer.end
    writer.append(bytes(HEAD))
    step = first
    with ThreadPoolExecutor(1, thread_name_prefix="digest") as aside:
        while step:
            # Digesting takes as long as all the rest: it is done meanwhile.
            digesting = aside.submit(running.update, step)
            size += len(step)
            writer.append(sealer.update(step))
            following = take(stream, SMALL)
            digesting.result()
            step = following
    padded = padded_size(size)
    for length in _steps(padded - size, len(ZEROS)):
        writer.append(sealer.update(ZEROS[:length]))
    writer.append(sealer.finalize())
    head = Head(key, size, padded, running.digest())
    writer.patch(at, writer.frames.seal_head(at, head))
    return head


def take(stream: BinaryIO, length: int) -> bytes:
    """`length` bytes, fewer only at the end: pipes and sockets hand out less than was asked.

    The source's failing must not look like the vault's device failing.
    """
    try:
        data = stream.read(length)
        if not data or len(data) == length:
            return data or b""
        parts, left = [data], length - len(data)
        while left and (data := stream.read(left)):
            parts.append(data)
            left -= len(data)
    except OSError as error:
        raise BadInput(
            f"The source cannot be read ({error.strerror or 'input/output error'})",
            remedy="Check the file or the medium it lies on",
        ) from error
    return b"".join(parts)


def _steps(total: int, step: int) -> Iterator[int]:
    while total > 0:
        yield min(step, total)
        total -= step
