"""The sandbox's own process: a zygote that forks one locked-down child per file.

Started by `sandbox.py` as a separate program, never imported by ours. The zygote
sees no untrusted byte: it imports the readers that are asked for (each makes every
fork dearer), takes requests with open descriptors, forks, keeps the wall clock and
reports how each child ended. Children read one file, write one answer and end.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import io
import json
import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from amparo.intake import answer, confine, detect
from amparo.intake.readers import BY_NAME, zip_heads
from amparo.intake.readers.draft import HEAD, Corrupt, Draft, Input, LimitReached, Stop
from amparo.intake.reading import Budget

IDLE = 0.15
# Fewer looks for garbage in a process that lives for one file.
GC_EVERY = 20_000
CODE_TREES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/etc/ld.so.cache")
PROGRAM_TREES = ("/usr/bin/tesseract", "/usr/lib", "/lib", "/lib64", "/usr/lib64")
# Compressed files that hold one file, and readers that the same child goes on with.
ALONE = ("application/gzip", "application/x-bzip2", "application/x-xz")
PLAIN = ("text", "csv")
# Loaded ahead, while there is nothing to do: what nearly every file needs.
FIRST = ("language", "text")
DATA_TREES = ("/usr/share/tesseract-ocr", "/usr/share/tessdata", "/sys/devices/system/cpu")


@dataclass
class Prepared:
    """What is the same for all children: made once by the zygote, as each costs as much as a fork.

    `held` are walls that it stands behind itself, `rules` Landlock's rules by whether programs
    may be run, `space` the bytes of address space that a child begins with.
    """

    held: dict[str, bool | int]
    rules: dict[bool, int]
    space: int = 0


READY = Prepared({"network namespace": False}, {})


@dataclass
class Running:
    """A child at work: when it must be done, where its end is reported."""

    deadline: float
    status: int
    timed_out: bool = False


def main(control_fd: int) -> NoReturn:
    """Serve requests on the control socket until it closes."""
    confine.hide()
    prepare()
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    os.set_blocking(wake_read, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    control = socket.socket(fileno=control_fd)
    _send(control, {"ready": True, "pid": os.getpid()})
    Zygote(control, wake_read, wake_write).serve()


def prepare() -> None:
    """Give up what the zygote needs no more, and make ready what each child will enter."""
    gc.set_threshold(GC_EVERY)
    READY.held["network namespace"] = confine.leave_network()
    READY.held["no privileges"] = confine.drop_privileges()
    READY.rules = {runs: confine.make_rules(*_trees(runs)) for runs in (False, True)}
    confine.prepare_filter()
    READY.space = confine.address_space()


class Zygote:
    """The loop: requests in, children forked, deadlines kept, ends reported."""

    def __init__(self, control: socket.socket, wake_read: int, wake_write: int) -> None:
        self.control = control
        self.wake_read = wake_read
        self.wake_write = wake_write
        self.running: dict[int, Running] = {}
        self.loaded: set[str] = set()

    def serve(self) -> NoReturn:
        watched: list[Any] = [self.control, self.wake_read]
        while True:
            ready, _, _ = select.select(watched, [], [], self._patience())
            if self.wake_read in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self.wake_read, 4096)
            self._reap()
            self._enforce()
            if self.control in ready:
                self._accept()
            elif not ready and not self.running:
                self._load(FIRST)

    def _patience(self) -> float | None:
        if not self.running:
            return None if self.loaded.issuperset(FIRST) else IDLE
        nearest = min(child.deadline for child in self.running.values())
        return max(0.0, nearest - time.monotonic())

    def _accept(self) -> None:
        request, handles = _receive(self.control)
        if request is None:
            self._end()
        hint, known = str(request.get("hint", "")), request.get("known", ())
        self._load((*FIRST, hint, *known, *(PLAIN if request.get("on") else ())))
        source, result, status = handles
        pid = os.fork()
        if pid == 0:
            self._become_child(request, source, result, status)
        os.close(source)
        os.close(result)
        deadline = time.monotonic() + float(request["budget"]["seconds"])
        self.running[pid] = Running(deadline, status)

    def _load(self, names: Sequence[str]) -> None:
        """Import readers once; `language` is no reader, but as good as each needs it."""
        new = [name for name in dict.fromkeys(names) if name not in self.loaded]
        new = [name for name in new if name in BY_NAME or name == "language"]
        for name in new:
            load(name)
        if new:
            self.loaded.update(new)
            _settle_memory()

    def _become_child(self, request: dict[str, Any], source: int, result: int, status: int) -> None:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setpgid(0, 0)
            confine.die_with_parent()
            for handle in (status, self.wake_read, self.wake_write, self.control.fileno()):
                os.close(handle)
            for other in self.running.values():
                os.close(other.status)
            run_child(request, source, result)
        finally:
            os._exit(1)

    def _reap(self) -> None:
        while self.running:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child = self.running.pop(pid, None)
            if child is not None:
                _kill(pid)
                self._report(child, status, usage)

    def _report(self, child: Running, status: int, usage: Any) -> None:
        code = os.waitstatus_to_exitcode(status)
        end = {
            "code": code,
            "timed_out": child.timed_out,
            "cpu": usage.ru_utime + usage.ru_stime,
            "memory": usage.ru_maxrss * 1024,
        }
        with contextlib.suppress(OSError):
            os.write(child.status, json.dumps(end).encode())
        os.close(child.status)

    def _enforce(self) -> None:
        now = time.monotonic()
        for pid, child in self.running.items():
            if now >= child.deadline:
                child.timed_out = True
                child.deadline = now + 60
                _kill(pid)

    def _end(self) -> NoReturn:
        for pid in self.running:
            _kill(pid)
        os._exit(0)


def _kill(pid: int) -> None:
    """The child and what it may have started: they share a group they cannot leave."""
    for end in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            end(pid, signal.SIGKILL)


def _settle_memory() -> None:
    """Keep the collector off what children share, so that they need not copy it."""
    gc.collect()
    gc.freeze()
    READY.space = confine.address_space()


def load(name: str) -> None:
    """Import a reader and its libraries ahead of the fork; a missing library shows later."""
    with contextlib.suppress(ImportError):
        module = importlib.import_module(f"amparo.intake.readers.{name}")
        getattr(module, "preload", lambda: None)()


def run_child(request: dict[str, Any], source: int, result: int) -> NoReturn:
    """Lock down, read, answer, end."""
    budget = Budget(**request["budget"])
    if request["op"] == "probe":
        layers = lock_down(budget, runs_programs=False)
        _write_all(result, [json.dumps(layers).encode()])
        os._exit(0)
    hint = BY_NAME.get(str(request["hint"]))
    lock_down(budget, runs_programs=budget.ocr and hint is not None and hint.runs_ocr)
    draft = Draft(budget)
    try:
        _read(draft, request, source)
        inside = _read_on(draft, request) if request.get("on") else None
        pieces = _pieces(draft, inside)
    except MemoryError:
        pieces = _refusal(draft, "limit: memory")
    with contextlib.suppress(BrokenPipeError):
        _write_all(result, pieces)
    os._exit(0)


def lock_down(budget: Budget, *, runs_programs: bool) -> dict[str, bool | int]:
    """Apply every layer the kernel has; says which hold. The order matters: seccomp is last."""
    layers: dict[str, bool | int] = dict(READY.held)
    layers["rlimits"] = confine.limit_resources(
        memory_bytes=budget.memory_bytes,
        cpu_seconds=max(1, int(budget.cpu_seconds)),
        file_bytes=0,
        files=64,
        base=READY.space,
    )
    layers["no privileges"] = READY.held.get("no privileges") or confine.drop_privileges()
    layers["landlock"] = _enter_land(runs_programs)
    layers["seccomp"] = confine.filter_calls(run_programs=runs_programs)
    return layers


def _enter_land(runs_programs: bool) -> int:
    if not READY.rules:
        return confine.lock_land(*_trees(runs_programs))
    for runs, rules in READY.rules.items():
        if runs != runs_programs and rules >= 0:
            os.close(rules)
    rules = READY.rules[runs_programs]
    return confine.enter_rules(rules) if rules >= 0 else 0


def _trees(runs_programs: bool) -> tuple[list[str], Sequence[str]]:
    """What may be read, and what may be run."""
    code = [path for path in sys.path if path] + list(CODE_TREES)
    return ([*code, *DATA_TREES], PROGRAM_TREES) if runs_programs else (code, ())


def _read(draft: Draft, request: dict[str, Any], source: int) -> None:
    with (
        _outcome_in(draft),
        io.FileIO(source, "r") as raw,
        io.BufferedReader(raw, 1 << 18) as piped,
    ):
        stream = piped if piped.seekable() else io.BytesIO(piped.read())
        head = stream.read(HEAD)
        size, depth = int(request["size"]), int(request["depth"])
        passwords = tuple(map(str, request.get("passwords", ())))
        dispatch(Input(stream, size, head, str(request["name"]), depth, passwords), draft)


def _read_on(draft: Draft, request: dict[str, Any]) -> Draft | None:
    """What lies alone in a compressed file, read on by the same child: it is the same file.

    Only plain kinds that hold no files themselves; the rest is read as any other child.
    """
    if draft.media_type not in ALONE or len(draft.children) != 1:
        return None
    child = draft.children[0]
    if detect.guess(child.data[:HEAD], child.name).reader not in PLAIN:
        return None
    inner = Draft(draft.budget)
    with _outcome_in(inner):
        dispatch(Input.of(child.data, child.name, int(request["depth"]) + 1), inner)
    return None if inner.children else inner


@contextlib.contextmanager
def _outcome_in(draft: Draft) -> Iterator[None]:
    """Whatever a parser throws becomes an outcome, Rust's panics too."""
    try:
        yield
    except Stop as reason:
        draft.stop(reason)
    except MemoryError:
        raise
    except RecursionError:
        draft.stop(LimitReached("depth"))
    except ImportError as error:
        draft.stop(Stop(f"library missing: {error.name}"))
        draft.outcome = "unsupported"
    except BaseException as error:
        draft.stop(Corrupt(f"{type(error).__name__} in reader {draft.reader}"))


