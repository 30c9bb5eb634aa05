"""A process beside this one that seals files into the packs while this one records them.

It is lent the writer's lock: should this process die, nobody else writes to the packs before
the other one has stopped. Keys go to it through a socket, never by argument or environment.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from amparo.crypto.keys import Keys
from amparo.crypto.memory import protect_process
from amparo.errors import BadInput, StorageFailed
from amparo.store.files import open_untouched
from amparo.store.packs import Packs
from amparo.store.sealing import SMALL

# What became of one file: locator, SHA-256 (hex) and size; or why it could not be read.
Sealed = tuple[str, str, int] | str
NEEDED = {"objects", "locators"}
_PROGRAM = (
    "import signal,sys,json;signal.signal(signal.SIGINT,signal.SIG_IGN);"
    "sys.path[:]=json.loads(sys.argv[2]);"
    "from amparo.store.packer import serve;serve(int(sys.argv[1]))"
)


class Packer:
    """Seals files by the batch. `open` the packs, `begin` a turn, `ask` and `answer` in the same
    order, `end` it. It is started at once, and needs nothing of the vault before `open`.
    """

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        path = [str(Path(entry).resolve()) for entry in sys.path if entry]
        command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", _PROGRAM]
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), json.dumps(path)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._line = Connection(ours.detach())

    def open(self, folder: Path, keys: Keys) -> None:
        """Hand over keys for the packs of `folder`, which nobody else may write during a turn."""
        bare = {f.name: getattr(keys, f.name) if f.name in NEEDED else b"" for f in fields(Keys)}
        self._send((str(folder.absolute()), bare))

    def __enter__(self) -> Packer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self, lock: int) -> None:
        """Begin a turn; `lock` is the file descriptor that holds the writer's lock."""
        self._send("begin")
        with _talking():
            send_handle(self._line, lock, self._process.pid)

    def ask(self, paths: Sequence[str], held: Mapping[str, str]) -> None:
        """Have a batch of files sealed; each of them becomes durable before it is answered.

        `held` has locators by digest: what turns out to be one of these is not kept again.
        """
        self._send((list(paths), dict(held)))

    def answer(self) -> list[Sealed]:
        """The oldest batch that was asked for and not answered. Raises StorageFailed."""
        with _talking():
            told: list[Sealed] | dict[str, str] = self._line.recv()
        if isinstance(told, dict):
            raise StorageFailed(told["cause"], value=told["value"], remedy=told["remedy"])
        return told

    def end(self) -> None:
        """End the turn: the packs and the lock are let go."""
        self._send("end")
        self.answer()

    def close(self) -> None:
        """Have the other process stop."""
        self._line.close()
        self._process.wait()

    def _send(self, message: Any) -> None:
        with _talking():
            self._line.send(message)


class Inline:
    """The same in this process, for a few files or where there is no other way."""

    def __init__(self, packs: Packs) -> None:
        self._packs = packs
        self._met: dict[str, str] = {}
        self._done: deque[list[Sealed]] = deque()

    def __enter__(self) -> Inline:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def begin(self, lock: int) -> None:
        """Begin a turn; the lock is held by this process."""
        self._met.clear()

    def ask(self, paths: Sequence[str], held: Mapping[str, str]) -> None:
        """Seal a batch of files and make them durable; `held` as for `Packer`."""
        self._met.update(held)
        self._done.append(seal_files(self._packs, paths, self._met))

    def answer(self) -> list[Sealed]:
        """The oldest batch that was asked for and not answered."""
        return self._done.popleft()

    def end(self) -> None:
        """Let go of the packs."""
        self._packs.release()


Sealer = Packer | Inline


def can_pack_aside() -> bool:
    """Whether this system lends a lock from one process to another."""
    return os.name == "posix" and hasattr(socket, "send_fds")


class _talking:
    """The other process has gone: whatever it had not answered is not acknowledged."""

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, EOFError | OSError):
            raise StorageFailed(
                "The process that seals files has ended",
                remedy="Run the command again; nothing of this step was acknowledged",
            ) from error


def seal_files(packs: Packs, paths: Sequence[str], met: dict[str, str]) -> list[Sealed]:
    """Seal files one after the other, then make them durable together.

    `met` has the locators of what was sealed before, by digest: equal bytes are kept once.
    """
    done = [_seal_file(packs, path, met) for path in paths]
    packs.flush()
    return done


def _seal_file(packs: Packs, path: str, met: dict[str, str]) -> Sealed:
    try:
        handle = open_untouched(path)
    except OSError as error:
        return error.strerror or "it cannot be read"
    try:
        data = _read_small(handle)
        if data is None:
            with os.fdopen(handle, "rb", buffering=0, closefd=False) as file:
                stored = packs.put(file, held=met.get)
        else:
            stored = packs.put(data, held=met.get)
    except OSError as error:
        return error.strerror or "it cannot be read"
    except BadInput as error:
        return error.cause
    finally:
        os.close(handle)
    met[stored.digest] = stored.locator
    return stored.locator, stored.digest, stored.size


def _read_small(handle: int) -> bytes | None:
    """All of a small file in one call; None when it is large, or another size than it says."""
    size = os.fstat(handle).st_size
    if size > SMALL:
        return None
    data = os.read(handle, size + 1)
    if len(data) == size:
        return data
    os.lseek(handle, 0, os.SEEK_SET)
    return None


def serve(handle: int) -> None:
    """The other process: obeys until the line is closed, then lets go of everything."""
    protect_process()
    line = Connection(handle)
    try:
        folder, keys = line.recv()
    except (EOFError, OSError):  # the vault was not opened
        return
    orders: SimpleQueue[Any] = SimpleQueue()
    # Always listening, so that neither side waits for the other to take what it sends.
    threading.Thread(target=_listen, args=(line, orders), daemon=True).start()
    # What failed was answered when it did.
    with suppress(OSError, StorageFailed), Packs(Path(folder), Keys(**keys)) as packs:
        _obey(packs, line, orders)


def _listen(line: Connection, orders: SimpleQueue[Any]) -> None:
    try:
        while True:
            order = line.recv()
            orders.put(recv_handle(line) if order == "begin" else order)
    except (EOFError, OSError):
        orders.put(None)


def _obey(packs: Packs, line: Connection, orders: SimpleQueue[Any]) -> None:
    lock, met = -1, dict[str, str]()
    while (order := orders.get()) is not None:
        try:
            if isinstance(order, int):
                lock, met = order, {}
            elif order == "end":
                packs.release()
                os.close(lock)
                line.send([])
            else:
                paths, held = order
                met.update(held)
                done = [_seal_file(packs, path, met) for path in paths]
                # Answered from the thread that writes, in order, while the next are sealed.
                packs.settle(partial(_answer, line, done))
        except StorageFailed as error:
            _answer(line, [], error)


def _answer(line: Connection, done: list[Sealed], failed: StorageFailed | None) -> None:
    if failed is None:
        line.send(done)
    else:
        line.send({"cause": failed.cause, "value": failed.value, "remedy": failed.remedy})
