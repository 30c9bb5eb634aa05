"""Members, backups, exchanges, proofs, stamps and identities: what the commands do, as pages."""

import json
import os
import shutil
from pathlib import Path

import lxml.html
import pyrage
import pytest
from django.test import Client

from amparo.crypto.sign import COSIGN_ED25519, Signer
from amparo.custody.checkpoint import cosign, parse_checkpoint
from amparo.custody.models import LedgerEntry, LogState
from amparo.custody.proof import check_inclusion, parse_proof
from amparo.custody.tree import leaf_hash
from amparo.custody.verify import verify_package
from amparo.vault import rekey, reseal
from amparo.vault.unlock import create_vault, open_vault, open_with_words
from amparo.vault.verify import verify_vault
from amparo.web.lock import Door, held_vault, set_door

NEW = "eleven quiet boats in the grey morning"


@pytest.fixture
def cheap(monkeypatch, cheap_cost):
    """Slots that the pages make cost nothing to open."""
    for name in ("add_member", "renew_passphrase", "reseal"):
        made = getattr(reseal if name == "reseal" else rekey, name)
        monkeypatch.setattr(
            f"amparo.web.members.{name}",
            lambda *words, _made=made, **named: _made(*words, cost=cheap_cost, **named),
        )


@pytest.fixture
def door(demo_vault_template, tmp_path):
    """A door of this test's own: slots are changed."""
    shutil.copytree(demo_vault_template, tmp_path / "vault")
    made = Door(tmp_path / "vault", 600.0)
    set_door(made)
    yield made
    made.close()


def texts(answer, wanted):
    """Texts of the elements that a path finds on a page."""
    return [one.text_content() for one in lxml.html.fromstring(answer.content).xpath(wanted)]


def drawn_on(answer):
    return texts(answer, "//p[@id='drawn']")[0]


def enter(passphrase):
    browser = Client(SERVER_NAME="127.0.0.1")
    answer = browser.post("/unlock", {"passphrase": passphrase})
    return browser if answer.status_code == 302 else None


def test_a_member_is_added_with_drawn_words_shown_once_and_removed(client, passphrase, cheap):
    told = client.post("/members/add", {"own": passphrase, "role": "member"})
    drawn = drawn_on(told)
    assert told.status_code == 200 and len(drawn.split()) == 7
    assert drawn.encode() in told.content and told["Cache-Control"] == "no-store"
    assert drawn.encode() not in client.get("/members").content
    other = enter(drawn)
    assert b"M-2" in other.get("/members").content
    assert b"Add a member" not in other.get("/members").content
    refused = other.post("/members/add", {"own": drawn, "role": "owner"})
    assert refused.status_code == 409
    assert other.post("/members/M-1/remove").status_code == 409
    assert other.post("/members/recovery", {"own": drawn, "shares": "1of1"}).status_code == 409
    assert client.post("/members/M-2/remove").status_code == 302
    assert other.get("/members").status_code == 302, "the session ended with the slot"
    assert enter(drawn) is None


def test_a_member_changes_the_own_passphrase_only_with_the_old_one(client, passphrase, cheap):
    wrong = {"own": "not this one", "passphrase": NEW, "again": NEW}
    assert client.post("/members/passphrase", wrong).status_code == 403
    for bad in ({"again": "x"}, {"passphrase": "letmein", "again": "letmein"}):
        given = {"own": passphrase, "passphrase": NEW, "again": NEW, **bad}
        assert client.post("/members/passphrase", given).status_code == 400
    assert enter(passphrase)
    given = {"own": passphrase, "passphrase": NEW, "again": NEW}
    assert client.post("/members/passphrase", given).status_code == 200
    assert enter(NEW) and enter(passphrase) is None


def test_recovery_words_are_shown_once_and_open_the_vault(client, passphrase, door, cheap_cost):
    given = {"own": passphrase, "shares": "2of3"}
    told = client.post("/members/recovery", given)
    words = texts(told, "//li[@class='code']")
    assert len(words) == 3 and all(line.encode() in told.content for line in words)
    assert client.post("/members/recovery", {**given, "shares": "many"}).status_code == 400
    folder = door.folder
    door.close()
    rekey.recover_with_words(folder, words[:2], NEW, cost=cheap_cost)
    open_vault(folder, NEW).close()


