"""The same record, day and language give the same bytes, whoever builds it and wherever."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys

import pytest

from amparo.store.settings import configure

configure()

PASSPHRASE = "five random words for tests"
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "77"}
HERE = {"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "1"}


@pytest.fixture(scope="module")
def closed_vault(tmp_path_factory, make_fora_vault):
    folder = tmp_path_factory.mktemp("same")
    make_fora_vault(folder, "coded").close()
    (folder / "passphrase").write_text(PASSPHRASE)
    return folder


def build(folder, target, setting):
    """Each in a process of its own, from a copy of the vault of its own: digests by file."""
    target.mkdir()
    shutil.copytree(folder / "vault", target / "vault")
    command = [sys.executable, "-m", "amparo", "filing", "build", str(target / "vault"), "KARV"]
    command += ["--date", "2026-11-22", "--lang", "fr", "--load-file", "dat", "--sender", "Lantern"]
    told = {**os.environ, **setting, "AMPARO_PASSPHRASE_FILE": str(folder / "passphrase")}
    done = subprocess.run(
        [*command, "--out", str(target / "out")], env=told, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    # What the ledger adds tells when it was built, and differs as it should.
    files = [p for p in (target / "out").rglob("*") if p.is_file() and _is_content(p, target)]
    return {
        p.relative_to(target).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(files)
    }


def _is_content(path, target):
    parts = path.relative_to(target / "out").parts
    return parts[0] != "package" or parts[1] in ("data", "manifest-sha256.txt")


def test_two_builds_far_apart_are_the_same_bytes(closed_vault, tmp_path):
    one = build(closed_vault, tmp_path / "one", HERE)
    other = build(closed_vault, tmp_path / "another place", ELSEWHERE)
    assert one == other
    assert {"out/filing.pdf", "out/filing.docx", "out/exhibits.csv", "out/exhibits-load.dat",
            "out/package/manifest-sha256.txt"} <= set(one)  # fmt: skip
