"""Read the ledger: what was done, by whom, when."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json, print_rows
from amparo.cli.vault import VaultPath

app = typer.Typer(no_args_is_help=True, help="The ledger of custody.")


@app.command("show")
def show(
    vault: VaultPath,
    item: Annotated[str, typer.Option(help="Only entries of this item.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show entries of the ledger, newest first.

    Example: amparo ledger show evidence --item I-0003
    """
    from amparo.cli.unlock import opened
    from amparo.custody.models import LedgerEntry
    from amparo.vault.retrieve import find_item

    with opened(vault):
        rows = LedgerEntry.objects.order_by("-sequence")
        if item:
            rows = rows.filter(item_digest=find_item(item).sha256)
        entries = [json.loads(bytes(row.body)) for row in rows[:limit]]
    if as_json:
        print_json(entries)
        return
    print_rows(
        ("entry", "time (UTC)", "kind", "actor", "result", "item"),
        (
            (e["sequence"], e["time"]["utc"][:19], e["kind"], e["actor"]["id"],
             e.get("result", ""), e.get("item", "")[:16])
            for e in entries
        ),
    )  # fmt: skip


@app.command("checkpoint")
def checkpoint(vault: VaultPath) -> None:
    """Print the newest signed checkpoint: give it to a partner, who can hold us to it.

    Example: amparo ledger checkpoint evidence > checkpoint.txt
    """
    from amparo.cli.unlock import opened
    from amparo.custody.models import LogState

    with opened(vault):
        state = LogState.objects.first()
    if state:
        typer.echo(state.checkpoint, nl=False)
