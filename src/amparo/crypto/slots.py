"""Key slots of a vault: a passphrase for each member, and recovery by k of n word lists.

A slot is a plain dict of strings and numbers, kept in vault.toml. All functions are
pure: they return new dicts and lists and change nothing given to them.
Format: docs/spec/vault.md, "Slots".
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from argon2.low_level import Type, hash_secret_raw

from amparo.crypto.keys import KEY_SIZE, expand, unwrap, wrap
from amparo.crypto.memory import wipe
from amparo.errors import BadInput, Locked, WrongFormat

Slot = dict[str, Any]

MAC_LINE = 'mac = "{}"\n'
MAX_MEMORY_KIB = 4 * 1024 * 1024


@dataclass(frozen=True)
class Cost:
    """Argon2id (RFC 9106): memory in KiB, passes, lanes."""

    memory_kib: int = 96 * 1024
    passes: int = 8
    lanes: int = 4


DEFAULT_COST = Cost()


def passphrase_slot(
    vault_key: bytes | bytearray, passphrase: str, *, member: str, cost: Cost = DEFAULT_COST
) -> Slot:
    """A slot in which `member` (an opaque code, never a name) opens the vault by passphrase."""
    slot: Slot = {
        "id": secrets.token_hex(8),
        "kind": "passphrase",
        "member": member,
        "salt": secrets.token_hex(32),
        "memory_kib": cost.memory_kib,
        "passes": cost.passes,
        "lanes": cost.lanes,
    }
    slot_key = _slot_key(slot, passphrase)
    slot["wrapped"] = wrap(vault_key, slot_key, _context(slot)).hex()
    return slot


def draw_passphrase(words: int = 7) -> str:
    """A random passphrase of `words` words of the SLIP-39 list: 10 bits of entropy each."""
    from shamir_mnemonic.wordlist import WORDLIST

    return " ".join(secrets.choice(WORDLIST) for _ in range(words))


def open_slots(
    slots: Iterable[Slot], passphrase: str, *, member: str | None = None
) -> tuple[bytearray, Slot]:
    """The vault key and the slot that the passphrase opens; Locked when it opens none."""
    for slot in slots:
        if slot.get("kind") != "passphrase" or member not in (None, slot.get("member")):
            continue
        try:
            slot_key = _slot_key(slot, passphrase)
            return unwrap(_bytes(slot, "wrapped"), slot_key, _context(slot)), slot
        except Locked:
            continue
    raise Locked(
        "The passphrase opens no slot of this vault",
        remedy="Check the passphrase, or recover with the recovery words",
    )


def recovery_slot(
    vault_key: bytes | bytearray, *, threshold: int = 2, count: int = 3
) -> tuple[Slot, list[str]]:
    """A recovery slot and `count` word lists (SLIP-39), any `threshold` of which open it.

    The words are shown once and kept nowhere by us.
    """
    if not (1 <= threshold <= count <= 16) or (threshold == 1 and count > 1):
        raise BadInput(
            "These numbers of shares cannot be made",
            value=f"{threshold} of {count}",
            remedy="Use 1 of 1, or from 2 of 2 up to 16 of 16",
        )
    from shamir_mnemonic import generate_mnemonics

    recovery_key = secrets.token_bytes(KEY_SIZE)
    [words] = generate_mnemonics(1, [(threshold, count)], recovery_key, iteration_exponent=0)
    slot: Slot = {
        "id": secrets.token_hex(8),
        "kind": "recovery",
        "threshold": threshold,
        "count": count,
    }
    slot["wrapped"] = wrap(vault_key, expand(recovery_key, "recovery"), _context(slot)).hex()
    return slot, list(words)


def open_recovery(slots: Iterable[Slot], shares: Sequence[str]) -> tuple[bytearray, Slot]:
    """The vault key and the slot that the word lists open; Locked or BadInput, naming no word."""
    recovery_key = _combine(shares)
    for slot in slots:
        if slot.get("kind") != "recovery":
            continue
        try:
            under = expand(recovery_key, "recovery")
            return unwrap(_bytes(slot, "wrapped"), under, _context(slot)), slot
        except Locked:
            continue
    wipe(recovery_key)
    raise Locked(
        "These recovery words belong to no slot of this vault",
        remedy="Use the words printed last, of this vault",
    )


def add_slot(slots: Sequence[Slot], slot: Slot) -> list[Slot]:
    """`slots` with one more; refuses a second passphrase slot of the same member."""
    if slot["kind"] == "passphrase":
        held = {other.get("member") for other in slots if other.get("kind") == "passphrase"}
        if slot["member"] in held:
            raise BadInput(
                "This member has a slot already",
                value=str(slot["member"]),
                remedy="Change the passphrase instead",
            )
    return [*slots, slot]


def remove_slot(slots: Sequence[Slot], slot_id: str) -> list[Slot]:
    """`slots` without one; refuses to remove the last way into the vault."""
    left = [slot for slot in slots if slot["id"] != slot_id]
    if len(left) == len(slots):
        raise BadInput(
            "No such slot", value=slot_id, remedy="List the slots with amparo member list"
        )
    if not left:
        raise BadInput(
            "The last slot cannot be removed", value=slot_id, remedy="Add another slot first"
        )
    return left


def change_passphrase(
    slots: Sequence[Slot],
    old: str,
    new: str,
    *,
    cost: Cost = DEFAULT_COST,
    member: str | None = None,
) -> list[Slot]:
    """`slots` in which the slot that `old` opens is replaced by one that `new` opens."""
    vault_key, slot = open_slots(slots, old, member=member)
    fresh = passphrase_slot(vault_key, new, member=slot["member"], cost=cost)
    wipe(vault_key)
    return [fresh if other["id"] == slot["id"] else dict(other) for other in slots]


def protect_text(body: str, header_key: bytes) -> str:
    """`body` (the TOML of vault.toml) with a first line that authenticates every byte of it."""
    return MAC_LINE.format(_mac(body, header_key)) + body


def check_text(text: str, header_key: bytes) -> bool:
    """Whether `text` is byte for byte what `protect_text` made with this key."""
    first, newline, body = text.partition("\n")
    return hmac.compare_digest(
        (first + newline).encode(), MAC_LINE.format(_mac(body, header_key)).encode()
    )


def _mac(body: str, header_key: bytes) -> str:
    return hmac.new(header_key, b"amparo/1 vault.toml\n" + body.encode(), "sha256").hexdigest()


def _slot_key(slot: Slot, passphrase: str) -> bytes:
    memory, passes, lanes = (_number(slot, name) for name in ("memory_kib", "passes", "lanes"))
    if not (8 * lanes <= memory <= MAX_MEMORY_KIB and 1 <= passes <= 64 and 1 <= lanes <= 64):
        raise WrongFormat("A key slot asks for impossible work", value=str(slot.get("id", "?")))
    return hash_secret_raw(
        secret=unicodedata.normalize("NFKC", passphrase).encode(),
        salt=_bytes(slot, "salt"),
        time_cost=passes,
        memory_cost=memory,
        parallelism=lanes,
        hash_len=KEY_SIZE,
        type=Type.ID,
    )


def _combine(shares: Sequence[str]) -> bytearray:
    from shamir_mnemonic import MnemonicError, combine_mnemonics

    try:
        return bytearray(combine_mnemonics([" ".join(share.lower().split()) for share in shares]))
    except (MnemonicError, IndexError, ValueError):
        raise BadInput(
            "These recovery words cannot be joined",
            remedy="Give as many word lists as the vault asks for, each as printed",
        ) from None


def _context(slot: Slot) -> str:
    shown = {name: value for name, value in sorted(slot.items()) if name != "wrapped"}
    return "slot " + " ".join(f"{name}={value}" for name, value in shown.items())


def _bytes(slot: Slot, name: str) -> bytes:
    try:
        return bytes.fromhex(slot[name])
    except (KeyError, TypeError, ValueError):
        raise WrongFormat(
            "A key slot is damaged", value=name, remedy="Restore vault.toml"
        ) from None


def _number(slot: Slot, name: str) -> int:
    value = slot.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongFormat("A key slot is damaged", value=name, remedy="Restore vault.toml")
    return value
