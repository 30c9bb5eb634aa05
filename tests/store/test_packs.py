"""Packs: what goes in comes out; crashes lose nothing acknowledged; failing devices are told."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amparo.crypto.keys import Keys, derive
from amparo.errors import BadInput, Broken, NotFound, StorageFailed
from amparo.store.files import Disk
from amparo.store.packs import Packs

KEYS = derive(bytes(range(32)))
SIZES = [0, 1, 1023, 1024, 1025, 16_383, 16_384, 16_385, 70_000, 1 << 20, (1 << 20) + 1, 3 << 20]


def packs(folder: Path, **options: object) -> Packs:
    return Packs(folder, KEYS, **options)  # type: ignore[arg-type]


def content(size: int, seed: int = 7) -> bytes:
    return (seed.to_bytes(2) + bytes(range(251))) * (size // 253 + 1)


@pytest.mark.parametrize("size", SIZES)
def test_an_object_comes_back_whole_before_and_after_the_durable_point(
    tmp_path: Path, size: int
) -> None:
    data = content(size)[:size]
    with packs(tmp_path) as vault:
        stored = vault.put(io.BytesIO(data))
        assert vault.read(stored.locator) == data
        vault.flush()
        assert b"".join(vault.stream(stored.locator)) == data
    with packs(tmp_path) as vault:
        assert vault.read(stored.locator) == data
        assert vault.size(stored.locator) == stored.size == size


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(start=st.integers(0, 80_000), length=st.integers(0, 40_000))
def test_any_range_is_the_same_range_of_the_whole(tmp_path: Path, start: int, length: int) -> None:
    data = content(70_001)[:70_001]
    with packs(tmp_path) as vault:
        stored = vault.put(data)
        assert (
            vault.read_range(stored.locator, start, start + length) == data[start : start + length]
        )


def test_nothing_of_the_content_or_its_digest_is_in_the_file(tmp_path: Path) -> None:
    with packs(tmp_path) as vault:
        stored = vault.put(b"a canary that nobody may see" * 100)
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"canary" not in raw
    assert bytes.fromhex(stored.digest) not in raw


def test_the_same_bytes_lie_under_another_locator_in_another_vault(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = Packs(tmp_path / "a", KEYS).put(b"known file").locator
    two = Packs(tmp_path / "b", derive(bytes(32))).put(b"known file").locator
    assert one != two


def test_bytes_that_are_held_already_are_not_kept_twice(tmp_path: Path) -> None:
    with packs(tmp_path) as vault:
        for data in (b"small", bytes(3 << 20)):
            first = vault.put(data)
            vault.flush()
            before = sum(path.stat().st_size for path in tmp_path.iterdir())
            again = vault.put(data, held={first.digest: first.locator}.get)
            vault.flush()
            assert again.held
            assert again.locator == first.locator
            assert sum(path.stat().st_size for path in tmp_path.iterdir()) == before
        assert vault.read(first.locator) == data


def test_a_locator_of_nothing_is_not_found_and_says_nothing(tmp_path: Path) -> None:
    with packs(tmp_path) as vault:
        stored = vault.put(b"x")
        with pytest.raises(NotFound):
            vault.read("not a locator")
        with pytest.raises(NotFound):
            vault.read(stored.locator[:-1] + ("0" if stored.locator[-1] != "0" else "1"))
        with pytest.raises(Broken):
            vault.read(stored.locator.replace("000001", "000009"))


def test_another_key_reads_nothing(tmp_path: Path) -> None:
    with packs(tmp_path) as vault:
        locator = vault.put(b"x").locator
    with Packs(tmp_path, derive(bytes(32))) as other, pytest.raises(Broken):
        other.read(locator)


def test_a_new_pack_begins_when_one_is_full(tmp_path: Path) -> None:
    with packs(tmp_path, limit=10_000) as vault:
        stored = [vault.put(content(3000, seed)) for seed in range(12)]
        vault.flush()
        assert len(vault.numbers()) > 1
        assert [vault.read(one.locator) for one in stored] == [
            content(3000, seed) for seed in range(12)
        ]
        assert vault.verify((one.locator, one.digest) for one in stored).clean


def test_a_damaged_object_publishes_nothing(tmp_path: Path) -> None:
    with packs(tmp_path) as vault:
        stored = vault.put(content(3 << 20))
    path = tmp_path / "000001.pack"
    raw = bytearray(path.read_bytes())
    raw[-5] ^= 1
    path.write_bytes(raw)
    published: list[bytes] = []
    with packs(tmp_path) as vault, pytest.raises(Broken):
        vault.open(stored.locator, published.append)
    assert published == []


@pytest.mark.parametrize("cut", [1, 50, 119, 120, 121, 500, 1300])
def test_a_torn_tail_is_cut_off_and_what_was_acknowledged_stays(tmp_path: Path, cut: int) -> None:
    with packs(tmp_path) as vault:
        kept = vault.put(b"acknowledged")
        vault.flush()
        size = (tmp_path / "000001.pack").stat().st_size
        torn = vault.put(content(2000))
    with (tmp_path / "000001.pack").open("r+b") as file:
        file.truncate(size + cut)
    with packs(tmp_path) as vault:
        assert vault.recover(kept.locator) == cut
        assert vault.verify([(kept.locator, kept.digest)]).clean
        again = vault.put(content(2000))
        vault.flush()
        assert again.locator == torn.locator
        assert vault.read(kept.locator) == b"acknowledged"


def test_garbage_where_a_body_should_be_is_cut_off_when_nobody_was_told(tmp_path: Path) -> None:
    with packs(tmp_path) as vault:
        kept = vault.put(b"acknowledged")
        vault.flush()
        size = (tmp_path / "000001.pack").stat().st_size
        vault.put(content(2000))
    raw = bytearray((tmp_path / "000001.pack").read_bytes())
    raw[size + 300 : size + 900] = bytes(600)
    (tmp_path / "000001.pack").write_bytes(raw)
    with packs(tmp_path) as vault:
        assert vault.recover(kept.locator) == len(raw) - size


def test_recovery_never_cuts_what_was_acknowledged_however_damaged(tmp_path: Path) -> None:
    with packs(tmp_path) as vault:
        stored = [vault.put(content(2000, seed)) for seed in range(3)]
    raw = bytearray((tmp_path / "000001.pack").read_bytes())
    raw[40] ^= 1
    (tmp_path / "000001.pack").write_bytes(raw)
    with packs(tmp_path) as vault:
        assert vault.recover(stored[-1].locator) == 0
        fresh = vault.put(b"after the damage")
        vault.flush()
        assert fresh.locator.startswith("000002-")
        assert vault.read(stored[2].locator) == content(2000, 2)
        report = vault.verify((one.locator, one.digest) for one in [*stored, fresh])
        assert {fault.locator for fault in report.faults} == {"", stored[0].locator}


class FailingStream(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 1 << 20:
            raise OSError(errno.EIO, "bad sector")
        return super().read(size)


class FailingFile(io.FileIO):
    def readinto(self, room) -> int:
        if self.tell() > 1 << 20:
            raise OSError(errno.EIO, "bad sector")
        return super().readinto(room)


@pytest.mark.parametrize("kind", ["stream", "file"])
def test_a_source_that_fails_half_way_leaves_nothing(tmp_path: Path, kind: str) -> None:
    data = bytes(5 << 20)
    (tmp_path / "source").write_bytes(data)
    source = FailingStream(data) if kind == "stream" else FailingFile(tmp_path / "source")
    (tmp_path / "packs").mkdir()
    with source, packs(tmp_path / "packs") as vault:
        first = vault.put(b"before")
        with pytest.raises(BadInput):
            vault.put(source)
        second = vault.put(b"after")
        vault.flush()
        report = vault.verify([(first.locator, first.digest), (second.locator, second.digest)])
        assert report.clean
        assert not report.orphans


@pytest.mark.parametrize("size", [10, 5000, (1 << 20) + 1, 3 << 20])
def test_a_source_that_hands_out_less_than_was_asked_is_read_to_its_end(
    tmp_path: Path, size: int
) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 70_001))

    data = content(size)[:size]
    with packs(tmp_path) as vault:
        assert vault.read(vault.put(Slow(data)).locator) == data


class ShortWrites(Disk):
    def write(self, handle: int, data: bytes | memoryview) -> int:
        return os.write(handle, data[: max(1, len(data) // 3)])


class Full(Disk):
    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, handle: int, data: bytes | memoryview) -> int:
        written = min(len(data), self.room)
        if written == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= written
        return os.write(handle, data[:written])


class FailingSync(Disk):
    def __init__(self) -> None:
        self.fail = False

    def sync(self, handle: int) -> None:
        if self.fail:
            raise OSError(errno.EIO, "Input/output error")
        super().sync(handle)


def test_short_writes_are_continued(tmp_path: Path) -> None:
    with packs(tmp_path, disk=ShortWrites()) as vault:
        stored = vault.put(content(100_000))
    with packs(tmp_path) as vault:
        assert vault.read(stored.locator) == content(100_000)


def test_a_full_disk_is_told_and_the_vault_goes_on_after_recovery(tmp_path: Path) -> None:
    with packs(tmp_path) as vault:
        kept = vault.put(b"acknowledged")
    vault = packs(tmp_path, disk=Full(30_000))
    vault.put(content(50_000))
    with pytest.raises(StorageFailed, match="disk is full"):
        vault.flush()
    with pytest.raises(StorageFailed):
        vault.put(b"more")
    vault.close()
    with packs(tmp_path) as again:
        assert again.recover(kept.locator) > 0
        assert again.verify([(kept.locator, kept.digest)]).clean


def test_after_a_failed_sync_nothing_more_is_acknowledged(tmp_path: Path) -> None:
    disk = FailingSync()
    vault = packs(tmp_path, disk=disk)
    vault.put(b"first")
    vault.flush()
    vault.put(b"second")
    disk.fail = True
    with pytest.raises(StorageFailed):
        vault.flush()
    disk.fail = False
    with pytest.raises(StorageFailed):
        vault.flush()
    with pytest.raises(StorageFailed):
        vault.put(b"third")
    vault.close()


def test_keys_never_print_themselves() -> None:
    assert KEYS.objects.hex() not in repr(KEYS)
    assert repr(KEYS) == "Keys(…)"
    assert isinstance(KEYS, Keys)


def test_two_writers_in_turn_do_not_overwrite_each_other(tmp_path: Path) -> None:
    one, two = packs(tmp_path), packs(tmp_path)
    stored = []
    for turn in range(6):
        writer = (one, two)[turn % 2]
        stored.append((writer.put(content(3000, turn)), content(3000, turn)))
        writer.flush()
    for reader in (one, two):
        assert [reader.read(kept.locator) for kept, _ in stored] == [data for _, data in stored]
    assert one.verify((kept.locator, kept.digest) for kept, _ in stored).clean
    one.close()
    two.close()
