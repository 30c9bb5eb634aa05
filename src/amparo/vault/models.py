"""Tables of the vault: items, what readers made of them, and how items descend from items."""

from __future__ import annotations

from django.db import models

from amparo.store.digests import DigestField
from amparo.store.settings import configure
from amparo.vault.visible import Visible, identities, items, links, parts, passages

configure()


class Item(models.Model):
    """One evidentiary object; its bytes lie sealed in a pack and never change."""

    number = models.BigAutoField(primary_key=True)
    sha256 = DigestField(max_length=64)
    size = models.BigIntegerField(db_index=True)
    locator = models.CharField(max_length=128)
    file_name = models.TextField(default="", blank=True)
    kind = models.CharField(max_length=16, db_index=True)
    media_type = models.CharField(max_length=128)
    outcome = models.CharField(max_length=16, db_index=True)
    detail = models.TextField(default="", blank=True)
    reader = models.CharField(max_length=32)
    reader_version = models.CharField(max_length=32)
    metadata = models.JSONField(default=dict)
    expected = models.IntegerField(default=0)
    emitted = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=32)
    entry_sequence = models.BigIntegerField()

    objects = Visible(items)
    every: models.Manager[Item] = models.Manager()

    class Meta:
        ordering = ["number"]

    @property
    def code(self) -> str:
        """The item's id as people write it: I-0001."""
        return f"I-{self.number:04d}"


class Part(models.Model):
    """One named extraction of an item: a page, the article, one chat message."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="parts")
    position = models.IntegerField()
    name = models.CharField(max_length=200)
    label = models.TextField(default="", blank=True)
    text = models.TextField()
    language = models.CharField(max_length=8, default="", blank=True)

    objects = Visible(parts)
    every: models.Manager[Part] = models.Manager()

    class Meta:
        ordering = ["item_id", "position"]
        constraints = [models.UniqueConstraint(fields=["item", "name"], name="part_name_once")]


class Passage(models.Model):
    """A paragraph of a part, the unit that search finds and citations point at.

    `start` and `end` count Unicode code points in the part's text; the row id is
    the row of the text index.
    """

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="passages")
    start = models.IntegerField()
    end = models.IntegerField()
    language = models.CharField(max_length=8, default="", blank=True)

    objects = Visible(passages)
    every: models.Manager[Passage] = models.Manager()


class Derivation(models.Model):
    """`child` came out of `parent`: attachment, archive member, redacted copy, filing."""

    parent = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="derived")
    child = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="origins")
    relation = models.CharField(max_length=32)
    name_in_parent = models.TextField(default="", blank=True)

    objects = Visible(links)
    every: models.Manager[Derivation] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "child", "relation", "name_in_parent"], name="derivation_once"
            )
        ]


class Identity(models.Model):
    """Who stands behind a person's code, sealed under that person's own data key.

    `wrapped` is that key under the case's compartment key. Erasing empties both columns for
    ever; the row stays, so that nobody takes the code for a person never identified.
    """

    case_code = models.CharField(max_length=32)
    person_code = models.CharField(max_length=64)
    wrapped = models.BinaryField()
    sealed = models.BinaryField()
    sealed_at = models.DateTimeField()
    entry_sequence = models.BigIntegerField()
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = Visible(identities)
    every: models.Manager[Identity] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case_code", "person_code"], name="identity_once")
        ]


class NameKey(models.Model):
    """A keyed hash of one word of a sealed name, however spelt: found only with the key."""

    case_code = models.CharField(max_length=32)
    person_code = models.CharField(max_length=64)
    key = models.CharField(max_length=64, db_index=True)

    objects = Visible(identities)
    every: models.Manager[NameKey] = models.Manager()
