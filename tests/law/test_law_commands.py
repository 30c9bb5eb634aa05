"""The commands, as a lawyer runs them, in a process of their own and in this one."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from amparo.cli import law as commands
from amparo.errors import BadInput, Broken, NotFound

INVENTED = Path(__file__).parent / "invented.yaml"
FACTS = """
as_of: 2026-11-22
acts:
  - {id: A1, crime: "7(1)(f)", began_on: 2017-03-16, places: [{state: RU}], attribution: state,
     suspects: [{nationalities: [RU]}], remedies: [{decided_on: 2026-10-01, final: true}]}
"""
KEYS = ["act", "forum", "route", "result", "rule", "reasons", "missing", "sources", "deadline"]


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.yaml"
    path.write_text(FACTS, encoding="utf-8")
    return path


def _run(*words: str) -> str:
    result = CliRunner().invoke(commands.app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def test_assess_prints_the_documented_json(facts: Path) -> None:
    found = json.loads(_run("assess", "--facts", str(facts), "--json"))
    assert {"book", "answers", "summary"} <= set(found)
    assert all(list(one) == KEYS for one in found["answers"])
    assert all(list(one) == ["act", "forum", "result"] for one in found["summary"])
    assert {one["result"] for one in found["summary"]} <= {"open", "closed", "arguable", "unknown"}
    fora = {one["forum"] for one in found["summary"]}
    assert {"icc", "echr", "hrc", "cat", "cedaw", "ced", "wgad", "wgeid", "osce", "iachr", "achpr",
            "uj-DE"} <= fora  # fmt: skip
    deadline = [one["deadline"] for one in found["answers"] if one["forum"] == "echr"]
    assert deadline == ["2027-02-01"]


def test_assess_speaks_french(facts: Path) -> None:
    shown = _run("assess", "--facts", str(facts), "--lang", "fr")
    assert "Fédération de Russie" in shown and "CLOSED" in shown


def test_the_overlay_is_named_in_the_answer(facts: Path) -> None:
    found = json.loads(_run("assess", "--facts", str(facts), "--overlay", str(INVENTED), "--json"))
    assert " overlay invented+" in found["book"]


def test_bad_facts_end_with_code_2_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("acts:\n  - {id: A, crime: torture, began_on: 2017, plaices: []}\n")
    done = subprocess.run(
        [sys.executable, "-m", "amparo", "law", "assess", "--facts", str(path)],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "line 2" in done.stderr and "plaices" in done.stderr and "places" in done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""


@pytest.mark.parametrize(
    "words",
    [
        ("assess",),
        ("assess", "--facts", "/nowhere.yaml"),
        ("assess", "--facts", "F", "--lang", "ru"),
        ("deadlines", "--facts", "/nowhere.yaml"),
        ("claims", "/nowhere.txt"),
    ],
)
def test_what_cannot_be_done_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(BadInput):
        _run(*words)


def test_book_show_check_diff() -> None:
    assert "rome-BI-deposit" in _run("book", "show", "rome", "--state", "bi")
    assert json.loads(_run("book", "show", "rome-BI-deposit", "--json"))["entries"][0]["on"]
    for name in ("rules", "universal", "clocks", "crimes"):
        assert json.loads(_run("book", "show", name, "--json"))["entries"]
    assert "no fault" in _run("book", "check", "--overlay", str(INVENTED))
    assert "added states XA" in _run("book", "diff", str(INVENTED))
    with pytest.raises(NotFound):
        _run("book", "show", "nothing")


def test_book_check_fails_on_a_wrong_overlay(tmp_path: Path) -> None:
    path = tmp_path / "o.yaml"
    path.write_text(INVENTED.read_text().replace("2005-04-01", "2005-03-01"))
    with pytest.raises(Broken):
        _run("book", "check", "--overlay", str(path))


def test_deadlines_claims_and_label(facts: Path, tmp_path: Path) -> None:
    ics = tmp_path / "d.ics"
    shown = _run("deadlines", "--facts", str(facts), "--ics", str(ics))
    assert "2027-02-01  echr" in shown and "(presumption)" in shown
    assert b"BEGIN:VCALENDAR\r\n" in ics.read_bytes()
    text = tmp_path / "t.txt"
    text.write_text("Russia will leave the International Criminal Court.", encoding="utf-8")
    assert "CONTRADICTED" in _run("claims", str(text))
    assert "6.G1" in _run("label", "genocide", "--ground", "sexual orientation")


def test_the_law_needs_nothing_but_yaml_and_the_errors() -> None:
    allowed = {"amparo.errors", "amparo.filled", "amparo.law", "yaml", "__future__"}
    folder = Path(commands.__file__).parents[1] / "law"
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                known = name.split(".")[0] in sys.stdlib_module_names
                ours = any(name == one or name.startswith(one + ".") for one in allowed)
                assert known or ours, (path.name, name)


def test_assessing_facts_imports_no_django(facts: Path) -> None:
    code = (
        "import sys\nfrom amparo.cli.law import app\n"
        f"try:\n    app(['assess', '--facts', {str(facts)!r}])\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "assert 'amparo.law.assess' in sys.modules\n"
        "assert not [m for m in sys.modules if m.split('.')[0] == 'django']\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
