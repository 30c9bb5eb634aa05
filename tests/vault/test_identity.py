"""Crypto-shredding: an erased person is in no byte of the vault, and the ledger verifies."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from amparo.crypto.keys import expand
from amparo.custody.models import LedgerEntry, LogState
from amparo.errors import BadInput, NotFound, Refused
from amparo.vault.identity import (
    erase_identity,
    list_identities,
    parse_identity,
    seal_identity,
    show_identity,
)
from amparo.vault.models import Identity
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE

SECRETS = {
    "name": "Zvezdana Неназванная-Quist",
    "born": "1991-02-30",
    "contact": "zq@example.invalid, +00 555 0199",
    "address": "Unnamed Quay 17b",
    "note": "speaks to nobody after dusk",
}
PAGE, RESERVED, SALT = 4096, 80, 16


def opened_pages(vault) -> bytes:
    """Every page of the database in the clear, free ones too; an AES of OpenSSL's, no SQLCipher.

    Source: SQLCipher design, "Page layout": IV and HMAC in the last 80 bytes of each page.
    """
    data = (vault.folder / "record.db").read_bytes()
    key = vault.keys.database
    assert len(key) == 32 and len(data) % PAGE == 0
    clear = b""
    for at in range(0, len(data), PAGE):
        page = data[at : at + PAGE]
        body = page[SALT if at == 0 else 0 : PAGE - RESERVED]
        iv = page[PAGE - RESERVED :][:16]
        clear += Cipher(algorithms.AES256(key), modes.CBC(iv)).decryptor().update(body)
    assert b"CREATE TABLE" in clear, "the pages were not decrypted"
    return clear


def traces(vault, needles: list[bytes]) -> list[bytes]:
    """Needles found in any file of the vault, or in any decrypted page of its database."""
    image = opened_pages(vault)
    image += b"".join(p.read_bytes() for p in vault.folder.rglob("*") if p.is_file())
    return [needle for needle in needles if needle in image]


def encoded(values) -> list[bytes]:
    return [v.encode(how) for v in values for how in ("utf-8", "utf-16-le", "utf-16-be")]


def test_an_erased_person_is_in_no_byte_of_the_vault(vault):
    seal_identity(vault, "KARV", "V-1", SECRETS)
    seal_identity(vault, "KARV", "V-2", {"name": "Somebody Else"})
    row = Identity.objects.get(person_code="V-1")
    keys = [bytes(row.wrapped), bytes(row.sealed), bytes(row.wrapped)[12:40]]
    from amparo.store.database import settle_log

    settle_log()
    assert traces(vault, keys) == keys, "the test must be able to find what is there"
    kept = LogState.objects.get().checkpoint
    erase_identity(vault, "KARV", "V-1", reason="consent withdrawn")
    assert traces(vault, [*encoded(SECRETS.values()), *keys]) == []
    assert (vault.folder / "record.db-wal").stat().st_size == 0
    assert verify_vault(vault, earlier=[kept]).faults == []
    with pytest.raises(NotFound):
        show_identity(vault, "KARV", "V-1", purpose="test")
    with pytest.raises(Refused):
        seal_identity(vault, "KARV", "V-1", SECRETS)
    assert show_identity(vault, "KARV", "V-2", purpose="test") == {"name": "Somebody Else"}
    assert LedgerEntry.objects.filter(kind="dispose").count() == 1


def test_what_a_name_was_looked_up_by_goes_with_it(vault):
    """The keyed hashes of its words, those of the name before, and of nobody else."""
    from amparo.casefile.blind import find_persons, seal_person
    from amparo.store.database import settle_log
    from amparo.vault.models import NameKey

    seal_person(vault, "KARV", "V-1", {"name": "First Namens"})
    hashes = {row.key.encode() for row in NameKey.objects.all()}
    seal_person(vault, "KARV", "V-1", SECRETS)
    hashes |= {row.key.encode() for row in NameKey.objects.all()}
    seal_person(vault, "KARV", "V-2", {"name": "Somebody Else"})
    others = {row.key.encode() for row in NameKey.objects.filter(person_code="V-2")}
    settle_log()
    assert len(hashes) > 4 and len(traces(vault, sorted(others))) == len(others)
    assert [one.person for one in find_persons(vault, "Zvezdana")] == ["V-1"]
    erase_identity(vault, "KARV", "V-1", reason="consent withdrawn")
    assert traces(vault, sorted(hashes - others)) == []
    assert len(traces(vault, sorted(others))) == len(others)
    assert find_persons(vault, "Zvezdana") == []
    assert [one.person for one in find_persons(vault, "Somebody")] == ["V-2"]


@pytest.mark.parametrize("how", ["erase", "replace"])
def test_what_a_crash_left_of_an_erased_key_goes_at_the_next_opening(
    vault_folder, how, monkeypatch
):
    from amparo.store import database
    from amparo.vault.unlock import ERASING, open_vault

    def crash():
        raise ZeroDivisionError

    vault = open_vault(vault_folder, PASSPHRASE)
    seal_identity(vault, "KARV", "V-1", {"name": "First Name"})
    row = Identity.objects.get()
    before = [bytes(row.wrapped), bytes(row.sealed)]
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(database, "shred", crash)
        if how == "erase":
            erase_identity(vault, "KARV", "V-1", reason="consent withdrawn")
        else:
            seal_identity(vault, "KARV", "V-1", SECRETS)
    assert (vault_folder / "packs" / ERASING).exists()
    vault.close()
    vault = open_vault(vault_folder, PASSPHRASE)
    try:
        assert not (vault_folder / "packs" / ERASING).exists()
        assert traces(vault, before) == []
        assert verify_vault(vault).faults == []
    finally:
        vault.close()


def test_what_was_replaced_is_gone_too(vault):
    seal_identity(vault, "KARV", "V-1", {"name": "First Name"})
    row = Identity.objects.get()
    before = [bytes(row.wrapped), bytes(row.sealed)]
    seal_identity(vault, "KARV", "V-1", SECRETS)
    assert traces(vault, before) == []
    assert show_identity(vault, "KARV", "V-1", purpose="test") == SECRETS


def test_the_ledger_says_nothing_of_who_it_is(vault):
    seal_identity(vault, "KARV", "V-1", SECRETS)
    show_identity(vault, "KARV", "V-1", purpose="hearing")
    bodies = b"".join(bytes(row.body) for row in LedgerEntry.objects.all())
    for value in SECRETS.values():
        assert value.encode() not in bodies
        assert hashlib.sha256(value.encode()).hexdigest().encode() not in bodies
    assert b"hearing" in bodies and b"hmac-sha256:" in bodies


def test_an_identity_moved_to_another_person_does_not_open(vault):
    seal_identity(vault, "KARV", "V-1", SECRETS)
    seal_identity(vault, "KARV", "V-2", {"name": "Somebody Else"})
    from amparo.store import guard

    first, second = Identity.objects.order_by("person_code")
    with guard.permit():
        Identity.objects.filter(pk=first.pk).update(sealed=second.sealed, wrapped=second.wrapped)
    assert any("KARV V-1" in fault for fault in verify_vault(vault).faults)
    with pytest.raises(Exception, match="does not open"):
        show_identity(vault, "KARV", "V-1", purpose="test")


def test_fields_are_read_by_line_and_refused_without_their_value():
    assert parse_identity("name: A B\n\n# note\nborn: 1990", "f") == {"name": "A B", "born": "1990"}
    for text in ("nickname: Secretive", "name Secretive", "name: a\nname: Secretive"):
        with pytest.raises(BadInput) as caught:
            parse_identity(text, "f.txt")
        assert "Secretive" not in str(caught.value) and "f.txt line" in str(caught.value)


def test_nothing_to_seal_is_refused(vault):
    for values in ({}, {"name": ""}, {"rank": "x"}, {"name": "x" * 5_000}):
        with pytest.raises(BadInput):
            seal_identity(vault, "KARV", "V-1", values)
    assert list_identities() == []


def test_compartments_of_cases_differ(vault):
    assert expand(vault.keys.persons, "compartment A") != expand(
        vault.keys.persons, "compartment B"
    )


def test_commands(run, demo_vault_folder, tmp_path):
    source = tmp_path / "who.txt"
    source.write_text("name: Zvezdana Quist\n")
    run("person", "seal", demo_vault_folder, "KARV", "V-1", "--from", source)
    said = run("person", "show", demo_vault_folder, "KARV", "V-1", "--purpose", "test").stdout
    assert said == "name: Zvezdana Quist\n"
    run("person", "seal", demo_vault_folder, "KARV", "V-99", "--from", source, expect=3)
    run("verify", demo_vault_folder)
