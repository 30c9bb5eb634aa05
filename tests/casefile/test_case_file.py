"""Case files: refused with the line, imported whole, exported without loss."""

from __future__ import annotations

from pathlib import Path

import pytest

from amparo.casefile.case_file import export_case, import_text
from amparo.casefile.models import Case, Record
from amparo.casefile.records import load_case
from amparo.cli import demo
from amparo.errors import BadInput
from amparo.intake.receive import receive
from amparo.vault.unlock import open_vault

from ..conftest import PASSPHRASE

HEAD = "format: amparo-case/1\ncase: {code: ONE, title: One}\n"


def read(text):
    return import_text("M-1", text, "case.yaml", lambda name: "")


@pytest.mark.parametrize(
    ("text", "place", "cause"),
    [
        ("format: amparo-case/1\n", "line 1", "nothing of the case"),
        ("case: {code: ONE, title: One}\n", "line 1", "which format"),
        (HEAD + "colour: red\n", "line 3", "unknown key 'colour'"),
        (
            HEAD + "sources:\n  - {id: S1, kind: person, title: A, hat: b}\n",
            "line 4",
            "unknown key",
        ),
        (HEAD + "sources:\n  - {id: S1, kind: ghost, title: A}\n", "line 4", "not one of"),
        (HEAD + "acts:\n  - id: A1\n    kind: x\n    began: 2017-13\n", "line 6", "began"),
        (HEAD + "sources: 3\n", "line 3", "must be a list"),
        (HEAD + "sources:\n  - S1\n", "line 3", "must have keys"),
        (HEAD + "sources:\n  - {kind: person, title: A}\n", "line 4", "an id must"),
        (HEAD + "acts:\n  - {id: A1, kind: x, victim: V-9}\n", "line 4", "is no person"),
        ("a: [1\n", "line", "not valid YAML"),
        ("a: 1\na: 2\n", "line 2", "stands twice"),
        ("a: &x [1]\nb: *x\n", "line 2", "aliases"),
        ("a: !!python/object:os.system x\n", "line 1", "tags"),
        ("- 1\n", "case.yaml", "no keys"),
    ],
)
def test_refused_with_the_line_and_nothing_written(vault, text, place, cause):
    with pytest.raises(BadInput) as told:
        read(text)
    assert cause in told.value.cause and place in told.value.value
    assert not Case.objects.exists() and not Record.objects.exists()


def test_round_trip_without_loss(demo_vault, tmp_path, empty_vault_template, demo_files):
    import shutil

    text = export_case("KARV")
    before = {row.code: (row.noun, row.body) for row in load_case("KARV").rows.values()}
    overlay = load_case("KARV").overlay
    demo_vault.close()
    other = tmp_path / "other"
    shutil.copytree(empty_vault_template, other)
    vault = open_vault(other, PASSPHRASE)
    receive(vault, "M-1", [demo_files])
    import_text("M-1", text, "karv.yaml", lambda name: "")
    after = {row.code: (row.noun, row.body) for row in load_case("KARV").rows.values()}
    assert load_case("KARV").overlay == overlay != ""
    vault.close()
    assert after == before
    assert before


def test_every_quotation_of_the_demo_is_found(demo_vault):
    case = load_case("KARV")
    assert len(case.all("statement")) >= 30
    assert (Path(demo.__file__).parent / "case.yaml").is_file()
