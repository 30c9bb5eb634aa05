"""The tree as files: C2SP tlog-tiles. `tile/<level>/<index>[.p/<width>]` holds up to 256
hashes of 32 bytes, `tile/entries/<index>[.p/<width>]` the entries, `checkpoint` the note.

Full tiles never change once written. Entries lie in the encrypted record; entry bundles
are written only into what leaves the vault (see docs/spec/vault.md, "Ledger files").
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from amparo.custody.proof import NodeAt, prove_consistency, prove_inclusion, subtree_root
from amparo.custody.tree import HASH_SIZE, Frontier, leaf_hash, node_hash
from amparo.errors import Broken

WIDTH = 256
HEIGHT = 8
Write = Callable[[Path, bytes], None]


def tile_path(level: int | str, index: int, width: int = WIDTH) -> Path:
    """Relative path of a tile; `level` is a number or `entries`."""
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        parts.insert(0, f"x{index % 1000:03d}")
    if width < WIDTH:
        parts[-1] += ".p"
        parts.append(str(width))
    return Path("tile", str(level), *parts)


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, index and width of every tile of a tree of `size` leaves."""
    level = 0
    while size > 0:
        for index in range(size // WIDTH):
            yield level, index, WIDTH
        if size % WIDTH:
            yield level, size // WIDTH, size % WIDTH
        size //= WIDTH
        level += 1


def _last_tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """The partial tile of each level: the only ones that later tiles replace."""
    level = 0
    while size > 0:
        if size % WIDTH:
            yield level, size // WIDTH, size % WIDTH
        size //= WIDTH
        level += 1


def tile_root(hashes: Sequence[bytes]) -> bytes:
    """Root of a full tile: the hash that stands for it one level up."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


class Tiles:
    """The tiles in one folder, read as a tree and appended to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[tuple[int, int], tuple[bytes, ...]] = {}
        self._before: int | None = None

    def extend(self, size: int, leaves: Sequence[bytes], write: Write) -> int:
        """Write the tiles that `leaves` (leaf hashes) add to a tree of `size`; the new size.

        `write(path, bytes)` makes a file durable as a whole. Writing the same again after a
        crash is harmless: tiles are a function of the leaves.
        """
        if self._before is None:
            self._before = size
        fresh, level, at = list(leaves), 0, size
        while fresh:
            first = at // WIDTH
            row = [*self._row(level, first, at % WIDTH), *fresh]
            above: list[bytes] = []
            for offset in range(0, len(row), WIDTH):
                part = tuple(row[offset : offset + WIDTH])
                index = first + offset // WIDTH
                self._put(level, index, part, write)
                if len(part) == WIDTH:
                    above.append(tile_root(part))
            fresh, at, level = above, at // WIDTH, level + 1
        return size + len(leaves)

    def drop_partial(self, size: int) -> None:
        """Remove partial tiles that full ones or wider ones have replaced.

        After `extend` those of the size before; on a fresh instance all, by a walk.
        """
        needed = {tile_path(*tile) for tile in _last_tiles(size)}
        for inside in self._partials() - needed:
            (self.folder / inside).unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                (self.folder / inside).parent.rmdir()
        self._before = size

    def _partials(self) -> set[Path]:
        if self._before is not None:
            before = _last_tiles(self._before)
            return {tile_path(*tile) for tile in before if tile[2] < WIDTH}
        found = self.folder.glob("tile/**/*.p/*")
        return {path.relative_to(self.folder) for path in found}

    def node(self, size: int) -> NodeAt:
        """`node(level, index)` for proofs over the first `size` leaves. Raises Broken."""

        def node(level: int, index: int) -> bytes:
            tile, rest = divmod(level, HEIGHT)
            start = index << rest
            count = 1 << rest
            row = self._tile(tile, start // WIDTH, size)
            part = row[start % WIDTH : start % WIDTH + count]
            if len(part) != count:
                raise Broken("The ledger's tiles are too short", value=f"level {tile}")
            return tile_root(part)

        return node

    def root(self, size: int) -> bytes:
        """Root of the first `size` leaves."""
        return subtree_root(0, size, self.node(size))

    def frontier(self, size: int) -> Frontier:
        """What is needed to append to the first `size` leaves."""
        node, hashes, start = self.node(size), [], 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                hashes.append(node(level, start >> level))
                start += 1 << level
        return Frontier(size, tuple(hashes))

    def prove_inclusion(self, index: int, size: int) -> list[bytes]:
        return prove_inclusion(index, size, self.node(size))

    def prove_consistency(self, old: int, new: int) -> list[bytes]:
        return prove_consistency(old, new, self.node(new))

    def leaves(self, size: int) -> Iterator[bytes]:
        """All leaf hashes in order."""
        for index in range((size + WIDTH - 1) // WIDTH):
            width = min(WIDTH, size - index * WIDTH)
            yield from self._tile(0, index, size)[:width]

    def faults(self, size: int, leaves: Iterable[bytes] | None = None) -> list[str]:
        """What is wrong with the files of a tree of `size`: every file named, or nothing.

        With `leaves` (leaf hashes of the entries in the record) every byte of every tile is
        compared; without, the upper tiles are compared with the lowest ones.
        """
        found: list[str] = []
        needed = {tile_path(*tile) for tile in tiles_of(size)}
        for (level, index, width), wanted in _expected(self._lowest(size, leaves)):
            row = self._read(level, index, width)
            name = f"ledger/{tile_path(level, index, width).as_posix()}"
            if row is None:
                found.append(f"{name}: missing or of a wrong length")
            elif row != wanted:
                found.append(f"{name}: it does not belong to the entries of the record")
        for path in sorted(self.folder.glob("tile/**/*")):
            inside = path.relative_to(self.folder)
            if path.is_file() and inside not in needed and not self._older(path, inside):
                found.append(f"ledger/{inside.as_posix()}: this file is none of the ledger's")
        return found

    def _lowest(self, size: int, leaves: Iterable[bytes] | None) -> Iterator[tuple[bytes, ...]]:
        """Rows of the lowest tiles, from the record or else from the files themselves."""
        if leaves is not None:
            rest = iter(leaves)
            while row := tuple(islice(rest, WIDTH)):
                yield row
            return
        for level, index, width in tiles_of(size):
            if level == 0:
                yield self._read(0, index, width) or (bytes(HASH_SIZE),) * width

    def _older(self, path: Path, inside: Path) -> bool:
        """A narrower tile that an earlier checkpoint needed, and that is the same so far."""
        whole = path.parent.with_name(path.parent.name.removesuffix(".p"))
        if whole == path.parent or not inside.name.isdigit():
            return False
        wider = [one for one in path.parent.iterdir() if one.name.isdigit()]
        wider = [one for one in wider if int(one.name) > int(inside.name)]
        data = path.read_bytes()
        fits = len(data) == int(inside.name) * HASH_SIZE
        return fits and any(
            one.is_file() and one.read_bytes().startswith(data) for one in [whole, *wider]
        )

    def _row(self, level: int, index: int, width: int) -> tuple[bytes, ...]:
        if width == 0:
            return ()
        row = self._kept.get((level, index)) or self._read(level, index, width) or ()
        if len(row) < width:
            row = self._read_any(level, index, width)
        return row[:width]

    def _tile(self, level: int, index: int, size: int) -> tuple[bytes, ...]:
        width = min(WIDTH, (size >> HEIGHT * level) - index * WIDTH)
        return self._row(level, index, width)

    def _read_any(self, level: int, index: int, width: int) -> tuple[bytes, ...]:
        """The narrowest tile on disk that is at least `width` wide."""
        for wider in (WIDTH, *range(width, WIDTH)):
            row = self._read(level, index, wider)
            if row is not None:
                return row
        raise Broken(
            "A tile of the ledger is missing",
            value=f"ledger/{tile_path(level, index, width).as_posix()}",
            remedy="Restore it from a backup, or rebuild it from the record",
        )

    def _read(self, level: int, index: int, width: int) -> tuple[bytes, ...] | None:
        try:
            data = (self.folder / tile_path(level, index, width)).read_bytes()
        except OSError:
            return None
        if len(data) != width * HASH_SIZE:
            return None
        return tuple(data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE))

    def _put(self, level: int, index: int, part: tuple[bytes, ...], write: Write) -> None:
        path = self.folder / tile_path(level, index, len(part))
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, b"".join(part))
        self._kept = {key: row for key, row in self._kept.items() if key[0] != level}
        self._kept[level, index] = part


def _expected(
    rows: Iterable[tuple[bytes, ...]], level: int = 0
) -> Iterator[tuple[tuple[int, int, int], tuple[bytes, ...]]]:
    """Every tile as ((level, index, width), hashes), from the rows of one level upwards."""
    above: list[bytes] = []
    for index, row in enumerate(rows):
        yield (level, index, len(row)), row
        if len(row) == WIDTH:
            above.append(tile_root(row))
    if above:
        higher = (tuple(above[at : at + WIDTH]) for at in range(0, len(above), WIDTH))
        yield from _expected(higher, level + 1)


def bundle(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry behind its length as 2 bytes big-endian."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def unbundle(data: bytes) -> list[bytes]:
    """Undo `bundle`. Raises Broken."""
    entries, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2])
        entry = data[at + 2 : at + 2 + length]
        if at + 2 > len(data) or len(entry) != length:
            raise Broken("An entry bundle is cut off")
        entries.append(entry)
        at += 2 + length
    return entries


def publish(folder: Path, entries: Sequence[bytes], checkpoint: str, write: Write) -> None:
    """Write a whole ledger as tlog-tiles, entries included, for a partner or a monitor."""
    Tiles(folder).extend(0, [leaf_hash(entry) for entry in entries], write)
    for index in range((len(entries) + WIDTH - 1) // WIDTH):
        part = entries[index * WIDTH : (index + 1) * WIDTH]
        path = folder / tile_path("entries", index, len(part))
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, bundle(part))
    write(folder / "checkpoint", checkpoint.encode())
