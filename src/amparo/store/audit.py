"""Checking packs from end to end, on all cores, and naming the place of every fault."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from amparo.crypto.keys import Keys
from amparo.crypto.memory import protect_process
from amparo.crypto.seal import sealed_size
from amparo.errors import Broken, NotFound
from amparo.store.bodies import ROOM, check_body
from amparo.store.frames import (
    HEAD,
    HEADER,
    MARK,
    Frames,
    Head,
    Locator,
    Marks,
    header_holds,
    locator_of,
    pack_name,
    pack_number,
)

ALONE = 96 << 20
WINDOW = 4 << 20
MARKS = (".writing", ".erasing")


@dataclass(frozen=True)
class Fault:
    """Something that is not what it should be: `place` as file and byte, and what is wrong."""

    place: str
    fault: str
    locator: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.fault}"


@dataclass(frozen=True)
class PackReport:
    """Outcome of an audit: numbers of packs, objects and bytes read; faults; orphans.

    An orphan is a whole object that the record does not know: what a crash between the
    durable point and the commit leaves. It is no fault.
    """

    packs: int
    objects: int
    size: int
    faults: tuple[Fault, ...]
    orphans: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not self.faults


@dataclass(frozen=True)
class _Checked:
    number: int
    size: int
    locators: list[str]
    faults: list[Fault]


def audit(
    folder: Path,
    keys: Keys,
    expected: Iterable[tuple[str, str]] | None = None,
    *,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> PackReport:
    """Check all packs in `folder`; see Packs.verify. OSError becomes a fault of its file."""
    with Audit(folder, keys, workers) as under_way:
        return under_way.finish(expected, progress)


class Audit:
    """A check of all packs in `folder` that is under way; see Packs.verify.

    Other processes read the packs while this one does something else; from `finish` on this
    one reads along. OSError becomes a fault of its file.
    """

    def __init__(self, folder: Path, keys: Keys, workers: int | None = None) -> None:
        self._keys = keys
        self._paths, self._faults = _listed(folder)
        count = min(workers or os.cpu_count() or 1, len(self._paths))
        alone = count <= 1 or (workers is None and _total(self._paths) < ALONE)
        self._pool = None if alone else _make_pool(count - 1, keys)
        self._asked = [(p, self._pool.submit(_check_one, p)) for p in self._paths if self._pool]

    def __enter__(self) -> Audit:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def finish(
        self,
        expected: Iterable[tuple[str, str]] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> PackReport:
        """Outcome of all packs, compared with what is `expected`."""
        done: dict[int, _Checked] = {}
        for checked in self._check_all():
            done[checked.number] = checked
            if progress is not None:
                progress(checked.size)
        every = [done[number] for number in sorted(done)]
        faults = self._faults + [fault for checked in every for fault in checked.faults]
        found = {locator for checked in every for locator in checked.locators}
        orphans: list[str] = []
        if expected is not None:
            missing, known = _compared(found, expected, self._keys, set(done))
            faults += missing
            orphans = sorted(found - known)
        size = sum(checked.size for checked in every)
        return PackReport(len(self._paths), len(found), size, tuple(faults), tuple(orphans))

    def _check_all(self) -> Iterator[_Checked]:
        if self._pool is None:
            yield from (check_pack(path, self._keys) for path in self._paths)
            return
        while self._asked and self._asked[-1][1].cancel():
            yield check_pack(self._asked.pop()[0], self._keys)
        for path, future in self._asked:
            try:
                yield future.result()
            except BrokenProcessPool:
                # The system ended the other process, for its memory perhaps.
                yield check_pack(path, self._keys)


def check_pack(path: Path, keys: Keys) -> _Checked:
    """Check one pack from its first byte to its last."""
    number = pack_number(path.name) or 0
    try:
        with path.open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            return _check_bytes(path.name, number, _Window(file.fileno(), size), keys)
    except OSError as error:
        fault = Fault(f"packs/{path.name}", f"it cannot be read ({error.strerror})")
        return _Checked(number, 0, [], [fault])


class _Window:
    """A file read through a window of a few MiB. What the device refuses reads as nothing:
    a bad sector must cost the objects on it, not the check.

    What is read is good until the next read. `room` is where bodies are opened.
    """

    def __init__(self, handle: int, size: int) -> None:
        self.size = size
        self.room = memoryview(bytearray(ROOM))
        self._handle = handle
        self._start = 0
        self._buffer = memoryview(bytearray(min(WINDOW, size)))
        self._held = 0

    def read(self, offset: int, length: int) -> memoryview:
        """At most `length` bytes (at most WINDOW) from `offset` on."""
        at = offset - self._start
        if at < 0 or at + length > self._held:
            self._start, self._held, at = offset, self._pread(offset), 0
        return self._buffer[at : min(at + length, self._held)]

    def find(self, mark: bytes, start: int, stop: int) -> int:
        """Offset of `mark` in `start` to `stop`, or -1."""
        while start + len(mark) <= stop:
            length = min(WINDOW, stop - start)
            at = bytes(self.read(start, length)).find(mark)
            if at != -1:
                return start + at
            start += length - len(mark) + 1
        return -1

    def _pread(self, offset: int) -> int:
        try:
            return os.preadv(self._handle, [self._buffer], offset)
        except OSError:
            return 0


def _check_bytes(name: str, number: int, data: _Window, keys: Keys) -> _Checked:
    frames, size = Frames(keys, number), data.size
    faults: list[Fault] = []
    locators: list[str] = []
    if not header_holds(keys, number, bytes(data.read(0, HEADER))):
        faults.append(Fault(f"packs/{name} bytes 0-{HEADER - 1}", "the header is damaged"))
    offset = HEADER
    while offset < size:
        head = frames.open_head(offset, data.read(offset, HEAD))
        if head is None:
            after = _next_record(frames, data, offset + 1, size)
            faults.append(
                Fault(f"packs/{name} bytes {offset}-{after - 1}", _unreadable(data, offset, after))
            )
            offset = after
            continue
        locator = frames.locate(offset, head.digest)
        fault = _check_object(name, offset, head, data)
        end = min(size, offset + HEAD + sealed_size(head.padded))
        if fault is None:
            locators.append(locator)
        else:
            faults.append(Fault(f"packs/{name} bytes {offset}-{end - 1}", fault, locator))
            end = _next_record(frames, data, offset + HEAD, end)
        offset = end
    return _Checked(number, size, locators, faults)


def _check_object(name: str, offset: int, head: Head, data: _Window) -> str | None:
    start, length = offset + HEAD, sealed_size(head.padded)
    if start + length > data.size:
        return "an object is cut off"

    def fetch(at: int, length: int) -> memoryview:
        return data.read(start + at, length)

    try:
        check_body(head, fetch, name, data.room)
    except Broken as error:
        return error.cause[0].lower() + error.cause[1:]
    return None


def _next_record(frames: Frames, data: _Window, start: int, stop: int) -> int:
    """Offset of the next whole head from `start` on, or `stop`."""
    at = data.find(MARK, start, stop)
    while at != -1:
        if frames.open_head(at, data.read(at, HEAD)) is not None:
            return at
        at = data.find(MARK, at + 1, stop)
    return stop


def _unreadable(data: _Window, start: int, stop: int) -> str:
    if stop == data.size:
        return "no whole record begins here: damaged, or cut off before it was acknowledged"
    return "the head of an object is damaged"


def _listed(folder: Path) -> tuple[list[Path], list[Fault]]:
    """Packs in order, and faults for gaps in their numbers and for files that are none."""
    paths: dict[int, Path] = {}
    faults = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        number = pack_number(path.name)
        if path.name in MARKS and path.is_file() and path.stat().st_size == 0:
            continue
        if number is None or not path.is_file():
            faults.append(Fault(f"packs/{path.name}", "this file is none of the vault's"))
        else:
            paths[number] = path
    for number in range(1, max(paths, default=0)):
        if number not in paths:
            faults.append(Fault(f"packs/{pack_name(number)}", "the pack is missing"))
    return [paths[number] for number in sorted(paths)], faults


def _compared(
    found: set[str], expected: Iterable[tuple[str, str]], keys: Keys, packs: set[int]
) -> tuple[list[Fault], set[str]]:
    """Faults of what the record expects, and all locators that it knows."""
    faults: list[Fault] = []
    known: set[str] = set()
    marks = Marks(keys)
    for locator, digest in expected:
        if locator in found and locator.endswith(marks.of(bytes.fromhex(digest))):
            known.add(locator)
            continue
        try:
            place = Locator.parse(locator)
        except NotFound:
            faults.append(Fault("the record", "it holds a malformed locator", locator))
            continue
        wanted = str(locator_of(keys, place.pack, place.offset, bytes.fromhex(digest)))
        if wanted != locator:
            faults.append(Fault(place.where(), "the record states another digest", locator))
        elif locator not in found:
            missing = "" if place.pack in packs else ": the pack is missing"
            faults.append(
                Fault(place.where(), f"an object of the record is not there{missing}", locator)
            )
        known.add(locator)
    return faults, known


def _make_pool(count: int, keys: Keys) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, context, initializer=_start, initargs=(keys,))


def _total(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def _start(keys: Keys) -> None:
    global _keys
    protect_process()
    _keys = keys


def _check_one(path: Path) -> _Checked:
    return check_pack(path, _keys)


_keys: Keys
