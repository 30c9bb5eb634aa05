"""Making and opening a vault: what goes wrong is said, and nothing is half-made."""

from __future__ import annotations

import pytest

from amparo.errors import BadInput, Broken, Locked, StorageFailed, WrongFormat
from amparo.vault.rekey import change_passphrase, recover_with_words
from amparo.vault.unlock import create_vault, open_vault
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE


def test_wrong_passphrase(vault_folder):
    with pytest.raises(Locked):
        open_vault(vault_folder, "not this one at all")


def test_not_a_vault(tmp_path):
    with pytest.raises(WrongFormat):
        open_vault(tmp_path, PASSPHRASE)


def test_a_folder_in_use_is_left_alone(tmp_path, cheap_cost):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "letter.txt").write_text("keep me")
    with pytest.raises(BadInput):
        create_vault(tmp_path / "old", PASSPHRASE, cost=cheap_cost)
    assert [p.name for p in (tmp_path / "old").iterdir()] == ["letter.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["old"]


def test_missing_parent_leaves_nothing(tmp_path, cheap_cost):
    with pytest.raises(BadInput):
        create_vault(tmp_path / "no" / "vault", PASSPHRASE, cost=cheap_cost)
    assert not list(tmp_path.iterdir())


def test_recovery_words_open_and_set_a_new_passphrase(tmp_path, cheap_cost):
    words = create_vault(tmp_path / "v", PASSPHRASE, cost=cheap_cost)
    recover_with_words(tmp_path / "v", words, "a new and longer passphrase", cost=cheap_cost)
    with pytest.raises(Locked):
        open_vault(tmp_path / "v", PASSPHRASE)
    open_vault(tmp_path / "v", "a new and longer passphrase").close()


def test_change_passphrase(vault_folder, cheap_cost):
    change_passphrase(vault_folder, PASSPHRASE, "other words than before", cost=cheap_cost)
    with pytest.raises(Locked):
        open_vault(vault_folder, PASSPHRASE)
    open_vault(vault_folder, "other words than before").close()


def test_newer_format_is_refused_without_touching(vault_folder):
    header = vault_folder / "vault.toml"
    header.write_text(header.read_text().replace("format = 1", "format = 2"))
    before = header.read_bytes()
    with pytest.raises(WrongFormat, match="newer"):
        open_vault(vault_folder, PASSPHRASE)
    assert header.read_bytes() == before


def test_changed_header_is_found(vault_folder):
    header = vault_folder / "vault.toml"
    text = header.read_text()
    header.write_text(text.replace('created_at = "2', 'created_at = "1'))
    with pytest.raises(Broken):
        open_vault(vault_folder, PASSPHRASE)


def test_an_older_record_put_back_is_found(vault_folder, tmp_path):
    old = (vault_folder / "record.db").read_bytes()
    vault = open_vault(vault_folder, PASSPHRASE)
    from amparo.custody.work import work

    with work("M-1", "something") as custody:
        custody.enter("verify", result="ok")
    vault.close()
    for name in ("record.db-wal", "record.db-shm"):
        (vault_folder / name).unlink(missing_ok=True)
    (vault_folder / "record.db").write_bytes(old)
    with pytest.raises(Broken, match="not the one"):
        open_vault(vault_folder, PASSPHRASE)


def test_missing_record(vault_folder):
    (vault_folder / "record.db").unlink()
    with pytest.raises(WrongFormat):
        open_vault(vault_folder, PASSPHRASE)


def test_a_file_in_the_place_of_the_vault(tmp_path, cheap_cost):
    (tmp_path / "v").write_text("x")
    with pytest.raises((BadInput, StorageFailed)):
        create_vault(tmp_path / "v", PASSPHRASE, cost=cheap_cost)
    assert (tmp_path / "v").read_text() == "x"


def test_a_header_that_was_being_written_when_the_process_was_killed_is_no_fault(vault_folder):
    (vault_folder / ".vault.toml.1.tmp").write_bytes(b"half")
    vault = open_vault(vault_folder, PASSPHRASE)
    try:
        assert not verify_vault(vault).faults
    finally:
        vault.close()
