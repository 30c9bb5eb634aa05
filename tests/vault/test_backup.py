"""Backup while in use, only what is new, and restore that does not hide what it undid."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from amparo.crypto.slots import Cost
from amparo.custody.models import LedgerEntry, LogState
from amparo.custody.work import work
from amparo.errors import BadInput, Broken, Locked, Refused
from amparo.intake.receive import receive_bytes
from amparo.vault.backup import back_up, check_copy
from amparo.vault.reseal import reseal
from amparo.vault.restore import restore
from amparo.vault.retrieve import find_item
from amparo.vault.unlock import open_vault
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE

DATA = os.urandom(200_000)


def verified(folder) -> list[str]:
    vault = open_vault(folder, PASSPHRASE)
    try:
        return verify_vault(vault).faults
    finally:
        vault.close()


@pytest.fixture
def filled(vault):
    receive_bytes(vault, "M-1", [("a.bin", DATA), ("b.txt", b"letters of the harbour")])
    return vault


def test_a_backup_is_a_vault_that_verifies(filled, tmp_path):
    done = back_up(filled, tmp_path / "copy")
    assert (
        done.kept == 0 and done.copied > len(DATA) and check_copy(filled, tmp_path / "copy") == []
    )
    assert verify_vault(filled).faults == []
    filled.close()
    assert verified(tmp_path / "copy") == []
    vault = open_vault(tmp_path / "copy", PASSPHRASE)
    assert vault.packs.read(find_item("a.bin").locator) == DATA
    assert LedgerEntry.objects.order_by("-sequence")[0].kind == "copy"
    vault.close()


def test_the_next_backup_copies_only_what_is_new(filled, tmp_path):
    back_up(filled, tmp_path / "copy")
    receive_bytes(filled, "M-1", [("c.txt", b"one more letter")])
    done = back_up(filled, tmp_path / "copy")
    assert 0 < done.copied < 10_000 < done.kept
    assert check_copy(filled, tmp_path / "copy") == []
    filled.close()
    assert verified(tmp_path / "copy") == []


def test_a_backup_cut_off_is_still_the_earlier_one(filled, tmp_path, monkeypatch):
    from amparo.vault import backup

    back_up(filled, tmp_path / "copy")
    receive_bytes(filled, "M-1", [("c.bin", os.urandom(5_000))])
    with monkeypatch.context() as patch:
        patch.setattr(backup, "write_header", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            back_up(filled, tmp_path / "copy")
    torn = tmp_path / "copy/packs/000001.pack"
    torn.write_bytes(torn.read_bytes()[:-100])
    filled.close()
    shutil.copytree(tmp_path / "copy", tmp_path / "opened")
    assert verified(tmp_path / "opened") == [], "the torn tail is cut as after any crash"
    vault = open_vault(filled.folder, PASSPHRASE)
    back_up(vault, tmp_path / "copy")
    assert check_copy(vault, tmp_path / "copy") == []
    vault.close()
    assert verified(tmp_path / "copy") == []


def test_a_backup_that_differs_at_its_end_is_copied_anew(filled, tmp_path):
    back_up(filled, tmp_path / "copy")
    pack = tmp_path / "copy/packs/000001.pack"
    data = bytearray(pack.read_bytes())
    data[-1] ^= 1
    pack.write_bytes(data)
    assert check_copy(filled, tmp_path / "copy") == ["packs/000001.pack"]
    back_up(filled, tmp_path / "copy")
    assert check_copy(filled, tmp_path / "copy") == []


def test_places_where_no_backup_can_go(filled, tmp_path):
    (tmp_path / "used").mkdir()
    (tmp_path / "used/letter.txt").write_text("keep me")
    for place in (tmp_path / "used", filled.folder, filled.folder / "in", tmp_path / "no/such"):
        with pytest.raises(BadInput):
            back_up(filled, place)
    assert [p.name for p in (tmp_path / "used").iterdir()] == ["letter.txt"]


def test_a_backup_after_re_sealing_holds_nothing_of_the_old_key(filled, tmp_path):
    back_up(filled, tmp_path / "copy")
    old = (tmp_path / "copy/packs/000001.pack").read_bytes()[1000:2000]
    reseal(filled, PASSPHRASE, cost=Cost(64, 1, 1))
    vault = open_vault(filled.folder, PASSPHRASE)
    back_up(vault, tmp_path / "copy")
    assert check_copy(vault, tmp_path / "copy") == []
    vault.close()
    assert verified(tmp_path / "copy") == []
    assert old not in (tmp_path / "copy/packs/000001.pack").read_bytes()


def test_restore_brings_everything_back_and_says_so(filled, tmp_path):
    back_up(filled, tmp_path / "copy")
    filled.close()
    shutil.rmtree(filled.folder)
    done = restore(tmp_path / "copy", filled.folder, PASSPHRASE)
    assert done.faults == () and done.set_aside is None
    vault = open_vault(filled.folder, PASSPHRASE)
    assert vault.packs.read(find_item("a.bin").locator) == DATA
    assert LedgerEntry.objects.order_by("-sequence")[0].kind == "restore"
    vault.close()


def test_restore_of_an_older_state_is_refused_or_written_down(filled, tmp_path):
    back_up(filled, tmp_path / "copy")
    with work("M-1", "later") as custody:
        custody.enter("verify", result="something done after the backup")
    kept, size = LogState.objects.get().checkpoint, LogState.objects.get().size
    filled.close()
    with pytest.raises(Refused, match="older"):
        restore(tmp_path / "copy", filled.folder, PASSPHRASE)
    with pytest.raises(Refused, match="older"):
        restore(tmp_path / "copy", tmp_path / "elsewhere", PASSPHRASE, later=[kept])
    assert not (tmp_path / "elsewhere").exists()
    done = restore(tmp_path / "copy", filled.folder, PASSPHRASE, accept_rollback=True)
    assert done.before == size > done.entries and done.set_aside.is_dir()
    vault = open_vault(filled.folder, PASSPHRASE)
    said = json.loads(bytes(LedgerEntry.objects.order_by("-sequence")[0].body))
    assert said["kind"] == "restore" and f"back from {size} entries" in said["result"]
    assert verify_vault(vault, earlier=[kept]).faults != [], "who kept a checkpoint still sees it"
    with pytest.raises(Broken, match="newer than the vault"):
        shutil.copytree(done.set_aside, tmp_path / "newer")
        for _ in range(5):
            with work("M-1", "x") as custody:
                custody.enter("verify", result="x")
        vault.close()
        newer = open_vault(tmp_path / "newer", PASSPHRASE)
        for _ in range(9):
            with work("M-1", "x") as custody:
                custody.enter("verify", result="x")
        newer.close()
        vault = open_vault(filled.folder, PASSPHRASE)
        back_up(vault, tmp_path / "newer")
    vault.close()


def test_a_restore_that_cannot_be_opened_changes_nothing(filled, tmp_path):
    back_up(filled, tmp_path / "copy")
    filled.close()
    before = (filled.folder / "ledger/checkpoint").read_bytes()
    with pytest.raises(Locked):
        restore(tmp_path / "copy", filled.folder, "not the passphrase")
    assert (filled.folder / "ledger/checkpoint").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy", "vault"]


def test_commands(run, vault_folder, tmp_path):
    run("backup", vault_folder, tmp_path / "copy")
    run("verify", tmp_path / "copy")
    shutil.rmtree(vault_folder)
    run("restore", tmp_path / "copy", vault_folder)
    said = json.loads(run("ledger", "show", vault_folder, "--json").stdout)
    assert said[0]["kind"] == "restore"
