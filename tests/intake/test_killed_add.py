"""`item add` killed with -9 in the middle of a large folder: run again, it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from amparo.custody.models import LedgerEntry
from amparo.vault.models import Item
from amparo.vault.verify import verify_vault

FILES = 260


def start(vault, folder, passphrase_file):
    environment = {
        **os.environ, "AMPARO_PASSPHRASE_FILE": str(passphrase_file), "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "amparo", "item", "add", str(vault), str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
        start_new_session=True,
    )  # fmt: skip


def test_nothing_is_lost_and_nothing_twice(vault_folder, tmp_path, passphrase_file, run):
    from runpy import run_path

    folder = tmp_path / "received"
    folder.mkdir()
    for number in range(FILES):
        words = f"Statement {number}: the gate was shut at noon. " * 30
        (folder / f"{number:04}.txt").write_text(words)
    told: set[str] = set()
    for wanted in (20, 70, 120):
        child = start(vault_folder, folder, passphrase_file)
        for line in child.stdout:
            if "\tdeposited\t" in line:
                told.add(line.split("\t")[1])
            if len(told) >= wanted:
                break
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL, "it was done before it could be killed"
        child.stdout.close()
    last = run("item", "add", vault_folder, folder)
    assert f"expected {FILES} = deposited " in last.stdout and "failed 0" in last.stdout
    again = run("item", "add", vault_folder, folder)
    assert f"expected {FILES} = deposited 0 + already held {FILES} + failed 0" in again.stdout

    from amparo.vault.unlock import open_vault

    vault = open_vault(
        vault_folder, run_path(str(Path(__file__).parents[1] / "conftest.py"))["PASSPHRASE"]
    )
    try:
        held = set(Item.objects.values_list("sha256", flat=True))
        assert len(held) == Item.objects.count() == FILES
        assert told <= held, "what was told as deposited is gone"
        entries = LedgerEntry.objects.filter(kind="deposit").values_list("item_digest", flat=True)
        assert sorted(entries) == sorted(held), "one deposit entry for each item"
        assert verify_vault(vault).faults == []
    finally:
        vault.close()
