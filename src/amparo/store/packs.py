"""Sealed objects in append-only pack files. Format: docs/spec/vault.md, "Packs".

A pack is a header and records, back to back; a record is a sealed head (key, sizes and
digest of one object) and the object's sealed body. Every byte is authenticated and bound
to its place, so that a changed, moved, doubled or missing byte is found and located.
"""

from __future__ import annotations

import hmac
import io
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from amparo.crypto.keys import Keys
from amparo.crypto.seal import read_range
from amparo.errors import Broken, NotFound, StorageFailed
from amparo.store.appending import Appender
from amparo.store.audit import Audit, PackReport
from amparo.store.bodies import open_body
from amparo.store.files import DISK, Disk, storage_failed
from amparo.store.frames import (
    CONTEXT,
    HEAD,
    Frames,
    Head,
    Locator,
    make_header,
    pack_name,
    pack_number,
)
from amparo.store.sealing import SMALL, append_large, append_small, take
from amparo.store.tail import cut_tails, ends_whole

PACK_LIMIT = 64 << 20


@dataclass(frozen=True)
class Stored:
    """What `put` answers: where the object is, its SHA-256 (hex) and size in bytes."""

    locator: str
    digest: str
    size: int
    held: bool = False


def furthest(locators: Iterable[str]) -> str | None:
    """The locator that lies furthest back in the packs; None when there are none."""
    places = ((Locator.parse(one).pack, Locator.parse(one).offset, one) for one in locators)
    return max(places, default=(0, 0, None))[2]


