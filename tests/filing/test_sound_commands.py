"""Seconds of a sound taken out from the command line, from the record to the exported copy."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from amparo.store.settings import configure

configure()

_SPEC = importlib.util.spec_from_file_location(
    "sounds", Path(__file__).with_name("test_recordings.py")
)
sounds = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(sounds)

PASSPHRASE = "five random words for tests"
CASE = """
format: amparo-case/1
case: {code: KARV, title: A case, language: en}
items:
  - {id: I1, file: call.wav, confidentiality: confidential}
  - {id: I2, file: clip.mp4, confidentiality: confidential}
"""
AMPARO = Path(sys.executable).with_name("amparo")


@pytest.fixture
def vault(tmp_path):
    from amparo.casefile.case_file import import_case
    from amparo.crypto.slots import Cost
    from amparo.intake.receive import receive_bytes
    from amparo.vault.unlock import create_vault, open_vault

    create_vault(tmp_path / "vault", PASSPHRASE, cost=Cost(64, 1, 1))
    held = open_vault(tmp_path / "vault", PASSPHRASE)
    clip = sounds.recording("mp4", video=True)
    receive_bytes(held, held.member, [("call.wav", sounds.sound()), ("clip.mp4", clip)])
    (tmp_path / "case.yaml").write_text(CASE, encoding="utf-8")
    import_case(held.member, tmp_path / "case.yaml")
    held.close()
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    return tmp_path / "vault"


def run(vault, group, command, *words, code=0):
    told = {**os.environ, "AMPARO_PASSPHRASE_FILE": str(vault.parent / "passphrase")}
    arguments = [str(AMPARO), group, command, str(vault), *map(str, words)]
    done = subprocess.run(arguments, capture_output=True, text=True, env=told, timeout=240)
    assert done.returncode == code, done.stderr
    return done.stdout or done.stderr


def mark(vault, begin, end):
    told = ("--item", "I1", "--part", "sound", "--kind", "voice", "--reason", "a third person")
    run(vault, "case", "add", "KARV", "redaction", *told,
        "--begin_seconds", begin, "--end_seconds", end)  # fmt: skip


def test_seconds_are_silent_in_the_exported_copy_and_the_original_is_as_it_was(vault, tmp_path):
    mark(vault, "1", "2")
    made = json.loads(run(vault, "filing", "redact", "KARV", "I1", "--json"))
    assert made["media_type"] == "audio/wav"
    run(vault, "item", "export", made["item"], "--out", tmp_path / "copy.wav")
    run(vault, "item", "export", "call.wav", "--out", tmp_path / "original.wav")

    original = (tmp_path / "original.wav").read_bytes()
    assert original == sounds.sound()
    copy = (tmp_path / "copy.wav").read_bytes()
    assert sounds.NAME.encode() in original and sounds.NAME.encode() not in copy
    (rate, _, left), (_, _, whole) = sounds.opened(copy), sounds.opened(original)
    assert len(left) == len(whole)
    assert not any(left[2 * rate : 4 * rate]) and any(whole[2 * rate : 4 * rate])
    assert left[: 2 * rate] == whole[: 2 * rate]
    assert left[2 * (2 * rate + 1) :] == whole[2 * (2 * rate + 1) :]

    entries = json.loads(run(vault, "ledger", "show", "--item", made["item"], "--json"))
    (entry,) = [one for one in entries if one["kind"] == "redact"]
    assert "1 places taken out for icc-15" in json.dumps(entry)
    (line,) = json.loads(run(vault, "filing", "key", "KARV", "I1", "--json"))
    assert line["reason"] == "a third person"


def test_seconds_that_end_before_they_begin_make_no_copy(vault):
    mark(vault, "2", "1")
    said = run(vault, "filing", "redact", "KARV", "I1", code=2)
    assert "begins before it ends" in said and "Traceback" not in said
    assert "redact" not in {
        one["kind"] for one in json.loads(run(vault, "ledger", "show", "--json"))
    }


def test_an_area_of_a_video_is_filled_by_command_where_there_is_no_ffmpeg(
    vault, tmp_path, monkeypatch
):
    import io
    import zipfile

    from PIL import Image

    monkeypatch.setenv("PATH", str(tmp_path))
    told = ("--item", "I2", "--part", "video", "--kind", "face", "--reason", "a face")
    run(vault, "case", "add", "KARV", "redaction", *told, "--begin_seconds", "1",
        "--end_seconds", "2", "--box", "0, 0, 0.5, 0.5")  # fmt: skip
    made = json.loads(run(vault, "filing", "redact", "KARV", "I2", "--json"))
    assert made["media_type"] == "application/zip"
    run(vault, "item", "export", made["item"], "--out", tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        names = sorted(archive.namelist())
        dark = [
            max(Image.open(io.BytesIO(archive.read(name))).getpixel((20, 20))) < 30
            for name in names
        ]
    assert dark == [False, True, False, False]
    entries = json.loads(run(vault, "ledger", "show", "--item", made["item"], "--json"))
    (entry,) = [one for one in entries if one["kind"] == "redact"]
    assert "1 places taken out for icc-15" in json.dumps(entry)
