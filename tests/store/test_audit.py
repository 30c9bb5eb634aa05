"""Audit of packs: every flip, cut, swap, deletion and doubling is found, and its place named."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import pytest

from amparo.crypto.keys import derive
from amparo.store.audit import Audit, audit
from amparo.store.packs import Packs, Stored

KEYS = derive(bytes(range(32)))
ROUNDS = 1000


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Stored]]:
    folder = tmp_path_factory.mktemp("vault") / "packs"
    folder.mkdir()
    chance = random.Random(1)
    with Packs(folder, KEYS, limit=60_000) as packs:
        stored = [
            packs.put(chance.randbytes(chance.choice([0, 10, 900, 5000, 20_000, 40_000])))
            for _ in range(30)
        ]
        packs.flush()
    return folder, stored


def expected(stored: list[Stored]) -> list[tuple[str, str]]:
    return [(one.locator, one.digest) for one in stored]


def faults(folder: Path, stored: list[Stored]) -> str:
    return "\n".join(map(str, audit(folder, KEYS, expected(stored)).faults))


def test_a_sound_vault_is_clean_in_one_process_and_in_several(
    vault: tuple[Path, list[Stored]],
) -> None:
    folder, stored = vault
    alone = audit(folder, KEYS, expected(stored), workers=1)
    several = audit(folder, KEYS, expected(stored), workers=2)
    assert alone == several
    assert alone.clean
    assert alone.objects == len(stored)
    assert alone.orphans == ()
    assert alone.packs == len(list(folder.iterdir())) > 2


def test_when_the_other_process_is_ended_this_one_reads_on(
    vault: tuple[Path, list[Stored]],
) -> None:
    folder, stored = vault
    with Audit(folder, KEYS, workers=2) as under_way:
        assert under_way._pool is not None
        for process in list(under_way._pool._processes.values()):
            process.kill()
        assert under_way.finish(expected(stored)) == audit(folder, KEYS, expected(stored))


def test_objects_that_the_record_does_not_know_are_orphans(
    vault: tuple[Path, list[Stored]],
) -> None:
    folder, stored = vault
    report = audit(folder, KEYS, expected(stored[1:]))
    assert report.clean
    assert report.orphans == (stored[0].locator,)


def test_an_object_recorded_under_another_digest_is_named(vault: tuple[Path, list[Stored]]) -> None:
    folder, stored = vault
    report = audit(folder, KEYS, [(stored[0].locator, "0" * 64), ("nonsense", "0" * 64)])
    assert {fault.locator for fault in report.faults} == {stored[0].locator, "nonsense"}


def test_another_key_finds_nothing_sound(vault: tuple[Path, list[Stored]]) -> None:
    folder, stored = vault
    report = audit(folder, derive(bytes(32)), expected(stored))
    assert report.objects == 0
    assert not report.clean


def test_every_flipped_bit_is_found_and_its_place_named(
    vault: tuple[Path, list[Stored]], tmp_path: Path
) -> None:
    folder, _ = vault
    chance = random.Random(5)
    packs = sorted(folder.iterdir())
    for _ in range(ROUNDS):
        path = chance.choice(packs)
        data = bytearray(path.read_bytes())
        place = chance.choice([chance.randrange(len(data)), chance.randrange(32), len(data) - 1])
        data[place] ^= 1 << chance.randrange(8)
        copy = tmp_path / path.name
        copy.write_bytes(data)
        found = [fault for fault in audit(tmp_path, KEYS).faults if "missing" not in fault.fault]
        spans = [
            tuple(map(int, span))
            for fault in found
            for span in re.findall(r"bytes (\d+)-(\d+)", fault.place)
        ]
        assert any(first <= place <= last for first, last in spans), (place, spans)
        assert all(path.name in fault.place for fault in found)
        copy.unlink()


def changed(chance: random.Random, folder: Path) -> str:
    """Do one kind of damage; the name of a file that must be in the report."""
    packs = sorted(folder.glob("*.pack"))
    path, other = chance.sample(packs, 2)
    data = path.read_bytes()
    start = chance.randrange(len(data))
    stop = min(len(data), start + chance.choice([1, 16, 1000, 30_000]))
    kind = chance.choice(
        [
            "truncate",
            "cut out",
            "double",
            "insert",
            "zero",
            "append",
            "swap",
            "delete",
            "copy",
            "foreign",
            "exchange",
        ]
    )
    if kind == "truncate":
        path.write_bytes(data[:start])
    elif kind == "cut out":
        path.write_bytes(data[:start] + data[stop:])
    elif kind == "double":
        path.write_bytes(data[:stop] + data[start:])
    elif kind == "insert":
        path.write_bytes(data[:start] + bytes([chance.randrange(256)]) + data[start:])
    elif kind == "zero":
        path.write_bytes(data[:start] + bytes(b ^ 0xFF for b in data[start:stop]) + data[stop:])
    elif kind == "append":
        path.write_bytes(data + data[start:stop])
    elif kind == "swap":
        path.write_bytes(other.read_bytes())
        other.write_bytes(data)
    elif kind == "delete":
        path.unlink()
    elif kind == "copy":
        path.write_bytes(other.read_bytes())
    elif kind == "foreign":
        (folder / "notes.txt").write_text("x")
        return "notes.txt"
    elif kind == "exchange" and len(data) > 200:
        path.write_bytes(data[:32] + data[-100:] + data[32:-100])
    return path.name


def test_truncations_swaps_deletions_and_doublings_are_found(
    vault: tuple[Path, list[Stored]], tmp_path: Path
) -> None:
    folder, stored = vault
    chance = random.Random(9)
    for number in range(ROUNDS):
        copy = tmp_path / str(number)
        shutil.copytree(folder, copy)
        before = {path.name: path.read_bytes() for path in copy.iterdir()}
        name = changed(chance, copy)
        after = {path.name: path.read_bytes() for path in copy.iterdir()}
        if before != after:
            assert name in faults(copy, stored), name
        shutil.rmtree(copy)


def test_the_last_pack_deleted_or_cut_at_a_record_is_found_by_the_record(
    vault: tuple[Path, list[Stored]], tmp_path: Path
) -> None:
    folder, stored = vault
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    last = sorted(copy.iterdir())[-1]
    lost = [one for one in stored if one.locator.startswith(last.name[:6])]
    offset = int(lost[-1].locator.split("-")[1], 16)
    last.write_bytes(last.read_bytes()[:offset])
    assert [fault.locator for fault in audit(copy, KEYS, expected(stored)).faults] == [
        lost[-1].locator
    ]
    last.unlink()
    assert {fault.locator for fault in audit(copy, KEYS, expected(stored)).faults} == {
        one.locator for one in lost
    }


def test_the_objects_around_a_damaged_one_are_still_read(
    vault: tuple[Path, list[Stored]], tmp_path: Path
) -> None:
    folder, stored = vault
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    victim = stored[3]
    number, offset, _ = victim.locator.split("-")
    path = copy / f"{number}.pack"
    data = bytearray(path.read_bytes())
    data[int(offset, 16) + 20] ^= 1
    path.write_bytes(data)
    report = audit(copy, KEYS, expected(stored))
    assert report.objects == len(stored) - 1
    assert victim.locator in {fault.locator for fault in report.faults}
