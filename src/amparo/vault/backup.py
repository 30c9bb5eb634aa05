"""Backup: a copy of the vault, as encrypted as the vault, made while it is in use.

A backup is a vault folder; the record of a server becomes an encrypted file in it. Packs only
ever grow, so a pack of the same length is not copied
again; the record is copied under the writer's lock, with the ledger files of that moment.
The new state takes the place of the old one only when all of it is on the device.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from amparo.crypto.digest import digest_file
from amparo.custody.checkpoint import parse_checkpoint
from amparo.custody.log import CHECKPOINT
from amparo.custody.models import LedgerEntry, LogState
from amparo.custody.work import work
from amparo.errors import BadInput, Broken
from amparo.store import database, lock, swap
from amparo.store.files import storage_failed, write_durably
from amparo.vault.header import HEADER_NAME, Header, read_header, write_header
from amparo.vault.unlock import DATABASE, WRITING, Vault

STEP = 1 << 20
TAIL = 64 << 10
RESULT = "backup of the whole vault"


@dataclass(frozen=True)
class Copied:
    """What a backup did: entries it covers, packs it holds, bytes of packs copied and kept."""

    entries: int
    packs: int
    copied: int
    kept: int


def back_up(vault: Vault, target: Path) -> Copied:
    """Bring the backup at `target` (a new folder, or an earlier backup) to the present state.

    The copy is an entry of the ledger, and covers it. Raises BadInput when something else
    lies there or the backup is newer than the vault, StorageFailed; the backup is then as before.
    """
    target = target.absolute()
    anew = _check_target(vault, target)
    enter_copy(vault)
    try:
        target.mkdir(mode=0o700, exist_ok=True)
        building = swap.begin(target)
        packs = (building if anew else target) / "packs"
        packs.mkdir(mode=0o700, exist_ok=True)
        # Found at the next opening of a backup that was cut off: what is too much is cut.
        (packs / WRITING).touch(mode=0o600)
        with lock.hold(vault.folder):
            database.settle_log()
            state = LogState.objects.get()
            ends = {path.name: path.stat().st_size for path in _packs(vault.folder)}
            database.save_copy(building / DATABASE, vault.keys.database)
            shutil.copytree(vault.folder / "ledger", building / "ledger")
            _copy_folder(vault.folder / "timestamps", target / "timestamps")
            header = header_of_copy(vault.folder)
        source = vault.folder / "packs"
        copied = sum(_bring(source / name, packs / name, end) for name, end in ends.items())
        write_header(building, header, vault.keys.header)
        if anew:
            (packs / WRITING).unlink()
        swap.decide(target)
        (target / "packs" / WRITING).unlink(missing_ok=True)
    except OSError as error:
        raise storage_failed(error, target) from error
    return Copied(state.size, len(ends), copied, sum(ends.values()) - copied)


def header_of_copy(folder: Path) -> Header:
    """The vault's header; the copy of a record on a server is a file."""
    return replace(read_header(folder), database="", tables="")


def enter_copy(vault: Vault) -> None:
    """The entry of a backup, made before it so that it is in it."""
    with work(vault.member, "backup") as custody:
        custody.enter("copy", result=RESULT)


def last_backup() -> dict[str, Any] | None:
    """When the last backup was made, and how many entries came since; None before the first.

    That it was begun is what the ledger knows; where it lies it does not say.
    """
    for row in LedgerEntry.objects.filter(kind="copy").order_by("-sequence").iterator():
        if json.loads(bytes(row.body)).get("result") == RESULT:
            newer = LogState.objects.get().size - row.sequence - 1
            return {"at": row.at.isoformat(timespec="seconds"), "entries_since": newer}
    return None


def check_copy(vault: Vault, target: Path) -> list[str]:
    """Compare every byte of a fresh backup's packs with the vault's; what differs."""
    faults = []
    for path in _packs(target):
        source = vault.folder / "packs" / path.name
        if not source.is_file() or not _begins_alike(source, path):
            faults.append(f"packs/{path.name}")
    return faults


def _check_target(vault: Vault, target: Path) -> bool:
    """Whether all packs have to be copied anew, because the vault was re-sealed since."""
    if target == vault.folder.absolute() or vault.folder.absolute() in target.parents:
        raise BadInput("a backup cannot lie inside its vault", value=str(target))
    if not target.exists():
        if not target.parent.is_dir():
            raise BadInput("no such folder", value=str(target.parent), remedy="make it first")
        return False
    if target.is_symlink() or not target.is_dir():
        raise BadInput("something else is there", value=str(target), remedy="name a folder")
    begun = {path.name for path in target.iterdir()} - {
        "packs",
        "timestamps",
        swap.BUILDING,
        "lock",
    }
    if not begun:
        return False
    if not (target / HEADER_NAME).is_file() and not (target / swap.DECIDED).is_dir():
        raise BadInput("something else is there", value=str(target), remedy="name a new folder")
    header = read_header(target)
    if header.origin != vault.header.origin:
        raise BadInput(
            "the backup of another vault is there", value=str(target), remedy="name another folder"
        )
    path = target / "ledger" / CHECKPOINT
    if path.is_file():
        refuse_newer(parse_checkpoint(path.read_text()).size)
    return header.vkey != vault.header.vkey


def refuse_newer(entries: int) -> None:
    """A backup that has entries which the vault has not: the vault was set back."""
    held = LogState.objects.get().size
    if entries > held:
        raise Broken(
            "the backup is newer than the vault: an older state of the vault was put back",
            value=f"{entries} entries there, {held} here",
            remedy="keep that backup; restore it, or back up into another folder",
        )


def _packs(folder: Path) -> list[Path]:
    return sorted((folder / "packs").glob("*.pack"))


def _bring(source: Path, target: Path, end: int) -> int:
    """Bring one pack of the backup to the first `end` bytes of its source; bytes copied."""
    held = target.stat().st_size if target.is_file() else 0
    start = held if 0 < held <= end and _ends_alike(source, target, held) else 0
    if start == end:
        return 0
    with source.open("rb") as reading, target.open("r+b" if start else "wb") as out:
        reading.seek(start)
        out.seek(start)
        left = end - start
        while left and (step := reading.read(min(STEP, left))):
            out.write(step)
            left -= len(step)
        out.flush()
        os.fsync(out.fileno())
    if left:
        raise Broken("a pack is shorter than it was", value=f"packs/{source.name}")
    return end - start


def _ends_alike(source: Path, target: Path, held: int) -> bool:
    """Whether what the backup has of a pack ends as it does in the vault. A tail that a crash
    left and that recovery cut off since would differ: sealed bytes are never the same twice."""
    start = max(0, held - TAIL)
    with source.open("rb") as one, target.open("rb") as other:
        one.seek(start)
        other.seek(start)
        return one.read(held - start) == other.read(held - start)


def _copy_folder(source: Path, target: Path) -> None:
    """Files that never change once written, and new ones."""
    target.mkdir(mode=0o700, exist_ok=True)
    for path in sorted(source.iterdir()) if source.is_dir() else ():
        held = target / path.name
        if path.is_file() and (not held.is_file() or digest_file(held) != digest_file(path)):
            write_durably(held, path.read_bytes())


def _begins_alike(source: Path, copy: Path) -> bool:
    with source.open("rb") as one, copy.open("rb") as other:
        while step := other.read(STEP):
            if one.read(len(step)) != step:
                return False
    return True
