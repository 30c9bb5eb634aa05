"""Tiles: the same tree as in memory at every size, by any steps; every damaged file named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amparo.custody.proof import check_consistency, check_inclusion
from amparo.custody.tiles import Tiles, bundle, publish, tile_path, tiles_of, unbundle
from amparo.custody.tree import grow, leaf_hash
from amparo.errors import Broken


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"entry %d" % number) for number in range(count)]


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def test_paths_of_the_specification() -> None:
    assert tile_path(0, 1234067).as_posix() == "tile/0/x001/x234/067"
    assert tile_path(1, 0, 17).as_posix() == "tile/1/000.p/17"
    assert tile_path("entries", 5).as_posix() == "tile/entries/005"


def test_the_example_of_the_specification() -> None:
    tiles = list(tiles_of(70_000))
    assert sum(level == 0 and width == 256 for level, _, width in tiles) == 273
    assert (0, 273, 112) in tiles
    assert (1, 0, 256) in tiles
    assert (1, 1, 17) in tiles
    assert (2, 0, 1) in tiles
    assert list(tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(steps=st.lists(st.integers(1, 400), min_size=1, max_size=6), data=st.data())
def test_tiles_are_the_tree_whatever_the_steps(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    total, size, sizes = leaves(sum(steps)), 0, []
    for step in steps:
        size = Tiles(folder).extend(size, total[size : size + step], write)
        sizes.append(size)
    tiles = Tiles(folder)
    assert tiles.faults(size, total) == []
    assert tiles.faults(size) == []
    tree = grow(total)
    assert tiles.root(size) == tree.root()
    assert tiles.frontier(size) == tree
    assert list(tiles.leaves(size)) == total
    index = data.draw(st.integers(0, size - 1))
    check_inclusion(total[index], index, size, tiles.prove_inclusion(index, size), tree.root())
    for old in sizes:
        check_consistency(
            old, size, grow(total[:old]).root(), tree.root(), tiles.prove_consistency(old, size)
        )
    tiles.drop_partial(size)
    assert Tiles(folder).faults(size, total) == []
    assert {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} == {
        tile_path(*tile) for tile in tiles_of(size)
    }


def test_every_flipped_missing_or_foreign_file_is_named(tmp_path: Path) -> None:
    hashes = leaves(700)
    Tiles(tmp_path).extend(0, hashes[:600], write)
    Tiles(tmp_path).extend(600, hashes[600:], write)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 5
    for path in files:
        whole = path.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
            name = path.relative_to(tmp_path).as_posix()
            assert any(name in fault for fault in Tiles(tmp_path).faults(700, hashes)), name
        path.write_bytes(whole)
    missing = tmp_path / tile_path(1, 0, 2)
    whole = missing.read_bytes()
    missing.unlink()
    assert any("tile/1/000.p/2" in fault for fault in Tiles(tmp_path).faults(700, hashes))
    missing.write_bytes(whole)
    (tmp_path / "tile/0/077").write_bytes(bytes(8192))
    assert Tiles(tmp_path).faults(700, hashes) == [
        "ledger/tile/0/077: this file is none of the ledger's"
    ]


def test_a_missing_tile_is_an_error_that_names_it(tmp_path: Path) -> None:
    Tiles(tmp_path).extend(0, leaves(300), write)
    (tmp_path / tile_path(0, 0)).unlink()
    with pytest.raises(Broken, match="tile/0/000"):
        Tiles(tmp_path).prove_inclusion(3, 300)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_read_back(entries: list[bytes]) -> None:
    assert unbundle(bundle(entries)) == entries


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x05abc", b"\x00\x01a\x00"])
def test_cut_bundles_are_refused(data: bytes) -> None:
    with pytest.raises(Broken):
        unbundle(data)


def test_a_published_ledger_has_entries_tiles_and_checkpoint(tmp_path: Path) -> None:
    entries = [b"entry %d" % number for number in range(300)]
    publish(tmp_path, entries, "note\n", write)
    assert unbundle((tmp_path / "tile/entries/000").read_bytes()) == entries[:256]
    assert unbundle((tmp_path / "tile/entries/001.p/44").read_bytes()) == entries[256:]
    assert (tmp_path / "checkpoint").read_text() == "note\n"
    assert Tiles(tmp_path).root(300) == grow(map(leaf_hash, entries)).root()
