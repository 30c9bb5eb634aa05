"""The walls: what the child cannot do, and that the parent survives whatever it does."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

from amparo.intake import sandbox_child
from amparo.intake.reading import Budget, Reading
from amparo.intake.sandbox import Sandbox

ATTEMPTS = """
import json, os, socket, sys, ctypes, resource
sys.path[:] = json.loads(sys.argv[1])
from amparo.intake import sandbox_child
from amparo.intake.reading import Budget, Reading
# As the zygote does it: walls made ready once, entered by each child.
if sys.argv[2] == "forked":
    sandbox_child.prepare()
    if child := os.fork():
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
victim = os.getppid()
layers = sandbox_child.lock_down(Budget(memory_bytes=200 << 20), runs_programs=False)
results = {}
def attempt(name, action):
    try:
        action()
        results[name] = "done"
    except BaseException as error:
        results[name] = type(error).__name__
attempt("inet", lambda: socket.socket(socket.AF_INET))
attempt("unix", lambda: socket.socket(socket.AF_UNIX))
attempt("read", lambda: open("/etc/passwd").read())
attempt("list", lambda: os.listdir("/home"))
attempt("write", lambda: open("/tmp/amparo-escape", "w"))
attempt("append", lambda: os.open("/dev/null", os.O_RDWR))
attempt("fork", os.fork)
attempt("run", lambda: os.execv("/bin/true", ["true"]))
attempt("kill", lambda: os.kill(victim, 0))
attempt("unlink", lambda: os.unlink("/tmp/amparo-escape"))
attempt("mount", lambda: os.mkdir("/tmp/amparo-dir"))
attempt("raise limits", lambda: resource.setrlimit(resource.RLIMIT_CPU, (-1, -1)))
attempt("kept rules", lambda: [os.fstat(n) for n in sandbox_child.READY.rules.values()] or 1 / 0)
attempt("memory", lambda: bytearray(1 << 30))
libc = ctypes.CDLL(None)
results["ptrace"] = "done" if libc.ptrace(16, victim, 0, 0) == 0 else "refused"
results["memfd"] = "done" if libc.syscall(319, b"x", 0) >= 0 else "refused"
results["unshare"] = "done" if libc.unshare(0x10000000) == 0 else "refused"
results["code"] = "done" if os.path.isdir(sys.path[-1]) else "refused"
os.write(1, json.dumps([layers, results]).encode())
"""


@pytest.fixture(scope="module", params=["alone", "forked"])
def attempts(request: pytest.FixtureRequest) -> tuple[dict[str, object], dict[str, str]]:
    """What a locked-down process can still do, by the floor alone (no bubblewrap)."""
    done = subprocess.run(
        [sys.executable, "-c", ATTEMPTS, json.dumps(sys.path), request.param],
        capture_output=True,
        check=False,
    )
    assert done.stdout, done.stderr.decode()
    layers, results = json.loads(done.stdout)
    return layers, results


@pytest.mark.skipif(sys.platform != "linux", reason="the floor is rlimits only elsewhere")
@pytest.mark.parametrize(
    "name",
    ["inet", "unix", "write", "append", "fork", "run", "kill", "unlink", "mount", "raise limits",
     "memory", "kept rules", "ptrace", "memfd", "unshare"],
)  # fmt: skip
def test_the_floor_forbids(name: str, attempts: tuple[dict[str, object], dict[str, str]]) -> None:
    layers, results = attempts
    if not layers["seccomp"]:
        pytest.skip("no seccomp on this machine")
    assert results[name] != "done"


@pytest.mark.parametrize("name", ["read", "list"])
def test_landlock_hides_files(
    name: str, attempts: tuple[dict[str, object], dict[str, str]]
) -> None:
    layers, results = attempts
    if not layers["landlock"]:
        pytest.skip("no Landlock on this machine")
    assert results[name] == "PermissionError"
    assert results["code"] == "done", "libraries that load late must stay readable"


@pytest.mark.parametrize("bubblewrap", [True, False])
def test_layers_are_reported(bubblewrap: bool) -> None:
    with Sandbox(bubblewrap=bubblewrap) as box:
        layers = box.layers()
    assert layers["rlimits"] is True
    assert layers["system"] == sys.platform
    assert layers["bubblewrap"] in (bubblewrap, False)
    assert {"landlock", "seccomp", "network namespace", "no privileges"} <= set(layers)


@pytest.mark.parametrize("bubblewrap", [True, False])
def test_reads_with_and_without_bubblewrap(bubblewrap: bool, good: ModuleType) -> None:
    with Sandbox(bubblewrap=bubblewrap) as box:
        reading = box.read(good.page("fr"), name="page.html")
    assert reading.outcome == "ok"
    assert "camionnette" in reading.text()


def test_the_digest_is_of_the_bytes_given(box: Sandbox, tmp_path: Path) -> None:
    data = b"some words to be read"
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    for source in (data, path):
        reading = box.read(source, name="a.txt")
        assert reading.sha256 == hashlib.sha256(data).hexdigest()
        assert reading.text() == data.decode()
    assert path.read_bytes() == data


def test_a_large_file_is_read_without_a_copy(box: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.write(b"\x00\x01\x02\x03" * 100)
        file.truncate(70 << 20)
    reading = box.read(path, name="large.bin")
    assert reading.outcome == "unsupported"
    assert len(reading.sha256) == 64


def test_a_missing_file_is_an_os_error(box: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        box.read(tmp_path / "none", name="none")


def test_the_zygote_is_started_again_after_a_kill() -> None:
    with Sandbox() as box:
        assert box.read(b"first words", name="a.txt").outcome == "ok"
        assert box._process is not None
        os.killpg(box._process.pid, signal.SIGKILL)
        box._process.wait()
        assert box.read(b"second words", name="a.txt").outcome == "ok"


def test_many_threads_share_one_sandbox(box: Sandbox) -> None:
    seen: list[str] = []
    lock = threading.Lock()

    def work(number: int) -> None:
        reading = box.read(f"words of thread {number}".encode(), name="a.txt")
        with lock:
            seen.append(reading.text())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(f"words of thread {number}" for number in range(24))


def test_a_hang_ends_at_the_wall_clock(box: Sandbox, hostile: ModuleType) -> None:
    data = dict(hostile.xml_bombs())["attributes.html"]
    reading = box.read(data, name="slow.html", budget=Budget(seconds=0.5))
    assert (reading.outcome, reading.detail) == ("timed-out", "limit: time")


def test_cpu_time_is_a_limit(box: Sandbox, hostile: ModuleType) -> None:
    data = dict(hostile.xml_bombs())["attributes.html"]
    reading = box.read(data, name="slow.html", budget=Budget(seconds=30, cpu_seconds=1))
    assert (reading.outcome, reading.detail) == ("timed-out", "limit: cpu")


def test_the_child_imports_no_django() -> None:
    script = (
        "import sys; from amparo.intake import sandbox_child; sandbox_child.load('text');"
        "assert not [m for m in sys.modules if m.startswith('django')]"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_our_own_process_imports_no_parser() -> None:
    script = (
        "import sys; from amparo.intake import sandbox, reconcile, detect;"
        "bad = {'lxml', 'PIL', 'pypdfium2', 'trafilatura', 'numpy', 'charset_normalizer'};"
        "assert not bad & set(sys.modules), bad & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_crash_becomes_an_outcome(hostile: ModuleType) -> None:
    psutil = pytest.importorskip("psutil")
    data = dict(hostile.xml_bombs())["attributes.html"]
    with Sandbox() as box:
        box.read(b"warm", name="a.txt")
        found: list[Reading] = []
        work = threading.Thread(target=lambda: found.append(box.read(data, name="slow.html")))
        assert box._process is not None
        zygotes = {child.pid for child in psutil.Process(box._process.pid).children(recursive=True)}
        work.start()
        while work.is_alive():
            tree = psutil.Process(box._process.pid).children(recursive=True)
            for child in tree:
                if child.pid not in zygotes:
                    with suppress(psutil.NoSuchProcess):
                        child.send_signal(signal.SIGSEGV)
            work.join(0.05)
        assert (found[0].outcome, found[0].detail) == ("crashed", "ended by SIGSEGV")
        assert box.read(b"still there", name="a.txt").outcome == "ok"


def test_input_through_a_pipe_where_there_is_no_memfd(
    monkeypatch: pytest.MonkeyPatch, good: ModuleType, box: Sandbox
) -> None:
    monkeypatch.delattr(os, "memfd_create")
    reading = box.read(good.docx("ru"), name="a.docx")
    assert reading.outcome == "ok"
    assert "фургон" in reading.text()


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap to forbid namespaces")
def test_where_namespaces_are_forbidden_the_floor_still_holds() -> None:
    script = (
        "import json\nfrom amparo.intake.sandbox import Sandbox\n"
        "with Sandbox() as box:\n"
        "    reading = box.read(b'some words', name='a.txt')\n"
        "    print(json.dumps([box.layers(), reading.outcome]))\n"
    )
    wrap = ["bwrap", "--unshare-user", "--uid", "1000", "--disable-userns", "--dev-bind", "/", "/"]
    done = subprocess.run([*wrap, sys.executable, "-c", script], capture_output=True, check=False)
    if done.returncode and b"bwrap" in done.stderr:
        pytest.skip("bubblewrap cannot make a user namespace here")
    layers, outcome = json.loads(done.stdout)
    assert outcome == "ok"
    assert layers["bubblewrap"] is False
    assert layers["network namespace"] is False
    assert layers["rlimits"] is True


def test_the_zygote_outlives_the_thread_that_started_it() -> None:
    box = Sandbox()
    starter = threading.Thread(target=lambda: box.read(b"first", name="a.txt"))
    starter.start()
    starter.join()
    process = box._process
    assert box.read(b"second", name="a.txt").outcome == "ok"
    assert box._process is process
    box.close()


def test_the_zygote_ends_with_our_process() -> None:
    script = (
        "import os\nfrom amparo.intake.sandbox import Sandbox\nbox = Sandbox()\n"
        "box.read(b'some words', name='a.txt')\nprint(box._process.pid, flush=True)\nos._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    pid = int(done.stdout)
    for _ in range(600):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the zygote is still there")


def test_a_pipe_or_folder_is_refused_not_waited_for(box: Sandbox, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(OSError):
            box.read(path, name="x")


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def test_a_text_alone_in_a_compressed_file_is_read_on_and_the_same(box: Sandbox) -> None:
    text = "Les soldats sont entrés dans la maison avant l'aube.\n\nIls ont pris deux hommes.\n"
    outer = box.read(gzip.compress(text.encode()), name="note.txt.gz")
    (child,) = outer.untrusted_children
    assert outer.outcome == "ok" and child.data == text.encode()
    assert child.reading == box.read(child.data, name="note.txt", depth=1)
    assert child.reading is not None and child.reading.text().strip() == text.strip()


@pytest.mark.parametrize("name", ["page.html", "note.eml", "inner.gz", "many.tar"])
def test_what_may_hold_files_gets_a_child_of_its_own(box: Sandbox, name: str) -> None:
    inside = {
        "page.html": b"<html><body><p>a page</p></body></html>",
        "note.eml": b"From: a@x.example\nTo: b@x.example\nSubject: s\nDate: x\n\nbody\n",
        "inner.gz": gzip.compress(b"twice"),
        "many.tar": _tar({"a.txt": b"one", "b.txt": b"two"}),
    }[name]
    outer = box.read(gzip.compress(inside), name=f"{name}.gz")
    assert outer.outcome == "ok" and outer.untrusted_children
    assert all(child.reading is None for child in outer.untrusted_children)


def _tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def test_where_both_are_too_much_each_is_read_by_itself(box: Sandbox) -> None:
    """The text alone passes the limit of text; the compressed file is sound all the same."""
    budget = Budget(text_chars=1_000)
    outer = box.read(gzip.compress(b"many words " * 200), name="long.txt.gz", budget=budget)
    assert outer.outcome == "ok"
    (child,) = outer.untrusted_children
    inner = child.reading or box.read(child.data, name=child.name, budget=budget, depth=1)
    assert inner.outcome == "refused" and inner.detail == "limit: text"


def test_the_zygote_learns_which_readers_are_needed(
    good: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies inside a zip is known only by who opened it; the next child finds it loaded."""
    loaded: list[str] = []
    monkeypatch.setattr(sandbox_child, "load", loaded.append)
    monkeypatch.setattr(sandbox_child, "_settle_memory", lambda: None)
    ours, theirs = socket.socketpair()
    with Sandbox() as own, ours, theirs:
        own.read(good.docx(), name="a.docx")
        known = own._known
    zygote = sandbox_child.Zygote(theirs, -1, -1)
    zygote._load((*sandbox_child.FIRST, "zip", *known, "os", "zip"))
    zygote._load(("docx",))
    assert loaded == ["language", "text", "zip", "docx"]