def dispatch(source: Input, draft: Draft) -> None:
    """Detect the kind and let its reader fill the draft."""
    if source.size == 0:
        draft.outcome, draft.media_type = "empty", "application/x-empty"
        return
    mended = zip_heads.mend(source, draft.budget)
    source = mended or source
    found = detect.identify(source)
    draft.kind, draft.media_type, draft.reader = found.kind, found.media_type, found.reader
    module = importlib.import_module(f"amparo.intake.readers.{found.reader}")
    source.stream.seek(0)
    module.read(source, draft)
    if mended:
        zip_heads.tell_cut(draft)


def _pieces(draft: Draft, inside: Draft | None = None) -> list[bytes]:
    header = _header(draft)
    if inside is not None:
        header["inside"] = _header(inside)
    return answer.encode(header, [child.data for child in draft.children])


def _header(draft: Draft) -> dict[str, object]:
    draft.finish()
    return {
        "reader": draft.reader,
        "kind": draft.kind,
        "media_type": draft.media_type,
        "outcome": draft.outcome,
        "detail": draft.detail,
        "expected": draft.expected,
        "emitted": draft.emitted,
        "failed": draft.failed,
        "metadata": draft.metadata,
        "parts": [[part.name, part.label, part.language, part.text] for part in draft.parts],
        "children": [[child.name, child.media_type, len(child.data)] for child in draft.children],
    }


