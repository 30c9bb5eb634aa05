"""Time limits of a case, from the law's answers on its acts; never one without its trigger."""

from __future__ import annotations

from amparo.casefile.proof_chart import assess_case
from amparo.errors import BadInput
from amparo.law.assess import Assessment
from amparo.law.deadlines import Deadline, find


def limits_of(case_code: str) -> tuple[Assessment | None, list[Deadline]]:
    """What runs for a case, soonest first; nothing for a case whose acts cannot be assessed."""
    try:
        assessed = assess_case(case_code)
    except BadInput:
        return None, []
    return assessed, find(assessed)
