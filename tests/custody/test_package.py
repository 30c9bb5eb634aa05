"""Packages: sound ones pass; every flipped, missing, added, swapped or forged file is named."""

from __future__ import annotations

import importlib.util
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from amparo.crypto.digest import digest_bytes
from amparo.crypto.sign import sign_note
from amparo.custody import layout
from amparo.custody.checkpoint import log_signers, make_checkpoint
from amparo.custody.package import build_package
from amparo.custody.tree import grow, leaf_hash
from amparo.custody.verify import Report, verify_package
from amparo.errors import BadInput, NotFound, StorageFailed, WrongFormat

spec = importlib.util.spec_from_file_location("packages", Path(__file__).with_name("packages.py"))
assert spec and spec.loader
packages = importlib.util.module_from_spec(spec)
sys.modules["packages"] = packages
spec.loader.exec_module(packages)

VKEY = packages.SIGNERS[0].verifier.vkey


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages") / "whole"
    packages.make_package(folder)
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "copy"
    shutil.copytree(whole, folder)
    yield folder


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def places(report: Report) -> str:
    return "\n".join(map(str, report.faults))


def test_a_sound_package_passes_and_says_by_whom(whole: Path) -> None:
    report = verify_package(whole, trusted=[VKEY])
    assert report.faults == []
    assert report.key_is_trusted
    assert report.entries == 6
    assert [one.name for one in report.cosigned] == ["witness.example/partner"] * 2


def test_a_key_that_nobody_gave_is_said_to_be_so(whole: Path) -> None:
    report = verify_package(whole)
    assert report.clean
    assert not report.key_is_trusted
    assert report.notes


def test_the_wrong_key_is_a_fault(whole: Path) -> None:
    other = log_signers(packages.ORIGIN, b"\x09" * 32)[0].verifier.vkey
    assert "none of those that you trust" in places(verify_package(whole, trusted=[other]))


def test_the_same_input_gives_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    entries = packages.ledger()
    extract = packages.extract(entries, [0, 1])
    for name in ("one", "two"):
        build_package(
            tmp_path / name,
            list(packages.FILES.items()),
            extract,
            packages.SIGNERS,
            made_at="2026-11-22T21:00:00Z",
        )
    for one, two in zip(files(tmp_path / "one"), files(tmp_path / "two"), strict=True):
        assert one.read_bytes() == two.read_bytes()


def test_every_file_is_named_when_one_bit_of_it_flips(copy: Path) -> None:
    chance = random.Random(3)
    for path in files(copy):
        name, data = path.relative_to(copy).as_posix(), path.read_bytes()
        for _ in range(12):
            if not data:
                continue
            changed = bytearray(data)
            changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            path.write_bytes(changed)
            assert name in places(verify_package(copy)), name
        path.write_bytes(data)
    assert verify_package(copy).clean


def test_every_missing_file_is_named(copy: Path) -> None:
    for path in files(copy):
        data = path.read_bytes()
        path.unlink()
        assert path.relative_to(copy).as_posix() in places(verify_package(copy))
        path.write_bytes(data)


@pytest.mark.parametrize(
    "name",
    [
        "data/extra.txt",
        "fetch.txt",
        "custody/proofs/7.tlog-proof",
        "custody/x",
        "tagmanifest-md5.txt",
    ],
)
def test_an_added_file_is_named(copy: Path, name: str) -> None:
    (copy / name).write_text("smuggled")
    assert name in places(verify_package(copy))


def test_links_and_empty_folders_are_named(copy: Path) -> None:
    (copy / "data" / "link").symlink_to("/etc/hostname")
    (copy / "hollow").mkdir()
    (copy / "data" / "E-02 photo.bin").unlink()
    (copy / "data" / "E-02 photo.bin").symlink_to(copy / "README.txt")
    shown = places(verify_package(copy))
    assert "data/link: a link" in shown
    assert "hollow: an empty folder" in shown
    assert "data/E-02 photo.bin: the file is missing" in shown


def test_two_exhibits_that_change_places_are_both_named(copy: Path) -> None:
    one, two = copy / "data/E-01 statement.txt", copy / "data/E-02 photo.bin"
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    shown = places(verify_package(copy))
    assert "data/E-01 statement.txt: the file was changed" in shown
    assert "data/E-02 photo.bin: the file was changed" in shown


def remake_lists(folder: Path) -> None:
    """What a forger without the key can do: write both manifests anew."""
    payload, tags = {}, {}
    for path in files(folder):
        name = path.relative_to(folder).as_posix()
        if name.startswith("data/"):
            payload[name] = digest_bytes(path.read_bytes())
    (folder / layout.MANIFEST).write_text(layout.manifest_text(payload))
    for path in files(folder):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("data/") and name not in (layout.TAG_MANIFEST, layout.NOTE):
            tags[name] = digest_bytes(path.read_bytes())
    (folder / layout.TAG_MANIFEST).write_text(layout.manifest_text(tags))


