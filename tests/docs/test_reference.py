"""The build fails when a command, option, exit code, table, setting or noun is undocumented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from amparo import __main__ as entry
from amparo.casefile.schema import NOUNS
from amparo.errors import Exit
from amparo.store.settings import configure

ROOT = Path(__file__).parents[2]
COMMANDS = (ROOT / "docs/reference/commands.md").read_text()
TABLES = (ROOT / "docs/reference/tables.md").read_text()
SETTINGS = (ROOT / "docs/reference/settings.md").read_text()


def commands(group=None, words=("amparo",)) -> Iterator[tuple[str, object]]:
    group = group or typer.main.get_command(entry.app)
    inner = getattr(group, "commands", None)
    if not inner:
        yield " ".join(words), group
        return
    for name, command in inner.items():
        yield from commands(command, (*words, name))


ALL = dict(commands())


@pytest.mark.parametrize("name", ALL)
def test_command_is_documented_with_its_options(name):
    heading = f"### `{name}`"
    assert heading in COMMANDS, f"docs/reference/commands.md lacks {heading}"
    section = COMMANDS.split(heading, 1)[1].split("\n### ", 1)[0]
    for parameter in ALL[name].params:
        for option in parameter.opts:
            if option.startswith("--") and option not in ("--help",):
                assert option in section, f"{name}: {option}"


@pytest.mark.parametrize("name", ALL)
def test_help_has_an_example(name):
    text = ALL[name].help or ALL[name].callback.__doc__ or ""
    assert re.search(r"Example:\s+(\w+=\S+ )?amparo ", text), f"{name} --help has no example"


def test_every_group_and_command_has_help():
    assert all((command.help or command.callback.__doc__) for command in ALL.values())


@pytest.mark.parametrize("code", list(Exit))
def test_exit_code_is_documented(code):
    text = (ROOT / "docs/reference/exit-codes.md").read_text()
    assert f"| {int(code)} |" in text


def test_tables_are_documented():
    configure()
    from django.apps import apps

    for model in apps.get_models():
        name = model._meta.db_table
        assert f"`{name}`" in TABLES, name
        section = TABLES.split(f"`{name}`", 1)[1].split("\n## ", 1)[0]
        for field in model._meta.concrete_fields:
            assert f"`{field.name}`" in section, f"{name}.{field.name}"


def test_virtual_tables_are_documented():
    for table in ("store_text", "store_word", "store_word_key"):
        assert f"`{table}`" in TABLES


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_noun_and_fields_are_in_the_case_file_guide(noun):
    text = (ROOT / "docs/guide/case-yaml.md").read_text()
    assert noun.plural in text
    for field in noun.fields:
        assert f"`{field.name}`" in text or f"{field.name}:" in text, f"{noun.name}.{field.name}"


def test_environment_variables_are_documented():
    used = set()
    for path in (ROOT / "src").rglob("*.py"):
        used |= set(re.findall(r'"(AMPARO_[A-Z_]+)"', path.read_text()))
    assert used
    for name in used:
        assert f"`{name}`" in SETTINGS, name


def test_links_between_documents_hold():
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} -> {target}"


def test_no_registry_host_is_named():
    hosts = ("pypi" + ".org", "files.python" + "hosted.org", "registry.npmjs" + ".org")
    for path in ROOT.rglob("*"):
        if path.suffix in (".py", ".md", ".toml", ".lock", ".txt") and ".venv" not in path.parts:
            if path.name == "uv.lock":
                continue
            text = path.read_text(errors="ignore")
            assert not any(host in text for host in hosts), path
