"""Writing to disk so that what was acknowledged is still there after a crash.

Everything durable goes through a `Disk`, so that tests can put one in its place that
writes short, runs full or fails to sync. After a failed sync nothing written through
that file may be trusted: Linux drops the dirty pages and the next sync succeeds.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from amparo.errors import StorageFailed
from amparo.filled import filled


class Disk:
    """The system calls that make bytes durable, each replaceable in tests."""

    def open(self, path: Path, flags: int) -> int:
        return os.open(path, flags | os.O_CLOEXEC, 0o600)

    def write(self, handle: int, data: bytes | memoryview) -> int:
        return os.write(handle, data)

    def pwrite(self, handle: int, data: bytes, offset: int) -> int:
        return os.pwrite(handle, data, offset)

    def sync(self, handle: int) -> None:
        """Data and size of one file to the device (fdatasync where there is one)."""
        getattr(os, "fdatasync", os.fsync)(handle)

    def begin(self, handle: int, offset: int, length: int) -> None:
        """Ask the system to begin with writing these bytes to the device, without waiting.

        Linux does so when told that they are not needed any more; nothing is durable by it.
        """
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(handle, offset, length, os.POSIX_FADV_DONTNEED)

    def sync_folder(self, folder: Path) -> None:
        """Names in `folder` to the device."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def truncate(self, handle: int, size: int) -> None:
        os.ftruncate(handle, size)


DISK = Disk()
TOGETHER = 8


def open_untouched(path: str | Path) -> int:
    """A file descriptor to read from. The time at which the file was last read stays as it was,
    where the system allows that: it is a fact about the file, and writing it down would make
    each reader wait for the device. OSError as the system gives it."""
    flags = os.O_RDONLY | os.O_CLOEXEC
    try:
        return os.open(path, flags | getattr(os, "O_NOATIME", 0))
    except PermissionError:
        return os.open(path, flags)


def write_all(handle: int, data: bytes | bytearray | memoryview, disk: Disk = DISK) -> None:
    """Write every byte, over as many calls as it takes. OSError as the system gives it."""
    view = memoryview(data)
    while view:
        written = disk.write(handle, view)
        if written <= 0:
            raise OSError(28, "the device takes no more bytes")
        view = view[written:]


def write_durably(path: Path, data: bytes | Iterable[bytes], disk: Disk = DISK) -> None:
    """Put `data` (bytes, or steps of them) at `path` as a whole or not at all, durable when
    this returns.

    Temp -> write -> sync -> rename -> sync parent. Raises StorageFailed, and what the steps
    raise; `path` then holds what it held before.
    """
    temporary = _temporary(path)
    try:
        _write_synced(temporary, data, disk)
        disk.rename(temporary, path)
        disk.sync_folder(path.parent)
    except OSError as error:
        raise storage_failed(error, path) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def write_together(files: dict[Path, bytes], disk: Disk = DISK) -> None:
    """`write_durably` for files that need no order among them: the device is waited for once
    instead of twice for each. Raises StorageFailed; some may be in place then, each whole."""
    if len(files) == 1:
        write_durably(*next(iter(files.items())), disk)
        return
    temporaries = {path: _temporary(path) for path in files}
    at = Path()
    try:
        with ThreadPoolExecutor(TOGETHER, thread_name_prefix="sync") as aside:
            writing = [
                (path, aside.submit(_write_synced, temporaries[path], data, disk))
                for path, data in files.items()
            ]
        for path, done in writing:
            at = path
            done.result()
        for path, temporary in temporaries.items():
            at = path
            disk.rename(temporary, path)
        for folder in {path.parent for path in files}:
            at = folder
            disk.sync_folder(folder)
    except OSError as error:
        raise storage_failed(error, at) from error
    finally:
        for temporary in temporaries.values():
            with contextlib.suppress(OSError):
                temporary.unlink()


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def _write_synced(path: Path, data: bytes | Iterable[bytes], disk: Disk) -> None:
    handle = disk.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        for step in (data,) if isinstance(data, bytes) else data:
            write_all(handle, step, disk)
        disk.sync(handle)
    finally:
        os.close(handle)


def has_leftovers(folder: Path) -> bool:
    """Whether a write of a file in `folder` itself was cut off; its folders are not looked at."""
    return any(folder.glob(".*.tmp"))


def remove_leftovers(folder: Path) -> int:
    """Remove the temporary files of writes that were cut off; how many there were."""
    leftovers = [path for path in folder.rglob(".*.tmp") if path.is_file()]
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)


def storage_failed(error: OSError, path: Path) -> StorageFailed:
    """What the user is told about a failed write to `path`."""
    if error.errno == 28:
        return StorageFailed(
            "The disk is full", value=str(path), remedy="Free space, then run the command again"
        )
    return StorageFailed(
        filled("Writing failed ({why})", why=error.strerror or "input/output error"),
        value=str(path),
        remedy="Check the device; nothing of this step was acknowledged",
    )
