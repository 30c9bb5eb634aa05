"""Digesting and sealing an object in one pass, and appending it as a record to a pack."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import BinaryIO

from amparo.crypto.seal import Sealer, padded_size, sealed_size
from amparo.errors import BadInput
from amparo.filled import filled
from amparo.store.appending import PIECE, Appender
from amparo.store.frames import CONTEXT, HEAD, Head

SMALL = 1 << 20
ZEROS = bytes(1 << 16)


def append_small(writer: Appender, data: bytes) -> Head:
    """Append an object of at most SMALL bytes that is held whole in memory."""
    key, size = os.urandom(32), len(data)
    padded = padded_size(size)
    sealer = Sealer(key, CONTEXT)
    head = Head(key, size, padded, hashlib.sha256(data).digest())
    room = writer.room(HEAD + sealed_size(padded))
    room[:HEAD] = writer.frames.seal_head(writer.end, head)
    at = HEAD + sealer.update_into(data, room[HEAD:])
    for length in _steps(padded - size, len(ZEROS)):
        at += sealer.update_into(ZEROS[:length], room[at:])
    room[at:] = sealer.finalize()
    writer.take(len(room))
    return head


def append_large(writer: Appender, first: bytes, stream: BinaryIO) -> Head:
    """Append an object of any size in steps; `first` has been read from `stream` already.

    Its head is put into the room left for it, as size and digest are known only at the end.
    """
    key, size = os.urandom(32), 0
    sealer, running = Sealer(key, CONTEXT), hashlib.sha256()
    at = writer.end
    writer.append(bytes(HEAD))
    step = memoryview(first)
    # One is read into while the other is digested.
    following, other = memoryview(bytearray(SMALL)), memoryview(bytearray(SMALL))
    with ThreadPoolExecutor(1, thread_name_prefix="seal") as aside:
        while step:
            # Digesting takes as long as all the rest, and lets other threads run meanwhile.
            rest = aside.submit(_seal_and_read, writer, sealer, step, stream, following)
            running.update(step)
            size += len(step)
            step, following, other = following[: rest.result()], other, following
    padded = padded_size(size)
    for length in _steps(padded - size, len(ZEROS)):
        _append_sealed(writer, sealer, ZEROS[:length])
    writer.append(sealer.finalize())
    head = Head(key, size, padded, running.digest())
    writer.patch(at, writer.frames.seal_head(at, head))
    return head


def _seal_and_read(
    writer: Appender, sealer: Sealer, step: memoryview, stream: BinaryIO, following: memoryview
) -> int:
    _append_sealed(writer, sealer, step)
    return fill(stream, following)


def _append_sealed(writer: Appender, sealer: Sealer, data: bytes | memoryview) -> None:
    for at in range(0, len(data), SMALL):
        writer.take(sealer.update_into(data[at : at + SMALL], writer.room(PIECE)))


def fill(stream: BinaryIO, room: memoryview) -> int:
    """Read until `room` is full, or the stream at its end; the number of bytes.

    Raises BadInput as `take` does.
    """
    if not isinstance(stream, io.RawIOBase | io.BufferedReader):
        data = take(stream, len(room))
        room[: len(data)] = data
        return len(data)
    filled = 0
    with _reading():
        while filled < len(room) and (got := stream.readinto(room[filled:])):
            filled += got
    return filled


def take(stream: BinaryIO, length: int) -> bytes:
    """`length` bytes, fewer only at the end: pipes and sockets hand out less than was asked."""
    with _reading():
        data = stream.read(length)
        if not data or len(data) == length:
            return data or b""
        parts, left = [data], length - len(data)
        while left and (data := stream.read(left)):
            parts.append(data)
            left -= len(data)
    return b"".join(parts)


@contextmanager
def _reading() -> Iterator[None]:
    """The source's failing must not look like the vault's device failing."""
    try:
        yield
    except OSError as error:
        raise BadInput(
            filled("The source cannot be read ({why})", why=error.strerror or "input/output error"),
            remedy="Check the file or the medium it lies on",
        ) from error


def _steps(total: int, step: int) -> Iterator[int]:
    while total > 0:
        yield min(step, total)
        total -= step
