"""For which use something is handed out: chosen from the decisions in the case, never typed."""

from __future__ import annotations

from django.http import HttpRequest

from amparo.casefile.consent import Use, use_of
from amparo.casefile.records import CaseFile
from amparo.errors import BadInput


def uses_of(known: CaseFile) -> list[tuple[str, str]]:
    """Purpose and recipient of every decision in the case, each once."""
    return sorted({(row["purpose"], row["recipient"] or "") for row in known.all("consent")})


def read_use(request: HttpRequest, known: CaseFile) -> Use:
    """The use that a form chose: a place in the list of uses, or nothing for the team."""
    chosen = request.POST.get("use", "")
    if not chosen:
        return Use()
    uses = uses_of(known)
    if not chosen.isdecimal() or len(chosen) > 6 or int(chosen) >= len(uses):
        raise BadInput("this purpose is not in the list", remedy="choose one of the list")
    return use_of(*uses[int(chosen)])


def use_named(known: CaseFile, decision: str) -> Use:
    """The use that a decision of the case is about, by its id; none: the team's own.

    So an address holds an id and no recipient's name. Raises BadInput.
    """
    if not decision:
        return Use()
    row = known.get(decision)
    if row is None or row.noun != "consent":
        raise BadInput("no such decision", remedy="name a consent of the case, such as use=CO1")
    return use_of(row["purpose"], row["recipient"] or "")
