"""Change who can open the vault: slots are written anew, data never."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from amparo.access import members
from amparo.access.roles import MEMBER
from amparo.crypto.memory import wipe
from amparo.crypto.slots import (
    DEFAULT_COST,
    Cost,
    add_slot,
    open_recovery,
    open_slots,
    passphrase_slot,
    recovery_slot,
    remove_slot,
)
from amparo.crypto.slots import (
    change_passphrase as change_slot,
)
from amparo.custody.log import open_log
from amparo.custody.work import Work, work
from amparo.errors import BadInput, InUse
from amparo.store import lock
from amparo.vault.header import Header, read_header, write_header
from amparo.vault.unlock import (
    DATABASE,
    Vault,
    log_of,
    open_vault,
    open_with_words,
    post_quantum_signer,
)

_SHARES = re.compile(r"(\d{1,2}) ?(?:of|/) ?(\d{1,2})")


def parse_shares(text: str) -> tuple[int, int]:
    """Threshold and number of word lists, from "2of3". Raises BadInput."""
    match = _SHARES.fullmatch(text.strip().lower())
    if not match:
        raise BadInput(
            "this is no number of recovery shares", value=text[:16], remedy="write it as 2of3"
        )
    return int(match[1]), int(match[2])


def change_passphrase(folder: Path, old: str, new: str, *, cost: Cost = DEFAULT_COST) -> None:
    """Replace the passphrase that `old` opens with. Raises Locked, BadInput."""
    vault = open_vault(folder, old)
    try:
        renew_passphrase(vault, old, new, cost=cost)
    finally:
        vault.close()


def renew_passphrase(vault: Vault, old: str, new: str, *, cost: Cost = DEFAULT_COST) -> None:
    """Replace the acting member's passphrase `old` in an open vault. Raises Locked, BadInput."""
    wipe(open_slots(vault.header.slots, old, member=vault.member)[0])
    _refuse_taken(vault, new, but=vault.member)
    slots = change_slot(vault.header.slots, old, new, cost=cost)
    _write_slots(vault, slots, "passphrase changed")


def recover_with_words(
    folder: Path, words: list[str], new: str, *, cost: Cost = DEFAULT_COST
) -> None:
    """Give the first owner a new passphrase by the recovery words. Raises Locked, BadInput."""
    vault = open_with_words(folder, words)
    try:
        slots = list(vault.header.slots)
        vault_key, _ = open_recovery(slots, words)
        slots = _without(slots, vault.member)
        fresh = passphrase_slot(vault_key, new, member=vault.member, cost=cost)
        wipe(vault_key)
        _write_slots(vault, add_slot(slots, fresh), "passphrase set by recovery words")
    finally:
        vault.close()


def add_member(
    vault: Vault,
    own: str,
    new: str,
    *,
    role: str = MEMBER,
    cases: Iterable[str] = (),
    cost: Cost = DEFAULT_COST,
) -> str:
    """Let one more person open the vault with the passphrase `new`; the new member's code.

    `own` is the acting owner's passphrase: the open vault does not keep the vault key.
    Raises Locked, Refused, BadInput.
    """
    members.refuse_unless_owner(vault.member)
    _refuse_taken(vault, new)
    code = members.next_code()
    vault_key, _ = open_slots(vault.header.slots, own, member=vault.member)
    slot = passphrase_slot(vault_key, new, member=code, cost=cost)
    wipe(vault_key)
    _write_slots(
        vault,
        add_slot(vault.header.slots, slot),
        f"slot of {code} added",
        record=lambda custody: members.join(custody, code, role, cases),
    )
    return code


def remove_member(vault: Vault, code: str) -> None:
    """Take a member's slot away. Whoever kept the vault key still has it: see `reseal`.

    Raises Refused, NotFound.
    """
    members.refuse_unless_owner(vault.member)
    member = members.find_member(code)
    _write_slots(
        vault,
        _without(list(vault.header.slots), code),
        f"slot of {code} removed",
        record=lambda custody: members.leave(custody, member),
    )


def renew_recovery(vault: Vault, own: str, *, threshold: int, count: int) -> list[str]:
    """New recovery words in the place of all earlier ones; shown once, kept nowhere."""
    members.refuse_unless_owner(vault.member)
    vault_key, _ = open_slots(vault.header.slots, own, member=vault.member)
    spare, words = recovery_slot(vault_key, threshold=threshold, count=count)
    wipe(vault_key)
    slots = [slot for slot in vault.header.slots if slot.get("kind") != "recovery"]
    _write_slots(vault, [*slots, spare], f"recovery words renewed: {threshold} of {count}")
    return words


def add_post_quantum(vault: Vault) -> str:
    """Let an ML-DSA-44 key sign each checkpoint from now on, beside the Ed25519 key; its vkey.

    Raises Refused unless an owner acts, BadInput when the ledger has one.
    """
    members.refuse_unless_owner(vault.member)
    if vault.header.post_quantum:
        raise BadInput("the ledger has a post-quantum key", remedy="see `amparo vault show`")
    vkey = post_quantum_signer(vault.header.origin, vault.keys).verifier.vkey
    fresh = replace(vault.header, post_quantum=vkey)
    # The entry itself is signed by both: once the header demands it, the head has it.
    open_log(log_of(vault.folder, fresh, vault.keys, vault.folder / DATABASE))
    _write(vault, fresh, "an ML-DSA-44 key signs checkpoints from now on", None)
    return vkey


def _without(slots: list[dict[str, Any]], member: str) -> list[dict[str, Any]]:
    for slot in list(slots):
        if slot.get("kind") == "passphrase" and slot.get("member") == member:
            slots = remove_slot(slots, slot["id"])
    return slots


def _refuse_taken(vault: Vault, new: str, but: str = "") -> None:
    """One passphrase must not open two members' slots: nobody could tell who acted.

    Tried against each slot, which costs one key derivation a member.
    """
    from amparo.errors import Locked

    others = [slot for slot in vault.header.slots if slot.get("member") != but]
    try:
        key, _ = open_slots(others, new)
    except Locked:
        return
    wipe(key)
    raise BadInput("this passphrase cannot be used", remedy="choose one that nobody else has")


def _write_slots(
    vault: Vault,
    slots: list[dict[str, Any]],
    what: str,
    *,
    record: Callable[[Work], None] | None = None,
) -> None:
    """Enter the change, then write the header. A crash between leaves the old slots."""
    _write(vault, vault.header.with_slots(slots), what, record)


def _write(vault: Vault, header: Header, what: str, record: Callable[[Work], None] | None) -> None:
    with lock.hold(vault.folder):
        if read_header(vault.folder).text != vault.header.text:
            raise InUse(
                "another process has changed who can open the vault",
                remedy="open the vault again, then repeat the command",
            )
        with work(vault.member, "change who can open the vault") as custody:
            if record:
                record(custody)
            custody.enter("rekey", result=what)
        write_header(vault.folder, header, vault.keys.header)
    vault.header = read_header(vault.folder)
