"""The zygote's command line: which program, what it may see of the file system, what it knows."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import amparo

_PROGRAM = (
    "import sys,json;sys.path[:]=json.loads(sys.argv[2]);"
    "from amparo.intake import sandbox_child;sandbox_child.main(int(sys.argv[1]))"
)
_SYSTEM_TREES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib")
_SYSTEM_FILES = ("/etc/ld.so.cache", "/usr/bin/tesseract")
_DATA_TREES = ("/usr/share/tesseract-ocr", "/usr/share/tessdata")


def environment() -> dict[str, str]:
    """Nothing of ours: no home, no secrets, no proxy; one thread per library."""
    threads = ("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        # Large pages for large tables (a language model): each fork then copies a third less.
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        **dict.fromkeys(threads, "1"),
    }


def _code_path() -> list[str]:
    """Where the child finds Python and libraries: our own search path without the cwd."""
    own = str(Path(amparo.__file__).resolve().parent.parent)
    found = [own]
    for entry in sys.path:
        if (
            entry
            and Path(entry).is_absolute()
            and Path(entry).exists()
            and entry != str(Path.cwd())
        ):
            found.append(os.path.realpath(entry))
    return list(dict.fromkeys(found))


def command(control: int, wrapped: bool) -> list[str]:
    """What to start; `wrapped` puts bubblewrap around it, `control` is the socket it serves."""
    python = os.path.realpath(sys.executable)
    path = _code_path()
    program = [
        python,
        "-I",
        "-S",
        "-B",
        "-X",
        "utf8",
        "-c",
        _PROGRAM,
        str(control),
        json.dumps(path),
    ]
    return [*_bubblewrap(python, path), *program] if wrapped else program


def _bubblewrap(python: str, path: list[str]) -> list[str]:
    """A file system of program code only, no network, own process and user namespaces."""
    own = Path(amparo.__file__).resolve().parent
    binds: list[str] = []
    for tree in (*_SYSTEM_TREES, *_SYSTEM_FILES, *_DATA_TREES):
        if Path(tree).is_symlink():
            binds += ["--symlink", str(Path(tree).readlink()), tree]
        elif Path(tree).exists():
            binds += ["--ro-bind", tree, tree]
    for entry in [python, str(Path(sys.base_prefix).resolve() / "lib"), *path]:
        if Path(entry) != own.parent or entry.endswith("-packages"):
            binds += ["--ro-bind-try", entry, entry]
    for entry in ("__init__.py", "errors.py", "intake"):
        binds += ["--ro-bind-try", str(own / entry), str(own / entry)]
    return [
        "bwrap", "--unshare-all", "--new-session", "--cap-drop", "ALL",
        "--clearenv", *(word for item in environment().items() for word in ("--setenv", *item)),
        *binds, "--dev", "/dev", "--chdir", "/", "--",
    ]  # fmt: skip
