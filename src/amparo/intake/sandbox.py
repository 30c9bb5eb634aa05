"""Read untrusted files in a process that can do nothing else. See docs/spec/sandbox.md.

`read` never raises for bad content: whatever a file does, a `Reading` with a typed
outcome comes back. It may be called from several threads at once; each file gets
its own child. Works unprivileged; `layers()` says which walls stand on this machine.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import errno
import fcntl
import hashlib
import json
import os
import select
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from amparo.errors import AmparoError, Exit
from amparo.intake import answer, detect, launch
from amparo.intake.readers import version_of
from amparo.intake.reading import DEFAULT, Budget, Reading, clean_line

COPY_LIMIT = 64 << 20
GRACE = 20.0
UNANSWERED = ("crashed", "timed-out", "refused")
START_SECONDS = 20.0


class SandboxFailed(AmparoError):
    """The sandbox cannot be started on this machine."""

    exit_code = Exit.STORAGE


class Sandbox:
    """A running zygote; reusable, safe to share between threads, restarted when it dies."""

    def __init__(self, budget: Budget = DEFAULT, *, bubblewrap: bool = True) -> None:
        self.budget = budget
        self.bubblewrapped = False
        self._wants_bubblewrap = bubblewrap and shutil.which("bwrap") is not None
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = 0
        # Readers that answered so far: what is loaded before the fork need not be by each child.
        self._known: set[str] = set()

    def __enter__(self) -> Sandbox:
        self._started()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def read(
        self,
        source: Path | bytes,
        *,
        name: str,
        budget: Budget | None = None,
        depth: int = 0,
        passwords: Sequence[str] = (),
    ) -> Reading:
        """Read one file; `depth` says in how many containers it lay.

        `passwords` are tried in turn where the file asks for one; they go through the control
        socket only, and nothing of them comes back.

        Raises OSError when `source` cannot be opened or read, never for its content.
        """
        limits = budget or self.budget
        handle, size, digest, head = _open_input(source, limits)
        try:
            guess = detect.guess(head, name)
            if handle < 0:
                return _without_answer(guess, digest, "refused", "limit: bytes")
            request = {"op": "read", "name": name[-400:], "size": size, "hint": guess.reader}
            request |= {"budget": asdict(limits), "depth": depth, "on": guess.reader == "tarball"}
            request |= {"passwords": list(passwords), "known": sorted(self._known)}
            message, end = self._ask(request, handle, limits)
            if end.get("lost") and _rewound(handle):
                message, end = self._ask(request, handle, limits)
            reading = _judge(message, end, guess, digest, limits)
            # What lay inside may have been too much: then each is read by itself.
            if request["on"] and reading.outcome in UNANSWERED and _rewound(handle):
                message, end = self._ask(request | {"on": False}, handle, limits)
                reading = _judge(message, end, guess, digest, limits)
        finally:
            if handle >= 0:
                os.close(handle)
        self._known.add(reading.reader)
        return reading

    def layers(self) -> dict[str, bool | int | str]:
        """Which walls stand: bubblewrap, namespaces, Landlock (ABI version), seccomp, rlimits."""
        handle, *_ = _open_input(b"probe", self.budget)
        try:
            message, _ = self._ask(
                {"op": "probe", "budget": asdict(self.budget)}, handle, self.budget
            )
        finally:
            os.close(handle)
        found: dict[str, bool | int | str] = {
            "system": sys.platform,
            "bubblewrap": self.bubblewrapped,
        }
        with contextlib.suppress(ValueError):
            found |= json.loads(bytes(message or b"{}"))
        if self.bubblewrapped:
            found["network namespace"] = True
        return found

    def close(self) -> None:
        """End the zygote and all its children."""
        with self._lock:
            self._stop()

    def _ask(
        self, request: dict[str, Any], handle: int, limits: Budget
    ) -> tuple[bytearray | None, dict[str, Any]]:
        """Send a request; the answer's bytes (None when too many) and how the child ended."""
        result_read, result_write = os.pipe()
        status_read, status_write = os.pipe()
        with contextlib.suppress(OSError):
            fcntl.fcntl(result_read, 1031, 1 << 20)
        try:
            try:
                self._send(request, [handle, result_write, status_write])
            finally:
                os.close(result_write)
                os.close(status_write)
            deadline = time.monotonic() + limits.seconds + GRACE
            message = _collect(result_read, answer.largest(limits), deadline)
            os.close(result_read)
            result_read = -1
            end = _collect(status_read, 65_536, deadline + GRACE)
            if end is None:
                self._abandon()
            return message, _end_of(end)
        finally:
            for open_handle in (result_read, status_read):
                if open_handle >= 0:
                    os.close(open_handle)

    def _send(self, request: dict[str, Any], handles: list[int]) -> None:
        body = json.dumps(request).encode()
        frame = struct.pack(">I", len(body)) + body
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", handles))]
        for attempt in (1, 2):
            with self._lock:
                control = self._started_locked()
                try:
                    sent = control.sendmsg([frame], rights)
                    control.sendall(frame[sent:])
                    return
                except OSError:
                    self._stop()
                    if attempt == 2:
                        raise SandboxFailed(
                            "the reading sandbox ended unexpectedly", remedy="Run `amparo doctor`"
                        ) from None

    def _started(self) -> socket.socket:
        with self._lock:
            return self._started_locked()

    def _started_locked(self) -> socket.socket:
        alive = self._process is not None and self._process.poll() is None
        if self._control is not None and alive and self._owner == os.getpid():
            return self._control
        self._stop()
        for wrapped in (True, False) if self._wants_bubblewrap else (False,):
            control = self._launch(wrapped)
            if control is not None:
                self.bubblewrapped = self._wants_bubblewrap = wrapped
                return control
        raise SandboxFailed("the reading sandbox did not start", remedy="Run `amparo doctor`")

    def _launch(self, wrapped: bool) -> socket.socket | None:
        if sys.platform == "win32":
            raise SandboxFailed("no sandbox on this system", value="win32", remedy="Use Linux")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        command = launch.command(theirs.fileno(), wrapped)
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            env=launch.environment(),
            cwd="/",
            start_new_session=True,
        )
        theirs.close()
        self._process, self._control, self._owner = process, ours, os.getpid()
        ours.settimeout(START_SECONDS)
        try:
            hello = ours.recv(4096)
        except OSError:
            hello = b""
        if b'"ready"' in hello:
            ours.settimeout(None)
            return ours
        self._stop()
        return None

    def _abandon(self) -> None:
        """The zygote itself does not answer any more: end it, the next read starts another."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        control, process = self._control, self._process
        self._control = self._process = None
        if control is not None:
            control.close()
        if process is None or self._owner != os.getpid():
            return
        try:
            process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


_shared = Sandbox()
atexit.register(_shared.close)


def read(
    source: Path | bytes,
    *,
    name: str,
    budget: Budget = DEFAULT,
    depth: int = 0,
    passwords: Sequence[str] = (),
) -> Reading:
    """Read one file with the sandbox that this process shares; see `Sandbox.read`."""
    return _shared.read(source, name=name, budget=budget, depth=depth, passwords=passwords)


def layers() -> dict[str, bool | int | str]:
    """Which walls stand on this machine, for `amparo doctor`."""
    return _shared.layers()


def _open_input(source: Path | bytes, limits: Budget) -> tuple[int, int, str, bytes]:
    """A read-only descriptor, size, SHA-256 and first bytes; descriptor -1 when too large.

    Up to 64 MiB go into a sealed copy in memory, so that what is digested is what is read.
    """
    if isinstance(source, bytes):
        digest = hashlib.sha256(source).hexdigest()
        handle = -1 if len(source) > limits.input_bytes else _hand_over(source)
        return handle, len(source), digest, source[:65_536]
    with os.fdopen(os.open(source, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(source))
        size = facts.st_size
        if size <= min(COPY_LIMIT, limits.input_bytes):
            return _open_input(file.read(), limits)
        head = file.read(65_536)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        if size > limits.input_bytes:
            return -1, size, digest, head
        file.seek(0)
        return os.dup(file.fileno()), size, digest, head


def _hand_over(data: bytes) -> int:
    """A descriptor the child can read the bytes from, which are nowhere on a disk."""
    if hasattr(os, "memfd_create"):
        return _sealed(data)
    reading, writing = os.pipe()
    threading.Thread(target=_feed, args=(writing, data), daemon=True).start()
    return reading


def _feed(handle: int, data: bytes) -> None:
    with contextlib.suppress(OSError), open(handle, "wb") as pipe:
        pipe.write(data)


def _sealed(data: bytes) -> int:
    handle = os.memfd_create("input", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
    os.lseek(handle, 0, os.SEEK_SET)
    fcntl.fcntl(handle, fcntl.F_ADD_SEALS, 0x1 | 0x2 | 0x4 | 0x8)
    return handle


def _collect(handle: int, limit: int, deadline: float) -> bytearray | None:
    """All bytes until the other side closes; None when over the limit or the deadline."""
    data = bytearray()
    poll = select.poll()
    poll.register(handle, select.POLLIN | select.POLLHUP)
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            return None
        piece = os.read(handle, 1 << 20)
        if not piece:
            return data
        data += piece
        if len(data) > limit:
            return None


def _rewound(handle: int) -> bool:
    """Set the input back to its start, for a second try after the zygote was lost."""
    try:
        return os.lseek(handle, 0, os.SEEK_SET) == 0
    except OSError:
        return False


def _end_of(report: bytearray | None) -> dict[str, Any]:
    """How the child ended, as the zygote saw it."""
    if not report:
        return {"code": 1, "timed_out": report is None, "lost": report is not None}
    found = json.loads(bytes(report))
    return found if isinstance(found, dict) else {}


def _judge(
    message: bytearray | None, end: dict[str, Any], guess: detect.Kind, digest: str, limits: Budget
) -> Reading:
    """The reading: the child's answer when it is whole and sound, else why there is none."""
    if message is None and not end.get("timed_out"):
        return _without_answer(guess, digest, "refused", "limit: output")
    if end.get("timed_out"):
        return _without_answer(guess, digest, "timed-out", "limit: time")
    code = int(end.get("code", 1))
    if code != 0 or not message:
        return _without_answer(guess, digest, *_reason(code, end, limits))
    try:
        found = answer.decode(memoryview(message), limits)
    except answer.BadAnswer as error:
        return _without_answer(guess, digest, "crashed", f"bad answer: {error}")
    if found.inside is not None:
        (child,) = found.children
        inside = _reading(found.inside, hashlib.sha256(child.data).hexdigest())
        found = replace(found, children=(replace(child, reading=inside),))
    return _reading(found, digest)


def _reading(found: answer.Answer, digest: str) -> Reading:
    return Reading(
        found.kind, found.media_type, found.outcome, found.detail, found.reader,
        version_of(found.reader), digest, found.parts, found.metadata, found.children,
        found.expected, found.emitted, found.failed,
    )  # fmt: skip


def _reason(code: int, end: dict[str, Any], limits: Budget) -> tuple[str, str]:
    if code in (-signal.SIGXCPU, -signal.SIGKILL) and end.get("cpu", 0) >= limits.cpu_seconds - 1:
        return "timed-out", "limit: cpu"
    if end.get("memory", 0) >= 0.8 * limits.memory_bytes:
        return "refused", "limit: memory"
    if code < 0:
        with contextlib.suppress(ValueError):
            return "crashed", f"ended by {signal.Signals(-code).name}"
    return "crashed", clean_line(f"ended with code {code}")


def _without_answer(guess: detect.Kind, digest: str, outcome: str, detail: str) -> Reading:
    return Reading(
        guess.kind,
        guess.media_type,
        outcome,
        detail,
        guess.reader,
        version_of(guess.reader),
        digest,
    )
