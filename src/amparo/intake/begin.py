"""Before the vault is open: find the files, and begin the process that is to seal them.

A passphrase takes half a second to stretch; a process that seals is ready by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from amparo.errors import BadInput
from amparo.intake.gather import Found, gather
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
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise BadInput("no such file or folder", value=str(path), remedy="check the path")
    batches = _batches(gather(paths))
    first = next(batches, [])
    packer = Packer() if _are_many(first) and can_pack_aside() else None
    with packer or nullcontext():
        yield Begun(chain([first], batches), packer)


def _are_many(first: list[Found]) -> bool:
    return len(first) >= FEW_FILES or sum(found.size for found in first) >= FEW_BYTES


def _batches(found: Iterable[Found]) -> Iterator[list[Found]]:
    batch: list[Found] = []
    size = 0
    for one in found:
        batch.append(one)
        size += one.size
        if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
