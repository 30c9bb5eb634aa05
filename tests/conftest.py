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

# `AMPARO_TEST_DATABASE=postgresql pytest ...` runs what any suite does with a vault on a server.
ON_SERVER = os.environ.get("AMPARO_TEST_DATABASE") == "postgresql"
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
    tmp_path_factory: pytest.TempPathFactory,
    empty_vault_template: Path,
    demo_files: Path,
    request: pytest.FixtureRequest,
) -> Path:
    """A vault that holds the demo case: evidence and record."""
    from amparo.casefile.case_file import import_case
    from amparo.cli import demo
    from amparo.intake.receive import receive
    from amparo.vault.unlock import open_vault

    folder = tmp_path_factory.mktemp("demo-template") / "vault"
    if ON_SERVER:
        _copy_on_server(request.getfixturevalue("server_vault_template"), folder, "demo_vault")
    else:
        shutil.copytree(empty_vault_template, folder)
    vault = open_vault(folder, PASSPHRASE)
    try:
        receive(vault, vault.member, [demo_files])
        import_case(vault.member, Path(demo.__file__).parent / "case.yaml")
    finally:
        vault.close()
    return folder


@pytest.fixture
def vault_folder(tmp_path: Path, empty_vault_template: Path, request) -> Path:
    """An empty vault of this test's own, closed."""
    if ON_SERVER:
        return request.getfixturevalue("server_vault_folder")
    folder = tmp_path / "vault"
    shutil.copytree(empty_vault_template, folder)
    return folder


@pytest.fixture
def demo_vault_folder(tmp_path: Path, demo_vault_template: Path) -> Path:
    """A vault with the demo case, of this test's own, closed."""
    folder = tmp_path / "vault"
    if ON_SERVER:
        return _copy_on_server(demo_vault_template, folder)
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


def _postgres_program(name: str) -> str | None:
    found = [
        shutil.which(name),
        *sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))),
    ]
    return next((path for path in reversed(found) if path), None)


class Server:
    """A PostgreSQL server of this run's own, on a socket in a temporary folder; no network."""

    running: Server

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        import subprocess

        Server.running = self
        self.folder = folder
        # PostgreSQL refuses to run as root.
        user = "postgres" if os.getuid() == 0 else ""
        self._as = (
            ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        )
        if user:
            shutil.chown(folder, user, user)
        data = folder / "data"
        self._call(
            "initdb", "-D", data, "-A", "trust", "-U", "amparo", "-E", "UTF8", "--no-sync", "-k"
        )
        log = (folder / "log").open("w")
        self.process = subprocess.Popen(
            [*self._as, _postgres_program("postgres"), "-D", str(data), "-k", str(folder),
             "-c", f"fsync={'on' if durable else 'off'}",
             "-c", "listen_addresses=", "-c", "max_connections=120", "-c", "shared_buffers=64MB"],
            stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
        self._wait()

    def _call(self, name: str, *words: object) -> None:
        import subprocess

        command = [*self._as, str(_postgres_program(name)), *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder)
        assert done.returncode == 0, done.stderr

    def _wait(self) -> None:
        import time

        import psycopg

        for _ in range(200):
            assert self.process.poll() is None, (self.folder / "log").read_text()
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def address(self, name: str) -> str:
        return f"postgresql://amparo@/{name}?host={self.folder}"

    def make_database(self, name: str, template: str = "template0") -> str:
        """A database of that name; its address."""
        import psycopg

        with psycopg.connect(self.address("postgres"), autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.address(name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server."""
    import tempfile

    if _postgres_program("postgres") is None:
        pytest.skip("NO POSTGRESQL SERVER HERE: install the package `postgresql` to test on one")
    folder = Path(tempfile.mkdtemp(prefix="amparo-pg-"))
    server = Server(folder)
    yield server
    server.process.terminate()
    server.process.wait(120)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server_vault_template(postgres, tmp_path_factory, cheap_cost) -> Path:
    from amparo.vault.unlock import create_vault

    folder = tmp_path_factory.mktemp("server-template") / "vault"
    create_vault(folder, PASSPHRASE, cost=cheap_cost, server=postgres.make_database("empty_vault"))
    return folder


def _copy_on_server(template: Path, folder: Path, name: str = "") -> Path:
    """A copy of a closed vault and of its database."""
    import secrets
    from dataclasses import replace

    from amparo.crypto.keys import derive
    from amparo.crypto.slots import open_slots
    from amparo.vault.header import read_header, write_header

    shutil.copytree(template, folder)
    header = read_header(folder)
    source = header.database.split("/")[3].split("?")[0]
    address = Server.running.make_database(name or f"test_{secrets.token_hex(6)}", source)
    keys = derive(open_slots(header.slots, PASSPHRASE)[0])
    write_header(folder, replace(header, database=address), keys.header)
    return folder


@pytest.fixture
def server_vault_folder(tmp_path, server_vault_template) -> Path:
    """An empty vault whose record lies on a PostgreSQL server, of this test's own, closed."""
    return _copy_on_server(server_vault_template, tmp_path / "vault")


@pytest.fixture(params=["sqlcipher", "postgresql"])
def either_vault_folder(request) -> Path:
    """An empty vault on each of the two databases, of this test's own, closed."""
    return request.getfixturevalue(
        "vault_folder" if request.param == "sqlcipher" else "server_vault_folder"
    )


@pytest.fixture
def either_vault(either_vault_folder: Path) -> Iterator:
    """An empty vault on each of the two databases, open."""
    yield from _opened(either_vault_folder)


@pytest.fixture
def passphrase_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the passphrase, named by AMPARO_PASSPHRASE_FILE."""
    path = tmp_path / "passphrase.txt"
    path.write_text(PASSPHRASE + "\n")
    path.chmod(0o600)
    monkeypatch.setenv("AMPARO_PASSPHRASE_FILE", os.fspath(path))
    return path


@pytest.fixture(scope="session")
def launcher() -> Iterator:
    """Starts commands without loading the program anew for each."""
    from .launching import Launcher

    made = Launcher()
    yield made
    made.close()


@pytest.fixture
def run(passphrase_file: Path, launcher) -> Callable:
    """Run the command line in a process of its own, as a user does."""

    def run_command(*words: object, expect: int = 0, stdin: str | None = None, env=None):
        done = launcher.launch(
            list(map(str, words)), stdin=stdin or "", env={**os.environ, **(env or {})}, timeout=150
        )
        assert done.returncode == expect, (words, done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    return run_command
