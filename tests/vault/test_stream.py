"""What is large goes in, comes out and is checked in little memory, however large it is."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

MIB = 1 << 20
# Of this the interpreter and libraries take about half; a tenth of the file would show.
MOST_KIB = 200 * 1024


def peak_of(passphrase_file: Path, *words: object) -> int:
    """KiB that a command and its children took at most."""
    script = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        "sys.exit(done.returncode)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, sys.executable, "-m", "amparo", *map(str, words)],
        capture_output=True, text=True, timeout=170,
        env={**os.environ, "AMPARO_PASSPHRASE_FILE": os.fspath(passphrase_file)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def sum_of(path: Path) -> str:
    running = hashlib.sha256()
    with path.open("rb") as file:
        while step := file.read(MIB):
            running.update(step)
    return running.hexdigest()


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in KiB on Linux")
def test_a_large_file_takes_little_memory_each_way(vault_folder, passphrase_file, tmp_path):
    source, back = tmp_path / "large.bin", tmp_path / "back.bin"
    with source.open("wb") as file:
        file.truncate(500 * MIB)
        for place in (0, 77 * MIB, 499 * MIB):
            file.seek(place)
            file.write(os.urandom(4096))
    assert peak_of(passphrase_file, "item", "add", vault_folder, source) < MOST_KIB
    assert (
        peak_of(passphrase_file, "item", "export", vault_folder, "I-0001", "--out", back) < MOST_KIB
    )
    assert sum_of(back) == sum_of(source)
    back.unlink()
    assert peak_of(passphrase_file, "verify", vault_folder) < MOST_KIB
    assert peak_of(passphrase_file, "backup", vault_folder, tmp_path / "copy") < MOST_KIB
    assert resource.getpagesize()


def test_a_broken_object_leaves_no_file_when_it_is_taken_out(run, vault_folder, tmp_path):
    source, back = tmp_path / "a.bin", tmp_path / "back.bin"
    source.write_bytes(os.urandom(3 * MIB))
    run("item", "add", vault_folder, source)
    pack = vault_folder / "packs/000001.pack"
    data = bytearray(pack.read_bytes())
    data[-1000] ^= 1
    pack.write_bytes(data)
    run("item", "export", vault_folder, "I-0001", "--out", back, expect=1)
    assert [path.name for path in tmp_path.iterdir() if "back" in path.name] == []