def test_a_backup_is_made_and_its_state_is_told(client, tmp_path, passphrase):
    assert b"none yet" in client.get("/backups").content
    assert client.post("/backups/make", {"place": ""}).status_code == 400
    assert client.post("/backups/make", {"place": "s3://b"}).status_code == 400
    place = str(tmp_path / "copy")
    told = client.post("/backups/make", {"place": place}, follow=True)
    assert b"Backed up:" in told.content and place.encode() not in told.content
    assert told.redirect_chain == [("/backups", 302)]
    again = client.get("/backups").content
    assert b"Backed up:" not in again and b"none yet" not in again


def test_items_go_to_another_office_and_the_receipt_comes_back(
    client, tmp_path, passphrase, cheap_cost, door
):
    out = str(tmp_path / "handed")
    given = {"items": "I-0001 I-0002", "to": "amparo/00", "purpose": "joint case", "place": out}
    assert b"2 items" in client.post("/exchanges/hand", given).content
    ours = held_vault().header.vkey
    assert verify_package(tmp_path / "handed", trusted=[ours]).clean
    assert client.post("/exchanges/hand", given).status_code == 400, "never over what is there"
    key = pyrage.x25519.Identity.generate().to_public()
    sealed = {"place": out, "recipients": f"{key}\n", "out": str(tmp_path / "handed.tar.age")}
    assert b"handed.tar.age is sealed" in client.post("/exchanges/seal", sealed).content
    assert (tmp_path / "handed.tar.age").read_bytes().startswith(b"age-encryption.org/v1")
    assert client.post("/exchanges/seal", sealed).status_code == 400
    door.close()
    create_vault(tmp_path / "theirs", NEW, cost=cheap_cost)
    other = Door(tmp_path / "theirs", 600.0)
    set_door(other)
    them = enter(NEW)
    bad = them.post("/exchanges/take", {"place": out, "key": ours[:-4] + "AAA="})
    assert bad.status_code in (400, 500)
    told = them.post("/exchanges/take", {"place": out, "key": ours})
    receipt, theirs = texts(told, "//pre[@id='receipt-made']")[0], held_vault().header.vkey
    assert b"0 failed" in told.content and receipt.startswith("amparo-receipt/1\n")
    other.close()
    set_door(door)
    back = enter(passphrase)
    pasted = {"receipt": receipt.replace("\n", "\r\n"), "key": theirs}
    assert b"Receipt kept for 2 items" in back.post("/exchanges/receipt", pasted).content


def test_entries_are_proven_and_checkpoints_compared(client):
    entry = client.post("/ledger/2/entry").content
    proof = parse_proof(client.post("/ledger/2/proof").content.decode())
    head = parse_checkpoint(client.post("/ledger/tools/checkpoint").content.decode())
    check_inclusion(leaf_hash(entry), 2, head.size, proof.path, head.root)
    assert client.post("/ledger/99999/proof").status_code == 404
    same = client.post("/ledger/tools/compare", {"checkpoint": head.note.replace("\n", "\r\n")})
    assert f"only grown since {head.size} entries".encode() in same.content
    wrong = client.post("/ledger/tools/compare", {"checkpoint": "nothing of the kind"})
    assert wrong.status_code == 400
    growth = client.post("/ledger/tools/growth", {"since": "3"})
    assert growth.content.startswith(b"amparo-consistency/1\nold 3\n")
    for since in ("", "x", "0", "99999999"):
        assert client.post("/ledger/tools/growth", {"since": since}).status_code in (400, 500)


