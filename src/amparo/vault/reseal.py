"""Re-seal a vault after a member who may have kept the key has left.

Everything is encrypted anew under a new vault key: record, objects (each with a new key of
its own), people's keys, the ledger's signing key. Copies that were taken before stay
readable to whoever took them; what is written from now on is not.
"""

from __future__ import annotations

import io
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from amparo.access.members import refuse_unless_owner
from amparo.crypto.keys import Keys, derive, new_key
from amparo.crypto.memory import wipe
from amparo.crypto.sign import Signer
from amparo.crypto.slots import (
    DEFAULT_COST,
    Cost,
    draw_passphrase,
    open_slots,
    passphrase_slot,
    recovery_slot,
)
from amparo.custody.log import open_log
from amparo.custody.work import Work, work
from amparo.errors import AmparoError, InUse, StorageFailed
from amparo.store import database, lock, swap
from amparo.store.packs import Packs
from amparo.vault.header import Header, read_header, write_header
from amparo.vault.models import Item
from amparo.vault.unlock import DATABASE, Vault, log_of, post_quantum_signer

GROUP = 256 << 20


@dataclass(frozen=True)
class Resealed:
    """What has to be handed out: new recovery words, and a passphrase for each other member."""

    words: tuple[str, ...]
    passphrases: dict[str, str]
    threshold: int = 1


def size_of(vault: Vault) -> int:
    """Bytes that the vault takes on the disk, and needs free to be sealed anew."""
    return sum(path.stat().st_size for path in vault.folder.rglob("*") if path.is_file())


def reseal(
    vault: Vault,
    own: str,
    *,
    cost: Cost = DEFAULT_COST,
    progress: Callable[[int], None] = lambda size: None,
) -> Resealed:
    """Encrypt the whole vault anew; `own` is the acting owner's passphrase, which stays.

    Needs as much free space as the vault has. Until the last moment the old vault stays as
    it is; the vault is closed afterwards. `progress` hears of the bytes of each item.
    Raises Locked, Refused, StorageFailed, Broken.
    """
    refuse_unless_owner(vault.member)
    wipe(open_slots(vault.header.slots, own, member=vault.member)[0])
    _refuse_too_large(vault)
    with lock.hold(vault.folder), database.storage_errors():
        if read_header(vault.folder).text != vault.header.text:
            raise InUse(
                "another process has changed who can open the vault",
                remedy="open the vault again, then repeat the command",
            )
        building = swap.begin(vault.folder)
        try:
            answer = _build(vault, building, own, cost, progress)
        except BaseException:
            vault.close()
            shutil.rmtree(building, ignore_errors=True)
            raise
        swap.decide(vault.folder)
        _drop_old(vault)
    return answer


def _drop_old(vault: Vault) -> None:
    """Take the former tables away from a server, if it lets us: what stays there is no part of
    the vault any more, and the words to be handed out must not be lost for it."""
    if not vault.header.database:
        return
    from django.db import DatabaseError

    fresh = read_header(vault.folder)
    with suppress(AmparoError, DatabaseError):
        database.open_server(fresh.database, fresh.tables_id)
        database.drop_server_tables(vault.header.tables_id)
    database.close_database()


def _refuse_too_large(vault: Vault) -> None:
    needed, free = size_of(vault), shutil.disk_usage(vault.folder).free
    if free < needed:
        raise StorageFailed(
            "there is too little free space to seal the vault anew",
            value=f"{needed >> 20} MiB are needed, {free >> 20} MiB are free",
            remedy="free some space, or restore a backup on a larger disk and do it there",
        )


def _build(
    vault: Vault, building: Path, own: str, cost: Cost, progress: Callable[[int], None]
) -> Resealed:
    member = vault.member  # closing the vault forgets who acts
    vault_key = bytearray(new_key())
    keys = derive(vault_key)
    header, answer = _new_header(vault, vault_key, own, cost)
    former = (*vault.header.former_vkeys, *reversed(vault.header.head_vkeys))
    quantum = post_quantum_signer(header.origin, keys).verifier.vkey if header.post_quantum else ""
    header = replace(
        header,
        vkey=Signer(header.origin, keys.signing).verifier.vkey,
        former_vkeys=former,
        post_quantum=quantum,
        tables=secrets.token_hex(8) if header.database else "",
    )
    wipe(vault_key)
    places = _seal_anew(vault, building / "packs", keys, progress)
    shutil.copytree(vault.folder / "ledger", building / "ledger")
    _copy_record(vault, building, header, keys)
    open_log(log_of(building, header, keys))
    try:
        with work(member, "re-seal the vault") as custody:
            _rewrite(custody, places, vault.keys, keys, header)
        database.settle_log()
    except BaseException:
        if header.database:
            database.drop_server_tables(header.tables_id)
        raise
    finally:
        vault.close()
    write_header(building, header, keys.header)
    return answer


def _copy_record(vault: Vault, building: Path, header: Header, keys: Keys) -> None:
    """The record beside the old one, under the new key where it is a file; open afterwards."""
    if header.database:
        database.copy_server_tables(header.database, vault.header.tables_id, header.tables_id)
        return
    database.copy_under(building / DATABASE, keys.database)
    vault.close()
    database.open_database(building / DATABASE, keys.database)


def _new_header(
    vault: Vault, vault_key: bytearray, own: str, cost: Cost
) -> tuple[Header, Resealed]:
    """Slots under the new key. Nobody's passphrase but the actor's is known, so the others
    get drawn ones, to be changed at their first opening."""
    slots = [passphrase_slot(vault_key, own, member=vault.member, cost=cost)]
    drawn: dict[str, str] = {}
    words: list[str] = []
    threshold = 1
    for slot in vault.header.slots:
        member = str(slot.get("member", ""))
        if slot.get("kind") == "passphrase" and member != vault.member:
            drawn[member] = draw_passphrase()
            slots.append(passphrase_slot(vault_key, drawn[member], member=member, cost=cost))
        elif slot.get("kind") == "recovery":
            spare, shares = recovery_slot(
                vault_key, threshold=slot["threshold"], count=slot["count"]
            )
            slots.append(spare)
            words += shares
            threshold = int(slot["threshold"])
    return vault.header.with_slots(slots), Resealed(tuple(words), drawn, threshold)


class _Steps(io.RawIOBase):
    """An iterator of bytes read as a file."""

    def __init__(self, steps: Iterator[bytes]) -> None:
        self._steps = steps
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = next(self._steps, b"")
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _seal_anew(
    vault: Vault, folder: Path, keys: Keys, progress: Callable[[int], None]
) -> list[tuple[str, int]]:
    """Every item in new packs; (new locator, item number) pairs."""
    folder.mkdir(mode=0o700)
    places: list[tuple[str, int]] = []
    with Packs(folder, keys) as packs:
        since = 0
        for item in Item.every.order_by("number").only("number", "locator", "size").iterator():
            source = io.BufferedReader(_Steps(vault.packs.stream(item.locator)), 1 << 20)
            places.append((packs.put(source).locator, item.number))
            progress(item.size)
            since += item.size
            if since >= GROUP:
                packs.flush()
                since = 0
        packs.flush()
    return places


def _rewrite(
    custody: Work, places: list[tuple[str, int]], old: Keys, new: Keys, header: Header
) -> None:
    from amparo.vault.identity import rewrap

    database.execute_many("UPDATE vault_item SET locator = %s WHERE number = %s", places)
    rewrap(old, new)
    custody.enter(
        "rekey",
        result=f"re-sealed under a new vault key; the ledger's key is now {header.vkey},"
        f" before it was {header.former_vkeys[-1]}",
    )
