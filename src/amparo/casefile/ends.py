"""What had become of the victim at the end of an act: life, liberty, movement, work."""

from __future__ import annotations

from amparo.casefile.records import Row

ENDS = ("status_at_end", "liberty_at_end", "movement_at_end", "work_at_end")


def ends_of(act: Row) -> list[str]:
    """What is known of it, in that order."""
    return [str(act[name]) for name in ENDS if act[name]]
