"""One writer at a time: an advisory lock on the vault's folder, given in the order of asking.

Threads of a process queue up among themselves; the first of them asks the system. Between
processes there is a gate before the lock (a lock on the folder itself): whoever has just
written cannot take the lock again while somebody stands in the gate.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from amparo.errors import InUse, StorageFailed

try:
    import fcntl
except ImportError:  # pragma: no cover - not on Windows
    fcntl = None  # type: ignore[assignment]

LOCK_NAME = "lock"
WAIT_SECONDS = 10.0
SHORTEST, LONGEST = 0.0005, 0.02


def _try_lock(handle: int) -> bool:
    if fcntl is None:  # pragma: no cover
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


_held: ContextVar[frozenset[Path]] = ContextVar("held", default=frozenset())
_queues: dict[Path, deque[threading.Event]] = {}
_mutex = threading.Lock()
_handles: dict[Path, int] = {}


def _forget_queues() -> None:
    """In a forked child nobody else stands in line."""
    global _mutex
    _mutex = threading.Lock()
    _queues.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_queues)


@contextmanager
def hold(folder: Path, *, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the writer's lock of the vault at `folder`; within itself it holds already.

    Raises:
        InUse: others held it for `wait` seconds.
    """
    if folder in _held.get():
        yield
        return
    deadline = time.monotonic() + wait
    token = _held.set(_held.get() | {folder})
    try:
        with _turn(folder, deadline), _lock_file(folder, deadline):
            yield
    finally:
        _held.reset(token)


@contextmanager
def _turn(folder: Path, deadline: float) -> Iterator[None]:
    """Stand in the queue of this process's threads."""
    mine = threading.Event()
    with _mutex:
        queue = _queues.setdefault(folder, deque())
        queue.append(mine)
        queue[0].set()
    try:
        if not mine.wait(max(0.0, deadline - time.monotonic())):
            raise _in_use()
        yield
    finally:
        with _mutex:
            queue.remove(mine)
            if queue:
                queue[0].set()
            elif _queues.get(folder) is queue:
                del _queues[folder]


@contextmanager
def _lock_file(folder: Path, deadline: float) -> Iterator[None]:
    try:
        handle = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageFailed(
            "the vault folder is not writable",
            value=error.strerror or "",
            remedy="check its permissions and free space",
        ) from error
    try:
        with _gate(folder, deadline):
            _take(handle, deadline)
        _handles[folder] = handle
        yield
    finally:
        _handles.pop(folder, None)
        os.close(handle)


def handle_of(folder: Path) -> int:
    """File descriptor of the lock that is held: who is given a copy of it holds the lock too,
    until it is closed there."""
    return _handles[folder]


@contextmanager
def _gate(folder: Path, deadline: float) -> Iterator[None]:
    if fcntl is None:  # pragma: no cover
        yield
        return
    gate = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # Some network file systems lock no folders: then there is a lock, but no order.
        with suppress(OSError):
            _take(gate, deadline)
        yield
    finally:
        os.close(gate)


def _take(handle: int, deadline: float) -> None:
    pause = SHORTEST
    while not _try_lock(handle):
        if time.monotonic() >= deadline:
            raise _in_use()
        time.sleep(pause)
        pause = min(LONGEST, pause * 1.5)


def _in_use() -> InUse:
    return InUse(
        "somebody else is writing to this vault",
        remedy="wait until that has finished, then repeat the command",
    )
