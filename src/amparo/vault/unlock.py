"""Make, open and close a vault. A process has one vault open at a time."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from amparo.access.scope import NOBODY, current, set_scope
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
from amparo.custody.checkpoint import log_signers, origin_of
from amparo.custody.log import Log, close_log, open_log, publish_pending
from amparo.errors import BadInput, Broken, InUse, StorageFailed, WrongFormat
from amparo.filled import filled
from amparo.store import database, lock
from amparo.store.files import DISK, has_leftovers, remove_leftovers
from amparo.store.packs import Packs, furthest
from amparo.store.settings import configure
from amparo.vault.header import Header, check_header, read_header, write_header

FIRST_MEMBER = "M-1"
DATABASE = "record.db"
WRITING = ".writing"
ERASING = ".erasing"


@dataclass
class Vault:
    """An open vault: its folder, keys, sealed objects and log, and who opened it.

    `member` is who acts now: in the pages the member of the session, else who opened it.
    """

    folder: Path
    header: Header
    keys: Keys
    packs: Packs
    opener: str

    @property
    def member(self) -> str:
        """Code of the acting member."""
        return current().member or self.opener

    def close(self) -> None:
        """Let go of files, database and keys."""
        set_scope(NOBODY)
        self.packs.close()
        database.close_database()
        close_log()


def create_vault(
    folder: Path,
    passphrase: str,
    *,
    cost: Cost = DEFAULT_COST,
    recovery: tuple[int, int] = (1, 1),
    post_quantum: bool = False,
    server: str = "",
) -> list[str]:
    """Make an empty vault at `folder`; returns the recovery words, shown once, kept nowhere.

    `recovery` is (threshold, count): so many of so many word lists open the vault. With
    `post_quantum` an ML-DSA-44 key signs each checkpoint beside the Ed25519 key.
    `server` is the address of a PostgreSQL database that holds the record in place of a file.
    The vault appears whole or not at all: it is made beside and renamed.
    Raises BadInput when something is there already, StorageFailed.
    """
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise BadInput("something is there already", value=str(folder), remedy="name a new folder")
    building = folder.absolute().with_name(f".{folder.name}.new-{secrets.token_hex(4)}")
    try:
        building.mkdir(mode=0o700, parents=False)
        try:
            words = _build(building, passphrase, cost, recovery, post_quantum, server)
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
            filled("the vault could not be made ({why})", why=error.strerror),
            value=str(folder),
            remedy="check permissions and free space, or name another folder",
        ) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return words


def _build(
    folder: Path,
    passphrase: str,
    cost: Cost,
    recovery: tuple[int, int],
    post_quantum: bool,
    server: str,
) -> list[str]:
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
        post_quantum=post_quantum_signer(origin, keys).verifier.vkey if post_quantum else "",
        database=server,
    )
    for name in ("packs", "ledger", "timestamps"):
        (folder / name).mkdir(mode=0o700)
    write_header(folder, header, keys.header)
    if server:
        database.open_server(server, vault_id, anew=True)
    else:
        database.open_database(folder / DATABASE, keys.database)
    try:
        database.make_tables()
        open_log(log_of(folder, header, keys))
        add_first_member(FIRST_MEMBER)
    except BaseException:
        if server:
            database.drop_server_tables(vault_id)
        raise
    return words


def post_quantum_signer(origin: str, keys: Keys) -> Signer:
    """The ledger's ML-DSA-44 key."""
    return log_signers(origin, keys.signing, keys.signing_ml_dsa)[1]


def log_of(folder: Path, header: Header, keys: Keys, record: Path | None = None) -> Log:
    """The log of the vault at `folder`, with the keys that its header names."""
    return Log(
        folder,
        Signer(header.origin, keys.signing),
        record,
        post_quantum_signer(header.origin, keys),
        bool(header.post_quantum),
        header.former_vkeys,
    )


def open_vault(folder: Path, passphrase: str) -> Vault:
    """Open with a member's passphrase. Raises Locked, WrongFormat, Broken."""
    header = read_header(folder)
    with ThreadPoolExecutor(1) as aside:
        # Argon2id holds no lock of the interpreter: the tables load meanwhile.
        unlocking = aside.submit(open_slots, header.slots, passphrase)
        configure()
        vault_key, slot = unlocking.result()
    return _open(folder, header, vault_key, str(slot["member"]))


