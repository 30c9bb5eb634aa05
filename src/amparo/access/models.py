"""Tables of access: who the members are."""

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
