"""Finding files and beginning the process that seals them, before anything is unlocked."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from amparo.errors import BadInput
from amparo.intake import begin as module
from amparo.intake.begin import begin


def fill(folder, count):
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:04d}.bin").write_bytes(b"%d" % number)
    return folder


def test_few_files_begin_no_process(tmp_path):
    with begin([fill(tmp_path / "few", 3)]) as begun:
        assert begun.packer is None
        assert [[one.name for one in batch] for batch in begun.batches] == [
            ["0000.bin", "0001.bin", "0002.bin"]
        ]


def test_nothing_to_take_in_is_one_empty_batch(tmp_path):
    with begin([]) as begun:
        assert begun.packer is None and list(begun.batches) == [[]]


def test_batches_end_by_number_or_by_bytes(tmp_path, monkeypatch):
    folder = fill(tmp_path / "some", 7)
    monkeypatch.setattr(module, "BATCH_FILES", 3)
    with begin([folder]) as begun:
        assert [len(batch) for batch in begun.batches] == [3, 3, 1]
    monkeypatch.setattr(module, "BATCH_BYTES", 2)
    with begin([folder]) as begun:
        assert [len(batch) for batch in begun.batches] == [2, 2, 2, 1]


def test_a_process_that_was_given_no_vault_ends_with_the_context(tmp_path):
    folder = fill(tmp_path / "many", module.FEW_FILES)
    with begin([folder]) as begun:
        process = begun.packer._process
        assert process.poll() is None
    assert process.returncode == 0


def test_it_ends_when_its_owner_is_killed(tmp_path):
    folder = fill(tmp_path / "many", module.FEW_FILES)
    program = (
        "import os,sys;from pathlib import Path;from amparo.intake.begin import begin\n"
        "with begin([Path(sys.argv[1])]) as begun:\n"
        "    print(begun.packer._process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    # Both write to this pipe: it ends when the last of them is gone.
    reading, writing = os.pipe()
    done = subprocess.run([sys.executable, "-c", program, str(folder)], stdout=writing)
    os.close(writing)
    with os.fdopen(reading) as told:
        assert told.read().strip().isdigit()
    assert done.returncode == -9


def test_what_is_not_there_is_refused_before_anything_begins(tmp_path):
    with pytest.raises(BadInput, match="no such file"), begin([tmp_path / "nowhere"]):
        raise AssertionError("it began")


def test_finding_files_loads_no_table():
    program = "import sys,amparo.intake.begin;print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
