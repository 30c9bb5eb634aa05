"""Draw a case by the name of the picture, and enter in the ledger what is handed out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from amparo.casefile.claim_graph import Use
from amparo.casefile.draw_chart import draw_chart
from amparo.casefile.draw_map import draw_map
from amparo.casefile.draw_network import draw_network
from amparo.casefile.draw_timeline import draw_timeline
from amparo.casefile.picture import Picture
from amparo.casefile.proof_chart import chart_of
from amparo.casefile.records import CaseFile
from amparo.crypto.digest import digest_bytes
from amparo.custody.work import work
from amparo.errors import BadInput

PICTURES: dict[str, Callable[[CaseFile, Use], Picture]] = {
    "timeline": draw_timeline,
    "map": draw_map,
    "network": draw_network,
    "chart": lambda case, use: draw_chart(chart_of(case, use=use)),
}
MAX_PURPOSE = 80


def draw(case: CaseFile, what: str, use: Use) -> Picture:
    """One of PICTURES, with what may be drawn for `use`. Raises BadInput for another name."""
    if what not in PICTURES:
        raise BadInput("no such picture", value=what[:40], remedy=f"one of: {', '.join(PICTURES)}")
    return PICTURES[what](case, use)


def use_of(purpose: str, recipient: str = "", on: date | None = None) -> Use:
    """The use a person named. Raises BadInput for a recipient without a purpose."""
    purpose, recipient = " ".join(purpose.split()), " ".join(recipient.split())
    if recipient and not purpose:
        raise BadInput("a recipient needs a purpose", remedy="name it, such as filing:icc")
    if len(purpose) > MAX_PURPOSE or len(recipient) > MAX_PURPOSE:
        raise BadInput("this purpose is too long", remedy=f"at most {MAX_PURPOSE} characters")
    return Use(purpose, recipient, on) if on else Use(purpose, recipient)


def enter_export(actor: str, case: str, what: str, use: Use, data: bytes) -> None:
    """Write down that a picture or table left the vault, for which use, with its digest."""
    aim = f"for {use.purpose}" if use.purpose else "for the team"
    to = f" to {use.recipient}" if use.recipient else ""
    with work(actor, f"hand out {what}") as custody:
        custody.enter(
            "export", case=case, digest=digest_bytes(data), size=len(data),
            result=f"{what} of {case} {aim}{to}",
        )  # fmt: skip
