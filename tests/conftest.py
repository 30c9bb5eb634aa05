"""Fixtures shared by all suites: vaults made once with a cheap key derivation, then copied."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# CI looks at the same examples each time, so that a red run is about the change at hand;
# everybody else's runs go on looking for new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "search")

PASSPHRASE = "seven grey herons over the quiet harbour"


@pytest.fixture(scope="session")
def cheap_cost():
    """Argon2id parameters that cost nothing; never used outside tests."""
    from amparo.crypto.slots import Cost

    return Cost(64, 1, 1)


@pytest.fixture(scope="session")
def empty_vault_template(tmp_path_factory: pytest.TempPathFactory, cheap_cost) -> Path:
    from amparo.vault.unlock import create_vault

    folder = tmp_path_factory.mktemp("template") / "vault"
    create_vault(folder, PASSPHRASE, cost=cheap_cost)
    return folder


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo case's evidence, built once."""
    from amparo.cli.demo.build import build_files

    folder = tmp_path_factory.mktemp("demo-files")
    build_files(folder)
    return folder


@pytest.fixture(scope="session")
def demo_vault_template(
    tmp_path_factory: pytest.TempPathFactory, empty_vault_template: Path, demo_files: Path
) -> Path:
    """A vault that holds the demo case: evidence and record."""
    from amparo.casefile.case_file import import_case
    from amparo.cli import demo
    from amparo.intake.receive import receive
    from amparo.vault.unlock import open_vault

    folder = tmp_path_factory.mktemp("demo-template") / "vault"
    shutil.copytree(empty_vault_template, folder)
    vault = open_vault(folder, PASSPHRASE)
    try:
        receive(vault, vault.member, [demo_files])
        import_case(vault.member, Path(demo.__file__).parent / "case.yaml")
    finally:
        vault.close()
    return folder


@pytest.fixture
def vault_folder(tmp_path: Path, empty_vault_template: Path) -> Path:
    """An empty vault of this test's own, closed."""
    folder = tmp_path / "vault"
    shutil.copytree(empty_vault_template, folder)
    return folder


@pytest.fixture
def demo_vault_folder(tmp_path: Path, demo_vault_template: Path) -> Path:
    """A vault with the demo case, of this test's own, closed."""
    folder = tmp_path / "vault"
    shutil.copytree(demo_vault_template, folder)
    return folder


def _opened(folder: Path) -> Iterator:
    from amparo.vault.unlock import open_vault

    vault = open_vault(folder, PASSPHRASE)
    yield vault
    vault.close()


@pytest.fixture
def vault(vault_folder: Path) -> Iterator:
    """An empty vault, open."""
    yield from _opened(vault_folder)


@pytest.fixture
def demo_vault(demo_vault_folder: Path) -> Iterator:
    """A vault with the demo case, open."""
    yield from _opened(demo_vault_folder)


@pytest.fixture
def passphrase_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the passphrase, named by AMPARO_PASSPHRASE_FILE."""
    path = tmp_path / "passphrase.txt"
    path.write_text(PASSPHRASE + "\n")
    path.chmod(0o600)
    monkeypatch.setenv("AMPARO_PASSPHRASE_FILE", os.fspath(path))
    return path


@pytest.fixture
def run(passphrase_file: Path) -> Callable:
    """Run the command line in a process of its own, as a user does."""
    import subprocess
    import sys

    def run_command(*words: object, expect: int = 0, stdin: str | None = None, env=None):
        done = subprocess.run(
            [sys.executable, "-m", "amparo", *map(str, words)],
            capture_output=True, text=True, input=stdin, timeout=150,
            env={**os.environ, **(env or {})},
        )  # fmt: skip
        assert done.returncode == expect, (words, done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    return run_command