def test_a_rewritten_manifest_is_found(copy: Path) -> None:
    (copy / "data/E-01 statement.txt").write_text("another statement")
    remake_lists(copy)
    report = verify_package(copy)
    assert "tagmanifest-sha256.txt: it is not the list that was signed" in places(report)
    assert report.without_entry == ["data/E-01 statement.txt"]


def test_a_package_signed_anew_with_another_key_is_found_by_the_key(copy: Path) -> None:
    (copy / "data/E-01 statement.txt").write_text("another statement")
    forger = log_signers(packages.ORIGIN, b"\x66" * 32)
    tree = grow(leaf_hash(one) for one in packages.ledger())
    (copy / layout.CHECKPOINT).write_text(
        make_checkpoint(packages.ORIGIN, tree.size, tree.root(), forger)
    )
    (copy / layout.LOG_KEYS).write_text(forger[0].verifier.vkey + "\n")
    remake_lists(copy)
    digest = digest_bytes((copy / layout.TAG_MANIFEST).read_bytes())
    text = layout.note_text(packages.ORIGIN, digest, "2026-11-22T21:00:00Z")
    (copy / layout.NOTE).write_text(sign_note(text, forger))
    assert "none of those that you trust" in places(verify_package(copy, trusted=[VKEY]))


def test_an_entry_changed_dropped_or_doubled_is_found(copy: Path) -> None:
    path = copy / layout.ENTRIES
    lines = path.read_bytes().splitlines(keepends=True)
    for changed in (
        lines[1:],
        [lines[0], *lines],
        lines[::-1],
        [lines[0].replace(b'"archivist"', b'"Archivist"'), *lines[1:]],
        [lines[0].replace(b":", b": ", 1), *lines[1:]],
        [b"{}\n", *lines[1:]],
        [*lines[:-1], lines[-1][:-1]],
    ):
        path.write_bytes(b"".join(changed))
        shown = places(verify_package(copy))
        assert "custody/entries.jsonl: the file was changed" in shown
        assert (
            "custody/entries.jsonl line" in shown or "custody/proofs" in shown or "cut off" in shown
        )


def test_an_earlier_checkpoint_shows_growth_or_a_rewritten_past(whole: Path) -> None:
    entries = packages.ledger()
    kept = grow(leaf_hash(one) for one in entries[:5])
    good = make_checkpoint(packages.ORIGIN, 5, kept.root(), packages.SIGNERS)
    assert verify_package(whole, earlier=[good]).entries == 6
    other = grow(leaf_hash(one) for one in entries[1:6])
    bad = make_checkpoint(packages.ORIGIN, 5, other.root(), packages.SIGNERS)
    assert "does not begin as it did" in places(verify_package(whole, earlier=[bad]))
    longer = make_checkpoint(packages.ORIGIN, 21, other.root(), packages.SIGNERS)
    assert "shorter than it was" in places(verify_package(whole, earlier=[longer]))


def test_what_is_no_package_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        verify_package(tmp_path / "nowhere")
    with pytest.raises(WrongFormat):
        verify_package(tmp_path)


def test_a_package_never_replaces_what_is_there(whole: Path) -> None:
    with pytest.raises(BadInput):
        packages.make_package(whole)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/abs",
        "../up",
        "a/../b",
        "a//b",
        "a\nb",
        "a\\b",
        "100%",
        "nul",
        "data/con.txt",
        "a.",
        "e\u0301",
        "x" * 300,
        "a\u202eb",
    ],
)
def test_names_that_some_system_cannot_hold_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput):
        build_package(
            tmp_path / "p",
            [(name, b"")],
            packages.extract(packages.ledger(), [0]),
            packages.SIGNERS,
            made_at="2026-11-22T21:00:00Z",
        )
    assert list(tmp_path.iterdir()) == []


def test_names_that_differ_by_case_only_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        build_package(
            tmp_path / "p",
            [("A.txt", b""), ("a.txt", b"")],
            packages.extract(packages.ledger(), [0]),
            packages.SIGNERS,
            made_at="2026-11-22T21:00:00Z",
        )


def test_a_source_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed):
        build_package(
            tmp_path / "p",
            [("a.txt", tmp_path / "missing")],
            packages.extract(packages.ledger(), [0]),
            packages.SIGNERS,
            made_at="2026-11-22T21:00:00Z",
        )
    assert list(tmp_path.iterdir()) == []


def test_sha256sum_and_openssl_agree_as_the_readme_says(whole: Path, tmp_path: Path) -> None:
    for name in (layout.MANIFEST, layout.TAG_MANIFEST):
        subprocess.run(["sha256sum", "--quiet", "-c", name], cwd=whole, check=True)
    for name in (layout.NOTE, layout.CHECKPOINT):
        script = (
            f"sed '/^$/,$d' {name} > {tmp_path}/text; "
            f"grep '^— ' {name} | head -n 1 | cut -d ' ' -f 3 | base64 -d | tail -c 64 > {tmp_path}/sig; "
            f"openssl pkeyutl -verify -pubin -inkey {layout.LOG_PEM} -rawin -in {tmp_path}/text -sigfile {tmp_path}/sig"
        )
        assert (
            "Verified Successfully"
            in subprocess.run(
                ["sh", "-c", script], cwd=whole, check=True, capture_output=True, text=True
            ).stdout
        )
        assert script.split(";")[2].split(" -in ")[0].strip() in (whole / "README.txt").read_text()


