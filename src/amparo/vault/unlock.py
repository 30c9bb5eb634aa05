"""Make, open and close a vault. A process has one vault open at a time."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from amparo.crypto.keys import Keys, derive, new_key
from amparo.crypto.memory import wipe
from amparo.crypto.sign import Signer
from amparo.crypto.slots import (
    DEFAULT_COST,
    Cost,
    open_recovery,
    open_slots,
    passphrase_slot,
    recovery_slot,
)
from amparo.custody.checkpoint import origin_of
from amparo.custody.log import Log, close_log, open_log, publish_pending
from amparo.errors import BadInput, InUse, StorageFailed, WrongFormat
from amparo.store import database, lock
from amparo.store.files import remove_leftovers
from amparo.store.packs import Packs, furthest
from amparo.vault.header import Header, check_header, read_header, write_header

FIRST_MEMBER = "M-1"
DATABASE = "record.db"
WRITING = ".writing"


@dataclass
class Vault:
    """An open vault: its folder, keys, sealed objects and log, and who opened it."""

    folder: Path
    header: Header
    keys: Keys
    packs: Packs
    member: str

    def close(self) -> None:
        """Let go of files, database and keys."""
        self.packs.close()
        database.close_database()
        close_log()


def create_vault(
    folder: Path,
    passphrase: str,
    *,
    cost: Cost = DEFAULT_COST,
    recovery: tuple[int, int] = (1, 1),
) -> list[str]:
    """Make an empty vault at `folder`; returns the recovery words, shown once, kept nowhere.

    `recovery` is (threshold, count): so many of so many word lists open the vault.
    The vault appears whole or not at all: it is made beside and renamed.
    Raises BadInput when something is there already, StorageFailed.
    """
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise BadInput("something is there already", value=str(folder), remedy="name a new folder")
    building = folder.absolute().with_name(f".{folder.name}.new-{secrets.token_hex(4)}")
    try:
        building.mkdir(mode=0o700, parents=False)
        try:
            words = _build(building, passphrase, cost, recovery)
        finally:
            database.close_database()
            close_log()
        if folder.exists():
            folder.rmdir()
        building.rename(folder)
    except FileNotFoundError:
        raise BadInput(
            "the folder above it does not exist", value=str(folder.parent), remedy="make it first"
        ) from None
    except OSError as error:
        raise StorageFailed(
            f"the vault could not be made ({error.strerror})",
            value=str(folder),
            remedy="check permissions and free space, or name another folder",
        ) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return words


def _build(folder: Path, passphrase: str, cost: Cost, recovery: tuple[int, int]) -> list[str]:
    from amparo.access.members import add_first_member

    vault_key = bytearray(new_key())
    keys = derive(vault_key)
    slot = passphrase_slot(vault_key, passphrase, member=FIRST_MEMBER, cost=cost)
    spare, words = recovery_slot(vault_key, threshold=recovery[0], count=recovery[1])
    wipe(vault_key)
    vault_id = secrets.token_hex(8)
    origin = origin_of(vault_id)
    header = Header(
        vault_id,
        origin,
        Signer(origin, keys.signing).verifier.vkey,
        datetime.now(UTC).isoformat(timespec="seconds"),
        (slot, spare),
    )
    for name in ("packs", "ledger", "timestamps"):
        (folder / name).mkdir(mode=0o700)
    write_header(folder, header, keys.header)
    database.open_database(folder / DATABASE, keys.database)
    database.make_tables()
    open_log(Log(folder, Signer(origin, keys.signing)))
    add_first_member(FIRST_MEMBER)
    return words


def open_vault(folder: Path, passphrase: str) -> Vault:
    """Open with a member's passphrase. Raises Locked, WrongFormat, Broken."""
    header = read_header(folder)
    vault_key, slot = open_slots(header.slots, passphrase)
    return _open(folder, header, vault_key, str(slot["member"]))


def open_with_words(folder: Path, words: list[str]) -> Vault:
    """Open with the recovery words, acting as the first owner. Raises Locked, BadInput."""
    from amparo.access.members import first_owner

    header = read_header(folder)
    vault_key, _ = open_recovery(header.slots, words)
    vault = _open(folder, header, vault_key, FIRST_MEMBER)
    vault.member = first_owner()
    return vault


def _open(folder: Path, header: Header, vault_key: bytearray, member: str) -> Vault:
    keys = derive(vault_key)
    wipe(vault_key)
    check_header(header, keys.header)
    path = folder / DATABASE
    if not path.is_file():
        raise WrongFormat(
            "the record of this vault is missing", value=DATABASE, remedy="restore it from a backup"
        )
    database.open_database(path, keys.database)
    log = Log(folder, Signer(header.origin, keys.signing), path)
    vault = Vault(folder, header, keys, Packs(folder / "packs", keys), member)
    try:
        with database.reading_errors():
            _bring_up_to_date(folder)
            open_log(log)
            _recover(vault, log)
    except BaseException:
        vault.close()
        raise
    return vault


def _bring_up_to_date(folder: Path) -> None:
    """Add the tables that this version has more than the one that made the vault."""
    _refuse_newer()
    if database.has_older_tables():
        with lock.hold(folder):
            database.make_tables()


def _refuse_newer() -> None:
    if database.has_newer_tables():
        raise WrongFormat(
            "this vault was made by a newer version of Amparo",
            remedy="install the newer version; nothing was changed",
        )


@contextmanager
def mark_writing(vault: Vault) -> Iterator[None]:
    """Leave a mark while packs are written, so that the next opening looks after a crash."""
    mark = vault.folder / "packs" / WRITING
    mark.touch(mode=0o600)
    yield
    mark.unlink(missing_ok=True)


def _recover(vault: Vault, log: Log) -> None:
    """Finish what a crash cut off: unfinished files go, the published log catches up.

    When another process is writing now, there is nothing to recover from.
    """
    from amparo.vault.models import Item

    behind = log.is_behind()
    if not behind and not (vault.folder / "packs" / WRITING).exists():
        return
    try:
        with lock.hold(vault.folder, wait=0):
            remove_leftovers(vault.folder)
            vault.packs.recover(furthest(Item.objects.values_list("locator", flat=True)))
            publish_pending()
            (vault.folder / "packs" / WRITING).unlink(missing_ok=True)
    except InUse:
        return
