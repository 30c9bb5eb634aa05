"""A second signature on each checkpoint, of a kind that outlives Ed25519; never one without
the other."""

from __future__ import annotations

import json

import pytest

from amparo.crypto.sign import COSIGN_ML_DSA_44, Verifier, open_note, parse_note
from amparo.custody.log import current_log
from amparo.custody.models import LogState
from amparo.custody.work import work
from amparo.errors import BadInput
from amparo.store import guard
from amparo.store.files import write_durably
from amparo.vault.rekey import add_post_quantum
from amparo.vault.reseal import reseal
from amparo.vault.unlock import create_vault, open_vault
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE


def write() -> None:
    with work("M-1", "note") as custody:
        custody.enter("verify", result="step")


def signed_by(vault) -> list[int]:
    keys = [Verifier.parse(key) for key in vault.header.head_vkeys]
    return [key.kind for key in open_note(LogState.objects.get().checkpoint, keys)[1]]


@pytest.fixture
def quantum(tmp_path, cheap_cost):
    create_vault(tmp_path / "vault", PASSPHRASE, cost=cheap_cost, post_quantum=True)
    vault = open_vault(tmp_path / "vault", PASSPHRASE)
    yield vault
    vault.close()


def test_a_new_vault_signs_twice_from_its_first_entry(quantum):
    assert signed_by(quantum) == [1, COSIGN_ML_DSA_44]
    write()
    assert signed_by(quantum) == [1, COSIGN_ML_DSA_44]
    assert verify_vault(quantum).faults == []


def test_a_vault_without_one_is_as_before_and_can_be_given_one(vault):
    assert len(parse_note(LogState.objects.get().checkpoint).signatures) == 1
    kept = LogState.objects.get().checkpoint
    add_post_quantum(vault)
    assert signed_by(vault) == [1, COSIGN_ML_DSA_44]
    assert verify_vault(vault, earlier=[kept]).faults == []
    with pytest.raises(BadInput, match="has a post-quantum key"):
        add_post_quantum(vault)


def test_a_process_that_had_the_vault_open_before_signs_twice_as_well(vault):
    from amparo.custody.log import open_log

    before = current_log()
    add_post_quantum(vault)
    open_log(before)
    write()
    assert signed_by(vault) == [1, COSIGN_ML_DSA_44]


def test_a_signature_left_away_is_found(quantum):
    write()
    lines = LogState.objects.get().checkpoint.splitlines(keepends=True)
    note = "".join(lines[:-1])
    with guard.permit():
        LogState.objects.update(checkpoint=note)
    write_durably(quantum.folder / "ledger/checkpoint", note.encode())
    assert any("did not sign" in fault for fault in verify_vault(quantum).faults)


def test_re_sealing_changes_both_keys_and_earlier_checkpoints_still_compare(quantum, cheap_cost):
    write()
    kept, before = LogState.objects.get().checkpoint, quantum.header
    reseal(quantum, PASSPHRASE, cost=cheap_cost)
    vault = open_vault(quantum.folder, PASSPHRASE)
    try:
        assert signed_by(vault) == [1, COSIGN_ML_DSA_44]
        assert vault.header.post_quantum != before.post_quantum
        assert set(before.head_vkeys) <= set(vault.header.former_vkeys)
        assert verify_vault(vault, earlier=[kept]).faults == []
    finally:
        vault.close()


def test_commands(run, vault_folder, tmp_path):
    run("init", tmp_path / "new", "--post-quantum")
    vkey = run("ledger", "add-post-quantum", vault_folder).stdout.strip()
    assert Verifier.parse(vkey).kind == COSIGN_ML_DSA_44
    for folder in (vault_folder, tmp_path / "new"):
        facts = json.loads(run("vault", "show", folder, "--json").stdout)
        assert Verifier.parse(facts["post_quantum_key"]).kind == COSIGN_ML_DSA_44
        run("verify", folder)
    run("ledger", "add-post-quantum", vault_folder, expect=2)
