"""A drawn picture as PNG, by typst in a child process that is stopped when it takes too long."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from amparo.errors import Broken

SECONDS = 60
PIXELS_PER_INCH = 144.0
_SOURCE = (
    b"#set page(width: auto, height: auto, margin: 0pt)\n"
    b'#set text(font: "Noto Sans")\n'
    b'#image(bytes(sys.inputs.svg), format: "svg")\n'
)


def rasterise(svg: str, fonts: Path) -> bytes:
    """PNG of one of our own SVGs, white ground. Raises Broken when the child fails."""
    command = [sys.executable, "-I", "-X", "utf8", "-m", __name__, os.fspath(fonts)]
    keep = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    try:
        done = subprocess.run(
            command, input=svg.encode(), capture_output=True, timeout=SECONDS, env=keep
        )
    except subprocess.TimeoutExpired:
        raise _failure(f"no result after {SECONDS} s") from None
    if done.returncode or not done.stdout.startswith(b"\x89PNG"):
        raise _failure(f"exit code {done.returncode}")
    return done.stdout


def _failure(value: str) -> Broken:
    # What the child printed may quote the picture, so it is not passed on.
    return Broken("the picture could not be drawn as PNG", value=value, remedy="take the SVG")


def _press() -> int:
    """In the child: SVG on standard input, PNG on standard output."""
    import typst

    from amparo.crypto.memory import protect_process

    protect_process()
    svg = sys.stdin.buffer.read().decode()
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[sys.argv[1]]
    )
    png = typst.compile(
        _SOURCE, format="png", ppi=PIXELS_PER_INCH, font_paths=fonts, sys_inputs={"svg": svg}
    )
    sys.stdout.buffer.write(png if isinstance(png, bytes) else b"")
    return 0


if __name__ == "__main__":
    sys.exit(_press())
