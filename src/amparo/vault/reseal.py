"""Re-seal a vault after a member who may have kept the key has left.

Everything is encrypted anew under a new vault key: record, objects (each with a new key of
its own), people's keys, the ledger's signing key. Copies that were taken before stay
readable to whoever took them; what is written from now on is not.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
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
from amparo.store import database, lock, swap
from amparo.store.packs import Packs
from amparo.vault.header import Header, write_header
from amparo.vault.models import Item
from amparo.vault.unlock import DATABASE, Vault, log_of, post_quantum_signer

GROUP = 256 << 20


@dataclass(frozen=True)
class Resealed:
    """What has to be handed out: new recovery words, and a passphrase for each other member."""

    words: tuple[str, ...]
    passphrases: dict[str, str]
    threshold: int = 1


def reseal(vault: Vault, own: str, *, cost: Cost = DEFAULT_COST) -> Resealed:
    """Encrypt the whole vault anew; `own` is the acting owner's passphrase, which stays.

    Needs as much free space as the vault has. Until the last moment the old vault stays as
    it is; the vault is closed afterwards. Raises Locked, Refused, StorageFailed, Broken.
    """
    refuse_unless_owner(vault.member)
    database.refuse_on_server()
    wipe(open_slots(vault.header.slots, own, member=vault.member)[0])
    with lock.hold(vault.folder), database.storage_errors():
        building = swap.begin(vault.folder)
        try:
            answer = _build(vault, building, own, cost)
        except BaseException:
            vault.close()
            shutil.rmtree(building, ignore_errors=True)
            raise
        swap.decide(vault.folder)
    return answer


def _build(vault: Vault, building: Path, own: str, cost: Cost) -> Resealed:
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
    )
    wipe(vault_key)
    places = _seal_anew(vault, building / "packs", keys)
    shutil.copytree(vault.folder / "ledger", building / "ledger")
    database.copy_under(building / DATABASE, keys.database)
    vault.close()
    database.open_database(building / DATABASE, keys.database)
    open_log(log_of(building, header, keys))
    try:
        with work(vault.member, "re-seal the vault") as custody:
            _rewrite(custody, places, vault.keys, keys, header)
        database.settle_log()
    finally:
        vault.close()
    write_header(building, header, keys.header)
    return answer


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


def _seal_anew(vault: Vault, folder: Path, keys: Keys) -> list[tuple[str, int]]:
    """Every item in new packs; (new locator, item number) pairs."""
    folder.mkdir(mode=0o700)
    places: list[tuple[str, int]] = []
    with Packs(folder, keys) as packs:
        since = 0
        for item in Item.every.order_by("number").only("number", "locator", "size").iterator():
            source = io.BufferedReader(_Steps(vault.packs.stream(item.locator)), 1 << 20)
            places.append((packs.put(source).locator, item.number))
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
