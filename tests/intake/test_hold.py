"""Taking in unread: nothing lost, nothing twice, nothing acknowledged before it is durable."""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import time

import pytest

from amparo.casefile.search import search
from amparo.errors import BadInput, InUse, StorageFailed
from amparo.intake import begin
from amparo.intake import hold as module
from amparo.intake.hold import hold, hold_bytes
from amparo.intake.receive import receive_bytes
from amparo.intake.reread import choose, reread
from amparo.store import lock
from amparo.store.packer import Packer
from amparo.vault.hold import known_sizes, record_unread
from amparo.vault.models import Item
from amparo.vault.retrieve import find_item
from amparo.vault.unlock import WRITING, open_vault
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE

LARGE = (1 << 20) + 77


@pytest.fixture
def folder(tmp_path):
    """Files of all sizes, two of the same bytes, an empty one, one that is only a link."""
    at = tmp_path / "disk"
    (at / "in").mkdir(parents=True)
    chance = random.Random(1)
    for number in range(30):
        (at / "in" / f"{number:02d}.bin").write_bytes(chance.randbytes(chance.randrange(1, 9_000)))
    (at / "large.bin").write_bytes(chance.randbytes(LARGE))
    (at / "again.bin").write_bytes((at / "in" / "03.bin").read_bytes())
    (at / "empty.txt").write_bytes(b"")
    (at / "link.txt").symlink_to("empty.txt")
    (at / "text.txt").write_text("The heron stood in the quiet harbour all night.")
    return at


@pytest.fixture(params=["beside", "here"])
def way(request, monkeypatch):
    """Sealed by the other process, or by this one."""
    few = 0 if request.param == "beside" else 10**9
    monkeypatch.setattr(begin, "FEW_FILES", few)
    monkeypatch.setattr(begin, "FEW_BYTES", few)
    monkeypatch.setattr(begin, "BATCH_FILES", 7)
    return request.param


def test_every_file_is_held_and_none_twice(vault, folder, way):
    told = []
    tally = hold(vault, "M-1", [folder], tell=told.append)
    assert (tally.expected, tally.deposited, tally.held, tally.failed) == (35, 33, 1, 1)
    assert tally.agrees and len(told) == 35
    for one in told:
        if one.state == "failed":
            assert one.name == "link.txt" and one.fault
            continue
        item = find_item(one.code)
        assert item.sha256 == one.digest and item.outcome == "unread"
        assert vault.packs.read(item.locator) == (folder / one.name).read_bytes()
    report = verify_vault(vault)
    assert not report.faults and not report.notes


def test_a_second_time_nothing_is_added(vault, folder, way):
    hold(vault, "M-1", [folder])
    size = sum(p.stat().st_size for p in (vault.folder / "packs").iterdir())
    again = hold(vault, "M-1", [folder])
    assert (again.deposited, again.held, again.failed) == (0, 34, 1)
    assert size == sum(p.stat().st_size for p in (vault.folder / "packs").iterdir())


def test_a_large_file_is_held_once_under_any_name_and_digested_once(
    vault, folder, way, monkeypatch, tmp_path
):
    hold(vault, "M-1", [folder])
    size = sum(p.stat().st_size for p in (vault.folder / "packs").iterdir())
    other = tmp_path / "other"
    other.mkdir()
    (other / "renamed.bin").write_bytes((folder / "large.bin").read_bytes())
    (other / "as-long.bin").write_bytes(bytes(LARGE))
    digested = []
    real = module.digest_file
    monkeypatch.setattr(module, "digest_file", lambda at: digested.append(at.name) or real(at))
    told = []
    tally = hold(vault, "M-1", [other], tell=told.append)
    assert (tally.deposited, tally.held) == (1, 1) and not digested
    assert {one.name: one.state for one in told}["renamed.bin"] == "held"
    assert sum(p.stat().st_size for p in (vault.folder / "packs").iterdir()) < size + 2 * LARGE
    report = verify_vault(vault)
    assert not report.faults and not report.notes
    hold(vault, "M-1", [folder])
    assert "large.bin" in digested


def test_the_lock_is_let_go_between_turns(vault, folder, way, monkeypatch):
    monkeypatch.setattr(module, "TURN_SECONDS", 0)
    turns = []
    real = lock.hold

    def counted(*args, **options):
        turns.append(args)
        return real(*args, **options)

    monkeypatch.setattr(module.lock, "hold", counted)
    tally = hold(vault, "M-1", [folder])
    assert tally.deposited == 33 and len(turns) > 5
    assert not verify_vault(vault).faults


def test_a_file_that_cannot_be_read_is_counted(vault, folder, way, monkeypatch):
    gathered = list(begin.gather([folder]))
    (folder / "in" / "05.bin").unlink()
    monkeypatch.setattr(begin, "gather", lambda paths: iter(gathered))
    tally = hold(vault, "M-1", [folder])
    assert tally.failed == 2 and tally.agrees


def test_what_was_held_unread_is_read_later(vault, folder):
    hold(vault, "M-1", [folder])
    assert not search("heron").total
    [item] = [one for one in choose(outcome="unread") if one.file_name == "text.txt"]
    [told] = list(reread(vault, "M-1", [item]))
    assert told.state == "changed" and told.after == "ok"
    assert find_item(item.code).parts.get().text.startswith("The heron")
    assert not verify_vault(vault).faults


