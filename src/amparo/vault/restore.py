"""Restore a vault from a backup, and write down that its past was set back.

A restored vault forgets what came after the backup. Whoever kept a later checkpoint sees
that; so it is refused where we can see it ourselves, unless someone takes it upon himself,
and it is an entry of the ledger in any case.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from amparo.crypto.sign import Verifier
from amparo.custody.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from amparo.custody.log import CHECKPOINT
from amparo.custody.work import work
from amparo.errors import AmparoError, BadInput, Refused, StorageFailed
from amparo.filled import filled
from amparo.store.files import DISK
from amparo.vault.bucket import is_bucket, open_bucket
from amparo.vault.header import Header, read_header
from amparo.vault.remote import fetch
from amparo.vault.unlock import open_vault
from amparo.vault.verify import verify_vault

KEPT = ("packs", "ledger", "timestamps", "record.db", "vault.toml")


@dataclass(frozen=True)
class Restored:
    """What a restore did: entries of the backup, entries that were there, where the old lies."""

    entries: int
    before: int
    set_aside: Path | None
    faults: tuple[str, ...]


def restore(
    backup: Path,
    folder: Path,
    passphrase: str,
    *,
    later: Sequence[str] = (),
    accept_rollback: bool = False,
) -> Restored:
    """Put a copy of `backup` at `folder`; a vault that is there is set aside, never deleted.

    later: checkpoints kept outside. When they, or the vault that is there, have entries that
    the backup has not, it is Refused unless `accept_rollback`. Raises Locked, WrongFormat,
    BadInput, StorageFailed; then nothing has changed.
    """
    header = read_header(backup)
    known = [_newest(backup)]
    newest = _latest(header, folder, later)
    if newest is not None and newest.size > known[0].size and not accept_rollback:
        raise Refused(
            "the backup is older than what was signed since: entries would be lost",
            value=f"{known[0].size} entries in the backup, {newest.size} were signed",
            remedy="look for a newer backup, or say --accept-rollback: it is then written down",
        )
    aside = _put(backup, folder)
    try:
        vault = open_vault(folder, passphrase)
    except AmparoError:
        _undo(folder, aside)
        raise
    try:
        with work(vault.member, "restore from a backup") as custody:
            custody.enter("restore", result=_said(known[0], newest))
        faults = tuple(verify_vault(vault).faults)
    finally:
        vault.close()
    return Restored(known[0].size, newest.size if newest else 0, aside, faults)


def restore_from(
    source: str,
    folder: Path,
    passphrase: str,
    *,
    later: Sequence[str] = (),
    accept_rollback: bool = False,
) -> Restored:
    """`restore` from a folder, or from the bucket that `s3://BUCKET/PREFIX` names."""
    if not is_bucket(source):
        return restore(
            Path(source), folder, passphrase, later=later, accept_rollback=accept_rollback
        )
    bucket = open_bucket(source)
    if not folder.absolute().parent.is_dir():
        raise BadInput("no such folder", value=str(folder.parent), remedy="make it first")
    fetched = folder.absolute().with_name(f".{folder.name}.fetch-{secrets.token_hex(4)}")
    try:
        fetch(bucket, fetched)
        return restore(fetched, folder, passphrase, later=later, accept_rollback=accept_rollback)
    finally:
        shutil.rmtree(fetched, ignore_errors=True)


def _said(backup: Checkpoint, newest: Checkpoint | None) -> str:
    told = f"restored a backup of {backup.size} entries"
    if newest is None or newest.size <= backup.size:
        return told
    return f"{told}, back from {newest.size} entries with root {newest.root.hex()}"


def _newest(folder: Path) -> Checkpoint:
    path = folder / "ledger" / CHECKPOINT
    if not path.is_file():
        raise BadInput("the backup has no checkpoint", value=str(folder))
    return parse_checkpoint(path.read_bytes().decode("utf-8", "replace"))


def _latest(header: Header, folder: Path, later: Sequence[str]) -> Checkpoint | None:
    """The longest state of this ledger that we know of. Raises BadInput for another's vault."""
    keys = [Verifier.parse(key) for key in header.vkeys]
    found = [verify_checkpoint(note, keys) for note in later]
    if folder.exists() and any(folder.iterdir() if folder.is_dir() else [folder]):
        there = read_header(folder)
        if there.origin != header.origin:
            raise BadInput("another vault is there", value=str(folder), remedy="name a new folder")
        found.append(_newest(folder))
    return max(found, key=lambda one: one.size, default=None)


def _put(backup: Path, folder: Path) -> Path | None:
    """Copy beside, then rename; where the earlier vault was put, None when there was none."""
    building = folder.absolute().with_name(f".{folder.name}.restore-{secrets.token_hex(4)}")
    aside = None
    try:
        building.mkdir(mode=0o700)
        for name in KEPT:
            source = backup / name
            if source.is_dir():
                shutil.copytree(source, building / name)
            elif source.is_file():
                shutil.copyfile(source, building / name)
                (building / name).chmod(0o600)
        if folder.exists():
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
            aside = folder.absolute().with_name(f"{folder.name}.before-restore-{stamp}")
            folder.rename(aside)
        building.rename(folder)
        DISK.sync_folder(folder.absolute().parent)
    except OSError as error:
        if aside is not None and not folder.exists():
            aside.rename(folder)
        raise StorageFailed(
            filled("the backup could not be copied ({why})", why=error.strerror),
            value=str(folder),
            remedy="check permissions and free space",
        ) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return aside


def _undo(folder: Path, aside: Path | None) -> None:
    shutil.rmtree(folder)
    if aside is not None:
        aside.rename(folder)
