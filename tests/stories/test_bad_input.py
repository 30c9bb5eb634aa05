"""Bad input from the command line: a clear error, the right exit code, nothing half-written."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from amparo.errors import Exit

from ..conftest import PASSPHRASE


def state_of(folder):
    """Names and sizes of all files, to see that nothing changed."""
    return sorted(
        (p.relative_to(folder).as_posix(), p.stat().st_size)
        for p in folder.rglob("*")
        if p.name not in ("lock",) and not p.name.endswith(("-wal", "-shm"))
    )


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["item", "add", "{vault}", "/no/such/file"], Exit.BAD_INPUT, "no such file"),
        (["item", "show", "{vault}", "I-0042"], Exit.NOT_FOUND, "no such item"),
        (
            ["item", "export", "{vault}", "I-0042", "--out", "/tmp/x-amparo"],
            Exit.NOT_FOUND,
            "no such item",
        ),
        (["case", "show", "{vault}", "NONE"], Exit.NOT_FOUND, "no such case"),
        (["case", "create", "{vault}", "lower", "--title", "x"], Exit.BAD_INPUT, "capitals"),
        (["case", "import", "{vault}", "/no/such.yaml"], Exit.NOT_FOUND, "no such file"),
        (["case", "add", "{vault}", "NONE", "ghost"], Exit.BAD_INPUT, "no such noun"),
        (["case", "fields", "ghost"], Exit.BAD_INPUT, "no such noun"),
        (["search", "{vault}", "("], Exit.BAD_INPUT, "character"),
        (["search", "{vault}", ""], Exit.BAD_INPUT, "nothing to look for"),
        (
            ["filing", "build", "{vault}", "NONE", "--out", "{tmp}/f"],
            Exit.NOT_FOUND,
            "no such case",
        ),
        (
            ["filing", "build", "{vault}", "NONE", "--forum", "moon", "--out", "{tmp}/f"],
            Exit.BAD_INPUT,
            "forum",
        ),
        (["law", "assess", "--facts", "/no/such.yaml"], Exit.BAD_INPUT, "cannot be read"),
        (["corroborate", "--graph", "/no/such.json"], Exit.NOT_FOUND, "No such"),
        (["verify", "{tmp}"], Exit.WRONG_FORMAT, "neither a vault nor a package"),
        (["init", "{vault}"], Exit.BAD_INPUT, "something is there"),
        (["demo", "--dir", "{vault}"], Exit.BAD_INPUT, "something is there"),
        (["item", "add", "{tmp}/no-vault", "x"], Exit.WRONG_FORMAT, "not a vault"),
    ],
)
def test_told_plainly_and_nothing_changed(run, vault_folder, tmp_path, words, code, told):
    before = state_of(vault_folder)
    done = run(*[w.format(vault=vault_folder, tmp=tmp_path) for w in words], expect=int(code))
    assert told.lower() in (done.stderr + done.stdout).lower()
    assert state_of(vault_folder) == before
    assert not (tmp_path / "f").exists()


def test_errors_as_json(run, vault_folder):
    done = run("item", "show", vault_folder, "I-0042", "--json", expect=3)
    told = json.loads(done.stderr)
    assert told["exit_code"] == 3 and told["remedy"]


def test_wrong_passphrase(run, vault_folder, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("another passphrase altogether\n")
    env = {"AMPARO_PASSPHRASE_FILE": os.fspath(other)}
    done = run("item", "list", vault_folder, expect=4, env=env)
    assert "passphrase" in done.stderr and "another" not in done.stderr


def test_passphrase_file_missing_or_empty(run, vault_folder, tmp_path):
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for name in (tmp_path / "nowhere", empty):
        run("item", "list", vault_folder, expect=4, env={"AMPARO_PASSPHRASE_FILE": os.fspath(name)})


def test_weak_passphrase_is_refused(run, tmp_path):
    weak = tmp_path / "weak.txt"
    weak.write_text("password1\n")
    run("init", tmp_path / "v", expect=2, env={"AMPARO_PASSPHRASE_FILE": os.fspath(weak)})
    assert not (tmp_path / "v").exists()


def test_newer_vault(run, vault_folder):
    header = vault_folder / "vault.toml"
    header.write_text(header.read_text().replace("format = 1", "format = 7"))
    done = run("item", "list", vault_folder, expect=6)
    assert "newer" in done.stderr


def test_unreadable_empty_and_long_names_are_accounted_for(run, vault_folder, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "empty.txt").write_bytes(b"")
    (folder / ("n" * 250 + ".txt")).write_text("a long name")
    deep = folder
    for _ in range(5):
        deep = deep / ("d" * 230)
        deep.mkdir()
    (deep / "deep.txt").write_text("beyond a thousand characters")
    (folder / "\udcff.txt").write_bytes(b"a name that is no UTF-8")
    (folder / "gone.txt").symlink_to(folder / "nowhere")
    done = run("item", "add", vault_folder, folder, "--json", expect=8)
    told = json.loads(done.stdout)
    assert told["expected"] == 5
    assert told["expected"] == told["deposited"] + told["already_held"] + told["failed"]
    assert told["failed"] == 2
    run("verify", vault_folder)


def test_vault_in_use_by_another_process(run, vault_folder, tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("text")
    with (vault_folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        done = run("item", "add", vault_folder, tmp_path / "a.txt", expect=5)
    assert "somebody else is writing to this vault" in done.stderr
    run("item", "add", vault_folder, tmp_path / "a.txt")


def child(vault_folder, passphrase_file, *words, limit=None):
    def before():
        # A shell that runs CI in the background hands its children an ignored SIGINT.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        [sys.executable, "-m", "amparo", *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=before,
        env={**os.environ, "AMPARO_PASSPHRASE_FILE": os.fspath(passphrase_file)},
    )  # fmt: skip


@pytest.mark.parametrize(("how", "count"), [((), 8), (("--unread",), 260)])
def test_disk_full(run, vault_folder, passphrase_file, tmp_path, how, count):
    """What was told to be held is held; the rest comes in when there is room again."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.bin").write_bytes(os.urandom(3_200_000 // count))
    add = ("item", "add", vault_folder, folder, *how)
    process = child(vault_folder, passphrase_file, *add, limit=1_500_000)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 7, (out, err)
    assert "Traceback" not in err and err.count("amparo:") == 1
    told = [line.split("\t")[0] for line in out.splitlines() if line.startswith("I-")]
    held = [one["id"] for one in json.loads(run("item", "list", vault_folder, "--json").stdout)]
    assert set(told) <= set(held) and len(held) < count
    run("verify", vault_folder)
    run(*add)
    assert len(json.loads(run("item", "list", vault_folder, "--json").stdout)) == count
    run("verify", vault_folder)


def evidence(tmp_path, count=60):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:03}.txt").write_text(f"On day {number} they came. " * 40)
    return folder


def test_interrupted_by_ctrl_c(run, vault_folder, passphrase_file, tmp_path):
    folder = evidence(tmp_path, 600)
    process = child(vault_folder, passphrase_file, "item", "add", vault_folder, folder)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=240)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    run("verify", vault_folder)


