"""Custody by construction: no write outside a Work, no Work without an entry."""

from __future__ import annotations

import json

import pytest
from django.db import connection, transaction

from amparo.access.models import Member
from amparo.crypto.sign import Verifier
from amparo.custody.checkpoint import verify_checkpoint
from amparo.custody.log import CHECKPOINT
from amparo.custody.models import LedgerEntry, LogState
from amparo.custody.work import work
from amparo.errors import Refused


def test_write_outside_a_work_is_refused(vault):
    before = Member.objects.count()
    with pytest.raises(Refused):
        Member.objects.create(code="M-9", role="owner", joined_at="2026-01-01T00:00:00Z")
    with pytest.raises(Refused):
        Member.objects.all().delete()
    with pytest.raises(Refused):
        Member.objects.update(role="x")
    assert Member.objects.count() == before


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO access_member VALUES ('x','y',0,0)",
        "  update access_member set role='x'",
        "DELETE FROM access_member",
        "REPLACE INTO access_member VALUES ('x','y',0,0)",
        "WITH a AS (SELECT 1) DELETE FROM access_member",
        "DROP TABLE access_member",
        "VACUUM",
        "/* select */ DELETE FROM access_member",
    ],
)
def test_raw_sql_that_is_no_read_is_refused(vault, sql):
    with pytest.raises(Refused), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_work_without_an_entry_changes_nothing(vault):
    with pytest.raises(Refused), work("M-1", "nothing"):
        Member.objects.filter(code="M-1").update(role="changed")
    assert Member.objects.get(code="M-1").role != "changed"


def test_a_work_that_fails_changes_nothing(vault):
    entries = LedgerEntry.objects.count()
    with pytest.raises(ZeroDivisionError), work("M-1", "fails") as custody:
        custody.enter("verify", result="ok")
        Member.objects.filter(code="M-1").update(role="changed")
        1 / 0
    assert Member.objects.get(code="M-1").role != "changed"
    assert LedgerEntry.objects.count() == entries


def test_entries_are_in_order_and_the_published_checkpoint_covers_them(vault):
    for number in range(5):
        with work("M-1", "count") as custody:
            assert custody.enter("verify", result=str(number)) == LedgerEntry.objects.count()
    state = LogState.objects.get()
    published = (vault.folder / "ledger" / CHECKPOINT).read_text()
    head = verify_checkpoint(published, [Verifier.parse(vault.header.vkey)])
    assert head.size == state.size == LedgerEntry.objects.count()
    bodies = [json.loads(bytes(row.body)) for row in LedgerEntry.objects.all()]
    assert [body["sequence"] for body in bodies] == list(range(len(bodies)))


def test_a_work_inside_a_work_is_refused(vault):
    with pytest.raises(Refused), work("M-1", "outer") as custody:
        custody.enter("verify", result="ok")
        with work("M-1", "inner"):
            pass


def test_writes_are_refused_again_after_a_work(vault):
    with work("M-1", "note") as custody:
        custody.enter("verify", result="ok")
    with pytest.raises(Refused), transaction.atomic():
        Member.objects.update(role="x")
