"""Another program, written from the specification alone, reads what we write."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from amparo.crypto.keys import derive
from amparo.store.packs import Packs

READER = Path(__file__).with_name("second_reader.py")
KEY = bytes(range(32))


def test_it_imports_nothing_of_ours_and_stays_short() -> None:
    source = READER.read_text()
    assert "import amparo" not in source
    assert "from amparo" not in source
    assert len(source.splitlines()) <= 200


def test_it_reads_every_object_to_the_byte(tmp_path: Path) -> None:
    wanted = []
    with Packs(tmp_path, derive(KEY), limit=150_000) as packs:
        for size in (0, 1, 1024, 1025, 16_384, 50_000, 120_000, (1 << 20) + 5):
            data = os.urandom(size)
            stored = packs.put(data)
            wanted.append(f"{stored.locator} {hashlib.sha256(data).hexdigest()} {size}")
    names = sorted(map(str, tmp_path.iterdir()))
    assert len(names) > 1
    command = [sys.executable, str(READER), KEY.hex(), *names]
    shown = subprocess.run(command, check=True, capture_output=True, text=True, env={}).stdout
    assert shown.splitlines() == wanted