def test_unread_bytes_that_do_not_read_are_said_to_be_damaged(vault):
    hold_bytes(vault, "M-1", [("broken.pdf", b"%PDF-1.7 and then nothing")])
    [told] = list(reread(vault, "M-1", choose(outcome="unread")))
    assert told.state == "changed" and told.after not in ("unread", "ok")


def test_what_was_read_before_is_not_held_again(vault):
    receive_bytes(vault, "M-1", [("a.txt", b"read before")])
    tally = hold_bytes(vault, "M-1", [("b.txt", b"read before"), ("c.txt", b"new")])
    assert (tally.deposited, tally.held) == (1, 1)
    assert Item.objects.get(file_name="a.txt").outcome == "ok"


def test_a_path_that_is_not_there_stops_everything(vault, folder, tmp_path):
    with pytest.raises(BadInput):
        hold(vault, "M-1", [folder, tmp_path / "nowhere"])
    assert not Item.objects.exists()


def test_sizes_are_looked_up_once_each(vault):
    hold_bytes(vault, "M-1", [(str(n), b"%d" % n) for n in range(10, 60)])
    assert known_sizes([2, 2, 3, *range(1_000, 3_000)]) == {2}


def test_nothing_fresh_leaves_no_entry(vault):
    assert record_unread("M-1", []) == []


def test_the_other_process_holds_the_lock_until_it_has_ended(vault, folder):
    with Packer() as packer:
        packer.open(vault.folder / "packs", vault.keys)
        with lock.hold(vault.folder):
            packer.begin(lock.handle_of(vault.folder))
            packer.ask([str(folder / "large.bin")], {})
            packer.answer()
        with pytest.raises(InUse), lock.hold(vault.folder, wait=0.2):
            pass
        packer.end()
        with lock.hold(vault.folder, wait=60):
            pass


def test_when_the_other_process_dies_nothing_of_its_batch_is_acknowledged(
    vault, vault_folder, folder, way, monkeypatch
):
    if way == "here":
        pytest.skip("there is no other process")
    real = Packer.answer
    told = []

    def die(packer):
        if told:
            os.kill(packer._process.pid, signal.SIGKILL)
            packer._process.wait()
            while True:
                real(packer)
        return real(packer)

    monkeypatch.setattr(Packer, "answer", die)
    with pytest.raises(StorageFailed):
        hold(vault, "M-1", [folder], tell=told.append)
    monkeypatch.setattr(Packer, "answer", real)
    vault.close()
    again = open_vault(vault_folder, PASSPHRASE)
    try:
        assert Item.objects.count() >= len({one.digest for one in told if one.code})
        assert not verify_vault(again).faults
        assert hold(again, "M-1", [folder]).failed == 1
        assert not verify_vault(again).faults
    finally:
        again.close()


@pytest.mark.parametrize("moment", [0.02, 0.05, 0.1, 0.2, 0.35])
def test_killed_at_any_moment_all_that_was_told_is_there(vault_folder, folder, tmp_path, moment):
    said = tmp_path / "said"
    child = os.fork()
    if child == 0:
        _take_in_until_killed(vault_folder, folder, said)
    while not said.exists():
        time.sleep(0.01)
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    vault = open_vault(vault_folder, PASSPHRASE)
    try:
        hold_bytes(vault, "M-1", [("after", b"what came after the crash")])
        held = set(Item.objects.values_list("sha256", flat=True))
        assert set(said.read_text().split("\n")[:-1]) - {"-"} <= held
        assert not verify_vault(vault).faults
    finally:
        vault.close()


def test_who_writes_next_clears_up_where_the_opening_could_not(vault_folder):
    """The process that seals still has the lock of one that was killed when the vault is opened."""
    left = vault_folder / "ledger" / ".checkpoint.1.tmp"
    left.write_bytes(b"half")
    (vault_folder / "packs" / WRITING).touch()
    with (vault_folder / "lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        vault = open_vault(vault_folder, PASSPHRASE)
    try:
        assert left.exists()
        hold_bytes(vault, "M-1", [("after", b"what came after")])
        assert not left.exists() and not (vault_folder / "packs" / WRITING).exists()
        assert not verify_vault(vault).faults
    finally:
        vault.close()


def _take_in_until_killed(vault_folder, folder, said):
    begin.FEW_FILES, begin.BATCH_FILES, module.TURN_SECONDS = 0, 5, 0.05
    vault = open_vault(vault_folder, PASSPHRASE)
    chance = random.Random()
    said.touch()
    with said.open("a", buffering=1) as file:
        while True:
            for number in range(30):
                (folder / "in" / f"{number:02d}.bin").write_bytes(chance.randbytes(5_000))
            hold(vault, "M-1", [folder], tell=lambda one: file.write(f"{one.digest or '-'}\n"))


def test_the_command_line_holds_and_reads_later(vault_folder, folder, run):
    first = run("item", "add", vault_folder, folder, "--unread", "--json", expect=8)
    facts = json.loads(first.stdout)
    assert facts["deposited"] == 33 and all(
        f["outcome"] == "unread" for f in facts["files"] if f["state"] != "failed"
    )
    shown = run("item", "add", vault_folder, folder, "--unread", expect=8)
    assert "expected 35 = deposited 0 + already held 34 + failed 1" in shown.stdout
    run("item", "outcomes", vault_folder, "--rerun", "--outcome", "unread")
    assert "quiet harbour" in run("search", vault_folder, "heron").stdout