def open_with_words(folder: Path, words: list[str]) -> Vault:
    """Open with the recovery words, acting as the first owner. Raises Locked, BadInput."""
    from amparo.access.members import first_owner

    header = read_header(folder)
    vault_key, _ = open_recovery(header.slots, words)
    vault = _open(folder, header, vault_key, FIRST_MEMBER)
    vault.opener = first_owner()
    _act_as(vault.opener)
    return vault


def _act_as(member: str) -> None:
    """From here on this context may what the member may."""
    from amparo.access.grants import scope_of

    set_scope(scope_of(member))


def _open(folder: Path, header: Header, vault_key: bytearray, member: str) -> Vault:
    keys = derive(vault_key)
    wipe(vault_key)
    check_header(header, keys.header)
    log = log_of(folder, header, keys, _open_record(folder, header, keys))
    vault = Vault(folder, header, keys, Packs(folder / "packs", keys), member)
    try:
        with database.reading_errors():
            is_older = _bring_up_to_date(folder)
            open_log(log)
            _recover(vault, log)
            _settle_members(member, is_older)
            _act_as(member)
    except BaseException:
        vault.close()
        raise
    return vault


def _open_record(folder: Path, header: Header, keys: Keys) -> Path | None:
    """Open the database of a vault; its file, None where a server holds it."""
    if header.database:
        database.open_server(header.database, header.tables_id)
        return None
    path = folder / DATABASE
    if not path.is_file():
        raise WrongFormat(
            "the record of this vault is missing", value=DATABASE, remedy="restore it from a backup"
        )
    if path.stat().st_size == 0:
        # SQLite would take it for a new database, and make an empty record in it.
        raise Broken(
            "the record of this vault is empty", value=DATABASE, remedy="restore it from a backup"
        )
    database.open_database(path, keys.database)
    return path


def _bring_up_to_date(folder: Path) -> bool:
    """Add the tables that this version has more than the one that made the vault; whether any."""
    _refuse_newer()
    is_older = database.has_older_tables()
    if is_older:
        with lock.hold(folder):
            database.make_tables()
    return is_older


def _settle_members(member: str, is_older: bool) -> None:
    """Give members from before roles what they had, in a Work of its own."""
    from amparo.access.grants import settle_old_members

    if is_older:
        settle_old_members(member)


def _refuse_newer() -> None:
    if database.has_newer_tables():
        raise WrongFormat(
            "this vault was made by a newer version of Amparo",
            remedy="install the newer version; nothing was changed",
        )


@contextmanager
def mark_writing(vault: Vault) -> Iterator[None]:
    """Leave a mark while packs are written, so that whoever comes after a crash looks after it.
    The writer's lock is held."""
    _clear_up_after_others(vault)
    mark = vault.folder / "packs" / WRITING
    mark.touch(mode=0o600)
    yield
    mark.unlink(missing_ok=True)


@contextmanager
def mark_erasing(vault: Vault) -> Iterator[None]:
    """Leave a durable mark while something is erased, so that whoever comes after a crash
    clears away what it left in free pages and in the write-ahead log. The writer's lock is held."""
    _clear_up_after_others(vault)
    mark = vault.folder / "packs" / ERASING
    mark.touch(mode=0o600)
    DISK.sync_folder(mark.parent)
    yield
    mark.unlink(missing_ok=True)


def _recover(vault: Vault, log: Log) -> None:
    """Finish what a crash cut off.

    When another process is writing now, there is nothing to recover from; or it is the one that
    was lent the lock of a process that is dead, and whoever writes next clears up.
    """
    if not log.is_behind() and not _marks_left(vault) and not has_leftovers(vault.folder):
        return
    with suppress(InUse), lock.hold(vault.folder, wait=0):
        _clear_up(vault)


def _marks_left(vault: Vault) -> list[Path]:
    marks = (vault.folder / "packs" / name for name in (WRITING, ERASING))
    return [mark for mark in marks if mark.exists()]


def _clear_up_after_others(vault: Vault) -> None:
    """A mark that is there while the lock is ours was left by a process that is dead."""
    if _marks_left(vault):
        _clear_up(vault)


def _clear_up(vault: Vault) -> None:
    """Unfinished files go, half-written ends of packs too, and the published log catches up."""
    from amparo.vault.models import Item

    marks = _marks_left(vault)
    remove_leftovers(vault.folder)
    vault.packs.recover(furthest(Item.every.values_list("locator", flat=True)))
    publish_pending()
    if any(mark.name == ERASING for mark in marks):
        database.settle_log()
        database.shred()
    for mark in marks:
        mark.unlink(missing_ok=True)
