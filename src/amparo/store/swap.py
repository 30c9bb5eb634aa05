"""Putting a whole new content in the place of a vault's, crash-safe.

The new content is built in `.reseal` inside the folder. Renaming that to `.resealed` is the
one moment of decision: before it nothing has happened, after it the rest is moved into place
by whoever opens the vault next, as often as it takes. No key is needed for that.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from amparo.errors import InUse
from amparo.store import lock
from amparo.store.files import DISK

BUILDING = ".reseal"
DECIDED = ".resealed"
# The header goes last: as long as it is the old one, the move has not ended.
ORDER = ("packs", "ledger", "record.db", "vault.toml")
BESIDE = ("-wal", "-shm")


def begin(folder: Path) -> Path:
    """An empty folder in which the new content is built."""
    building = folder / BUILDING
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(mode=0o700)
    return building


def decide(folder: Path) -> None:
    """From now on the new content is the vault's. The writer's lock must be held."""
    building = folder / BUILDING
    (building / lock.LOCK_NAME).unlink(missing_ok=True)
    for path in sorted(building.rglob("*"), reverse=True):
        _sync(path)
    _sync(building)
    DISK.rename(building, folder / DECIDED)
    DISK.sync_folder(folder)
    _move(folder)


def settle(folder: Path) -> None:
    """Finish what was decided, and clear away what never was."""
    if not (folder / DECIDED).exists() and not (folder / BUILDING).exists():
        return
    with contextlib.suppress(InUse), lock.hold(folder, wait=0):
        shutil.rmtree(folder / BUILDING, ignore_errors=True)
        if (folder / DECIDED).exists():
            _move(folder)


def _move(folder: Path) -> None:
    for name in ORDER:
        fresh, old = folder / DECIDED / name, folder / name
        if not fresh.exists():
            continue
        if old.is_dir():
            shutil.rmtree(old)
        else:
            for end in ("", *BESIDE):
                (folder / f"{name}{end}").unlink(missing_ok=True)
        DISK.rename(fresh, old)
        DISK.sync_folder(folder)
    shutil.rmtree(folder / DECIDED)
    DISK.sync_folder(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
