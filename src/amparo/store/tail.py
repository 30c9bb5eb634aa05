"""The end of the last pack: whether it is whole, and cutting off what a crash left behind."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from amparo.crypto.keys import Keys
from amparo.crypto.seal import sealed_size
from amparo.errors import Broken
from amparo.store.bodies import open_body
from amparo.store.files import Disk
from amparo.store.frames import (
    HEAD,
    HEADER,
    Frames,
    Head,
    Locator,
    header_holds,
    pack_name,
    pack_number,
)


def ends_whole(path: Path, keys: Keys, size: int) -> bool:
    """Whether all heads of the pack are whole and its `size` bytes end with a body's last byte."""
    with _opened(path) as handle:
        if not _begins_well(path, keys, handle):
            return False
        end = HEADER
        for offset, head in _records(path, keys, handle, size):
            end = offset + HEAD + sealed_size(head.padded)
        return end == size


def cut_tails(
    folder: Path, numbers: Sequence[int], keys: Keys, kept: Locator | None, disk: Disk
) -> int:
    """Cut off what is half-written at the end of the last two of the packs `numbers`; the number
    of bytes cut. The next pack is begun while a full one is made durable, so that what lies
    behind a pack that was cut or lost was not acknowledged either, and goes.
    """
    acknowledged, cut = kept.pack if kept else 0, 0
    for number in numbers[-2:]:
        if number < acknowledged:
            continue
        path = folder / pack_name(number)
        alone = number > max(1, acknowledged + 1) and number - 1 not in numbers
        if cut or alone:
            cut += _remove(path, disk)
        else:
            cut += _cut_tail(path, keys, kept, disk)
    return cut


def _cut_tail(path: Path, keys: Keys, kept: Locator | None, disk: Disk) -> int:
    """Cut off what is half-written at the end of a pack; the number of bytes cut.

    Nothing up to and with the record `kept`, which was acknowledged, is ever cut. A pack whose
    header never became durable is removed: nothing in it was acknowledged. OSError as the
    system gives it.
    """
    size = path.stat().st_size
    here = kept is not None and kept.pack == pack_number(path.name)
    acknowledged = kept.offset if kept is not None and here else 0
    with _opened(path) as handle:
        begins_well = acknowledged or _begins_well(path, keys, handle)
        end = _last_whole(path, keys, handle, size, acknowledged) if begins_well else None
    if not begins_well:
        return _remove(path, disk)
    if end is None or end >= size:
        return 0
    writable = disk.open(path, os.O_RDWR)
    try:
        disk.truncate(writable, end)
        disk.sync(writable)
    finally:
        os.close(writable)
    return size - end


def _remove(path: Path, disk: Disk) -> int:
    """Remove a pack of which nothing was acknowledged; the number of bytes it had."""
    size = path.stat().st_size
    path.unlink()
    disk.sync_folder(path.parent)
    return size


def _last_whole(path: Path, keys: Keys, handle: int, size: int, kept: int) -> int | None:
    """End of the last record that is whole and verifies; None when that is not beyond `kept`.

    Records up to `kept` are walked by their heads only: they were acknowledged.
    """
    end = HEADER
    for offset, head in _records(path, keys, handle, size):
        if offset > kept and not _verifies(handle, offset, head):
            break
        end = offset + HEAD + sealed_size(head.padded)
    return end if end > kept else None


def _records(path: Path, keys: Keys, handle: int, size: int) -> Iterator[tuple[int, Head]]:
    """Offset and head of each record whose head is whole and whose body has its length."""
    offset, frames = HEADER, Frames(keys, pack_number(path.name) or 0)
    while offset + HEAD <= size:
        head = frames.open_head(offset, os.pread(handle, HEAD, offset))
        if head is None or offset + HEAD + sealed_size(head.padded) > size:
            break
        yield offset, head
        offset += HEAD + sealed_size(head.padded)


def _verifies(handle: int, offset: int, head: Head) -> bool:
    def fetch(at: int, length: int) -> bytes:
        return os.pread(handle, length, offset + HEAD + at)

    try:
        for _ in open_body(head, fetch, ""):
            pass
    except Broken:
        return False
    return True


def _begins_well(path: Path, keys: Keys, handle: int) -> bool:
    return header_holds(keys, pack_number(path.name) or 0, os.pread(handle, HEADER, 0))


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)
