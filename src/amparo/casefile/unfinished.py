"""Forms that somebody left before they could be saved: kept in the encrypted record.

Nothing of them counts, is searched or leaves; only who left one sees it. The ledger is told
that a form was kept or thrown away, never what stood in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from amparo.access.roles import ADD
from amparo.access.scope import refuse_unless
from amparo.casefile.models import Unfinished
from amparo.casefile.records import find_case, list_cases
from amparo.casefile.schema import BY_NAME
from amparo.custody.work import work
from amparo.errors import BadInput, NotFound
from amparo.filled import filled

KIND = "view"
MOST = 200
MOST_CHARACTERS = 200_000


@dataclass(frozen=True)
class Left:
    """A form as it was left: `values` by field, `code` as typed, `place` where it began."""

    number: int
    case: str
    noun: str
    at: str
    code: str
    values: dict[str, Any]
    place: dict[str, str]

    @property
    def plural(self) -> str:
        """Plural of the noun, as in addresses."""
        return BY_NAME[self.noun].plural

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return asdict(self)


def keep_unfinished(
    actor: str, case: str, noun: str, code: str, values: Mapping[str, Any],
    place: Mapping[str, str], number: int = 0,
) -> int:  # fmt: skip
    """Keep a form, in place of the one of that number where there is one. Returns its number.

    Raises Refused without leave to add there, BadInput when it is too long or there are too many.
    """
    held = find_case(case)
    refuse_unless(ADD, BY_NAME[noun].compartment, case)
    body = {"code": code, "values": dict(values), "place": dict(place)}
    if len(json.dumps(body, ensure_ascii=False)) > MOST_CHARACTERS:
        raise BadInput(
            "the form is too long to be kept",
            remedy=filled("{most} characters", most=MOST_CHARACTERS),
        )
    row = Unfinished.objects.filter(pk=number, case=case, noun=noun).first() if number else None
    if row is None and Unfinished.objects.count() >= MOST:
        raise BadInput("too many unfinished forms", remedy="finish some, or throw them away")
    with work(actor, "keep an unfinished form") as custody:
        custody.enter(KIND, case=case, result="unfinished form kept")
        row = row or Unfinished(case=held, noun=noun, by=actor)
        row.body, row.at = body, custody.at
        row.save()
    return int(row.pk)


def list_unfinished(case: str = "") -> list[Left]:
    """What the acting member left, newest first; of one case, or of all that they see."""
    seen = {one.code for one in list_cases()}
    rows = Unfinished.objects.order_by("-at", "-pk")
    return [_left(row) for row in rows if row.case_id in seen and case in ("", row.case_id)]


def find_unfinished(case: str, number: int) -> Left:
    """One of the acting member's own. Raises NotFound."""
    found = next((one for one in list_unfinished(case) if one.number == number), None)
    if found is None:
        raise NotFound("no such unfinished form", remedy="see `amparo case unfinished`")
    return found


def forget_unfinished(actor: str, case: str, number: int) -> None:
    """Throw a form away, or drop it once it was saved. Raises NotFound."""
    left = find_unfinished(case, number)
    with work(actor, "drop an unfinished form") as custody:
        custody.enter(KIND, case=case, result="unfinished form dropped")
        Unfinished.objects.filter(pk=left.number).delete()


def _left(row: Unfinished) -> Left:
    body = row.body
    at = row.at.strftime("%Y-%m-%d %H:%M UTC")
    return Left(row.pk, row.case_id, row.noun, at, str(body["code"]), body["values"], body["place"])
