"""Fifty writers on one case: nothing is lost, nothing fails, the ledger agrees."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from amparo.casefile.records import look_up, versions
from amparo.casefile.revise import Draft, add_records, create_case
from amparo.casefile.verify import check_record
from amparo.custody.models import LedgerEntry
from amparo.vault.unlock import open_vault
from amparo.vault.verify import verify_vault

WRITERS = Path(__file__).with_name("writers.py")
PASSPHRASE = "seven grey herons over the quiet harbour"
CASE = "RACE"
COUNTERS = tuple(f"E{n}" for n in range(1, 9))
PROCESSES, THREADS = 5, 10


@pytest.mark.parametrize(
    "seconds", [8, pytest.param(60, marks=[pytest.mark.bench, pytest.mark.timeout(300)])]
)
def test_fifty_writers_lose_nothing(either_vault_folder, seconds):
    told = race(either_vault_folder, seconds)
    assert all(told[code] for code in COUNTERS) and told["stale"]


def race(folder: Path, seconds: float) -> Counter:
    """Let them write, then compare all that they were told with what is there."""
    _make_counters(folder)
    running = [
        subprocess.Popen(
            [sys.executable, str(WRITERS), str(folder), str(THREADS), str(n * 1_000)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for n in range(PROCESSES)
    ]  # fmt: skip
    for said in (PASSPHRASE, str(seconds)):
        for one in running:
            one.stdin.write(said + "\n")
            one.stdin.flush()
        if said == PASSPHRASE:
            assert [one.stdout.readline() for one in running] == ["ready\n"] * PROCESSES
    told = Counter()
    for one in running:
        out, err = one.communicate(timeout=seconds + 150)
        assert one.returncode == 0, err
        counted, faults = json.loads(out)
        assert faults == []
        told += Counter(counted)
    check_told(folder, told)
    print({"seconds": seconds, **told})
    return told


def _make_counters(folder: Path) -> None:
    vault = open_vault(folder, PASSPHRASE)
    try:
        create_case(vault.member, {"code": CASE, "title": "Many write here"})
        drafts = [Draft("event", code, {"title": "0"}) for code in COUNTERS]
        add_records(vault.member, CASE, drafts, reason="test")
    finally:
        vault.close()


def check_told(folder: Path, told: Counter) -> None:
    """Every save that was acknowledged is there once, in order; the ledger has an entry each."""
    vault = open_vault(folder, PASSPHRASE)
    try:
        held = look_up(CASE, COUNTERS)[0]
        assert {code: int(row["title"]) for code, row in held.items()} == {
            code: told[code] for code in COUNTERS
        }
        for code in COUNTERS:
            titles = [int(version.body["title"]) for version in versions(CASE, code)]
            assert titles == list(range(told[code] + 1))
        saves = sum(told[code] for code in COUNTERS) + told["places"]
        assert LedgerEntry.objects.filter(case_code=CASE, kind="record").count() == saves + 2
        report = verify_vault(vault)
        check_record(report)
        assert report.faults == []
    finally:
        vault.close()
