"""Passwords of files that arrived encrypted: asked for or read from a file, never an argument."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from amparo.errors import BadInput


def read_passwords(file: str, *, ask: bool, rerun: bool) -> tuple[str, ...]:
    """The passwords to try, in order; none where neither option is given.

    Raises BadInput when they would not be used, or cannot be had.
    """
    if not file and not ask:
        return ()
    if not rerun:
        raise BadInput("passwords are for reading again", remedy="Add --rerun")
    found = _from_file(file) if file else []
    if ask:
        if not sys.stdin.isatty():
            raise BadInput("there is no terminal to ask at", remedy="Use --password-file")
        found.append(str(typer.prompt("Password of the files", hide_input=True, err=True)))
    return tuple(dict.fromkeys(found))


def _from_file(file: str) -> list[str]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise BadInput(
            "the file of passwords cannot be read", value=file, remedy="check its path; it is UTF-8"
        ) from None
    found = [line.rstrip("\r") for line in text.split("\n") if line.rstrip("\r")]
    if not found:
        raise BadInput("the file of passwords is empty", value=file, remedy="one password a line")
    return found
