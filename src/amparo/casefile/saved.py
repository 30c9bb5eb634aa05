"""Searches kept in the encrypted record, and what is new since each was last asked.

The ledger is told that a search was kept, asked or forgotten, never for what.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from amparo.casefile.models import SavedSearch
from amparo.casefile.query import parse_query
from amparo.casefile.search import Found, newest_passage, search
from amparo.custody.work import work
from amparo.errors import NotFound

KIND = "view"


@dataclass(frozen=True)
class Saved:
    """A search kept: `new` passages came in since `seen_at`."""

    number: int
    query: str
    new: int
    seen_at: str
    by: str

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return asdict(self)


def save_search(actor: str, query: str) -> int:
    """Keep a search; all that is held now counts as seen. The number; the same search has one.

    A member sees and asks only what they keep themselves.
    """
    parse_query(query)
    held = SavedSearch.objects.filter(query=query).first()
    if held is not None:
        return held.pk
    with work(actor, "keep a search") as custody:
        custody.enter(KIND, result="search kept")
        made = SavedSearch.objects.create(
            query=query, seen=newest_passage(), seen_at=custody.at, by=actor
        )
    return made.pk


def list_searches() -> list[Saved]:
    """All searches kept, each with the number of passages that are new to it."""
    return [
        Saved(
            one.pk,
            one.query,
            search(one.query, limit=1, since=one.seen).total,
            one.seen_at.isoformat(timespec="seconds"),
            one.by,
        )
        for one in SavedSearch.objects.all()
    ]


def ask_again(actor: str, number: int, *, limit: int = 20) -> tuple[str, Found]:
    """The query, and what came in since it was last asked; then that counts as seen."""
    held = _find(number)
    newest = newest_passage()
    found = search(held.query, limit=limit, since=held.seen)
    with work(actor, "ask a search again") as custody:
        custody.enter(KIND, result="search asked again")
        held.seen, held.seen_at = newest, custody.at
        held.save()
    return held.query, found


def forget_search(actor: str, number: int) -> None:
    """Forget a search kept. Raises NotFound."""
    held = _find(number)
    with work(actor, "forget a search") as custody:
        custody.enter(KIND, result="search forgotten")
        held.delete()


def _find(number: int) -> SavedSearch:
    held = SavedSearch.objects.filter(pk=number).first()
    if held is None:
        raise NotFound(
            "no such search is kept", value=str(number), remedy="see `amparo search VAULT --saved`"
        )
    return held
