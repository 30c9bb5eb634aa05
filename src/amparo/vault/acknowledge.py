"""Enter from whom items were received: a step of their custody before this vault."""

from __future__ import annotations

import re
from collections.abc import Iterable

from amparo.access.roles import ADD, NARRATIVE
from amparo.access.scope import refuse_unless_anywhere
from amparo.custody.work import work
from amparo.errors import BadInput
from amparo.filled import filled

MAX_HOW = 200
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}")


def check_giver(party: str, how: str) -> tuple[str, str]:
    """Who gave it, as a code, and how; asked before anything is taken in. Raises BadInput."""
    code, told = party.strip(), " ".join(how.split())
    if not _CODE.fullmatch(code):
        raise BadInput(
            "who gave it is named by a code, never by a name",
            remedy="a source such as S1, or another office's ledger: letters and figures, no space",
        )
    if len(told) > MAX_HOW:
        raise BadInput(
            "this is too long", remedy=filled("say how in {most} characters", most=MAX_HOW)
        )
    return code, told


def enter_received(actor: str, digests: Iterable[str], party: str, how: str = "") -> int:
    """Enter, for each item held under these digests, that it was received; how many.

    What was held already was received once more: that too is entered. Raises BadInput, Refused.
    """
    refuse_unless_anywhere(NARRATIVE, ADD)
    code, told = check_giver(party, how)
    items = list(dict.fromkeys(digests))
    if not items:
        return 0
    with work(actor, "receive items") as custody:
        for digest in items:
            custody.enter(
                "receive",
                item=digest,
                digest=digest,
                from_={"party": code},
                source={"method": told} if told else None,
            )
    return len(items)
