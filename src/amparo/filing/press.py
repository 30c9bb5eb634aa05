"""The child process that sets a PDF: a request on standard input, the PDF on standard output.

The first line says the time that the PDF bears, the rest is what `filing.typ` reads.

It runs alone so that the memory of the compiler is given back, and so that a compiler
that fails or hangs takes nothing with it. It opens no network and writes no file.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import as_file, files
from typing import Literal

STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
FAILED = 70


def press() -> int:
    """Compile one request; the exit code is FAILED with the compiler's words on stderr."""
    import typst

    _leave_no_core()
    request = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read().decode()
    root = files("amparo.filing")
    source = root.joinpath("templates", "filing.typ").read_bytes()
    with as_file(root.joinpath("fonts")) as fonts:
        found = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)]
        )
        try:
            pdf = typst.compile(
                source,
                format="pdf",
                font_paths=found,
                sys_inputs={"data": data},
                pdf_standards=[*STANDARDS],
                timestamp=int(request["timestamp"]),
            )
        except typst.TypstError as error:
            print(error.message, file=sys.stderr)
            return FAILED
    sys.stdout.buffer.write(pdf)
    return 0


def _leave_no_core() -> None:
    """A crash must not leave the filing on the disk."""
    try:
        import resource
    except ImportError:  # pragma: no cover - not on Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(press())
