"""Make a vault, check it, change its passphrase."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json
from amparo.errors import Exit

app = typer.Typer(no_args_is_help=True, help="The vault itself: passphrase, recovery, facts.")
VaultPath = Annotated[Path, typer.Argument(metavar="VAULT", help="Folder of the vault.")]


Shares = Annotated[
    str,
    typer.Option("--recovery", metavar="KofN", help="How many of how many word lists open it."),
]


def init(
    vault: VaultPath,
    recovery: Shares = "1of1",
    post_quantum: Annotated[
        bool, typer.Option("--post-quantum", help="Sign checkpoints with ML-DSA-44 as well.")
    ] = False,
    database: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="PostgreSQL database for the record of a team."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make an empty encrypted vault and print its recovery words once.

    The passphrase is asked twice, or read from the file that AMPARO_PASSPHRASE_FILE names.
    With --recovery 2of3 three people get a list each, and any two of them can open it.
    With --post-quantum a second key signs the ledger, of a kind that a quantum computer is
    not known to break; a vault can be given one later (`amparo ledger add-post-quantum`).
    With --database the record lies on a PostgreSQL server, in clear for whoever runs it;
    the address holds no password: name a password file in PGPASSFILE.

    Example: amparo init evidence --recovery 2of3
    """
    from amparo.cli.unlock import ask_new_passphrase
    from amparo.crypto.memory import protect_process
    from amparo.vault.rekey import parse_shares
    from amparo.vault.unlock import create_vault

    protect_process()
    shares = parse_shares(recovery)
    if database:
        from amparo.store.postgresql.connect import check_address

        check_address(database)
    words = create_vault(
        vault, ask_new_passphrase(),
        recovery=shares, post_quantum=post_quantum, server=database,
    )  # fmt: skip
    if as_json:
        print_json({"vault": str(vault), "recovery_words": words})
        return
    typer.echo(f"Vault made: {vault}\n")
    _show_words(words, shares[0])
    typer.echo(f"Next: amparo item add {vault} FOLDER")


def _show_words(words: list[str], threshold: int) -> None:
    typer.echo("Recovery words. Write them on paper now; they are not shown again:\n")
    for line in words:
        typer.echo(f"  {line}\n")
    who = "the words" if threshold == 1 else f"{threshold} of these lists"
    typer.echo(f"Whoever has {who} and the folder can open the vault. Keep them apart.")


def verify(
    target: Annotated[Path, typer.Argument(metavar="VAULT|PACKAGE", help="A vault or a package.")],
    key: Annotated[
        list[str] | None,
        typer.Option(metavar="VKEY", help="Key of the ledger that you trust, or a file of keys."),
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="Earlier checkpoint, kept elsewhere: nothing before it may differ."),
    ] = None,
    authority: Annotated[
        list[Path] | None,
        typer.Option(metavar="PEM", help="Certificate of a time-stamping authority you trust."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read and hash everything again; check ledger and signatures. Exit code 1 when broken.

    Whoever holds the key of a vault can write another past. A checkpoint that was kept
    outside of it (`amparo ledger checkpoint`) shows that. Options may be repeated.

    Example: amparo verify evidence --checkpoint last-year.txt
    """
    from amparo.cli.check import check_target, read_known

    report = check_target(target, read_known(key or [], checkpoint or [], authority or []))
    if as_json:
        print_json(report)
    else:
        for line in report["checked"]:
            typer.echo(f"ok      {line}")
        for line in report["notes"]:
            typer.echo(f"note    {line}")
        for fault in report["faults"]:
            typer.echo(f"BROKEN  {fault['place']}: {fault['fault']}")
        typer.echo("verified: nothing is broken" if not report["faults"] else
                   f"{len(report['faults'])} broken")  # fmt: skip
    if report["faults"]:
        raise typer.Exit(int(Exit.BROKEN))


@app.command("passphrase")
def passphrase(vault: VaultPath) -> None:
    """Change your passphrase. No data is written again.

    Example: amparo vault passphrase evidence
    """
    from amparo.cli.unlock import ask_passphrase
    from amparo.crypto.strength import judge_passphrase
    from amparo.vault.rekey import change_passphrase

    old = ask_passphrase()
    new = str(typer.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True))
    judge_passphrase(new)
    change_passphrase(vault, old, new)
    typer.echo("Passphrase changed.")


@app.command("recover")
def recover(vault: VaultPath) -> None:
    """Open the vault with the recovery words and set a new passphrase.

    Example: amparo vault recover evidence
    """
    from amparo.crypto.strength import judge_passphrase
    from amparo.vault.header import read_header
    from amparo.vault.rekey import recover_with_words

    needed = max((s["threshold"] for s in read_header(vault).slots if "threshold" in s), default=1)
    words = [
        str(typer.prompt(f"Recovery words, list {n + 1} of {needed}", hide_input=True, err=True))
        for n in range(needed)
    ]
    new = str(typer.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True))
    judge_passphrase(new)
    recover_with_words(vault, words, new)
    typer.echo("Passphrase set.")


@app.command("show")
def show(vault: VaultPath, as_json: AsJson = False) -> None:
    """Say what the vault holds and where its log stands.

    Example: amparo vault show evidence --json
    """
    from amparo.cli.unlock import opened
    from amparo.vault.facts import describe

    with opened(vault, outside=True) as held:
        facts = describe(held)
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        typer.echo(f"{name}: {value}")


@app.command("recovery")
def recovery(vault: VaultPath, recovery: Shares = "1of1") -> None:
    """Make new recovery words; all earlier ones open the vault no more.

    Example: amparo vault recovery evidence --recovery 2of3
    """
    from amparo.cli.unlock import ask_passphrase, opened_with
    from amparo.vault.rekey import parse_shares, renew_recovery

    threshold, count = parse_shares(recovery)
    own = ask_passphrase()
    with opened_with(vault, own, outside=True) as held:
        words = renew_recovery(held, own, threshold=threshold, count=count)
    _show_words(words, threshold)


@app.command("reseal")
def reseal(
    vault: VaultPath,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Encrypt the whole vault anew under a new key, after a member left who may have kept it.

    Needs as much free space as the vault takes. Your passphrase stays. The other members
    get new passphrases and there are new recovery words: all are printed once. Copies taken
    before stay readable to whoever has them, as does what lies in old backups.

    Example: amparo vault reseal evidence
    """
    from amparo.cli.progress import share
    from amparo.cli.unlock import ask_passphrase, opened_with
    from amparo.vault.facts import describe
    from amparo.vault.reseal import reseal as reseal_vault
    from amparo.vault.reseal import size_of

    own = ask_passphrase()
    with opened_with(vault, own) as held:
        if not yes and sys.stdin.isatty():
            question = f"Encrypt {size_of(held) >> 20} MiB anew, with new passphrases for others"
            typer.confirm(f"{question} and new recovery words?", abort=True, err=True)
        with share("Sealing anew", describe(held)["bytes"]) as progress:
            answer = reseal_vault(held, own, progress=progress)
    if as_json:
        print_json({"recovery_words": list(answer.words), "passphrases": answer.passphrases})
        return
    typer.echo("The vault is sealed anew.\n")
    for member, passphrase in answer.passphrases.items():
        typer.echo(f"{member} opens it with: {passphrase}\n")
    if answer.passphrases:
        typer.echo("Hand each over in person; it is changed with `amparo vault passphrase`.\n")
    _show_words(list(answer.words), answer.threshold)
