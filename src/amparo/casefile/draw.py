"""Draw a case by the name of the picture, and enter in the ledger what is handed out."""

from __future__ import annotations

from collections.abc import Callable

from amparo.access import requests
from amparo.casefile.consent import Use
from amparo.casefile.consent import use_of as use_of
from amparo.casefile.draw_chart import draw_chart
from amparo.casefile.draw_claim import draw_claim
from amparo.casefile.draw_map import draw_map
from amparo.casefile.draw_network import draw_network
from amparo.casefile.draw_timeline import draw_timeline
from amparo.casefile.picture import ENGLISH, Picture, Tongue
from amparo.casefile.proof_chart import chart_of
from amparo.casefile.records import CaseFile
from amparo.casefile.release import released
from amparo.crypto.digest import digest_bytes
from amparo.custody.work import work
from amparo.errors import BadInput
from amparo.filled import filled

CASE_FILE = "case file"
CHAINS = "chains"
PICTURES: dict[str, Callable[[CaseFile, Use, Tongue], Picture]] = {
    "timeline": draw_timeline,
    "map": draw_map,
    "network": draw_network,
    "chart": lambda case, use, tongue: draw_chart(
        chart_of(case, use=use, shown=released(case, use), lang=tongue.code), tongue
    ),
}


def draw(case: CaseFile, what: str, use: Use, claim: str = "", tongue: Tongue = ENGLISH) -> Picture:
    """One of PICTURES, or the CHAINS of one claim, with what may be drawn for `use`.

    Raises BadInput for another name, and what `draw_claim` raises.
    """
    if what == CHAINS:
        return draw_claim(case, claim, use, tongue)
    if what not in PICTURES:
        names = ", ".join((*PICTURES, CHAINS))
        raise BadInput(
            "no such picture", value=what[:40], remedy=filled("one of: {names}", names=names)
        )
    return PICTURES[what](case, use, tongue)


def name_of(what: str, claim: str = "") -> str:
    """A picture as requests and the ledger name it: leave for one claim's chains is none for
    another's."""
    return f"{what} of {claim}" if claim else what


def refuse_alone(actor: str, case: str, what: str, use: Use) -> None:
    """Raises Refused until another member agreed, for a whole case or a use outside the team."""
    if use.purpose or what == CASE_FILE:
        requests.refuse_alone(actor, case, f"{what} of {case} {use.told}")


def enter_export(actor: str, case: str, what: str, use: Use, data: bytes) -> None:
    """Write down that something of a case left the vault, for which use, with its digest.

    Raises Refused as `refuse_alone` does.
    """
    refuse_alone(actor, case, what, use)
    with work(actor, f"hand out {what}") as custody:
        custody.enter(
            "export", case=case, digest=digest_bytes(data), size=len(data),
            result=f"{what} of {case} {use.told}",
        )  # fmt: skip
