"""Change who can open the vault: slots are written anew, data never."""

from __future__ import annotations

from pathlib import Path

from amparo.crypto.slots import (
    DEFAULT_COST,
    Cost,
    add_slot,
    open_recovery,
    passphrase_slot,
    remove_slot,
)
from amparo.crypto.slots import (
    change_passphrase as change_slot,
)
from amparo.custody.work import work
from amparo.vault.header import write_header
from amparo.vault.unlock import Vault, open_vault, open_with_words


def change_passphrase(folder: Path, old: str, new: str, *, cost: Cost = DEFAULT_COST) -> None:
    """Replace the passphrase that `old` opens with. Raises Locked."""
    vault = open_vault(folder, old)
    try:
        slots = change_slot(vault.header.slots, old, new, cost=cost)
        _write_slots(vault, slots, "passphrase changed")
    finally:
        vault.close()


def recover_with_words(
    folder: Path, words: list[str], new: str, *, cost: Cost = DEFAULT_COST
) -> None:
    """Give the first member a new passphrase by the recovery words. Raises Locked, BadInput."""
    vault = open_with_words(folder, words)
    try:
        slots = list(vault.header.slots)
        vault_key, _ = open_recovery(slots, words)
        for slot in vault.header.slots:
            if slot.get("kind") == "passphrase" and slot.get("member") == vault.member:
                slots = remove_slot(slots, slot["id"])
        fresh = passphrase_slot(vault_key, new, member=vault.member, cost=cost)
        _write_slots(vault, add_slot(slots, fresh), "passphrase set by recovery words")
    finally:
        vault.close()


def _write_slots(vault: Vault, slots: list[dict[str, object]], what: str) -> None:
    with work(vault.member, "change who can open the vault") as custody:
        custody.enter("rekey", result=what)
    write_header(vault.folder, vault.header.with_slots(slots), vault.keys.header)
