"""Tables of the record. The nouns and their fields are described in `casefile.schema`."""

from __future__ import annotations

from django.db import models

from amparo.casefile import visible
from amparo.store.settings import configure
from amparo.vault.visible import Visible

configure()


class Case(models.Model):
    """One case: a body of record under one code."""

    code = models.CharField(max_length=32, primary_key=True)
    body = models.JSONField(default=dict)
    overlay = models.TextField(default="", blank=True)
    opened_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    objects = Visible(visible.cases)
    every: models.Manager[Case] = models.Manager()


class Record(models.Model):
    """One version of one noun (statement, act, person ...) of a case.

    Versions are added, never changed: an edit adds version n+1 and takes `current`
    from version n. `body` has the fields that `casefile.schema` gives for `noun`.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="records")
    noun = models.CharField(max_length=24)
    code = models.CharField(max_length=64)
    version = models.IntegerField(default=1)
    current = models.BooleanField(default=True)
    retired = models.BooleanField(default=False)
    status = models.CharField(max_length=12, default="draft")
    body = models.JSONField()
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    entry_sequence = models.BigIntegerField()

    objects = Visible(visible.records)
    whole_items = Visible(visible.whole_items)
    every: models.Manager[Record] = models.Manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "code", "version"], name="record_version_once"),
        ]
        indexes = [models.Index(fields=["case", "noun", "current"], name="record_by_noun")]


class SavedSearch(models.Model):
    """A search kept under a number. `seen` is the newest passage when it was last looked at."""

    query = models.TextField()
    seen = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField()
    by = models.CharField(max_length=32)

    objects = Visible(visible.searches)
    every: models.Manager[SavedSearch] = models.Manager()

    class Meta:
        ordering = ["id"]


class Unfinished(models.Model):
    """A form that somebody left: `body` holds what was typed, the id and where it began."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="unfinished")
    noun = models.CharField(max_length=24)
    body = models.JSONField()
    at = models.DateTimeField()
    by = models.CharField(max_length=32)

    objects = Visible(visible.unfinished)
    every: models.Manager[Unfinished] = models.Manager()

    class Meta:
        ordering = ["id"]


class OwnTerms(models.Model):
    """One version of what the organisation adds to a vocabulary: `body` is a list of terms.

    Versions are added, never changed. Everybody who opens the vault reads them.
    """

    name = models.CharField(max_length=40)
    version = models.IntegerField()
    body = models.JSONField()
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    entry_sequence = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="terms_version_once"),
        ]


class Coding(models.Model):
    """One version of a member's coding sheet for a record: `values` by variable.

    Read through `casefile.coding` only, which hides it from other coders. `salt` keeps the
    digest in the ledger from telling the few values it may have.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="codings")
    code = models.CharField(max_length=64)
    coder = models.CharField(max_length=32)
    version = models.IntegerField()
    values = models.JSONField()
    final = models.BooleanField(default=False)
    salt = models.CharField(max_length=64)
    at = models.DateTimeField()
    entry_sequence = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "code", "coder", "version"], name="coding_version_once"
            ),
        ]
