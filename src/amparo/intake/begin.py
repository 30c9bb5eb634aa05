"""Before the vault is open: find the files, and begin the process that is to seal them.

A passphrase takes half a second to stretch; a process that seals is ready by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from amparo.intake.gather import Found, gather, in_batches, refuse_missing
from amparo.store.packer import Packer, can_pack_aside

BATCH_FILES = 2_500
BATCH_BYTES = 64 << 20
FEW_FILES = 200
FEW_BYTES = 64 << 20


@dataclass(frozen=True)
class Begun:
    """Files to take in, batch by batch, and the process that is to seal them; None where they
    are few, as another process would take longer to start, or where there can be none."""

    batches: Iterator[list[Found]]
    packer: Packer | None


@contextmanager
def begin(paths: list[Path]) -> Iterator[Begun]:
    """Find every file below `paths`; the process that seals them ends with the context.

    Raises BadInput when a path named by the user does not exist.
    """
    refuse_missing(paths)
    batches = in_batches(gather(paths), BATCH_FILES, BATCH_BYTES)
    first = next(batches, [])
    packer = Packer() if _are_many(first) and can_pack_aside() else None
    with packer or nullcontext():
        yield Begun(chain([first], batches), packer)


def _are_many(first: list[Found]) -> bool:
    return len(first) >= FEW_FILES or sum(found.size for found in first) >= FEW_BYTES
