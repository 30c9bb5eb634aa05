"""What the user is told when something cannot be done: cause, value, remedy, exit code.

No field ever holds a secret, a name, a narrative or a search term: `value` names
a file, an option, an id or a line, as the user typed it on this terminal.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command line, documented in docs/reference/exit-codes.md."""

    DONE = 0
    BROKEN = 1
    BAD_INPUT = 2
    NOT_FOUND = 3
    LOCKED = 4
    IN_USE = 5
    WRONG_FORMAT = 6
    STORAGE = 7
    PARTLY = 8
    REFUSED = 9
    INTERRUPTED = 130


class AmparoError(Exception):
    """Base of every error meant for a user."""

    exit_code: Exit = Exit.BAD_INPUT

    def __init__(self, cause: str, *, value: str = "", remedy: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.value = value
        self.remedy = remedy

    def __str__(self) -> str:
        shown = f"{self.cause}: {self.value}" if self.value else self.cause
        return f"{shown}. {self.remedy}" if self.remedy else shown

    def as_json(self) -> dict[str, str | int]:
        """Shape of the error under `--json`."""
        return {
            "error": self.cause,
            "value": self.value,
            "remedy": self.remedy,
            "exit_code": int(self.exit_code),
        }


class BadInput(AmparoError):
    """A file, option or field cannot be used as given."""

    exit_code = Exit.BAD_INPUT


class NotFound(AmparoError):
    """Nothing there, or not allowed to be seen: the two look the same."""

    exit_code = Exit.NOT_FOUND


class Locked(AmparoError):
    """The passphrase is missing or wrong."""

    exit_code = Exit.LOCKED


class InUse(AmparoError):
    """Another process is writing to the vault."""

    exit_code = Exit.IN_USE


class WrongFormat(AmparoError):
    """Not a vault or package of ours, or one made by a newer version."""

    exit_code = Exit.WRONG_FORMAT


class StorageFailed(AmparoError):
    """Disk full, not writable, or the device failed; nothing was acknowledged."""

    exit_code = Exit.STORAGE


class Refused(AmparoError):
    """A gate said no: consent, four eyes, custody or a forum's rule."""

    exit_code = Exit.REFUSED


class Stale(Refused):
    """Somebody saved the record after it was read: look again, then change it again."""


class Broken(AmparoError):
    """Something was checked and is not what it should be."""

    exit_code = Exit.BROKEN
