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


def test_the_record_opens_without_what_only_pages_need():
    code = (
        "import sys\n"
        "from amparo.store.settings import configure\n"
        "import amparo.vault.unlock\n"
        "configure()\n"
        "from amparo.vault.models import Item\n"
        "pages = ('django.http', 'django.urls', 'django.core.mail', 'django.core.handlers')\n"
        "loaded = [name for name in pages if name in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def every_command(typer_app, path=()):
    """Words that call each command, group by group."""
    from amparo.cli.main import _name_of

    yield from ((*path, _name_of(one)) for one in typer_app.registered_commands)
    for group in typer_app.registered_groups:
        yield (*path, group.name)
        yield from every_command(group.typer_instance, (*path, group.name))


def said_of(command):
    """Name, help and parameters of a command or group."""
    params = [(one.name, one.opts, getattr(one, "help", None)) for one in command.params]
    return command.name, command.help, params


def test_a_command_alone_is_the_command_among_all():
    """What is built for one call says the same of it; a wrong word finds all there is."""
    from typer.main import get_command
    from typer.testing import CliRunner

    from amparo.cli.main import app, narrow

    listed = list(every_command(app))
    assert len(listed) > 100 and ("item", "list") in listed and ("verify",) in listed
    whole = get_command(app)
    for path in (*listed, ("item", "lst"), ("itm",), ("--version",), ()):
        one, among = get_command(narrow(app, path)), whole
        for word in path:
            if word in getattr(among, "commands", {}):
                one, among = one.commands[word], among.commands[word]
        assert said_of(one) == said_of(among), path
    assert CliRunner().invoke(narrow(app, ["item", "lst"]), ["item", "lst"]).exit_code == 2
    assert len(app.registered_groups) > 5


def test_completion_is_offered():
    done = subprocess.run(
        [sys.executable, "-m", "amparo", "--help"], capture_output=True, text=True
    )
    assert "--install-completion" in done.stdout


def test_a_fault_of_ours_tells_neither_traceback_nor_text(monkeypatch, capsys):
    from amparo.cli import main

    def fail(**_):
        raise ValueError("the name of a witness")

    monkeypatch.setattr(main, "narrow", lambda whole, words: fail)
    with pytest.raises(SystemExit) as end:
        main.run_app()
    told = capsys.readouterr().err
    assert end.value.code == 70
    assert "witness" not in told and "Traceback" not in told and "ValueError" in told
