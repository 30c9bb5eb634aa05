"""Who may open the vault: slots come and go, data stays, the ledger says so."""

from __future__ import annotations

import pytest

from amparo.access.members import list_members
from amparo.crypto.slots import Cost
from amparo.custody.models import LedgerEntry
from amparo.errors import BadInput, InUse, Locked, NotFound, Refused
from amparo.vault.rekey import add_member, parse_shares, remove_member, renew_recovery
from amparo.vault.unlock import create_vault, open_vault, open_with_words
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE

CHEAP = Cost(64, 1, 1)
OTHER = "other people have other words"


def test_a_member_opens_with_a_passphrase_of_their_own(vault_folder):
    vault = open_vault(vault_folder, PASSPHRASE)
    assert add_member(vault, PASSPHRASE, OTHER, cost=CHEAP) == "M-2"
    vault.close()
    vault = open_vault(vault_folder, OTHER)
    assert vault.member == "M-2"
    with pytest.raises(Refused, match="owner"):
        add_member(vault, OTHER, "a third one altogether", cost=CHEAP)
    with pytest.raises(Refused, match="owner"):
        remove_member(vault, "M-1")
    assert verify_vault(vault).faults == []
    vault.close()


def test_a_removed_member_opens_no_more_and_the_code_is_not_given_again(vault_folder):
    vault = open_vault(vault_folder, PASSPHRASE)
    add_member(vault, PASSPHRASE, OTHER, cost=CHEAP)
    remove_member(vault, "M-2")
    with pytest.raises(NotFound):
        remove_member(vault, "M-2")
    assert add_member(vault, PASSPHRASE, "a third one altogether", cost=CHEAP) == "M-3"
    assert [m.code for m in list_members() if m.left_at is None] == ["M-1", "M-3"]
    said = [bytes(row.body).decode() for row in LedgerEntry.objects.filter(kind="grant")]
    assert any("M-2 left" in body for body in said)
    vault.close()
    with pytest.raises(Locked):
        open_vault(vault_folder, OTHER)


def test_the_last_owner_stays(vault):
    with pytest.raises(Refused, match="last owner"):
        remove_member(vault, "M-1")
    assert len(vault.header.slots) == 2


def test_two_members_cannot_have_one_passphrase(vault):
    with pytest.raises(BadInput):
        add_member(vault, PASSPHRASE, PASSPHRASE, cost=CHEAP)
    with pytest.raises(BadInput, match="no such role"):
        add_member(vault, PASSPHRASE, OTHER, role="chief", cost=CHEAP)
    assert len(list_members()) == 1 and len(vault.header.slots) == 2


def test_a_header_that_another_process_changed_is_not_written_over(vault):
    from amparo.vault.header import read_header, write_header

    slots = list(vault.header.slots)[:1]
    write_header(vault.folder, vault.header.with_slots(slots), vault.keys.header)
    with pytest.raises(InUse):
        add_member(vault, PASSPHRASE, OTHER, cost=CHEAP)
    assert len(read_header(vault.folder).slots) == 1


def test_two_of_three_word_lists_open_the_vault(tmp_path):
    words = create_vault(tmp_path / "v", PASSPHRASE, cost=CHEAP, recovery=(2, 3))
    assert len(words) == 3
    open_with_words(tmp_path / "v", [words[2], words[0]]).close()
    with pytest.raises(BadInput):
        open_with_words(tmp_path / "v", [words[1]])


def test_new_recovery_words_end_the_old_ones(tmp_path):
    old = create_vault(tmp_path / "v", PASSPHRASE, cost=CHEAP)
    vault = open_vault(tmp_path / "v", PASSPHRASE)
    new = renew_recovery(vault, PASSPHRASE, threshold=2, count=2)
    vault.close()
    with pytest.raises(Locked):
        open_with_words(tmp_path / "v", old)
    open_with_words(tmp_path / "v", new).close()


@pytest.mark.parametrize("text", ["", "2", "of", "2of", "x of 3", "100of200"])
def test_shares_that_are_none(text):
    with pytest.raises(BadInput):
        parse_shares(text)


def test_shares_as_people_write_them():
    assert parse_shares("2of3") == parse_shares(" 2 of 3") == parse_shares("2/3") == (2, 3)
