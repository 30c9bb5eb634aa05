"""Start-up: help needs neither Django nor a database nor a reader."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "django",
    "sqlcipher3",
    "cryptography",
    "rich",
    "lxml",
    "numpy",
    "yaml",
    "trafilatura",
    "typst",
)


@pytest.mark.parametrize(
    "words", [["--help"], ["item", "add", "--help"], ["--version"], ["law", "--help"]]
)
def test_help_imports_nothing_heavy(words):
    code = (
        "import sys\n"
        f"sys.argv = ['amparo', *{words!r}]\n"
        "from amparo.__main__ import run\n"
        "try:\n    run()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_completion_is_offered():
    done = subprocess.run(
        [sys.executable, "-m", "amparo", "--help"], capture_output=True, text=True
    )
    assert "--install-completion" in done.stdout


def test_a_fault_of_ours_tells_neither_traceback_nor_text(monkeypatch, capsys):
    from amparo.cli import main

    def fail(**_):
        raise ValueError("the name of a witness")

    monkeypatch.setattr(main, "app", fail)
    with pytest.raises(SystemExit) as end:
        main.run_app()
    told = capsys.readouterr().err
    assert end.value.code == 70
    assert "witness" not in told and "Traceback" not in told and "ValueError" in told
