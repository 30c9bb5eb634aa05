"""Appending to one pack file: a buffer before the file, and the durable point."""

from __future__ import annotations

import os
from pathlib import Path

from amparo.store.files import Disk, write_all
from amparo.store.frames import Frames

BUFFER = 4 << 20


class Appender:
    """The pack that is being appended to: a buffer before the file, and its end."""

    def __init__(
        self, path: Path, number: int, frames: Frames, handle: int, end: int, disk: Disk
    ) -> None:
        self.path, self.number, self.frames, self.handle = path, number, frames, handle
        self.end, self.disk = end, disk
        self.new = False
        self._written = end
        self._buffer = bytearray()
        self._dirty = False

    def append(self, data: bytes) -> None:
        self._buffer += data
        self.end += len(data)
        if len(self._buffer) >= BUFFER:
            self.drain()

    def drain(self) -> None:
        """Hand the buffer to the system; not durable yet."""
        if self._buffer:
            write_all(self.handle, self._buffer, self.disk)
            self._written += len(self._buffer)
            self._buffer = bytearray()
            self._dirty = True

    def patch(self, offset: int, data: bytes) -> None:
        """Put a head in the room that was left for it."""
        self.drain()
        while data:
            written = self.disk.pwrite(self.handle, data, offset)
            data, offset = data[written:], offset + written

    def cut(self, end: int) -> None:
        """Forget what was appended after `end` and not acknowledged."""
        if end >= self._written:
            del self._buffer[end - self._written :]
        else:
            self._buffer.clear()
            self.disk.truncate(self.handle, end)
            os.lseek(self.handle, end, os.SEEK_SET)
            self._written = end
        self.end = end

    def flush(self) -> None:
        self.drain()
        if self._dirty:
            self.disk.sync(self.handle)
            self._dirty = False
        if self.new:
            self.disk.sync_folder(self.path.parent)
            self.new = False