def test_witnesses_countersign_and_are_kept(client):
    witness = Signer("partner/witness", os.urandom(32), COSIGN_ED25519)
    note = cosign(LogState.objects.get().checkpoint, witness, 1_800_000_000)
    given = {"checkpoint": note, "key": witness.verifier.vkey}
    assert b"countersigned by partner/witness" in client.post("/ledger/tools/keep", given).content
    other = Signer("amparo/theirs", os.urandom(32))
    theirs = other.verifier.vkey
    from amparo.custody.checkpoint import make_checkpoint

    note = make_checkpoint("amparo/theirs", 3, os.urandom(32), [other])
    first = client.post("/ledger/tools/countersign", {"checkpoint": note})
    assert first.status_code == 409, "not without their key"
    told = client.post("/ledger/tools/countersign", {"checkpoint": note, "key": theirs})
    assert texts(told, "//pre[@id='signed']")[0].startswith("amparo/theirs\n3\n")
    fork = make_checkpoint("amparo/theirs", 3, os.urandom(32), [other])
    assert client.post("/ledger/tools/countersign", {"checkpoint": fork}).status_code == 500
    assert client.post("/ledger/tools/post-quantum").status_code == 200
    assert b"Use a post-quantum key" not in client.get("/ledger/tools").content
    assert verify_vault(held_vault()).faults == []


