"""Tables of access: who the members are, and what each was given."""

from __future__ import annotations

from django.db import models

from amparo.store.settings import configure

configure()


class Member(models.Model):
    """One person of the team, known by a code; the passphrase slot bears the same code."""

    code = models.CharField(max_length=32, primary_key=True)
    role = models.CharField(max_length=32)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)


class Grant(models.Model):
    """One thing a member may do in one compartment of one case, or of every case ("").

    Rows are only added; a `Revocation` ends one early. `broken` marks break-glass; `purpose`
    and `recipient` say for which use somebody outside the team reads.
    """

    member = models.CharField(max_length=32, db_index=True)
    case_code = models.CharField(max_length=32, default="", blank=True)
    compartment = models.CharField(max_length=24)
    action = models.CharField(max_length=8)
    role = models.CharField(max_length=32, default="", blank=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    given_by = models.CharField(max_length=32)
    why = models.TextField(default="", blank=True)
    broken = models.BooleanField(default=False)
    purpose = models.CharField(max_length=80, default="", blank=True)
    recipient = models.CharField(max_length=80, default="", blank=True)
    entry_sequence = models.BigIntegerField()

    class Meta:
        ordering = ["id"]


class Revocation(models.Model):
    """The end of a grant, before its time."""

    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, related_name="revocation")
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    entry_sequence = models.BigIntegerField()


class Request(models.Model):
    """A member asks to hand something out: `what` in words, without names."""

    case_code = models.CharField(max_length=32, default="", blank=True)
    what = models.CharField(max_length=255)
    asked_by = models.CharField(max_length=32)
    at = models.DateTimeField()
    entry_sequence = models.BigIntegerField()

    class Meta:
        ordering = ["id"]


class Decision(models.Model):
    """What another member said to a request."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="decision")
    agreed = models.BooleanField()
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    entry_sequence = models.BigIntegerField()


class Acknowledgement(models.Model):
    """Somebody who watches has seen that the glass was broken; `entry` names that Work."""

    entry = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    entry_sequence = models.BigIntegerField()