def test_each_command_of_the_readme_runs_as_it_stands(whole: Path, tmp_path: Path) -> None:
    """Line by line, without looking into the package: only the place of notes is another."""
    lines = (whole / "README.txt").read_text(encoding="utf-8").splitlines()
    names = ("sha256sum ", "sed ", "grep ", "openssl pkeyutl ")
    commands = [one.strip() for one in lines if one.strip().startswith(names)]
    assert len(commands) == 9
    said = []
    for command in commands:
        command = command.partition("     (")[0].replace("/tmp/", f"{tmp_path}/")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=whole, capture_output=True, text=True
        )
        assert done.returncode == 0, (command, done.stderr)
        said.append(done.stdout)
    told = "".join(said)
    assert told.count("Verified Successfully") == 2 and "FAILED" not in told
    # "must be the digest that package.note states"
    digest = next(one for one in said if one.endswith("tagmanifest-sha256.txt\n")).split()[0]
    assert digest in (whole / "package.note").read_text(encoding="utf-8")


def damage(chance: random.Random, folder: Path) -> str:
    """Do one kind of damage; a name that must be in the report."""
    held = files(folder)
    path, other = chance.sample(held, 2)
    data, second = path.read_bytes(), other.read_bytes()
    place = chance.randrange(len(data) + 1)
    kind = chance.choice(
        ["cut", "insert", "remove", "swap", "copy", "double", "rename", "empty", "add"]
    )
    name = path.relative_to(folder).as_posix()
    if kind == "cut":
        path.write_bytes(data[:place])
    elif kind == "insert":
        path.write_bytes(data[:place] + bytes([chance.randrange(256)]) + data[place:])
    elif kind == "remove":
        path.unlink()
    elif kind == "swap":
        path.write_bytes(second)
        other.write_bytes(data)
    elif kind == "copy":
        path.write_bytes(second)
    elif kind == "double":
        path.write_bytes(data + data)
    elif kind == "rename":
        path.rename(path.with_name(path.name + "~"))
    elif kind == "empty":
        path.write_bytes(b"")
    else:
        path.with_name(f"{place}.new").write_bytes(data)
        name = path.with_name(f"{place}.new").relative_to(folder).as_posix()
    return name


def damaged_rounds(whole: Path, folder: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    before = {path.relative_to(whole): path.read_bytes() for path in files(whole)}
    for _ in range(rounds):
        copy = folder / "damaged"
        shutil.copytree(whole, copy)
        name = damage(chance, copy)
        if {path.relative_to(copy): path.read_bytes() for path in files(copy)} != before:
            assert name in places(verify_package(copy)), name
        shutil.rmtree(copy)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", [11, 12])
def test_any_damage_is_found_and_named(whole: Path, tmp_path: Path, seed: int) -> None:
    damaged_rounds(whole, tmp_path, 500, seed)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(100, 110))
def test_any_damage_is_found_and_named_at_length(whole: Path, tmp_path: Path, seed: int) -> None:
    damaged_rounds(whole, tmp_path, 500, seed)


def test_a_post_quantum_signature_is_checked_and_cannot_be_left_away(tmp_path: Path) -> None:
    both, entries = packages.POST_QUANTUM, packages.ledger()
    packages.make_package(tmp_path / "two", signers=both)
    report = verify_package(tmp_path / "two", trusted=[both[0].verifier.vkey])
    assert report.faults == [] and report.post_quantum
    one = packages.extract(entries, [0], signers=both[:1])
    stripped = packages.Extract(**{**vars(one), "log_keys": [s.verifier for s in both]})
    build_package(tmp_path / "one", [], stripped, both[:1], made_at="2026-11-22T21:00:00Z")
    assert "did not sign this checkpoint" in places(verify_package(tmp_path / "one"))


def test_what_a_witness_signed_of_another_past_is_a_fault(tmp_path: Path) -> None:
    entries = packages.ledger()
    other = packages.extract([packages.entry(9, b"x")] * 5 + entries[5:], [])
    mine = packages.extract(entries, [0])
    for name, change, said in (
        ("rewritten", {"cosigned": other.cosigned}, "5.checkpoint: the ledger was rewritten"),
        ("unproven", {"consistency": []}, "5.checkpoint: it cannot be compared"),
        ("unsigned", {"witnesses": []}, "5.checkpoint: no witness signed it"),
        ("unknown", {"former_keys": []}, "5.checkpoint: no known key signed"),
    ):
        forged = packages.Extract(**{**vars(mine), **change})
        build_package(tmp_path / name, [], forged, packages.SIGNERS, made_at="2026-11-22T21:00:00Z")
        assert said in places(verify_package(tmp_path / name)), name