def test_stamp_services_are_named_and_nobody_is_asked_unless_clicked(client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    assert client.post("/ledger/stamps/ask").status_code == 400
    client.post("/ledger/stamps/calendar", {"url": "https://calendar.example"})
    pem = SimpleUploadedFile("r.pem", b"-----BEGIN CERTIFICATE-----\nx")
    bad = {"name": "tsa-one", "url": "http://tsa.example", "roots": pem}
    assert client.post("/ledger/stamps/authority", bad).status_code == 400
    page = client.get("/ledger/stamps")
    assert b"calendar.example" in page.content and b"Stamp the newest" in page.content
    client.post("/ledger/stamps/remove", {"name": "calendar.example"})
    assert b"calendar.example" not in client.get("/ledger/stamps").content


def test_an_identity_is_sealed_shown_with_a_reason_and_destroyed(client, passphrase, cheap):
    place = "/cases/KARV/identity/V-1"
    assert b"is sealed under this code" in client.get(place).content
    client.post(f"{place}/seal", {"name": "Wexford Quillon", "note": "by the mill"})
    page = client.get(place).content
    assert b"Quillon" not in page and b"Seal it anew" in page
    assert client.post(f"{place}/show", {"purpose": ""}).status_code == 400
    shown = client.post(f"{place}/show", {"purpose": "call before the hearing"})
    assert b"Wexford Quillon" in shown.content
    assert LedgerEntry.objects.order_by("-sequence")[0].kind == "view"
    other = enter(drawn_on(client.post("/members/add", {"own": passphrase, "role": "member"})))
    assert client.post(f"{place}/erase", {"do": "ask", "reason": " "}).status_code == 400
    client.post(f"{place}/erase", {"do": "ask", "reason": "consent withdrawn"})
    for browser in (client, other):
        assert "KARV V-1" in texts(browser.get("/"), "//section[@aria-labelledby='h-erasures']")[0]
    told = client.get(place).content
    assert b"Another member decides: M-2" in told and b"Take it back" in told
    assert client.post(f"{place}/erase", {"do": "grant", "sure": "V-1"}).status_code == 409
    assert other.post(f"{place}/erase", {"do": "grant", "sure": "V-2"}).status_code == 400
    client.post("/cases/KARV/hold", {"why": "order of a court"})
    assert b"Nothing of this case is destroyed" in client.get("/cases/KARV").content
    assert other.post(f"{place}/erase", {"do": "grant", "sure": "V-1"}).status_code == 409
    assert other.post("/cases/KARV/hold", {"do": "lift", "why": "x"}).status_code == 409
    client.post("/cases/KARV/hold", {"do": "lift", "why": "the court is done"})
    assert b"consent withdrawn" in other.get(place).content
    other.post(f"{place}/erase", {"do": "grant", "sure": "V-1"})
    assert b"This person was erased" in client.get(place).content
    assert LedgerEntry.objects.order_by("-sequence")[0].kind == "dispose"
    assert client.post(f"{place}/show", {"purpose": "again"}).status_code == 404
    for missing in ("/cases/KARV/identity/V-99", "/cases/NONE/identity/V-1"):
        assert client.get(missing).status_code == 404
    assert verify_vault(held_vault()).faults == []


def test_a_package_is_checked_from_its_folder(client, tmp_path):
    out = tmp_path / "handed"
    given = {"items": "I-0001", "to": "amparo/00", "purpose": "joint case", "place": str(out)}
    client.post("/exchanges/hand", given)
    key = held_vault().header.vkey
    told = client.post("/verify/package", {"place": str(out), "key": key})
    assert b"whole and signed" in told.content and b"the key that you named" in told.content
    next((out / "data/items").iterdir()).write_bytes(b"another")
    told = client.post("/verify/package", {"place": str(out)})
    assert b"broken in the package" in told.content and b"data/items" in told.content
    assert client.post("/verify/package", {"place": str(tmp_path / "none")}).status_code == 404
    assert client.post("/verify/package", {"place": str(tmp_path)}).status_code == 400


def test_places_of_this_machine_are_for_owners(client, passphrase, cheap, tmp_path):
    told = client.post("/members/add", {"own": passphrase, "role": "member"})
    other = enter(drawn_on(told))
    for get in ("/backups", "/exchanges"):
        assert other.get(get).status_code == 409
    for post in ("/backups/make", "/exchanges/hand", "/exchanges/take", "/verify/package"):
        given = {"place": str(tmp_path / "x"), "items": "I-0001", "to": "x", "purpose": "x"}
        assert other.post(post, given).status_code == 409
    assert not (tmp_path / "x").exists()


def test_nothing_is_there_for_who_has_not_unlocked(stranger):
    for address in ("/members", "/backups", "/exchanges", "/ledger/tools", "/ledger/stamps",
                    "/cases/KARV/identity/V-1", "/ledger/2/proof"):  # fmt: skip
        assert stranger.get(address).status_code == 302
        assert stranger.post(address).status_code == 302


def test_a_vault_is_sealed_anew_and_everybody_has_to_unlock(client, door, passphrase, cheap):
    drawn_before = drawn_on(client.post("/members/add", {"own": passphrase, "role": "owner"}))
    other = enter(drawn_before)
    before, place = held_vault().header.vkey, door.folder
    assert b"Other members" in client.get("/members/reseal").content
    wrong = client.post("/members/reseal", {"own": "not this"})
    assert wrong.status_code == 403 and door.vault is not None
    told = other.post("/members/reseal", {"own": drawn_before})
    drawn, words = texts(told, "//dd[@class='code']"), texts(told, "//li[@class='code']")
    assert len(drawn) == 1 and len(words) == 1 and told["Cache-Control"] == "no-store"
    assert door.vault is None
    assert other.get("/items")["Location"] == "/unlock" == client.get("/items")["Location"]
    assert enter(drawn_before).get("/members").status_code == 200
    last = json.loads(bytes(LedgerEntry.objects.filter(kind="rekey").last().body))
    assert last["actor"]["id"] == "M-2", "who did it, not who opened the vault first"
    assert enter(drawn[0]).get("/members").status_code == 200
    assert held_vault().header.vkey != before and verify_vault(held_vault()).faults == []
    door.close()
    open_with_words(place, words).close()


def test_a_vault_in_which_somebody_works_is_not_sealed_anew(client, door, passphrase):
    door.enter(next(iter(door.sessions)))
    before = held_vault().header.vkey
    told = client.post("/members/reseal", {"own": passphrase})
    assert told.status_code == 409 and b"at this moment" in told.content
    door.leave()
    assert held_vault().header.vkey == before


def test_sealing_anew_that_fails_half_way_locks_and_leaves_the_vault_as_it_was(
    client, door, passphrase, cheap, monkeypatch
):
    before = held_vault().header.vkey
    with monkeypatch.context() as patch:
        patch.setattr("amparo.vault.reseal._rewrite", lambda *words: Path("/none/such").stat())
        told = client.post("/members/reseal", {"own": passphrase})
    assert told.status_code >= 400 and door.vault is None
    assert client.get("/items")["Location"] == "/unlock"
    again = enter(passphrase)
    assert again.get("/items").status_code == 200 and held_vault().header.vkey == before
    assert verify_vault(held_vault()).faults == []


def test_too_little_space_is_said_before_anything_is_done(client, door, passphrase, monkeypatch):
    from types import SimpleNamespace

    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=1000))
    told = client.post("/members/reseal", {"own": passphrase})
    assert told.status_code >= 400 and b"too little free space" in told.content
    assert door.vault is not None and client.get("/items").status_code == 200