def moments(few, more):
    """Seconds after which a process is killed: a few in each run, more where there is time."""
    return [*few, *(pytest.param(one, marks=pytest.mark.slow) for one in more)]


@pytest.mark.parametrize("delay", moments([0.6, 1.2], [0.3, 0.9, 1.6, 2.2]))
def test_killed_at_any_moment(run, vault_folder, passphrase_file, tmp_path, delay):
    folder = evidence(tmp_path)
    process = child(vault_folder, passphrase_file, "item", "add", vault_folder, folder)
    time.sleep(delay)
    process.kill()
    out, _ = process.communicate(timeout=240)
    acknowledged = [line.split("\t")[1] for line in out.splitlines() if line.startswith("I-")]
    run("verify", vault_folder)
    held = {
        item["sha256"] for item in json.loads(run("item", "list", vault_folder, "--json").stdout)
    }
    assert set(acknowledged) <= held
    told = json.loads(run("item", "add", vault_folder, folder, "--json").stdout)
    assert told["expected"] == 60 and told["failed"] == 0
    assert told["already_held"] >= len(acknowledged)
    assert len(json.loads(run("item", "list", vault_folder, "--json").stdout)) == 60
    assert PASSPHRASE not in out


@pytest.mark.parametrize("delay", moments([1.4], [0.8, 2.0]))
def test_containers_killed_at_any_moment(run, vault_folder, passphrase_file, tmp_path, delay):
    """Members come in with their container or not at all; a second run loses and doubles none."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(60):
        with zipfile.ZipFile(folder / f"{number}.zip", "w") as archive:
            for member in range(3):
                archive.writestr(f"{member}.txt", f"Member {member} of the archive {number}.")
    process = child(vault_folder, passphrase_file, "item", "add", vault_folder, folder)
    time.sleep(delay)
    process.kill()
    process.communicate(timeout=240)
    run("verify", vault_folder)
    told = json.loads(run("item", "add", vault_folder, folder, "--json").stdout)
    assert told["expected"] == 60 and told["failed"] == 0
    items = json.loads(run("item", "list", vault_folder, "--json").stdout)
    assert sorted(item["kind"] for item in items) == ["archive"] * 60 + ["text"] * 180
    for item in items[:: len(items) // 5]:
        facts = json.loads(run("item", "show", vault_folder, item["id"], "--json").stdout)
        expected = {"archive": (0, 3), "text": (1, 0)}[item["kind"]]
        assert (len(facts["came_out_of"]), len(facts["holds"])) == expected
    run("verify", vault_folder)
