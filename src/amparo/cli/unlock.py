"""Ask for a passphrase and open a vault for one command."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from amparo.errors import BadInput, Locked, Refused

if TYPE_CHECKING:
    from amparo.vault.unlock import Vault

VARIABLE = "AMPARO_PASSPHRASE_FILE"


def read_passphrase_file() -> str | None:
    """The first line of the file that AMPARO_PASSPHRASE_FILE names, None where it is not set."""
    name = os.environ.get(VARIABLE)
    if not name:
        return None
    try:
        text = Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Locked(
            f"the file named by {VARIABLE} cannot be read", value=name, remedy="check its path"
        ) from None
    passphrase = text.split("\n", 1)[0].rstrip("\r")
    if not passphrase:
        raise Locked(f"the file named by {VARIABLE} is empty", value=name)
    return passphrase


def ask_passphrase(prompt: str = "Passphrase") -> str:
    """The passphrase from the file or the terminal. Raises Locked without either."""
    given = read_passphrase_file()
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise Locked(
            "a passphrase is needed and there is no terminal to ask at",
            remedy=f"set {VARIABLE} to a file that holds it",
        )
    return str(typer.prompt(prompt, hide_input=True, err=True))


def ask_new_passphrase() -> str:
    """A new passphrase, asked twice, judged. Raises BadInput when weak or not the same."""
    given = read_passphrase_file()
    if given is None:
        given = ask_passphrase("New passphrase")
        if ask_passphrase("The same again") != given:
            raise BadInput("the two passphrases differ", remedy="try again")
    from amparo.crypto.strength import judge_passphrase

    judge_passphrase(given)
    return given


@contextmanager
def opened(folder: Path, *, leaving: bool = False, outside: bool = False) -> Iterator[Vault]:
    """Open the vault at `folder`, and close it afterwards whatever happens.

    With `leaving` what the member may not export is not there: for what is written out. With
    `outside` people outside the team may use the command too; otherwise Refused.
    """
    from amparo.vault.header import read_header

    read_header(folder)
    with opened_with(folder, ask_passphrase(), leaving=leaving, outside=outside) as vault:
        yield vault


@contextmanager
def opened_with(
    folder: Path, passphrase: str, *, leaving: bool = False, outside: bool = False
) -> Iterator[Vault]:
    """The same with a passphrase that was asked for already."""
    from amparo.access.scope import current, set_scope
    from amparo.crypto.memory import protect_process
    from amparo.vault.unlock import open_vault

    protect_process()
    vault = open_vault(folder, passphrase)
    try:
        if current().outside and not outside:
            raise Refused("this is for members of the team", remedy="ask them")
        if leaving:
            set_scope(current().leaving())
        yield vault
    finally:
        vault.close()
