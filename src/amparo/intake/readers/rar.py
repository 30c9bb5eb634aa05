"""RAR archives, versions 4 and 5, by the system's libarchive.

Where the library is missing the outcome is `unsupported: needs libarchive`. It cannot decrypt
RAR, whatever the password.
"""

from __future__ import annotations

from amparo.intake.detect import is_volume
from amparo.intake.readers.draft import ONE_VOLUME, Corrupt, Draft, Input, LimitReached, Unsupported
from amparo.intake.readers.libarchive import library, unpack
from amparo.intake.readers.rar_sums import stated_sums


def preload() -> None:
    """Load the library before the sandbox closes."""
    library()


def read(source: Input, draft: Draft) -> None:
    """Children for all files of the archive."""
    if source.depth >= draft.budget.depth:
        raise LimitReached("depth")
    data = source.all(draft.budget.memory_bytes // 3)
    try:
        unpack(data, ("rar", "rar5"), draft, sums=stated_sums(data))
    except Corrupt:
        if not is_volume(source.name):
            raise
        raise Unsupported(ONE_VOLUME) from None
    if draft.failures and is_volume(source.name):
        draft.detail = ONE_VOLUME