class Packs:
    """The packs of one vault. One process writes at a time; threads may share an instance."""

    def __init__(
        self, folder: Path, keys: Keys, *, disk: Disk = DISK, limit: int = PACK_LIMIT
    ) -> None:
        self.folder = folder
        self._keys = keys
        self._disk = disk
        self._limit = limit
        self._lock = threading.RLock()
        self._frames: dict[int, Frames] = {}
        self._handles: dict[int, int] = {}
        self._writer: Appender | None = None
        self._retired: Future[None] | None = None
        self._failed = False
        self._guarded = _Guarded(self._fail)
        self._known_end = (0, 0)
        self._settled = False

    def __enter__(self) -> Packs:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put(
        self,
        source: bytes | BinaryIO,
        *,
        held: Callable[[str], str | None] | None = None,
    ) -> Stored:
        """Digest, seal and append an object in one pass; not durable before `flush`.

        `held(digest)` may name the locator under which the vault holds these bytes already:
        then nothing is kept and that locator is returned. Raises StorageFailed.
        """
        with self._lock, self._guarded:
            if isinstance(source, bytes):
                first = source[: SMALL + 1]
                stream: BinaryIO = io.BytesIO(source)
                stream.seek(len(first))
            else:
                first, stream = take(source, SMALL + 1), source
            writer = self._open_writer()
            mark = writer.end
            try:
                if len(first) <= SMALL:
                    head = append_small(writer, first)
                else:
                    head = append_large(writer, first, stream)
                known = held(head.digest.hex()) if held else None
            except BaseException:
                writer.cut(mark)
                raise
            if known is not None:
                writer.cut(mark)
                return Stored(known, head.digest.hex(), head.size, held=True)
            return Stored(writer.frames.locate(mark, head.digest), head.digest.hex(), head.size)

    def flush(self) -> None:
        """Durable point: everything put so far is on the device when this returns."""
        with self._lock, self._guarded:
            self._refuse_after_failure()
            if self._writer is not None:
                self._writer.flush()
                self._settled = True
                if self._writer.end >= self._limit:
                    self._close_writer()
            self._wait_for_retired()

    def settle(self, then: Callable[[StorageFailed | None], None]) -> None:
        """`flush` in the background: `then` is called from another thread when everything put
        so far is durable, or with what failed. More may be put meanwhile."""

        def told(error: OSError | None) -> None:
            then(storage_failed(error, self.folder) if error else None)

        with self._lock, self._guarded:
            self._refuse_after_failure()
            if self._writer is None:
                self._wait_for_retired()
                told(None)
            else:
                self._writer.settle(told)

    def drain(self) -> None:
        """Hand everything put so far to the system, so that other processes see it; not durable."""
        with self._lock, self._guarded:
            self._refuse_after_failure()
            self._hand_over()

    def release(self) -> None:
        """Flush and let go of the pack being written, so that another process may go on in it."""
        with self._lock:
            self.flush()
            if self._writer is not None:
                self._known_end = (self._writer.number, self._writer.end)
                self._close_writer()

    def close(self) -> None:
        """Flush and let go of the files."""
        with self._lock:
            try:
                if not self._failed:
                    self.flush()
            finally:
                self._close_writer()
                with suppress(OSError):
                    self._wait_for_retired()
                for handle in self._handles.values():
                    os.close(handle)
                self._handles.clear()
                self._frames.clear()

    def read(self, locator: str) -> bytes:
        """The whole object, verified before it is returned. Raises NotFound, Broken."""
        place, head = self._find(locator)
        parts = list(self._checked(place, head))
        return b"".join(parts)

    def stream(self, locator: str) -> Iterator[bytes]:
        """The object in steps of about 1 MiB, read twice: nothing is handed out before the
        whole of it has been verified. Raises NotFound, Broken."""
        place, head = self._find(locator)
        for _ in self._checked(place, head):
            pass
        yield from self._checked(place, head)

    def open(self, locator: str, publish: Callable[[bytes], object]) -> int:
        """Hand the object to `publish` in steps, after all of it has verified; its size."""
        size = 0
        for step in self.stream(locator):
            publish(step)
            size += len(step)
        return size

    def check(self, locator: str) -> Head:
        """Read and verify one object without giving out a byte. Raises NotFound, Broken."""
        place, head = self._find(locator)
        for _ in self._checked(place, head):
            pass
        return head

    def read_range(self, locator: str, start: int, stop: int) -> bytes:
        """Bytes `start` to `stop`, for previews: each 16 KiB chunk touched is authenticated,
        the rest of the object is not looked at. Raises NotFound, Broken."""
        place, head = self._find(locator)
        body = place.offset + HEAD

        def fetch(offset: int, length: int) -> bytes:
            return self._pread(place.pack, body + offset, length)

        return read_range(head.key, CONTEXT, fetch, head.padded, start, min(stop, head.size))

    def size(self, locator: str) -> int:
        """Size of the object in bytes, from its head alone."""
        return self._find(locator)[1].size

    def recover(self, last: str | None = None) -> int:
        """Cut off what a crash left half-written at the end of the last pack, or of the last two:
        the next one is begun while a full one is being made durable.

        `last` is the acknowledged locator that lies furthest back; nothing up to and with
        that record is ever cut, damaged or not. Returns the number of bytes cut.
        """
        with self._lock, self._guarded:
            if self._writer is not None:
                return 0
            numbers = self.numbers()
            for number in numbers[-2:]:
                if number in self._handles:
                    os.close(self._handles.pop(number))
            kept = Locator.parse(last) if last else None
            return cut_tails(self.folder, numbers, self._keys, kept, self._disk)

    def verify(
        self,
        expected: Iterable[tuple[str, str]] | None = None,
        *,
        workers: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> PackReport:
        """Read and re-digest every byte of every pack, in several processes.

        `expected` are the (locator, digest hex) pairs that the record knows: what is missing,
        misplaced or of another digest is then named too, and objects unknown to the record
        are listed as orphans. See audit.py.
        """
        with self.begin_audit(workers) as audit:
            return audit.finish(expected, progress)

    def begin_audit(self, workers: int | None = None) -> Audit:
        """Begin what `verify` does, so that something else can be done meanwhile."""
        with self._lock:
            self._hand_over()
        return Audit(self.folder, self._keys, workers)

    def numbers(self) -> list[int]:
        """Numbers of the packs in the folder, ascending."""
        found = (pack_number(path.name) for path in self.folder.glob("*.pack"))
        return sorted(number for number in found if number is not None)

    def _find(self, locator: str) -> tuple[Locator, Head]:
        place = Locator.parse(locator)
        frames = self._frames_of(place.pack)
        head = frames.open_head(place.offset, self._pread(place.pack, place.offset, HEAD))
        if head is None:
            raise Broken("The head of an object is damaged", value=place.where())
        if not hmac.compare_digest(frames.locate(place.offset, head.digest), locator):
            raise NotFound("No such object in this vault", value=place.where())
        return place, head

    def _checked(self, place: Locator, head: Head) -> Iterator[bytes]:
        yield from open_body(
            head,
            lambda offset, length: self._pread(place.pack, place.offset + HEAD + offset, length),
            place.where(),
        )

    def _pread(self, number: int, offset: int, length: int) -> bytes:
        with self._lock:
            writer = self._writer
            if writer is not None and writer.number == number:
                writer.drain()
            else:
                self._wait_for_retired()
            handle = self._handle(number)
        try:
            return os.pread(handle, length, offset)
        except OSError as error:
            raise storage_failed(error, self.folder / pack_name(number)) from error

    def _handle(self, number: int) -> int:
        if number not in self._handles:
            path = self.folder / pack_name(number)
            if len(self._handles) >= 64:
                os.close(self._handles.pop(next(iter(self._handles))))
            try:
                self._handles[number] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                raise Broken("A pack is missing", value=f"packs/{path.name}") from None
        return self._handles[number]

    def _frames_of(self, number: int) -> Frames:
        with self._lock:
            if number not in self._frames:
                self._frames[number] = Frames(self._keys, number)
            return self._frames[number]

    def _refuse_after_failure(self) -> None:
        if self._failed:
            raise StorageFailed(
                "An earlier write failed, so nothing more is written",
                value=str(self.folder),
                remedy="Check the device, then open the vault again",
            )

    def _open_writer(self) -> Appender:
        self._refuse_after_failure()
        writer = self._writer
        if writer is not None and writer.end >= self._limit:
            self._wait_for_retired()
            self._retired, self._writer = writer.retire(), None
            self._writer = self._begin_pack()
        elif writer is not None and self._settled and self._grown_by_others(writer):
            self._close_writer()
        self._settled = False
        if self._writer is None:
            self._writer = self._continue_last() or self._begin_pack()
        return self._writer

    def _grown_by_others(self, writer: Appender) -> bool:
        """Whether another process has written since our last durable point."""
        return os.fstat(writer.handle).st_size != writer.end or self.numbers()[-1] != writer.number

    def _continue_last(self) -> Appender | None:
        """Go on in the last pack when all of its heads are whole and it has room."""
        numbers = self.numbers()
        if not numbers:
            return None
        path = self.folder / pack_name(numbers[-1])
        size = path.stat().st_size
        if size >= self._limit:
            return None
        frames = self._frames_of(numbers[-1])
        untouched = self._known_end == (numbers[-1], size)
        if not untouched and not ends_whole(path, self._keys, size):
            return None
        handle = self._disk.open(path, os.O_RDWR)
        os.lseek(handle, size, os.SEEK_SET)
        return Appender(path, numbers[-1], frames, handle, size, self._disk)

    def _begin_pack(self) -> Appender:
        numbers = self.numbers()
        number = numbers[-1] + 1 if numbers else 1
        path = self.folder / pack_name(number)
        frames = self._frames_of(number)
        handle = self._disk.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        writer = Appender(path, number, frames, handle, 0, self._disk, self._retired)
        writer.new = True
        writer.append(make_header(self._keys, number))
        return writer

    def _hand_over(self) -> None:
        """All that was put to the system, so that whoever reads the files finds it."""
        if self._writer is not None:
            self._writer.drain()
        self._wait_for_retired()

    def _wait_for_retired(self) -> None:
        """Wait until the full pack is durable. OSError of its writing comes out here."""
        retired, self._retired = self._retired, None
        if retired is not None:
            retired.result()

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _fail(self, error: OSError) -> StorageFailed:
        """After a failed write or sync nothing of this instance is trusted any more."""
        self._failed = True
        self._close_writer()
        return storage_failed(error, self.folder)


class _Guarded:
    """Turns a device's refusal inside the block into the end of all writing."""

    def __init__(self, fail: Callable[[OSError], StorageFailed]) -> None:
        self._fail = fail

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise self._fail(error) from error
