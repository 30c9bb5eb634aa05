"""Re-sealing: the same evidence and ledger under a new key; the old key opens nothing more."""

from __future__ import annotations

import os

import pytest

from amparo.crypto.slots import Cost, open_slots
from amparo.custody.log import open_log
from amparo.custody.models import LogState
from amparo.custody.work import work
from amparo.errors import InUse, Locked
from amparo.intake.receive import receive_bytes
from amparo.store import swap
from amparo.vault.header import read_header
from amparo.vault.identity import seal_identity, show_identity
from amparo.vault.models import Item
from amparo.vault.rekey import add_member
from amparo.vault.reseal import reseal
from amparo.vault.retrieve import find_item
from amparo.vault.unlock import open_vault, open_with_words
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE

CHEAP = Cost(64, 1, 1)
LARGE = os.urandom((1 << 20) + 4321)


@pytest.fixture
def filled(either_vault_folder):
    vault_folder = either_vault_folder
    vault = open_vault(vault_folder, PASSPHRASE)
    files = [("a.txt", b"letters of the harbour"), ("b.bin", LARGE), ("c.txt", b"")]
    assert receive_bytes(vault, "M-1", files).deposited == 3
    seal_identity(vault, "KARV", "V-1", {"name": "Testperson Eins"})
    vault.close()
    return vault_folder


def test_everything_is_there_under_the_new_key(filled):
    vault = open_vault(filled, PASSPHRASE)
    add_member(vault, PASSPHRASE, "other people have other words", cost=CHEAP)
    kept, old = LogState.objects.get().checkpoint, vault.header
    old_key, _ = open_slots(old.slots, PASSPHRASE)
    packs = {path.name: path.read_bytes() for path in (filled / "packs").glob("*.pack")}
    answer = reseal(vault, PASSPHRASE, cost=CHEAP)
    assert list(answer.passphrases) == ["M-2"] and len(answer.words) == 1
    with pytest.raises(Locked):
        open_vault(filled, "other people have other words")
    open_vault(filled, answer.passphrases["M-2"]).close()
    open_with_words(filled, list(answer.words)).close()
    vault = open_vault(filled, PASSPHRASE)
    new_key, _ = open_slots(vault.header.slots, PASSPHRASE)
    assert new_key != old_key and vault.header.vkey != old.vkey
    assert vault.packs.read(find_item("b.bin").locator) == LARGE
    assert Item.objects.count() == 3
    assert show_identity(vault, "KARV", "V-1", purpose="test")["name"] == "Testperson Eins"
    assert verify_vault(vault, earlier=[kept]).faults == []
    assert packs["000001.pack"] != (filled / "packs/000001.pack").read_bytes()
    vault.close()
    assert not (filled / swap.BUILDING).exists() and not (filled / swap.DECIDED).exists()


@pytest.mark.parametrize("done", range(6))
def test_a_crash_while_the_new_content_moves_in_is_finished_at_the_next_opening(
    filled, done, monkeypatch
):
    rename, count = swap.DISK.rename, []

    def crash(source, target):
        if source.name == swap.BUILDING or source.parent.name == swap.DECIDED:
            if len(count) == done:
                raise ZeroDivisionError
            count.append(source)
        rename(source, target)

    vault = open_vault(filled, PASSPHRASE)
    steps = 4 if vault.header.database else 5
    with monkeypatch.context() as patch:
        patch.setattr(swap.DISK, "rename", crash)
        if done < steps:
            with pytest.raises(ZeroDivisionError):
                reseal(vault, PASSPHRASE, cost=CHEAP)
        else:
            reseal(vault, PASSPHRASE, cost=CHEAP)
    vault.close()
    vault = open_vault(filled, PASSPHRASE)
    assert verify_vault(vault).faults == []
    assert vault.packs.read(find_item("b.bin").locator) == LARGE
    vault.close()


def test_a_crash_before_the_decision_leaves_the_old_vault(filled, monkeypatch):
    before = read_header(filled).vkey
    vault = open_vault(filled, PASSPHRASE)
    with monkeypatch.context() as patch:
        patch.setattr(swap, "decide", lambda folder: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            reseal(vault, PASSPHRASE, cost=CHEAP)
    vault.close()
    vault = open_vault(filled, PASSPHRASE)
    assert vault.header.vkey == before and verify_vault(vault).faults == []
    vault.close()


def test_whoever_had_the_old_record_open_writes_no_more(vault):
    from amparo.custody.log import current_log

    log = current_log()
    object.__setattr__(log, "inode", 1)
    open_log(log)
    with pytest.raises(InUse, match="re-sealed"), work("M-1", "late") as custody:
        custody.enter("verify", result="ok")


def test_the_record_on_a_server_is_copied_and_the_former_tables_go(server_vault_folder):
    folder = server_vault_folder
    vault = open_vault(folder, PASSPHRASE)
    receive_bytes(vault, "M-1", [("a.txt", b"letters of the harbour")])
    before = vault.header.tables_id
    reseal(vault, PASSPHRASE, cost=CHEAP)
    vault = open_vault(folder, PASSPHRASE)
    try:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'amparo_%%'")
            assert [name for (name,) in cursor.fetchall()] == [f"amparo_{vault.header.tables_id}"]
        assert vault.header.tables_id != before == vault.header.vault_id
        assert receive_bytes(vault, "M-1", [("b.txt", b"one more letter")]).deposited == 1
        assert verify_vault(vault).faults == []
    finally:
        vault.close()


def test_who_had_the_former_tables_open_is_told(server_vault_folder):
    """The tables were taken away by another process."""
    vault = open_vault(server_vault_folder, PASSPHRASE)
    from amparo.store import database

    database.drop_server_tables(vault.header.tables_id)
    try:
        with pytest.raises(InUse, match="re-sealed"), work("M-1", "late") as custody:
            custody.enter("verify", result="ok")
    finally:
        vault.close()
