"""Commands in processes of their own, without loading the program anew for each.

One process loads what every command needs, opens nothing, and forks for each command: of the
second that a command takes on a slow machine, half is loading. `tests/stories` and
`tests/cli/test_start.py` start it as users do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path


class Launcher:
    """The process that forks. `launch` as `subprocess.run`; one command at a time."""

    def __init__(self) -> None:
        self._line, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def launch(
        self, words: list[str], *, stdin: str = "", env: dict[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end. Raises subprocess.TimeoutExpired."""
        with ExitStack() as stack:
            files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
            files[0].write(stdin.encode())
            files[0].seek(0)
            self._line.send_bytes(json.dumps([words, env, str(Path.cwd())]).encode())
            for file in files:
                send_handle(self._line, file.fileno(), self._process.pid)
            code = self._wait(words, timeout)
            for file in files[1:]:
                file.seek(0)
            told = [file.read().decode() for file in files[1:]]
        return subprocess.CompletedProcess(words, code, *told)

    def _wait(self, words: list[str], timeout: float) -> int:
        pid = self._line.recv()
        if not self._line.poll(timeout):
            os.kill(pid, 9)
            self._line.recv()
            raise subprocess.TimeoutExpired(words, timeout)
        return int(self._line.recv())

    def close(self) -> None:
        """End the process."""
        self._line.close()
        self._process.wait()


def serve(line: Connection) -> None:
    """Fork for each command that is asked for; returns in the process of the command, ready to
    run it, or at the end of all."""
    while True:
        try:
            words, env, folder = json.loads(line.recv_bytes())
        except EOFError:
            sys.exit()
        files = [recv_handle(line) for _ in range(3)]
        if not (pid := os.fork()):
            line.close()
            _become(words, env, folder, files)
            return
        for handle in files:
            os.close(handle)
        line.send(pid)
        line.send(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _become(words: list[str], env: dict[str, str], folder: str, files: list[int]) -> None:
    """Take on what a process of `python -m amparo` has when it begins."""
    for target, handle in enumerate(files):
        os.dup2(handle, target)
        os.close(handle)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    main = sys.modules["__main__"] = sys.modules["amparo.__main__"]
    sys.argv = [str(main.__file__), *words]
    sys.path[0] = folder


def load() -> None:
    """What every command needs."""
    import amparo.__main__
    from amparo.store.settings import configure

    configure()
    import amparo.cli.unlock
    import amparo.vault.unlock  # noqa: F401


if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())
    load()
    serve(Connection(int(sys.argv[1])))
    from amparo.__main__ import run

    run()
