"""Rows of the vault that the acting member may see: the filter is part of every query.

`Model.objects` shows what the scope of `access.scope` allows, and nothing where nobody acts;
`Model.every` is for what the program compares and never shows. Rule: docs/spec/access.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT

from amparo.access.roles import ALLEGED, IDENTITY, NARRATIVE, SOURCE, TRAVEL
from amparo.access.scope import current

_M = TypeVar("_M", bound=models.Model)
# What came out of an item by these belongs to it; a filing does not belong to its exhibits.
BELONGING = ("part", "redaction", "rendering", "copy", "extraction")
_ALL_OF_A_FILING = (NARRATIVE, SOURCE, ALLEGED, TRAVEL)


class Visible(models.Manager[_M]):
    """Objects that the acting member may see. `condition` gives None for all of them."""

    def __init__(self, condition: Callable[[], Q | None] | None = None) -> None:
        super().__init__()
        self._condition = condition

    def get_queryset(self) -> models.QuerySet[_M]:
        """Every row, or those within the scope."""
        rows = super().get_queryset()
        wanted = self._condition() if self._condition else None
        return rows if wanted is None else rows.filter(wanted)


def nothing() -> Q:
    """A condition that no row meets."""
    return Q(pk__in=[])


def _digests() -> Any:
    """Digests of items that a case cites in which the member sees the narrative; None: all.

    The tables of the folder above are named by their label, as foreign keys are.
    """
    cases = current().cases(NARRATIVE)
    if cases is None:
        return None
    cited: Any = apps.get_model("casefile", "Record")
    known = cited.whole_items if current().outside else cited.every
    rows = known.filter(noun="item", current=True, retired=False, case_id__in=cases)
    return rows.values_list(KT("body__sha256"), flat=True)


def items() -> Q | None:
    """Items of the member's cases and what belongs to them, and what they took in themselves."""
    scope = current()
    digests = _digests()
    if digests is None:
        return None
    if not scope.member:
        return nothing()
    links: Any = apps.get_model("vault", "Derivation")
    inside = links.every.filter(parent__sha256__in=digests, relation__in=BELONGING)
    wanted = Q(sha256__in=digests) | Q(received_by=scope.member) | Q(pk__in=inside.values("child"))
    cases = scope.known_cases() or frozenset()
    filed = [case for case in cases if scope.sees_all(case, _ALL_OF_A_FILING)]
    return wanted | Q(metadata__filing__case__in=filed) if filed else wanted


def _within_items(path: str) -> Q | None:
    seen = items()
    if seen is None:
        return None
    item: Any = apps.get_model("vault", "Item")
    return Q(**{f"{path}__in": item.every.filter(seen).values("pk")})


def parts() -> Q | None:
    """Parts of visible items."""
    return _within_items("item")


def passages() -> Q | None:
    """Passages of visible items."""
    return _within_items("part__item")


def links() -> Q | None:
    """Links of which both ends are visible."""
    parents, children = _within_items("parent"), _within_items("child")
    return parents & children if parents is not None and children is not None else None


def identities() -> Q | None:
    """Identities of cases in which the member has the identity grant."""
    cases = current().cases(IDENTITY)
    return None if cases is None else Q(case_code__in=cases)
