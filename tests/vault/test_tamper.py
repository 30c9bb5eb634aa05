"""Damage anywhere in a vault's folder is found, and the file named; or undone at opening.

Opening writes the published ledger files anew from the record where they are missing or too
short: what is as before afterwards was healed, and nothing needs to be told.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from amparo.casefile.revise import Draft, add_records, create_case
from amparo.errors import AmparoError
from amparo.intake.receive import receive_bytes
from amparo.vault.identity import seal_identity
from amparo.vault.unlock import open_vault
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE

KINDS = (
    "flip",
    "flip",
    "flip",
    "cut",
    "insert",
    "remove",
    "swap",
    "copy",
    "double",
    "empty",
    "add",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory, empty_vault_template) -> Path:
    """A vault with items, a case and an identity, closed."""
    folder = tmp_path_factory.mktemp("whole") / "vault"
    shutil.copytree(empty_vault_template, folder)
    vault = open_vault(folder, PASSPHRASE)
    try:
        files = [(f"{n}.txt", f"letter {n} of the harbour\n".encode() * 20) for n in range(6)]
        receive_bytes(vault, "M-1", [*files, ("a.bin", os.urandom(70_000))])
        create_case("M-1", {"code": "KARV", "title": "A case", "language": "en"})
        person = Draft("person", "V-1", {"counting_unit": "one person"})
        add_records("M-1", "KARV", [person], reason="first")
        seal_identity(vault, "KARV", "V-1", {"name": "Wexford Quillon"})
        assert verify_vault(vault).faults == []
    finally:
        vault.close()
    return folder


def files(folder: Path) -> list[Path]:
    """Every file that a vault has; the lock file holds nothing."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "lock")


def damage(chance: random.Random, folder: Path) -> set[str]:
    """Do one kind of damage; the names of the files that it was done to."""
    path, other = chance.sample(files(folder), 2)
    data, second = path.read_bytes(), other.read_bytes()
    place, kind = chance.randrange(max(1, len(data))), chance.choice(KINDS)
    names = {path.name}
    if kind == "flip" and data:
        bad = bytearray(data)
        bad[place] ^= 1 << chance.randrange(8)
        path.write_bytes(bad)
    elif kind == "cut":
        path.write_bytes(data[:place])
    elif kind == "insert":
        path.write_bytes(data[:place] + bytes([chance.randrange(256)]) + data[place:])
    elif kind == "remove":
        path.unlink()
    elif kind == "swap":
        path.write_bytes(second)
        other.write_bytes(data)
        names |= {other.name}
    elif kind == "copy":
        path.write_bytes(second)
    elif kind == "double":
        path.write_bytes(data + data)
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "add":
        path.with_name(f"{place}.new").write_bytes(data)
        names = {f"{place}.new"}
    return names


def told_of(folder: Path) -> str:
    """What opening and verifying say; empty when nothing is said to be wrong."""
    try:
        vault = open_vault(folder, PASSPHRASE)
    except AmparoError as error:
        return f"{error.value}: {error.cause}"
    try:
        return "\n".join(verify_vault(vault).faults)
    finally:
        vault.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in files(folder)}


def damaged_rounds(whole: Path, tmp_path: Path, rounds: int, seed: int) -> int:
    chance, found = random.Random(seed), 0
    before = contents(whole)
    for number in range(rounds):
        copy = tmp_path / "damaged"
        shutil.copytree(whole, copy)
        names = damage(chance, copy)
        if contents(copy) != before:
            told = told_of(copy)
            if not told:
                assert contents(copy) == before, f"round {number}: {names} was not found"
            else:
                found += 1
                assert any(name in told for name in names) or "this is not a vault" in told, (
                    f"round {number}: {names} is not named in: {told}"
                )
        shutil.rmtree(copy)
    return found


@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", [21, 22])
def test_any_damage_to_a_vault_is_found_and_named(whole, tmp_path, seed):
    assert damaged_rounds(whole, tmp_path, 500, seed) > 300


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(100, 110))
def test_any_damage_to_a_vault_is_found_and_named_at_length(whole, tmp_path, seed):
    assert damaged_rounds(whole, tmp_path, 500, seed) > 300