def _refusal(draft: Draft, detail: str) -> list[bytes]:
    """A small answer for when there is no memory left for a large one."""
    refused = Draft(draft.budget, draft.reader, draft.kind, draft.media_type, "refused", detail)
    refused.expected = draft.expected
    draft.parts, draft.children = [], []
    return _pieces(refused)


def _write_all(handle: int, pieces: list[bytes]) -> None:
    for piece in pieces:
        view = memoryview(piece)
        while view:
            view = view[os.write(handle, view) :]


def _send(control: socket.socket, message: dict[str, object]) -> None:
    body = json.dumps(message).encode()
    control.sendall(struct.pack(">I", len(body)) + body)


def _receive(control: socket.socket) -> tuple[dict[str, Any], list[int]] | tuple[None, list[int]]:
    """One request with its three descriptors; None at the end of the stream."""
    handles = array.array("i")
    head, ancillary, _, _ = control.recvmsg(4, socket.CMSG_LEN(3 * handles.itemsize))
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            handles.frombytes(data[: len(data) - len(data) % handles.itemsize])
    if len(head) < 4:
        return None, []
    (length,) = struct.unpack(">I", head)
    body = b""
    while len(body) < length:
        piece = control.recv(length - len(body))
        if not piece:
            return None, []
        body += piece
    return json.loads(body), list(handles)
