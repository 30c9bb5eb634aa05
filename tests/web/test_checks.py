"""Ledger, verify, and errors told without a traceback."""

import re

import lxml.html

from amparo.custody.models import LedgerEntry, LogState


def test_the_ledger_shows_every_entry_newest_first(client):
    tree = lxml.html.fromstring(client.get("/ledger").content)
    shown = [int(a.text) for a in tree.xpath("//tbody/tr/td[1]/a")]
    last = LedgerEntry.objects.count() - 1
    assert shown == list(range(last, last - len(shown), -1))
    assert LogState.objects.get().checkpoint in tree.xpath("//pre")[0].text_content()


def test_an_entry_is_shown_as_it_was_signed(client):
    page = client.get("/ledger/3").content.decode()
    row = LedgerEntry.objects.get(sequence=3)
    assert bytes(row.leaf_hash).hex() in page
    assert client.get("/ledger/999999").status_code == 404


def test_a_sound_vault_is_said_to_be_sound(client):
    assert client.get("/verify").status_code == 200
    answer = client.post("/verify", follow=True)
    assert b"Nothing is broken" in answer.content


def test_one_flipped_bit_is_named(client, served_folder):
    pack = next((served_folder / "packs").glob("*.pack"))
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(data)
    try:
        answer = client.post("/verify", follow=True)
    finally:
        data[len(data) // 2] ^= 1
        pack.write_bytes(data)
    assert b"Nothing is broken" not in answer.content
    assert pack.name.encode() in answer.content


def test_this_machine_contacts_nothing_and_says_what_holds(client):
    assert b"SQLCipher" in client.get("/machine").content


def test_a_fault_shows_its_place_and_not_its_words(client, monkeypatch):
    from amparo.web import start

    def break_down(vault):
        raise ValueError("Ivan told us where he hides")

    monkeypatch.setattr(start, "describe", break_down)
    answer = client.get("/")
    assert answer.status_code == 500
    assert b"Ivan" not in answer.content and b"Traceback" not in answer.content
    assert re.search(rb"ValueError at test_checks\.py:\d+", answer.content)


def test_an_error_names_cause_value_and_remedy(client, monkeypatch):
    from amparo.errors import InUse
    from amparo.web import checks

    def refuse(vault):
        raise InUse("another process is writing to this vault", remedy="wait until it has finished")

    monkeypatch.setattr(checks, "verify_vault", refuse)
    answer = client.post("/verify")
    assert answer.status_code == 503
    assert b"Another process is writing" in answer.content
    assert b"Wait until it has finished" in answer.content
