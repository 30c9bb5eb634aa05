"""Crashes: a killed process, and a device that loses what was not synced. Whatever was
acknowledged is there afterwards, the vault verifies, and deposits go on."""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest

from amparo.crypto.keys import derive
from amparo.store.files import DISK, Disk, remove_leftovers, write_durably, write_together
from amparo.store.packs import Packs

KEYS = derive(bytes(range(32)))


def deposit_until_killed(folder: Path, acknowledged: Path, seed: int) -> None:
    """Put and flush for ever; a line is written only after the durable point."""
    chance = random.Random(seed)
    known = read_acknowledged(acknowledged)
    with acknowledged.open("a", buffering=1) as told:
        packs = Packs(folder, KEYS, limit=400_000)
        packs.recover(known[-1][0] if known else None)
        while True:
            size = lambda: chance.choice([10, 3000, 60_000, (1 << 20) + 77])  # noqa: E731
            stored = [packs.put(chance.randbytes(size())) for _ in range(chance.randrange(1, 6))]
            packs.flush()
            told.writelines(f"{one.locator} {one.digest}\n" for one in stored)


def read_acknowledged(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text().split("\n")[:-1] if path.exists() else []
    return [tuple(line.split()) for line in lines]  # type: ignore[misc]


def wait_for_more(acknowledged: Path) -> None:
    """Until the child has acknowledged something: a busy machine kills the others before."""

    def length() -> int:
        return acknowledged.stat().st_size if acknowledged.exists() else 0

    before, until = length(), time.monotonic() + 60
    while length() == before and time.monotonic() < until:
        time.sleep(0.001)


def killed_at_random(tmp_path: Path, rounds: int) -> None:
    folder, acknowledged = tmp_path / "packs", tmp_path / "acknowledged"
    folder.mkdir()
    chance = random.Random(4)
    for number in range(rounds):
        child = os.fork()
        if child == 0:
            try:
                deposit_until_killed(folder, acknowledged, number)
            finally:
                os._exit(1)
        if number % 3 == 0:
            wait_for_more(acknowledged)
        time.sleep(chance.random() * 0.06)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL, "the child failed by itself"
        known = read_acknowledged(acknowledged)
        with Packs(folder, KEYS, limit=400_000) as packs:
            packs.recover(known[-1][0] if known else None)
            if number % 10 == 0 or number == rounds - 1:
                assert packs.verify(known).faults == ()
            for locator, _ in known[-5:]:
                packs.check(locator)
    assert len(read_acknowledged(acknowledged)) >= rounds / 3


def test_a_process_killed_at_any_moment_loses_nothing_acknowledged(tmp_path: Path) -> None:
    killed_at_random(tmp_path, 60)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_process_killed_at_any_moment_loses_nothing_acknowledged_at_length(
    tmp_path: Path,
) -> None:
    killed_at_random(tmp_path, 1000)


class LosingDisk(Disk):
    """Remembers how much of each file was synced, and which names; `lose` forgets a random
    part of the rest."""

    def __init__(self) -> None:
        self.synced: dict[int, int] = {}
        self.named: set[int] = set()

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        self.named |= {path.stat().st_ino for path in folder.iterdir()}

    def sync(self, handle: int) -> None:
        super().sync(handle)
        self.synced[os.fstat(handle).st_ino] = os.fstat(handle).st_size

    def lose(self, folder: Path, chance: random.Random) -> None:
        for path in folder.iterdir():
            inode, data = path.stat().st_ino, bytearray(path.read_bytes())
            synced = self.synced.get(inode, 0)
            if inode not in self.named and chance.random() < 0.5:
                path.unlink()
                continue
            for at in range(synced, len(data), 512):
                if chance.random() < 0.5:
                    data[at : at + 512] = bytes(len(data[at : at + 512]))
            path.write_bytes(data[: chance.randint(synced, len(data))])


def test_a_device_that_loses_what_was_not_synced_loses_nothing_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(8)
    known: list[tuple[str, str]] = []
    for _ in range(150):
        disk = LosingDisk()
        for path in tmp_path.iterdir():
            disk.synced[path.stat().st_ino] = path.stat().st_size
            disk.named.add(path.stat().st_ino)
        packs = Packs(tmp_path, KEYS, disk=disk, limit=200_000)
        packs.recover(known[-1][0] if known else None)
        for _ in range(chance.randrange(4)):
            stored = packs.put(chance.randbytes(chance.choice([5, 2000, 30_000])))
            packs.flush()
            known.append((stored.locator, stored.digest))
        for _ in range(chance.randrange(3)):
            packs.put(chance.randbytes(chance.choice([5, 2000, (1 << 20) + 9])))
        packs.drain()
        disk.lose(tmp_path, chance)
        with Packs(tmp_path, KEYS, limit=200_000) as again:
            again.recover(known[-1][0] if known else None)
            report = again.verify(known)
        assert report.faults == ()
        packs.close()


class Held(LosingDisk):
    """Syncs that have to wait, when told so."""

    def __init__(self) -> None:
        super().__init__()
        self.may = threading.Event()
        self.may.set()

    def sync(self, handle: int) -> None:
        self.may.wait(120)
        super().sync(handle)


def put_on(packs: Packs, seed: int) -> None:
    """Put a few objects; it waits where the packs wait for the device."""
    chance = random.Random(seed)
    for _ in range(chance.randrange(1, 6)):
        packs.put(chance.randbytes(chance.choice([9, 30_000, (1 << 20) + 5])))
        packs.settle(lambda error: None)


def test_nothing_is_lost_when_two_packs_were_on_their_way(tmp_path: Path) -> None:
    """The device loses what it has not synced while a full pack and the next one are written."""
    chance, cut = random.Random(9), 0
    for number in range(60):
        disk, folder, known = Held(), tmp_path / str(number), []
        folder.mkdir()
        packs = Packs(folder, KEYS, disk=disk, limit=100_000)
        for _ in range(chance.randrange(3)):
            stored = [packs.put(chance.randbytes(40_000)) for _ in range(chance.randrange(1, 4))]
            done = threading.Event()
            packs.settle(lambda error, s=stored, d=done: (known.extend(s), d.set()))
            assert done.wait(120)
        disk.may.clear()
        writing = threading.Thread(target=put_on, args=(packs, chance.randrange(1 << 30)))
        writing.start()
        time.sleep(0.03)
        crashed = tmp_path / f"{number} after"
        shutil.copytree(folder, crashed)
        held = [path for path in folder.iterdir() if (crashed / path.name).exists()]
        pairs = {path.stat().st_ino: path.name for path in held}
        copied = {inode: (crashed / name).stat().st_ino for inode, name in pairs.items()}
        after = LosingDisk()
        after.synced = {copied[inode]: size for inode, size in disk.synced.items()}
        after.named = {copied[inode] for inode in disk.named if inode in copied}
        after.lose(crashed, chance)
        disk.may.set()
        writing.join()
        packs.close()
        acknowledged = [(one.locator, one.digest) for one in known]
        with Packs(crashed, KEYS, limit=100_000) as again:
            cut += bool(again.recover(acknowledged[-1][0] if known else None))
            more = again.put(b"deposits go on")
            again.flush()
            report = again.verify([*acknowledged, (more.locator, more.digest)])
        assert report.faults == (), report.faults
    assert cut > 10


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    class Failing(Disk):
        def __init__(self, step: str) -> None:
            self.step = step

        def _maybe(self, step: str) -> None:
            if step == self.step:
                raise OSError(28, "No space left on device")

        def write(self, handle: int, data: bytes | memoryview) -> int:
            self._maybe("write")
            return DISK.write(handle, data[:1])

        def sync(self, handle: int) -> None:
            self._maybe("sync")

        def rename(self, source: Path, target: Path) -> None:
            self._maybe("rename")
            super().rename(source, target)

    path = tmp_path / "file"
    write_durably(path, b"before")
    for step in ("write", "sync", "rename"):
        with pytest.raises(Exception, match="disk is full"):
            write_durably(path, b"after", Failing(step))
        assert path.read_bytes() == b"before"
        assert [one.name for one in tmp_path.iterdir()] == ["file"]
    write_durably(path, b"after", Failing("none"))
    assert path.read_bytes() == b"after"


@pytest.mark.parametrize("step", ["write", "sync", "rename"])
def test_files_written_together_are_each_whole_or_as_they_were(tmp_path: Path, step: str) -> None:
    class Failing(Disk):
        """Refuses the third call of one kind."""

        def __init__(self) -> None:
            self.left = 3

        def _count(self, name: str) -> None:
            self.left -= name == step
            if self.left == 0:
                raise OSError(28, "No space left on device")

        def write(self, handle: int, data: bytes | memoryview) -> int:
            self._count("write")
            return DISK.write(handle, data)

        def sync(self, handle: int) -> None:
            self._count("sync")

        def rename(self, source: Path, target: Path) -> None:
            self._count("rename")
            super().rename(source, target)

    files = {tmp_path / f"{number}": b"after" for number in range(9)}
    write_together(dict.fromkeys(files, b"before"))
    with pytest.raises(Exception, match="disk is full"):
        write_together(files, Failing())
    assert {path.read_bytes() for path in files} <= {b"before", b"after"}
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in files}
    write_together(files)
    assert {path.read_bytes() for path in files} == {b"after"}


def test_leftovers_of_cut_off_writes_are_removed(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / ".checkpoint.123.tmp").write_bytes(b"half")
    (tmp_path / "kept").write_bytes(b"x")
    assert remove_leftovers(tmp_path) == 1
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["kept"]
