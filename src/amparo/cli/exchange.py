"""Hand items to another office's vault, and take items from one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amparo.cli.show import ForUse
from amparo.cli.vault import VaultPath
from amparo.errors import Exit


def export_items(
    vault: VaultPath,
    items: Annotated[list[str], typer.Argument(metavar="ITEM...", help="Ids, such as I-0003.")],
    out: Annotated[Path, typer.Option(help="New folder for the package.")],
    to: Annotated[str, typer.Option(help="Code of the office, best the name of its ledger.")],
    purpose: Annotated[str, typer.Option(help="Why; kept in the ledger.")] = "transfer",
    use: ForUse = "",
) -> None:
    """Hand items over to another office's vault, with their custody so far.

    Makes a package that anyone can verify, and enters the transfer. The bytes in it are in
    the clear: seal it for the way (`amparo seal`). The other office answers with a receipt.
    With --for every item needs the consent of those whom it concerns, for that use and office;
    without, the other office is of the same team, and the ledger says so.

    Example: amparo export-items evidence I-0003 I-0004 --out handed --to amparo/0123456789abcdef
    """
    from amparo.casefile.consent import use_of
    from amparo.casefile.release import refuse_item
    from amparo.cli.unlock import opened
    from amparo.vault.exchange import hand_over
    from amparo.vault.retrieve import find_item

    aim = use_of(use, to if use else "")
    with opened(vault, leaving=True) as held:
        found = list({item.pk: item for item in map(find_item, items)}.values())
        for item in found:
            refuse_item(item, aim, to=to)
        made = hand_over(held, found, out, to=to, purpose=purpose, use=aim.told)
        vkey = held.header.vkey
    typer.echo(f"{len(found)} items, {made.size} bytes: {out}")
    typer.echo(f"Tell them your key by another way: {vkey}")


def import_items(
    vault: VaultPath,
    package: Annotated[Path, typer.Argument(metavar="PACKAGE", help="What they sent.")],
    key: Annotated[str, typer.Option(metavar="VKEY", help="Their key, got by another way.")],
    receipt: Annotated[Path, typer.Option(help="File for the receipt; give it back to them.")],
) -> None:
    """Take over items from another office's package, after checking all of it.

    The package is checked against the key; the items are deposited; the ledger names the
    sender's entries, and the receipt names ours. The custody entries of the package are kept
    as an item too.

    Example: amparo import-items evidence handed --key theirs+1a2b3c4d+AbC --receipt receipt.txt
    """
    from amparo.cli.check import read_known
    from amparo.cli.unlock import opened
    from amparo.errors import BadInput
    from amparo.intake.receive import receive
    from amparo.store.files import write_durably
    from amparo.vault.exchange import custody_files, read_package, take_over

    if receipt.exists():
        raise BadInput("there is a file of that name", value=str(receipt), remedy="name another")
    with opened(vault) as held:
        arriving = read_package(package, list(read_known([key], [], []).keys))
        tally = receive(held, held.member, [*arriving.files, *custody_files(package)])
        note = take_over(held, arriving)
        write_durably(receipt.absolute(), note.encode())
        vkey = held.header.vkey
    typer.echo(
        f"{len(arriving.items)} items from {arriving.checkpoint.origin}: deposited"
        f" {tally.deposited}, already held {tally.held}, failed {tally.failed}"
    )
    typer.echo(f"Receipt: {receipt}. Tell them your key by another way: {vkey}")
    if tally.failed:
        raise typer.Exit(int(Exit.PARTLY))


def add_receipt(
    vault: VaultPath,
    receipt: Annotated[Path, typer.Argument(metavar="FILE", help="What they gave back.")],
    key: Annotated[str, typer.Option(metavar="VKEY", help="Their key, got by another way.")],
) -> None:
    """Enter the receipt for items that were handed over: now both ledgers tell the same.

    Example: amparo add-receipt evidence receipt.txt --key theirs+1a2b3c4d+AbC
    """
    from amparo.cli.check import read_known
    from amparo.cli.unlock import opened
    from amparo.vault.exchange import keep_receipt

    known = read_known([key], [receipt], [])
    with opened(vault) as held:
        count = keep_receipt(held, known.checkpoints[0], known.keys[0])
    typer.echo(f"receipt kept for {count} items")
