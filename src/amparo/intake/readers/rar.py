"""RAR archives, versions 4 and 5, by the system's libarchive.

Where the library is missing the outcome is `unsupported: needs libarchive`. It cannot decrypt
RAR, whatever the password, and gives the bytes of an encrypted member as if they were its own.
"""

from __future__ import annotations

from amparo.intake.detect import is_volume
from amparo.intake.readers.draft import (
    LOCKED_HERE,
    OLD_RAR,
    ONE_VOLUME,
    Corrupt,
    Draft,
    Input,
    LimitReached,
    Unsupported,
)
from amparo.intake.readers.libarchive import library, unpack
from amparo.intake.readers.rar_heads import heads_of


def preload() -> None:
    """Load the library before the sandbox closes."""
    library()


def read(source: Input, draft: Draft) -> None:
    """Children for all files of the archive."""
    if source.depth >= draft.budget.depth:
        raise LimitReached("depth")
    data = source.all(draft.budget.memory_bytes // 3)
    heads = heads_of(data)
    try:
        unpack(data, ("rar", "rar5"), draft, heads=heads, locked=LOCKED_HERE)
    except Corrupt:
        if is_volume(source.name):
            raise Unsupported(ONE_VOLUME) from None
        if any(head.is_old for head in heads):
            raise Unsupported(OLD_RAR) from None
        raise
    if draft.failures and is_volume(source.name):
        draft.detail = ONE_VOLUME
