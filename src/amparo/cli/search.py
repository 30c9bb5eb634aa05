"""Search everything held, and keep searches to ask again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from amparo.cli.show import AsJson, print_json, print_rows, safe
from amparo.cli.vault import VaultPath

if TYPE_CHECKING:
    from amparo.casefile.saved import Saved
    from amparo.casefile.search import Found


def search(
    vault: VaultPath,
    query: Annotated[
        str, typer.Argument(metavar="[QUERY]", help='Words, "a phrase", kind:pdf ...')
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many hits.")] = 20,
    facets: Annotated[
        bool, typer.Option("--facets", help="Count by kind, language, case and source as well.")
    ] = False,
    save: Annotated[bool, typer.Option("--save", help="Keep this search in the vault.")] = False,
    saved: Annotated[bool, typer.Option("--saved", help="List the searches kept.")] = False,
    new: Annotated[
        int, typer.Option(metavar="NUMBER", help="What came in since this search was last asked.")
    ] = 0,
    forget: Annotated[int, typer.Option(metavar="NUMBER", help="Forget a search kept.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Find passages in every language held; word forms are found too.

    Searches kept lie in the encrypted record; the ledger says that one was kept or asked
    again, not for what.

    Example: amparo search evidence "задержали" --facets
    """
    from amparo.casefile import saved as kept
    from amparo.casefile.search import count_facets
    from amparo.casefile.search import search as find
    from amparo.cli.unlock import opened
    from amparo.errors import BadInput

    asked = bool(query) + saved + bool(new) + bool(forget)
    if asked != 1:
        raise BadInput(
            "more than one thing is asked" if asked else "there is nothing to look for",
            remedy="give a QUERY, or --saved, or --new NUMBER, or --forget NUMBER",
        )
    with opened(vault, outside=True) as held:
        if saved:
            _print_saved(kept.list_searches(), as_json=as_json)
            return
        if forget:
            kept.forget_search(held.member, forget)
            return
        if new:
            query, found = kept.ask_again(held.member, new, limit=limit)
        else:
            found = find(query, limit=limit)
        counts = count_facets(query) if facets else {}
        number = kept.save_search(held.member, query) if save else 0
    if as_json:
        extra = {"facets": counts} if facets else {}
        print_json(found.as_dict() | extra | ({"saved": number} if number else {}))
        return
    _print_found(found, counts)
    if number:
        typer.echo(f"kept as search {number}")


def _print_found(found: Found, counts: dict[str, dict[str, int]]) -> None:
    for hit in found.hits:
        typer.echo(f"{hit.item}\t{hit.part}\t{hit.start}-{hit.end}\t{safe(hit.file_name)}")
        typer.echo("    " + safe(hit.marked("[", "]")))
    more = f" (of {found.counted})" if found.total > len(found.hits) else ""
    typer.echo(f"{len(found.hits)} passage{'' if len(found.hits) == 1 else 's'}{more}")
    for name, values in counts.items():
        typer.echo(f"{name}: " + (", ".join(f"{safe(v)} {n}" for v, n in values.items()) or "-"))
    for note in found.notes:
        typer.echo(note)


def _print_saved(searches: list[Saved], *, as_json: bool) -> None:
    if as_json:
        print_json([one.as_dict() for one in searches])
        return
    rows = ((s.number, s.new, s.seen_at[:19], s.by, s.query) for s in searches)
    print_rows(("search", "new", "last asked", "by", "query"), rows)
