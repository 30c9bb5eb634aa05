"""The commands: what they print, their exit codes, and that a failure leaves nothing behind."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from amparo.cli.filing import app
from amparo.errors import NotFound
from amparo.store.settings import configure

configure()

PASSPHRASE = "five random words for tests"
CASE = """
format: amparo-case/1
case: {code: KARV, title: A case, language: en}
items:
  - {id: I1, file: account.txt, confidentiality: confidential}
persons: [{id: V-1}]
sources: [{id: S1, kind: person, title: V-1, person: V-1}]
acts: [{id: A1, kind: detention, crime: "7(1)(e)", victim: V-1, began: 2019-02-27}]
propositions: [{id: P1, text: V-1 was held., act: A1, elements: ["7(1)(e).1"]}]
statements:
  - {id: ST1, source: S1, item: I1, part: text, quote: I was held there, proposition: P1}
"""
CONSENT = """consents:
  - {id: CO1, subject: V-1, purpose: "filing:icc", recipient: ICC-OTP, identity_level: coded}
"""


def make_vault(folder, text):
    from amparo.casefile.case_file import import_case
    from amparo.crypto.slots import Cost
    from amparo.intake.receive import receive_bytes
    from amparo.vault.unlock import create_vault, open_vault

    create_vault(folder / "vault", PASSPHRASE, cost=Cost(64, 1, 1))
    held = open_vault(folder / "vault", PASSPHRASE)
    receive_bytes(held, held.member, [("account.txt", b"I was held there for nine days.")])
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    import_case(held.member, folder / "case.yaml")
    held.close()
    (folder / "passphrase").write_text(PASSPHRASE)
    return folder / "vault"


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    return make_vault(tmp_path_factory.mktemp("agreed"), CASE + CONSENT)


@pytest.fixture(scope="module")
def silent(tmp_path_factory):
    return make_vault(tmp_path_factory.mktemp("silent"), CASE)


@pytest.fixture
def run(monkeypatch):
    def invoke(vault, *arguments):
        monkeypatch.setenv("AMPARO_PASSPHRASE_FILE", str(vault.parent / "passphrase"))
        return CliRunner().invoke(app, [arguments[0], str(vault), *arguments[1:]])

    return invoke


def test_build_tells_where_everything_lies(run, vault, tmp_path):
    out = tmp_path / "out"
    done = run(vault, "build", "KARV", "--lang", "fr", "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (out / "filing.pdf").samefile(told["pdf"])
    assert [one["file"] for one in told["exhibits"]] == ["E0001.txt"]
    assert told["withheld"] == []


def test_list_shows_what_was_built(run, vault, tmp_path):
    run(vault, "build", "KARV", "--out", str(tmp_path / "out"))
    found = json.loads(run(vault, "list", "--case", "KARV", "--json").stdout)
    assert {one["case"] for one in found} == {"KARV"}
    assert json.loads(run(vault, "list", "--case", "NONE", "--json").stdout) == []


def test_check_blocks_with_exit_code_9_and_the_step(run, silent):
    done = run(silent, "check", "KARV", "--json")
    assert done.exit_code == 9
    told = json.loads(done.stdout)
    blocks = [one for one in told["findings"] if one["severity"] == "block"]
    assert blocks
    assert all(one["step"] for one in blocks)
    assert {"noun": "person", "code": "V-1", "reason": "none"} in told["withheld"]


def test_build_is_refused_where_check_blocks(run, silent, tmp_path):
    done = run(silent, "build", "KARV", "--out", str(tmp_path / "out"))
    assert done.exception is not None
    assert done.exception.exit_code == 9
    assert not list(tmp_path.iterdir())


def test_an_unknown_case_is_not_found(run, vault):
    done = run(vault, "check", "NONE")
    assert isinstance(done.exception, NotFound)


@pytest.mark.parametrize("command", ["build", "check", "list"])
def test_every_command_has_an_example(command):
    assert "Example: amparo filing" in CliRunner().invoke(app, [command, "--help"]).output
