"""age encryption (C2SP age) of what leaves the vault, to recipients' public keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

import pyrage

from amparo.errors import BadInput, Locked


def parse_recipients(lines: Sequence[str]) -> list[Any]:
    """age and SSH public keys, one each; empty lines and comments are left out.

    Raises BadInput for anything else, and when there is none.
    """
    found = [_parse_one(line.strip()) for line in lines if line.strip() and line.strip()[0] != "#"]
    if not found:
        raise BadInput("No recipient was given", remedy="Give a key that begins with age1 or ssh-")
    return found


def encrypt_stream(source: BinaryIO, target: BinaryIO, recipients: Sequence[str]) -> None:
    """Encrypt in steps, whatever the size."""
    pyrage.encrypt_io(source, target, parse_recipients(recipients))


def decrypt_stream(source: BinaryIO, target: BinaryIO, identity: str) -> None:
    """Decrypt with one age identity (AGE-SECRET-KEY-…). Raises Locked."""
    try:
        pyrage.decrypt_io(source, target, [pyrage.x25519.Identity.from_str(identity.strip())])
    except (pyrage.DecryptError, pyrage.IdentityError):
        raise Locked("This key does not open the file", remedy="Use the recipient's key") from None


def _parse_one(line: str) -> Any:
    try:
        if line.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(line)
        return pyrage.x25519.Recipient.from_str(line)
    except pyrage.RecipientError:
        raise BadInput(
            "This is not a recipient's public key",
            value="a secret key" if "SECRET" in line.upper() else line[:64],
            remedy="Give a key that begins with age1 or ssh-",
        ) from None
