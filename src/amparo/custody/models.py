"""Tables of the ledger. Rows are only ever added, by `custody.Work`."""

from __future__ import annotations

from django.db import models

from amparo.store.settings import configure

configure()


class LedgerEntry(models.Model):
    """One custody entry: canonical JSON, its place in the log and its leaf hash."""

    sequence = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=32, db_index=True)
    at = models.DateTimeField()
    item_digest = models.CharField(max_length=64, db_index=True, default="", blank=True)
    case_code = models.CharField(max_length=32, db_index=True, default="", blank=True)
    body = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["sequence"]


class LogState(models.Model):
    """The head of the log: frontier of the tree and the signed checkpoint. One row."""

    size = models.BigIntegerField()
    frontier = models.BinaryField()
    checkpoint = models.TextField()
    at = models.DateTimeField()
