"""The vectors of tests/vectors/packs: by our audit, by our reading, and by the second reader."""

from __future__ import annotations

import base64
import importlib.util
from pathlib import Path

import pytest

from amparo.crypto.digest import digest_bytes
from amparo.crypto.keys import derive
from amparo.store.audit import audit
from amparo.store.packs import Packs

FOLDER = Path(__file__).parents[1] / "vectors" / "packs"
CASES = sorted(FOLDER.glob("*.txt"))

spec = importlib.util.spec_from_file_location(
    "second_reader", Path(__file__).with_name("second_reader.py")
)
assert spec and spec.loader
second = importlib.util.module_from_spec(spec)
spec.loader.exec_module(second)


def parse(path: Path) -> tuple[dict[str, list[str]], bytes]:
    heads, _, body = path.read_text().partition("\n\n")
    found: dict[str, list[str]] = {}
    for line in heads.splitlines():
        name, _, value = line.partition(": ")
        found.setdefault(name, []).append(value)
    return found, base64.b64decode(body)


def test_there_are_sound_and_broken_ones() -> None:
    assert {parse(case)[0]["expect"][0] for case in CASES} == {"sound", "broken"}
    assert len(CASES) > 15


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_is_stated_is_what_comes_of_it(case: Path, tmp_path: Path) -> None:
    heads, data = parse(case)
    key = bytes.fromhex(heads["vault-key"][0])
    path = tmp_path / heads["name"][0]
    path.write_bytes(data)
    assert [str(fault) for fault in audit(tmp_path, derive(key)).faults] == heads.get("fault", [])
    wanted = heads.get("object", [])
    with Packs(tmp_path, derive(key)) as packs:
        for line in wanted:
            locator, digest, size = line.split()
            item = packs.read(locator)
            assert (digest_bytes(item), len(item)) == (digest, int(size))
    try:
        read = [
            f"{locator} {digest_bytes(item)} {len(item)}"
            for locator, item in second.read_pack(key, path)
        ]
    except second.Damaged:
        assert heads["expect"] == ["broken"]
    else:
        assert heads["expect"] == ["sound"] or heads["name"] != ["000001.pack"]
        assert read == wanted
