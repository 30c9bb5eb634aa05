"""Tables of the ledger. Rows are only ever added, by `custody.Work`."""

from __future__ import annotations

from django.db import models

from amparo.store.digests import DigestField
from amparo.store.settings import configure

configure()


class LedgerEntry(models.Model):
    """One custody entry: canonical JSON, its place in the log and its leaf hash."""

    sequence = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=32, db_index=True)
    at = models.DateTimeField()
    item_digest = DigestField(max_length=64, default="", blank=True)
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


class StampService(models.Model):
    """A time-stamping authority (`rfc3161`) or calendar (`opentimestamps`) that may be asked."""

    name = models.CharField(max_length=40, primary_key=True)
    kind = models.CharField(max_length=16)
    url = models.TextField()
    roots = models.TextField(default="", blank=True)
    certificate = models.TextField(default="", blank=True)
    policy = models.CharField(max_length=128, default="", blank=True)


class SeenLog(models.Model):
    """Another office's ledger that we countersign: the last checkpoint of it that we signed."""

    origin = models.CharField(max_length=128, primary_key=True)
    vkey = models.TextField()
    size = models.BigIntegerField()
    note = models.TextField()
    at = models.DateTimeField()


class Cosigned(models.Model):
    """A checkpoint of our ledger that witnesses signed, with the keys of those witnesses."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    vkeys = models.TextField()
    at = models.DateTimeField()
