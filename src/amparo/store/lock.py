"""One writer at a time: an advisory lock on the vault's folder."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from amparo.errors import InUse, StorageFailed

try:
    import fcntl
except ImportError:  # pragma: no cover - not on Windows
    fcntl = None  # type: ignore[assignment]

LOCK_NAME = "lock"
WAIT_SECONDS = 10.0


def _try_lock(handle: int) -> bool:
    if fcntl is None:  # pragma: no cover
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


_held: ContextVar[frozenset[Path]] = ContextVar("held", default=frozenset())


@contextmanager
def hold(folder: Path, *, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the writer's lock of the vault at `folder`; within itself it holds already.

    Raises:
        InUse: another process or thread held it for `wait` seconds.
    """
    if folder in _held.get():
        yield
        return
    token = _held.set(_held.get() | {folder})
    try:
        with _lock_file(folder, wait):
            yield
    finally:
        _held.reset(token)


@contextmanager
def _lock_file(folder: Path, wait: float) -> Iterator[None]:
    try:
        handle = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageFailed(
            "the vault folder is not writable",
            value=error.strerror or "",
            remedy="check its permissions and free space",
        ) from error
    try:
        deadline = time.monotonic() + wait
        while not _try_lock(handle):
            if time.monotonic() >= deadline:
                raise InUse(
                    "another process is writing to this vault",
                    remedy="wait until it has finished, then repeat the command",
                )
            time.sleep(0.05)
        yield
    finally:
        os.close(handle)
