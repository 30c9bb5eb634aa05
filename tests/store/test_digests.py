"""Digests are looked up by their first digits, and an item's is there once."""

from __future__ import annotations

import hashlib

import pytest
from django.db import IntegrityError, connection

from amparo.custody.models import LedgerEntry
from amparo.custody.work import work
from amparo.store.digests import MARK
from amparo.store.guard import permit
from amparo.vault import entries
from amparo.vault.deposit import INSERT, PLAIN
from amparo.vault.hold import numbers_of, record_unread
from amparo.vault.models import Item
from amparo.vault.unlock import open_vault

from ..conftest import PASSPHRASE


def digest(number: int) -> str:
    return hashlib.sha256(b"%d" % number).hexdigest()


def add(vault, *digests):
    from amparo.store.packs import Stored

    stored = [
        (one[:4], Stored(f"000001-{n:x}-{one[:32]}", one, n)) for n, one in enumerate(digests)
    ]
    return record_unread(vault.member, stored)


@pytest.fixture
def alike():
    """Two digests with the same first digits."""
    return digest(1), digest(1)[:MARK] + digest(2)[MARK:]


def test_digests_with_the_same_first_digits_are_told_apart(vault, alike):
    one, other = alike
    add(vault, one)
    assert Item.every.filter(sha256=one).count() == 1
    assert not Item.every.filter(sha256=other).exists()
    add(vault, other)
    assert numbers_of([one, other, digest(3)]) == {one: 1, other: 2}
    assert LedgerEntry.objects.filter(item_digest=other).count() == 1
    assert Item.every.filter(sha256__in=LedgerEntry.objects.values("item_digest")).count() == 2
    assert Item.every.exclude(sha256=one).get().sha256 == other
    assert not Item.every.filter(sha256__in=[]).exists()


def test_every_look_up_uses_the_short_index(vault, alike):
    if connection.vendor != "sqlite":
        pytest.skip("a server has an index over the whole")
    for query in (
        Item.every.filter(sha256=alike[0]),
        Item.every.filter(sha256__in=alike),
        Item.objects.filter(sha256=alike[0]),
        LedgerEntry.objects.filter(entries.LATER, item_digest=alike[0]),
        LedgerEntry.objects.filter(entries.LATER, item_digest__in=alike),
    ):
        plan = query.explain()
        assert "_mark" in plan and "SCAN" not in plan


def test_a_vault_from_before_gets_the_smaller_index(vault, vault_folder, alike):
    if connection.vendor != "sqlite":
        pytest.skip("a server has an index over the whole")
    add(vault, *alike)
    name = "custody_ledgerentry_item_digest_mark"
    asked = "SELECT sql FROM sqlite_master WHERE name = %s"
    with permit(), connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {name}")
        cursor.execute(f"CREATE INDEX {name} ON custody_ledgerentry (substr(item_digest, 1, 8))")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'custody' AND name LIKE '0004%'")
    vault.close()
    again = open_vault(vault_folder, PASSPHRASE)
    try:
        with connection.cursor() as cursor:
            cursor.execute(asked, [name])
            assert "WHERE kind <> 'deposit'" in cursor.fetchone()[0]
        later = LedgerEntry.objects.filter(entries.LATER, item_digest__in=alike)
        assert "_mark" in later.explain()
        assert entries.about(LedgerEntry.objects.all(), alike).count() == 2
    finally:
        again.close()


def test_the_database_refuses_a_digest_twice(vault, alike):
    add(vault, alike[0])
    number, *facts = Item.every.values_list("number", *PLAIN[1:]).get()
    with pytest.raises(IntegrityError, match="sha256"), work(vault.member, "twice") as custody:
        custody.enter("deposit", item=alike[0])
        with connection.cursor() as cursor:
            cursor.execute(INSERT, [number + 1, *facts, custody.stored_at, "{}"])
    assert Item.every.count() == 1
