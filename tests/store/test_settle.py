"""The durable point in the background: told when it is reached, and never when it is not."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from amparo.crypto.keys import derive
from amparo.errors import StorageFailed
from amparo.store.files import Disk
from amparo.store.packs import Packs

KEYS = derive(bytes(32))


class Slow(Disk):
    """Syncs only when it is let, or fails to."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.fails = False
        self.synced = 0

    def sync(self, handle: int) -> None:
        self.may.wait(120)
        if self.fails:
            raise OSError(5, "input/output error")
        super().sync(handle)
        self.synced += 1


def settled(packs):
    told, done = [], threading.Event()
    packs.settle(lambda error: (told.append(error), done.set()))
    return told, done


def test_it_is_told_after_the_sync_and_not_before(tmp_path):
    disk = Slow()
    with Packs(tmp_path, KEYS, disk=disk) as packs:
        first = packs.put(b"first")
        told, done = settled(packs)
        second = packs.put(b"second")
        assert not told and not disk.synced
        disk.may.set()
        assert done.wait(120) and told == [None] and disk.synced
        assert packs.read(first.locator) == b"first" and packs.read(second.locator) == b"second"


def test_a_failed_sync_is_told_and_ends_all_writing(tmp_path):
    disk = Slow()
    packs = Packs(tmp_path, KEYS, disk=disk)
    packs.put(b"first")
    disk.fails = True
    disk.may.set()
    told, done = settled(packs)
    assert done.wait(120) and isinstance(told[0], StorageFailed)
    with pytest.raises(StorageFailed):
        packs.flush()
    with pytest.raises(StorageFailed):
        packs.put(b"second")
    packs.close()


def test_nothing_put_is_durable_at_once(tmp_path):
    with Packs(tmp_path, KEYS) as packs:
        assert settled(packs)[0] == [None]


class Full(Disk):
    """Takes so many writes, then none; what it took it syncs."""

    def __init__(self, writes: int) -> None:
        self.left = writes

    def write(self, handle: int, data: bytes | memoryview) -> int:
        if self.left == 0:
            raise OSError(28, "No space left on device")
        self.left -= 1
        return super().write(handle, data)


@pytest.mark.parametrize("writes", [0, 1, 2, 3])
def test_a_full_device_acknowledges_nothing_that_it_did_not_take(tmp_path, writes):
    """The write fails, the sync after it would not."""
    packs = Packs(tmp_path, KEYS, disk=Full(writes))
    told = []
    with pytest.raises(StorageFailed, match="full"):
        for _ in range(5):
            packs.put(b"some bytes")
            answer, done = settled(packs)
            assert done.wait(120)
            told += answer
        packs.flush()
    assert told[:writes] == [None] * writes
    assert len(told) > writes and all(isinstance(one, StorageFailed) for one in told[writes:])
    packs.close()


class Gate(Disk):
    """Holds back, or refuses, the sync of the first pack."""

    def __init__(self, *, fails: bool = False) -> None:
        self.may = threading.Event()
        self.fails = fails
        self.order: list[str] = []

    def sync(self, handle: int) -> None:
        name = Path(f"/proc/self/fd/{handle}").readlink().name
        if name == "000001.pack":
            self.may.wait(120)
            if self.fails:
                raise OSError(5, "input/output error")
        super().sync(handle)
        self.order.append(name)


def test_the_next_pack_is_begun_while_a_full_one_is_made_durable(tmp_path):
    disk = Gate()
    with Packs(tmp_path, KEYS, disk=disk, limit=50_000) as packs:
        one = packs.put(bytes(60_000))
        early, first = settled(packs)
        two = packs.put(b"two")
        late, second = settled(packs)
        assert two.locator.startswith("000002") and not second.wait(0.2)
        assert early == late == [] and not disk.order
        disk.may.set()
        assert first.wait(120) and second.wait(120) and early == late == [None]
        assert disk.order == ["000001.pack", "000002.pack"]
        assert packs.read(one.locator) == bytes(60_000) and packs.read(two.locator) == b"two"


def test_nothing_is_acknowledged_behind_a_pack_that_failed(tmp_path):
    disk = Gate(fails=True)
    packs = Packs(tmp_path, KEYS, disk=disk, limit=50_000)
    packs.put(bytes(60_000))
    packs.put(b"two")
    told, done = settled(packs)
    disk.may.set()
    assert done.wait(120) and isinstance(told[0], StorageFailed)
    with pytest.raises(StorageFailed):
        packs.flush()
    packs.close()
    assert disk.order == []
