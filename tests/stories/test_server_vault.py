"""The main job on PostgreSQL: the same commands, from an empty vault to a filing that verifies."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from amparo.cli import demo as demo_case
from amparo.vault.header import read_header

CASE = Path(demo_case.__file__).parent / "case.yaml"


@pytest.fixture
def address(postgres):
    return postgres.make_database(f"story_{secrets.token_hex(4)}")


@pytest.mark.timeout(600)
def test_the_main_job(run, tmp_path, demo_files, address):
    vault = tmp_path / "vault"
    run("init", vault, "--database", address, "--json")
    assert read_header(vault).database == address and not (vault / "record.db").exists()
    told = json.loads(run("item", "add", vault, demo_files, "--json").stdout)
    assert told["deposited"] > 20 and told["expected"] == told["deposited"] + told["already_held"]
    run("case", "import", vault, CASE)
    found = json.loads(run("search", vault, "задержали", "--json").stdout)
    assert found["total"] and all(hit["citation"] for hit in found["hits"])
    chart = json.loads(run("case", "chart", vault, "KARV", "--json").stdout)
    assert [one for one in chart["labels"] if one["result"] == "closed"]
    assert json.loads(run("law", "assess", vault, "KARV", "--json").stdout)["summary"]
    report = json.loads(run("verify", vault, "--json").stdout)
    assert report["faults"] == [] and any("PostgreSQL" in line for line in report["checked"])
    again = json.loads(run("item", "add", vault, demo_files, "--json").stdout)
    assert again["deposited"] == 0
    run("backup", vault, tmp_path / "copy")
    run("verify", tmp_path / "copy")
    copied = json.loads(run("search", tmp_path / "copy", "задержали", "--json").stdout)
    assert copied["total"] == found["total"]


def test_the_same_case_comes_out(run, tmp_path, demo_files, address, demo_vault_folder):
    vault = tmp_path / "served"
    run("init", vault, "--database", address, "--json")
    run("item", "add", vault, demo_files, "--json")
    run("case", "import", vault, CASE)
    for folder, name in ((demo_vault_folder, "file.yaml"), (vault, "server.yaml")):
        run("case", "export", folder, "KARV", "--out", tmp_path / name)
    assert (tmp_path / "server.yaml").read_text() == (tmp_path / "file.yaml").read_text()


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        ("postgresql://amparo:secret@localhost/evidence", "holds a password"),
        ("postgresql://amparo@db.example/evidence?sslmode=disable", "in clear"),
        ("postgresql://amparo@db.example", "names no database"),
        ("mysql://amparo@db.example/evidence", "postgresql://"),
        ("postgresql://amparo@/evidence?host=/nowhere", "does not let us in"),
    ],
)
def test_a_bad_address_is_told_and_nothing_is_left(run, tmp_path, given, cause):
    done = run("init", tmp_path / "vault", "--database", given, expect=7 if "let" in cause else 2)
    assert cause in done.stderr and "secret" not in done.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "passphrase.txt"]


def test_a_vault_without_its_database_is_broken(run, tmp_path, postgres, server_vault_folder):
    import psycopg

    name = read_header(server_vault_folder).database.split("/")[3].split("?")[0]
    with psycopg.connect(postgres.address("postgres"), autocommit=True) as conn:
        conn.execute(f"DROP DATABASE {name}")
    postgres.make_database(name)
    done = run("vault", "show", server_vault_folder, expect=1)
    assert "not in the PostgreSQL database" in done.stderr
