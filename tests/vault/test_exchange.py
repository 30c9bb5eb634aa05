"""Two offices hand items over: custody goes along, and both ledgers tell the same."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from amparo.custody.models import LedgerEntry
from amparo.custody.verify import verify_package
from amparo.errors import BadInput, Broken, Refused
from amparo.intake.receive import receive, receive_bytes
from amparo.vault.exchange import hand_over, keep_receipt, read_package, take_over
from amparo.vault.models import Item
from amparo.vault.reseal import reseal
from amparo.vault.retrieve import find_item
from amparo.vault.unlock import create_vault, open_vault
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE

DATA = os.urandom(50_000)
OTHER = "amparo/00000000000000ff"


def entries(kind: str) -> list[dict]:
    rows = LedgerEntry.objects.filter(kind=kind).order_by("sequence")
    return [json.loads(bytes(row.body)) for row in rows]


@pytest.fixture
def handed(vault, tmp_path):
    """A vault that has handed two of its three items over; its key."""
    files = [("Anna Novak.bin", DATA), ("b.txt", b"letters of the harbour"), ("c.txt", b"stays")]
    receive_bytes(vault, "M-1", files)
    items = [find_item("I-0001"), find_item("I-0002")]
    hand_over(vault, items, tmp_path / "handed", to=OTHER, purpose="joint case", use="own use")
    return vault.header.vkey


def test_both_ledgers_tell_the_same(vault, handed, tmp_path, cheap_cost):
    sent = {one["digest"]: one["sequence"] for one in entries("transfer-out")}
    vault.close()
    create_vault(tmp_path / "theirs", PASSPHRASE, cost=cheap_cost)
    theirs = open_vault(tmp_path / "theirs", PASSPHRASE)
    arriving = read_package(tmp_path / "handed", [handed])
    receive(theirs, theirs.member, arriving.files)
    receipt, their_key = take_over(theirs, arriving), theirs.header.vkey
    received = {one["digest"]: one["sequence"] for one in entries("transfer-in")}
    assert set(received) == set(sent)
    for one in entries("transfer-in"):
        assert one["from"]["party"] == vault.header.origin
        assert one["from"]["receipt"].startswith(f"entry {sent[one['digest']]} of ")
    assert theirs.packs.read(Item.objects.get(sha256=next(iter(sent))).locator)
    assert verify_vault(theirs).faults == []
    theirs.close()
    ours = open_vault(vault.folder, PASSPHRASE)
    assert keep_receipt(ours, receipt, their_key) == 2
    confirmed = [one for one in entries("transfer-out") if "receipt" in one["to"]]
    assert {one["digest"]: one["to"]["receipt"] for one in confirmed} == {
        digest: f"entry {number}" for digest, number in received.items()
    }
    assert verify_vault(ours).faults == []
    with pytest.raises(Broken):
        keep_receipt(ours, receipt.replace("received ", "received 9", 1), their_key)
    with pytest.raises(Broken):
        keep_receipt(ours, receipt, handed)
    ours.close()


def test_the_package_holds_what_was_asked_for_and_no_file_name(handed, tmp_path):
    report = verify_package(tmp_path / "handed", trusted=[handed])
    assert report.clean and report.entries == 4
    names = [path.name for path in (tmp_path / "handed").rglob("*")]
    assert "I-0001.bin" in names and "I-0002.txt" in names and "I-0003.txt" not in names
    image = b"".join(p.read_bytes() for p in (tmp_path / "handed").rglob("*") if p.is_file())
    assert b"Novak" not in image and DATA in image


def test_a_package_is_taken_over_only_whole_and_from_whom_we_know(vault, handed, tmp_path):
    with pytest.raises(Refused):
        read_package(tmp_path / "handed", [])
    with pytest.raises(Broken):
        read_package(tmp_path / "handed", [handed.replace(handed[-9:-5], "AAAA")])
    shutil.copytree(tmp_path / "handed", tmp_path / "changed")
    (tmp_path / "changed/data/items/I-0002.txt").write_text("letters of the harbours")
    with pytest.raises(Broken):
        read_package(tmp_path / "changed", [handed])
    with pytest.raises(BadInput):
        hand_over(vault, [], tmp_path / "handed", to=OTHER, purpose="again", use="own use")


def test_a_receipt_for_what_was_not_sent_is_refused(vault, handed, tmp_path):
    from amparo.crypto.sign import sign_note
    from amparo.custody.log import current_log

    signer = current_log().signer
    text = f"amparo-receipt/1\nby {signer.name}\nfrom {signer.name}\n"
    false = sign_note(f"{text}item {'a' * 64} sent 1 received 1\n", [signer])
    count = LedgerEntry.objects.count()
    with pytest.raises(Broken, match="not made"):
        keep_receipt(vault, false, handed)
    assert LedgerEntry.objects.count() == count


def test_commands(run, vault_folder, tmp_path, cheap_cost):
    create_vault(tmp_path / "theirs", PASSPHRASE, cost=cheap_cost)
    (tmp_path / "a.txt").write_text("letters of the harbour")
    run("item", "add", vault_folder, tmp_path / "a.txt")
    ours = json.loads(run("vault", "show", vault_folder, "--json").stdout)["log_key"]
    theirs = json.loads(run("vault", "show", tmp_path / "theirs", "--json").stdout)["log_key"]
    out = tmp_path / "handed"
    run("export-items", vault_folder, "I-0001", "--out", out, "--to", OTHER)
    receipt = tmp_path / "receipt.txt"
    run("import-items", tmp_path / "theirs", out, "--key", theirs, "--receipt", receipt, expect=1)
    run("import-items", tmp_path / "theirs", out, "--key", ours, "--receipt", receipt)
    run("add-receipt", vault_folder, receipt, "--key", theirs)
    run("verify", vault_folder)
    run("verify", tmp_path / "theirs")


def test_what_witnesses_signed_goes_along_even_over_a_re_sealing(vault, tmp_path, cheap_cost):
    from amparo.crypto.sign import COSIGN_ED25519, Signer, Verifier
    from amparo.custody.checkpoint import cosign
    from amparo.custody.models import LogState
    from amparo.custody.witnessed import keep_cosigned

    receive_bytes(vault, "M-1", [("a.bin", DATA)])
    witness = Signer("partner/witness", os.urandom(32), COSIGN_ED25519)
    own = [Verifier.parse(key) for key in vault.header.vkeys]
    note = cosign(LogState.objects.get().checkpoint, witness, 1_800_000_000)
    keep_cosigned("M-1", note, [witness.verifier.vkey], own)
    hand_over(
        vault,
        [find_item("I-0001")],
        tmp_path / "one",
        to=OTHER,
        purpose="joint case",
        use="own use",
    )
    reseal(vault, PASSPHRASE, cost=cheap_cost)
    again = open_vault(vault.folder, PASSPHRASE)
    hand_over(
        again,
        [find_item("I-0001")],
        tmp_path / "two",
        to=OTHER,
        purpose="joint case",
        use="own use",
    )
    key = again.header.vkey
    again.close()
    for name, vkey in (("one", vault.header.vkey), ("two", key)):
        report = verify_package(tmp_path / name, trusted=[vkey])
        assert report.faults == []
        assert [one.name for one in report.cosigned] == ["partner/witness"]
        assert len(list((tmp_path / name / "custody/cosigned").iterdir())) == 1
