"""Copy a vault while it is in use, and bring it back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json
from amparo.cli.vault import VaultPath
from amparo.errors import Exit


def backup(
    vault: VaultPath,
    target: Annotated[
        str, typer.Argument(metavar="DIR|S3URL", help="New place, or this vault's earlier backup.")
    ],
    as_json: AsJson = False,
) -> None:
    """Copy the vault to a folder or bucket, as encrypted as it is; only what is new is copied.

    It may be in use meanwhile. What was copied is compared with the vault afterwards. A backup
    in a folder is itself a vault: `amparo verify DIR` checks it, the same passphrases open it.
    s3://BUCKET/PREFIX is asked with what AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and
    AWS_SECRET_ACCESS_KEY say; whoever runs it sees sizes and times of backups, no content.

    Example: amparo backup evidence /media/disk/evidence
    """
    from amparo.cli.progress import steps
    from amparo.cli.unlock import opened
    from amparo.vault.remote import back_up_anywhere

    with opened(vault) as held, steps() as say:
        say("Copying what is new, then comparing it. If it is cut off, the earlier backup holds.")
        done = back_up_anywhere(held, target)
    facts = {
        "backup": target,
        "entries": done.entries,
        "packs": done.packs,
        "bytes_copied": done.copied,
        "bytes_kept": done.kept,
    }
    if as_json:
        print_json(facts)
        return
    typer.echo(
        f"backed up: {done.entries} entries, {done.packs} packs, {done.copied} bytes copied,"
        f" {done.kept} were there"
    )


def restore(
    source: Annotated[str, typer.Argument(metavar="DIR|S3URL", help="A backup.")],
    vault: VaultPath,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="Checkpoint kept elsewhere; may be repeated.")
    ] = None,
    accept_rollback: Annotated[
        bool,
        typer.Option("--accept-rollback", help="Restore though later entries are lost by it."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of a vault; what was there is set aside, not deleted.

    Refused when the vault that is there, or a checkpoint kept elsewhere, has entries that
    the backup has not: with --accept-rollback the ledger says what it went back from.

    Example: amparo restore /media/disk/evidence evidence
    """
    from amparo.cli.check import read_known
    from amparo.cli.progress import steps
    from amparo.cli.unlock import ask_passphrase
    from amparo.crypto.memory import protect_process
    from amparo.vault.bucket import is_bucket, open_bucket
    from amparo.vault.header import read_header
    from amparo.vault.restore import restore_from

    if is_bucket(source):
        open_bucket(source)
    else:
        read_header(Path(source))
    protect_process()
    later = read_known([], checkpoint or [], []).checkpoints
    passphrase = ask_passphrase()
    with steps() as say:
        say("Copying the backup, then reading all of it again.")
        done = restore_from(source, vault, passphrase, later=later, accept_rollback=accept_rollback)
    facts = {
        "vault": str(vault),
        "entries": done.entries,
        "entries_before": done.before,
        "set_aside": str(done.set_aside) if done.set_aside else "",
        "faults": list(done.faults),
    }
    if as_json:
        print_json(facts)
    else:
        typer.echo(f"restored: {done.entries} entries")
        if done.before > done.entries:
            typer.echo(f"set back from {done.before} entries; the ledger says so")
        if done.set_aside:
            typer.echo(f"what was there lies in {done.set_aside}")
        for fault in done.faults:
            typer.echo(f"BROKEN  {fault}")
    if done.faults:
        raise typer.Exit(int(Exit.BROKEN))
