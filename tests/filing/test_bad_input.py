"""What must not be built: each cause is told with its place, by check and build, and nothing lies
half-written. The pages say the same (tests/web/test_filing_faults.py)."""

from __future__ import annotations

import json
import shutil

import pytest
from typer.testing import CliRunner

from amparo.cli.filing import app
from amparo.errors import Exit
from amparo.store.settings import configure

from .test_cli import CASE, CONSENT, PASSPHRASE, make_vault

configure()

LIMIT = """limits:
  - {id: LM1, forum: icc-15, place: summary, words: 5, strict: true, set_by: our own rule}
"""
WRITTEN = """sections:
  - {id: SEC1, forum: icc-15, language: en, place: summary, title: Summary, text: "Said.\\n\\nHeld.[[statement:ST9]]"}
"""


@pytest.fixture(scope="module")
def agreed(tmp_path_factory):
    return make_vault(tmp_path_factory.mktemp("agreed"), CASE + CONSENT)


@pytest.fixture
def vault(agreed, tmp_path):
    shutil.copytree(agreed.parent, tmp_path / "copy")
    return tmp_path / "copy" / "vault"


@pytest.fixture
def run(monkeypatch):
    def invoke(vault, *arguments):
        monkeypatch.setenv("AMPARO_PASSPHRASE_FILE", str(vault.parent / "passphrase"))
        return CliRunner().invoke(app, [arguments[0], str(vault), *arguments[1:]])

    return invoke


@pytest.fixture
def opened(vault):
    from amparo.vault.unlock import open_vault

    held = open_vault(vault, PASSPHRASE)
    yield held
    held.close()


def told(answer):
    return {(one["rule"], one["where"]) for one in json.loads(answer.stdout)["findings"]
            if one["severity"] == "block"}  # fmt: skip


def refused(run, vault, out):
    """The error of a build, which leaves neither a folder nor a partial one."""
    answer = run(vault, "build", "KARV", "--out", str(out))
    assert answer.exit_code != 0 and answer.exception is not None
    assert not out.exists() and not list(out.parent.glob(".*partial"))
    return answer.exception


def test_a_section_over_its_length(run, tmp_path):
    vault = make_vault(tmp_path, CASE + CONSENT + LIMIT)
    answer = run(vault, "check", "KARV", "--json")
    assert answer.exit_code == Exit.REFUSED
    assert told(answer) == {("section-length", "section summary")}
    error = refused(run, vault, tmp_path / "out")
    assert "at most 5" in error.cause and error.value == "section summary"
    assert "our own rule" in error.cause


def test_a_citation_that_leads_to_nothing_is_told_with_its_line(run, tmp_path):
    vault = make_vault(tmp_path, CASE + CONSENT + WRITTEN)
    answer = run(vault, "check", "KARV", "--json")
    assert told(answer) == {("reference", "section summary, line 3")}
    error = refused(run, vault, tmp_path / "out")
    assert "summary, line 3: statement:ST9" in error.value


def test_a_citation_to_an_erased_person(run, vault, opened, tmp_path):
    from amparo.vault.identity import erase_identity, seal_identity

    seal_identity(opened, "KARV", "V-1", {"name": "Nobody Real"})
    erase_identity(opened, "KARV", "V-1", reason="asked for it")
    opened.close()
    places = {where for rule, where in told(run(vault, "check", "KARV", "--json"))
              if rule == "erased"}  # fmt: skip
    assert places and all("Nobody" not in where for where in places)
    error = refused(run, vault, tmp_path / "out")
    assert "erased" in error.cause and error.value in places


def test_a_vocabulary_that_changed(run, vault, opened, tmp_path):
    from amparo.casefile.revise import Draft, add_records
    from amparo.casefile.terms import add_term, retire_term

    add_term("M-1", "degree", "drove the car", {"en": "drove the car"})
    add_records("M-1", "KARV", [
        Draft("person", "AP-1", {"role": "driver"}),
        Draft("involvement", "INV1", {"act": "A1", "person": "AP-1", "degree": "drove the car",
                                      "basis": "ST1"}),
    ], reason="test")  # fmt: skip
    retire_term("M-1", "degree", "drove the car")
    opened.close()
    assert told(run(vault, "check", "KARV", "--json")) == {
        ("vocabulary", "INV1, involvement.degree: drove the car")
    }
    error = refused(run, vault, tmp_path / "out")
    assert "retired" in error.cause and error.value.startswith("INV1, involvement.degree")


def test_a_missing_font(run, vault, tmp_path, monkeypatch):
    from amparo.filing import typeset

    monkeypatch.setattr(typeset, "FONTS", (*typeset.FONTS, "NotoSerifNowhere.ttf"))
    error = refused(run, vault, tmp_path / "out")
    assert error.value == "NotoSerifNowhere.ttf" and error.remedy


def test_an_exhibit_whose_bytes_were_damaged(run, vault, opened, tmp_path):
    from amparo.vault.models import Item

    item = Item.objects.get(file_name="account.txt")
    opened.close()
    for pack in (vault / "packs").rglob("*"):
        if pack.is_file():
            data = bytearray(pack.read_bytes())
            for at in range(len(data) // 4, len(data), 97):
                data[at] ^= 0xFF
            pack.write_bytes(bytes(data))
    error = refused(run, vault, tmp_path / "out")
    assert "exhibit 1, E0001.txt" in error.value and "restore" in error.remedy
    assert item.sha256 not in str(error)
