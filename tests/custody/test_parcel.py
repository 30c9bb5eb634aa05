"""Sealed packages: Debian's age opens them; nothing half-written stays."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pyrage
import pytest

from amparo.crypto.age import decrypt_stream
from amparo.custody.parcel import seal_package, write_tar
from amparo.errors import BadInput, Locked, StorageFailed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    one = tmp_path / "package"
    (one / "data").mkdir(parents=True)
    (one / "data" / "Показания.txt").write_text("secret words " * 1000)
    (one / "big").write_bytes(bytes(range(256)) * 20_000)
    return one


def contents(tar: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(tar)) as opened:
        return {one.name: opened.extractfile(one).read() for one in opened.getmembers()}  # type: ignore[union-attr]


@pytest.mark.skipif(not shutil.which("age"), reason="needs age")
def test_debians_age_opens_it_with_any_recipients_key(folder: Path, tmp_path: Path) -> None:
    identities = [pyrage.x25519.Identity.generate() for _ in range(2)]
    target = tmp_path / "p.tar.age"
    size = seal_package(folder, target, [str(one.to_public()) for one in identities])
    assert size == target.stat().st_size
    assert b"secret words" not in target.read_bytes()
    for identity in identities:
        (tmp_path / "key").write_text(str(identity))
        clear = subprocess.run(
            ["age", "-d", "-i", "key", "p.tar.age"], cwd=tmp_path, check=True, capture_output=True
        ).stdout
        held = contents(clear)
        assert held["package/data/Показания.txt"].startswith(b"secret words")
        assert held["package/big"] == (folder / "big").read_bytes()


def test_nobody_else_opens_it(folder: Path, tmp_path: Path) -> None:
    seal_package(folder, tmp_path / "p.age", [str(pyrage.x25519.Identity.generate().to_public())])
    other = str(pyrage.x25519.Identity.generate())
    with pytest.raises(Locked), (tmp_path / "p.age").open("rb") as source:
        decrypt_stream(source, io.BytesIO(), other)


def test_the_tar_depends_on_names_and_bytes_alone(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "again" / "package")
    one, two = io.BytesIO(), io.BytesIO()
    write_tar(folder, one)
    write_tar(tmp_path / "again" / "package", two)
    assert one.getvalue() == two.getvalue()


@pytest.mark.parametrize("recipients", [[], ["# a comment"], ["age1nonsense"], ["hello"]])
def test_a_bad_recipient_writes_nothing(
    folder: Path, tmp_path: Path, recipients: list[str]
) -> None:
    with pytest.raises(BadInput):
        seal_package(folder, tmp_path / "p.age", recipients)
    assert [path.name for path in tmp_path.iterdir()] == ["package"]


def test_a_secret_key_given_by_mistake_is_not_shown(folder: Path, tmp_path: Path) -> None:
    secret = str(pyrage.x25519.Identity.generate())
    with pytest.raises(BadInput) as caught:
        seal_package(folder, tmp_path / "p.age", [secret])
    assert secret[20:40] not in str(caught.value)


def test_what_cannot_be_written_is_told_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    key = str(pyrage.x25519.Identity.generate().to_public())
    with pytest.raises(StorageFailed):
        seal_package(folder, tmp_path / "nowhere" / "p.age", [key])
    (tmp_path / "there").write_text("x")
    with pytest.raises(BadInput):
        seal_package(folder, tmp_path / "there", [key])


@pytest.mark.skipif(not shutil.which("age"), reason="needs age")
def test_the_command_seals_a_sound_package_and_no_other(run, vault_folder, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("secret words of the harbour")
    run("item", "add", vault_folder, tmp_path / "letter.txt")
    package, out = tmp_path / "handed", tmp_path / "handed.tar.age"
    run("export-items", vault_folder, "I-0001", "--out", package, "--to", "amparo/00")
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(str(identity))
    (tmp_path / "recipients").write_text(f"# the office\n{identity.to_public()}\n")
    wrong = run("seal", package, "--to", str(identity), "--out", out, expect=2)
    assert str(identity)[20:40] not in wrong.stderr
    told = run("seal", package, "--to", tmp_path / "recipients", "--out", out)
    assert "age -d -i KEYFILE handed.tar.age | tar x" in told.stdout
    assert b"secret words" not in out.read_bytes()
    there = tmp_path / "there"
    there.mkdir()
    opened = "age -d -i ../key ../handed.tar.age | tar x"
    subprocess.run(["sh", "-c", opened], cwd=there, check=True)
    run("verify", there / "handed")
    run("seal", package, "--to", identity.to_public(), "--out", out, expect=2)
    next((package / "data/items").iterdir()).write_text("other words")
    run("seal", package, "--to", identity.to_public(), "--out", tmp_path / "b.age", expect=1)
    assert not (tmp_path / "b.age").exists()
