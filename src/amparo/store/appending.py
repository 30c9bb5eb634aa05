"""Appending to one pack file: a buffer before the file, a thread that writes, the durable point."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from amparo.store.files import Disk, write_all
from amparo.store.frames import Frames

BUFFER = 4 << 20
# What `room` gives at the most: 1 MiB as it is sealed, with what was held back before it.
PIECE = (1 << 20) + (1 << 16)
WAITING = 4


class Appender:
    """The pack that is being appended to: a buffer before the file, and its end.

    Full buffers are written by one thread, and the device is asked to begin with them, so that it
    works while more is sealed. After a failure that thread writes, syncs and acknowledges nothing
    more; it comes out of the next call that waits for it. `earlier` is the pack before, while it
    is still being made durable: nothing in this one is durable before.
    """

    def __init__(
        self,
        path: Path,
        number: int,
        frames: Frames,
        handle: int,
        end: int,
        disk: Disk,
        earlier: Future[None] | None = None,
    ) -> None:
        self.path, self.number, self.frames, self.handle = path, number, frames, handle
        self.end, self.disk = end, disk
        self.new = False
        self._given = end
        self._buffer = memoryview(bytearray(BUFFER + PIECE))
        self._used = 0
        self._spare: deque[memoryview] = deque()
        self._dirty = False
        self._writing: deque[Future[None]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pack")
        self._earlier = earlier
        self._failed: OSError | None = None

    def room(self, length: int) -> memoryview:
        """Room for `length` bytes (at most PIECE) at the end, to be filled and then `take`n.
        OSError of an earlier write may come out here."""
        if self._used >= BUFFER:
            self._give()
        return self._buffer[self._used : self._used + length]

    def take(self, length: int) -> None:
        """So many bytes of the room are appended now."""
        self._used += length
        self.end += length

    def append(self, data: bytes) -> None:
        """Add bytes (at most PIECE) at the end. OSError of an earlier write may come out here."""
        self.room(len(data))[:] = data
        self.take(len(data))

    def drain(self) -> None:
        """Hand all to the system; not durable yet."""
        self._give()
        self._wait()

    def patch(self, offset: int, data: bytes) -> None:
        """Put a head in the room that was left for it."""
        if offset >= self._given:
            at = offset - self._given
            self._buffer[at : at + len(data)] = data
            return
        self._submit(self._put_at, data, offset)

    def cut(self, end: int) -> None:
        """Forget what was appended after `end` and not acknowledged."""
        if end >= self._given:
            self._used = end - self._given
        else:
            self._used = 0
            self._wait()
            self.disk.truncate(self.handle, end)
            os.lseek(self.handle, end, os.SEEK_SET)
            self._given = end
        self.end = end

    def flush(self) -> None:
        """Durable point: all that was appended is on the device when this returns."""
        self.drain()
        self._sync()

    def settle(self, then: Callable[[OSError | None], None]) -> None:
        """Have all that was appended made durable while more is appended, then call `then`, from
        the thread that writes, with what failed. A failure comes out of the next call that
        waits, too."""
        self._give()
        self._wait(WAITING - 1)
        self._writing.append(self._thread.submit(self._settle, then))

    def retire(self) -> Future[None]:
        """Have all that was appended made durable and the file let go of, while the next pack is
        begun. What failed comes out of the answer."""
        self._give()
        done = self._thread.submit(self._retire)
        self._thread.shutdown(wait=False)
        return done

    def _settle(self, then: Callable[[OSError | None], None]) -> None:
        try:
            self._do(self._sync)
        except OSError as error:
            then(error)
            raise
        then(None)

    def _retire(self) -> None:
        try:
            self._do(self._sync)
        finally:
            os.close(self.handle)

    def _sync(self) -> None:
        if self._earlier is not None:
            self._earlier.result()
            self._earlier = None
        if self._dirty:
            self._dirty = False
            self.disk.sync(self.handle)
        if self.new:
            self.disk.sync_folder(self.path.parent)
            self.new = False

    def close(self) -> None:
        """Let go of thread and file. What was not flushed may be lost."""
        self._thread.shutdown(wait=True)
        os.close(self.handle)

    def _give(self) -> None:
        if not self._used:
            return
        self._wait(WAITING - 1)
        full, at, length = self._buffer, self._given, self._used
        fresh = self._spare.popleft() if self._spare else memoryview(bytearray(len(full)))
        self._buffer, self._used = fresh, 0
        self._given += length
        self._submit(self._write, full, at, length)

    def _submit(self, act: Callable[..., None], *given: object) -> None:
        self._writing.append(self._thread.submit(self._do, act, *given))

    def _do(self, act: Callable[..., None], *given: object) -> None:
        """One step of the thread that writes; none after one that failed."""
        if self._failed is not None:
            raise self._failed
        try:
            act(*given)
        except OSError as error:
            self._failed = error
            raise

    def _put_at(self, data: bytes, offset: int) -> None:
        while data:
            written = self.disk.pwrite(self.handle, data, offset)
            data, offset = data[written:], offset + written
        self._dirty = True

    def _write(self, full: memoryview, at: int, length: int) -> None:
        self._dirty = True
        write_all(self.handle, full[:length], self.disk)
        self.disk.begin(self.handle, at, length)
        self._spare.append(full)

    def _wait(self, allowed: int = 0) -> None:
        """Wait until at most `allowed` writes are under way; raise what failed."""
        while len(self._writing) > allowed:
            try:
                self._writing[0].result()
            finally:
                if self._writing[0].done():
                    self._writing.popleft()
