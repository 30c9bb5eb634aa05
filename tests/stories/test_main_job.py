"""The main job as a new user runs it: `amparo demo`, then the commands it names."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess

import pytest

from amparo.custody.verify import verify_package


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo, run once by the command."""
    import sys

    folder = tmp_path_factory.mktemp("story") / "demo"
    done = subprocess.run(
        [sys.executable, "-m", "amparo", "demo", "--dir", os.fspath(folder)],
        capture_output=True, text=True, timeout=170,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


@pytest.fixture
def env(demo):
    return {"AMPARO_PASSPHRASE_FILE": os.fspath(demo[0] / "passphrase.txt")}


def test_everything_made_lies_under_the_folder(demo):
    folder, out = demo
    for name in ("vault/vault.toml", "passphrase.txt", "filing-en/filing.pdf", "filing-fr/filing.docx",
                 "filing-en/package/bagit.txt", "filing-en/package/verify.html"):  # fmt: skip
        assert (folder / name).is_file(), name
    assert (folder / "passphrase.txt").stat().st_mode & 0o077 == 0
    assert "nothing is broken" in out and "filing.pdf" in out


def test_vault_and_package_verify(demo, run, env):
    run("verify", demo[0] / "vault", env=env)
    run("verify", demo[0] / "filing-en" / "package", env={"AMPARO_PASSPHRASE_FILE": ""})
    done = subprocess.run(
        ["sha256sum", "--quiet", "-c", "manifest-sha256.txt"], cwd=demo[0] / "filing-en" / "package"
    )
    assert done.returncode == 0


def test_search_finds_other_forms_and_cites(demo, run, env):
    told = json.loads(run("search", demo[0] / "vault", "задержали", "--json", env=env).stdout)
    words = {hit["text"][a:b].lower() for hit in told["hits"] for a, b in hit["hits"]}
    assert "задержанных" in words
    assert all(hit["citation"] for hit in told["hits"])
    plain = run("search", demo[0] / "vault", "задержали", env=env).stdout
    assert "[" in plain and "I-00" in plain


def test_a_second_deposit_adds_nothing(demo, run, env, tmp_path):
    vault = tmp_path / "vault"
    shutil.copytree(demo[0] / "vault", vault)
    told = json.loads(run("item", "add", vault, demo[0] / "evidence", "--json", env=env).stdout)
    assert told["deposited"] == 0 and told["expected"] == told["already_held"] == 30


def test_article_and_comments_are_kept_apart(demo, run, env):
    for name in ("courier-2019-05-06.html", "harbour-ledger-2019-05-14.txt"):
        facts = json.loads(run("item", "show", demo[0] / "vault", name, "--json", env=env).stdout)
        assert {"article", "comments"} <= {part["name"] for part in facts["parts"]}
        assert "kept apart" in json.dumps(facts["metadata"])


def test_the_law_keeps_the_door_shut_where_it_is_shut(demo, run, env):
    told = json.loads(run("law", "assess", demo[0] / "vault", "KARV", "--json", env=env).stdout)
    icc = {line["act"]: line["result"] for line in told["summary"] if line["forum"] == "icc"}
    acts = json.loads(
        run("case", "show", demo[0] / "vault", "KARV", "--noun", "act", "--json", env=env).stdout
    )
    crimes = {record["id"]: record["crime"] for record in acts["records"]}
    assert "open" not in icc.values()
    for act, result in icc.items():
        if crimes[act] in ("7(1)(e)", "7(1)(f)", "7(1)(a)"):
            assert result in ("closed", "unknown"), act
    assert any(icc[act] == "arguable" for act in icc if crimes[act] == "7(1)(d)")


def test_genocide_is_shown_as_a_label_that_fails(demo, run, env):
    chart = json.loads(run("case", "chart", demo[0] / "vault", "KARV", "--json", env=env).stdout)
    [label] = [one for one in chart["labels"] if "enocid" in one["label"]]
    assert label["result"] == "closed" and any("7(1)(h)" in one for one in label["proposed"])


def test_names_of_files_do_not_leave(demo):
    package = demo[0] / "filing-en" / "package"
    evidence = {path.name for path in (demo[0] / "evidence").rglob("*") if path.is_file()}
    names = {path.name for path in package.rglob("*")}
    assert not evidence & names


def test_no_plaintext_in_the_vault_folder(demo):
    words = ["Карьер", "Selmar", "statement-v1", "courier-2019", "KARV", "genocide", "M-1 "]
    needles = [
        w.encode(code)
        for w in words
        for code in ("utf-8", "utf-16-le", "cp1251")
        # Four bytes stand somewhere in megabytes of sealed ones by chance.
        if len(w.encode(code)) > 4
    ]
    for path in (demo[0] / "vault").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(needle in data for needle in needles), path.name


@pytest.mark.parametrize("seed", range(12))
def test_one_flipped_bit_in_the_vault_is_found_and_named(demo, run, env, tmp_path, seed):
    vault = tmp_path / "vault"
    shutil.copytree(demo[0] / "vault", vault)
    random_ = random.Random(seed)
    files = sorted(p for p in vault.rglob("*") if p.is_file() and p.stat().st_size)
    path = files[seed % len(files)]
    data = bytearray(path.read_bytes())
    place = random_.randrange(len(data))
    data[place] ^= 1 << random_.randrange(8)
    path.write_bytes(data)
    done = run("verify", vault, env=env, expect=1)
    assert "BROKEN" in done.stdout, (path.name, place)
    named = path.relative_to(vault).as_posix()
    assert path.name in done.stdout or named in done.stdout or "ledger" in named, done.stdout


@pytest.mark.parametrize("seed", range(40))
def test_one_flipped_bit_in_the_package_is_found_and_named(demo, tmp_path, seed):
    package = tmp_path / "package"
    shutil.copytree(demo[0] / "filing-en" / "package", package)
    random_ = random.Random(seed)
    files = sorted(p for p in package.rglob("*") if p.is_file() and p.stat().st_size)
    path = random_.choice(files)
    data = bytearray(path.read_bytes())
    data[random_.randrange(len(data))] ^= 1 << random_.randrange(8)
    path.write_bytes(data)
    report = verify_package(package).as_dict()
    assert report["faults"], path.name
    assert any(path.name in str(fault) for fault in report["faults"]), (path.name, report["faults"])


def test_pages_open_and_lock(demo, run, env):
    """`amparo serve` answers on 127.0.0.1 and shows nothing before the passphrase."""
    import socket
    import sys
    import time
    import urllib.request

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "amparo", "serve", os.fspath(demo[0] / "vault"), "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        for _ in range(100):
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/items", timeout=5)
                break
            except OSError:
                time.sleep(0.2)
        body = page.read().decode()
        assert page.url.endswith("/unlock") and "I-0001" not in body
    finally:
        process.terminate()
        process.communicate(timeout=240)
