"""The hostile set: no escape, no hang, no memory over the limit, an outcome for each file."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest

from amparo.intake import reconcile
from amparo.intake.reading import OUTCOMES, Budget, Reading, clean_name, clean_text
from amparo.intake.sandbox import Sandbox

TIGHT = Budget(seconds=60, cpu_seconds=4, memory_bytes=400 << 20, pages=500, ocr=False)
FEWEST = 200


@pytest.fixture(scope="module")
def readings(hostile: ModuleType, box: Sandbox) -> dict[str, Reading]:
    """Every hostile file read once, two at a time as a deposit would."""
    files = list(hostile.all_files())
    assert len({name for name, _ in files}) == len(files) >= FEWEST
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda file: box.read(file[1], name=file[0], budget=TIGHT), files)
        return {name: reading for (name, _), reading in zip(files, found, strict=True)}


def test_each_has_an_outcome_and_adds_up(readings: dict[str, Reading]) -> None:
    for name, reading in readings.items():
        assert reading.outcome in OUTCOMES, name
        assert reconcile.balanced(reading), name
        assert reading.outcome != "crashed", (name, reading.detail)
        assert "Error" not in reading.detail, (name, reading.detail)


def test_what_comes_back_is_clean_and_bounded(readings: dict[str, Reading]) -> None:
    for name, reading in readings.items():
        assert sum(len(part.text) for part in reading.untrusted_parts) <= TIGHT.text_chars, name
        assert sum(len(child.data) for child in reading.untrusted_children) <= TIGHT.output_bytes
        for part in reading.untrusted_parts:
            assert part.text == clean_text(part.text), name
            assert "\x1b" not in part.text + part.label + part.name
        for child in reading.untrusted_children:
            assert child.name == clean_name(child.name), name
            assert ".." not in child.name.split("/")
            assert not child.name.startswith("/")


EXPECTED = {
    "flat.zip": ("refused", "limit: ratio"),
    "many.zip": ("partial", "limit: members"),
    "bzip2.zip": ("refused", "limit: ratio"),
    "lzma.zip": ("refused", "limit: ratio"),
    "symlink.zip": ("partial", "symbolic link"),
    "encrypted.zip": ("encrypted", "a password is needed"),
    "encrypted.pdf": ("encrypted", "a password is needed"),
    "laughs.docx": ("corrupt", "XML with entity definitions"),
    "deep.docx": ("refused", "limit: depth"),
    "bomb.docx": ("refused", "limit: ratio"),
    "wide.png": ("refused", "limit: pixels"),
    "wide.jpg": ("refused", "limit: pixels"),
    "parts-30000.eml": ("refused", "limit: members"),
    "parts.eml": ("ok", ""),
    "pages-600.pdf": ("partial", "limit: pages"),
    "empty.txt": ("empty", ""),
    "attributes.html": ("timed-out", "limit: cpu"),
    "photo-cut50.jpg": ("corrupt", "the picture's header cannot be read"),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_limit_is_named(name: str, readings: dict[str, Reading]) -> None:
    assert (readings[name].outcome, readings[name].detail) == EXPECTED[name]


def test_nothing_from_outside_the_file_comes_back(readings: dict[str, Reading]) -> None:
    for name, reading in readings.items():
        assert "root:" not in reading.text(), name
        assert "hahahaha" not in reading.text(), name
    assert not Path("/tmp/pwned").exists()  # noqa: S108


def test_scripts_are_text_or_gone_but_never_run(readings: dict[str, Reading]) -> None:
    for name, reading in readings.items():
        if name.startswith("attack-") and reading.outcome == "ok":
            assert "before" in reading.text(), name


def test_damage_never_turns_into_silence(readings: dict[str, Reading]) -> None:
    for name, reading in readings.items():
        if reading.outcome == "empty" and "-flip" in name and name.endswith(("html", "txt", "eml")):
            pytest.fail(f"{name} read as empty")


def test_memory_is_a_limit(hostile: ModuleType, box: Sandbox) -> None:
    small = Budget(seconds=20, memory_bytes=60 << 20, ocr=False)
    reading = box.read(dict(hostile.pdf_tricks())["flate-twice.pdf"], name="m.pdf", budget=small)
    assert reading.outcome in ("refused", "partial", "corrupt", "empty", "ok")
    data = dict(hostile.text_attacks())["one-line.txt"]
    tiny = Budget(seconds=20, memory_bytes=8 << 20, ocr=False)
    assert box.read(data, name="m.txt", budget=tiny).detail == "limit: memory"


def test_too_large_is_refused_unread(box: Sandbox, tmp_path: Path) -> None:
    small = Budget(input_bytes=1000)
    path = tmp_path / "large.txt"
    path.write_bytes(b"x" * 2000)
    for source in (path, path.read_bytes()):
        reading = box.read(source, name="large.txt", budget=small)
        assert (reading.outcome, reading.detail) == ("refused", "limit: bytes")


def test_text_is_a_limit(box: Sandbox) -> None:
    reading = box.read(b"words " * 500, name="a.txt", budget=Budget(text_chars=1_000))
    assert (reading.outcome, reading.detail) == ("refused", "limit: text")


def test_output_is_a_limit(box: Sandbox, good: ModuleType) -> None:
    data = good.zipped({f"{number}": os.urandom(1000) for number in range(50)})
    reading = box.read(data, name="x.zip", budget=Budget(output_bytes=10_000))
    assert (reading.outcome, reading.detail) == ("partial", "limit: output")
    assert reading.expected == 50 == reading.emitted + reading.failed


@pytest.mark.parametrize(
    "name", ["nested.zip", "deep.zip", "twice.gz", "overlap.zip", "forwarded.eml"]
)
def test_a_tree_is_bounded_as_a_whole(name: str, hostile: ModuleType, box: Sandbox) -> None:
    files = dict(hostile.zip_bombs()) | dict(hostile.mail_bombs())
    budget = Budget(seconds=60, tree_members=200, tree_bytes=64 << 20, ocr=False)
    found = list(reconcile.walk(box, files[name], name=name, budget=budget))
    account = reconcile.account(("/".join(piece.path), piece.reading) for piece in found)
    assert account.balanced
    assert max(piece.depth for piece in found) <= budget.depth + 1
    read = [piece for piece in found if piece.reading.detail != "limit: members"]
    assert len(read) <= 1 + budget.tree_members
