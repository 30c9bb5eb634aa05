"""vault.toml: format version, log name and key slots, with a line that authenticates it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomli_w

from amparo.crypto.digest import digest_bytes
from amparo.crypto.slots import check_text, protect_text
from amparo.errors import Broken, WrongFormat
from amparo.store import swap
from amparo.store.files import write_durably

FORMAT = 1
HEADER_NAME = "vault.toml"
TRAILER = "# sha256 of all above: "


@dataclass(frozen=True)
class Header:
    """What vault.toml says. `slots` are the plain dicts of `crypto.slots`; `database` is the
    address of a PostgreSQL server, empty where the record is a file of the vault."""

    vault_id: str
    origin: str
    vkey: str
    created_at: str
    slots: tuple[dict[str, Any], ...]
    text: str = ""
    former_vkeys: tuple[str, ...] = ()
    post_quantum: str = ""
    database: str = ""
    tables: str = ""

    @property
    def tables_id(self) -> str:
        """Which tables of the server are the vault's; others than its id once re-sealed."""
        return self.tables or self.vault_id

    @property
    def head_vkeys(self) -> tuple[str, ...]:
        """The log's keys now: Ed25519, and ML-DSA-44 where the vault has one."""
        return (self.vkey, *([self.post_quantum] if self.post_quantum else []))

    @property
    def vkeys(self) -> tuple[str, ...]:
        """The log's keys and those it had before the vault was re-sealed."""
        return (*self.head_vkeys, *self.former_vkeys)

    def with_slots(self, slots: list[dict[str, Any]]) -> Header:
        """The same header with other slots."""
        return replace(self, slots=tuple(slots))


def read_header(folder: Path) -> Header:
    """The header of the vault at `folder`.

    Raises WrongFormat when there is none or its format is newer, Broken when it is damaged.
    """
    path = folder / HEADER_NAME
    swap.settle(folder)
    if not path.is_file():
        raise WrongFormat(
            "this is not a vault", value=str(folder), remedy="make one with `amparo init VAULT`"
        )
    text, intact = _read_checked(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise _damaged(path) from None
    if isinstance(raw.get("format"), int) and raw["format"] > FORMAT:
        raise WrongFormat(
            "this vault was made by a newer version of Amparo",
            value=f"format {raw['format']}, this program reads up to {FORMAT}",
            remedy="install the newer version; nothing was changed",
        )
    if not intact:
        raise _damaged(path)
    try:
        slots = tuple(raw["slot"])
        former = tuple(str(key) for key in raw.get("former_vkeys", ()))
        header = Header(
            raw["id"], raw["origin"], raw["vkey"], raw["created_at"], slots, text, former,
            str(raw.get("post_quantum", "")), str(raw.get("database", "")),
            str(raw.get("tables", "")),
        )  # fmt: skip
    except (KeyError, TypeError):
        raise _damaged(path) from None
    if raw.get("format") != FORMAT:
        raise _damaged(path)
    return header


def is_intact(folder: Path) -> bool:
    """True when vault.toml is byte for byte what its last line says; needs no key."""
    return _read_checked(folder / HEADER_NAME)[1]


def _read_checked(path: Path) -> tuple[str, bool]:
    """The text above the last line, and whether the last line is its digest.

    A flipped bit in a key slot would otherwise look like a wrong passphrase.
    """
    whole = path.read_bytes().decode("utf-8", errors="replace")
    text, found, digest = whole.rpartition(TRAILER)
    if not found:
        return whole, False
    return text, digest == digest_bytes(text.encode()) + "\n"


def _damaged(path: Path) -> Broken:
    return Broken(
        "the vault's header is damaged",
        value=path.name,
        remedy="restore vault.toml from a backup; the sealed objects are not touched by this",
    )


def check_header(header: Header, header_key: bytes) -> None:
    """Raises Broken when a byte of vault.toml is not as this vault wrote it."""
    if not check_text(header.text, header_key):
        raise Broken(
            "vault.toml was changed by something other than Amparo",
            value=HEADER_NAME,
            remedy="restore it from a backup and compare",
        )


def write_header(folder: Path, header: Header, header_key: bytes) -> None:
    """Write vault.toml durably, whole or not at all."""
    body = tomli_w.dumps(
        {
            "format": FORMAT,
            "id": header.vault_id,
            "origin": header.origin,
            "vkey": header.vkey,
            **({"post_quantum": header.post_quantum} if header.post_quantum else {}),
            "created_at": header.created_at,
            **({"database": header.database} if header.database else {}),
            **({"tables": header.tables} if header.tables else {}),
            **({"former_vkeys": list(header.former_vkeys)} if header.former_vkeys else {}),
            "slot": list(header.slots),
        }
    )
    text = protect_text(body, header_key)
    whole = f"{text}{TRAILER}{digest_bytes(text.encode())}\n"
    write_durably(folder / HEADER_NAME, whole.encode())
