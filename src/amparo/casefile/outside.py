"""What of a case people outside the team see: what `release` lets leave to them, no more.

For whom and for which purpose is said with their role. Kept in memory for a case as it
stands, because every query of theirs asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from amparo.access.scope import current, whole
from amparo.casefile.consent import Use
from amparo.casefile.models import Case, Record
from amparo.casefile.records import load_case
from amparo.casefile.release import item_answer, released
from amparo.custody.models import LogState

MOST_KEPT = 16
# A purpose to which nobody can have agreed: what needs no consent is left.
NO_PURPOSE = "none named"


@dataclass(frozen=True)
class _Shown:
    """Of one case: its own words, its records by id, primary keys, and those of whole items."""

    case: dict[str, Any]
    bodies: dict[str, dict[str, Any]]
    ids: tuple[int, ...]
    whole_items: tuple[int, ...]


_kept: dict[tuple[object, ...], _Shown] = {}


def released_ids(case: str) -> tuple[int, ...]:
    """Primary keys of the current records that may be shown to the acting member today."""
    return _shown(case).ids


def whole_ids(case: str) -> tuple[int, ...]:
    """Those of items that may be shown as they are."""
    return _shown(case).whole_items


def released_body(case: str, code: str) -> dict[str, Any]:
    """What of a record may be shown; nothing of one that may not."""
    return _shown(case).bodies.get(code, {})


def released_case(case: str) -> dict[str, Any]:
    """What of the case itself may be shown."""
    return _shown(case).case


def forget_released() -> None:
    """Drop what is kept, when a vault is closed."""
    _kept.clear()


def _shown(case: str) -> _Shown:
    purpose, recipient = current().use_in(case)
    today = datetime.now(UTC).date()
    # The signed head of the log: no other vault has it, and every change makes a new one.
    head = LogState.objects.values_list("checkpoint", flat=True).first()
    key = (case, purpose, recipient, today, head)
    if key not in _kept:
        while len(_kept) >= MOST_KEPT:
            del _kept[next(iter(_kept))]
        _kept[key] = _read(case, Use(purpose or NO_PURPOSE, recipient, today))
    return _kept[key]


def _read(case: str, use: Use) -> _Shown:
    with whole():
        if not Case.every.filter(code=case).exists():
            return _Shown({}, {}, (), ())
        known = load_case(case)
        found = released(known, use)
        items = {
            row.code
            for row in found.all("item")
            if item_answer(known, known.rows[row.code], use, level="named").allowed
        }
        rows = Record.every.filter(case_id=case, current=True, retired=False)
        keys = list(rows.values_list("id", "code"))
    bodies = {code: row.body for code, row in found.rows.items()}
    return _Shown(
        found.body,
        bodies,
        tuple(pk for pk, code in keys if code in bodies),
        tuple(pk for pk, code in keys if code in items),
    )
