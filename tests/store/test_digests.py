"""Digests are looked up by their first digits, and an item's is there once."""

from __future__ import annotations

import hashlib

import pytest
from django.db import IntegrityError, connection

from amparo.custody.models import LedgerEntry
from amparo.custody.work import work
from amparo.store.digests import MARK
from amparo.vault.deposit import INSERT, PLAIN
from amparo.vault.hold import numbers_of, record_unread
from amparo.vault.models import Item


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
        LedgerEntry.objects.filter(item_digest=alike[0]),
    ):
        assert "_mark" in query.explain()


def test_the_database_refuses_a_digest_twice(vault, alike):
    add(vault, alike[0])
    number, *facts = Item.every.values_list("number", *PLAIN[1:]).get()
    with pytest.raises(IntegrityError, match="sha256"), work(vault.member, "twice") as custody:
        custody.enter("deposit", item=alike[0])
        with connection.cursor() as cursor:
            cursor.execute(INSERT, [number + 1, *facts, custody.stored_at, "{}"])
    assert Item.every.count() == 1
