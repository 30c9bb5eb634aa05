"""The durable point in the background: told when it is reached, and never when it is not."""

from __future__ import annotations

import threading

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
        self.may.wait(10)
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
        assert done.wait(10) and told == [None] and disk.synced
        assert packs.read(first.locator) == b"first" and packs.read(second.locator) == b"second"


def test_a_failed_sync_is_told_and_ends_all_writing(tmp_path):
    disk = Slow()
    packs = Packs(tmp_path, KEYS, disk=disk)
    packs.put(b"first")
    disk.fails = True
    disk.may.set()
    told, done = settled(packs)
    assert done.wait(10) and isinstance(told[0], StorageFailed)
    with pytest.raises(StorageFailed):
        packs.flush()
    with pytest.raises(StorageFailed):
        packs.put(b"second")
    packs.close()


def test_nothing_put_is_durable_at_once(tmp_path):
    with Packs(tmp_path, KEYS) as packs:
        assert settled(packs)[0] == [None]
