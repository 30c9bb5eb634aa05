"""Who stands behind a person's code: sealed, shown with an entry, erased for good."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amparo.cli.show import AsJson, print_json, safe
from amparo.cli.vault import VaultPath

if TYPE_CHECKING:
    from amparo.casefile.forget import Forgotten
    from amparo.vault.erase import Erasure

app = typer.Typer(no_args_is_help=True, help="Sealed identities behind persons' codes.")
CaseCode = Annotated[str, typer.Argument(metavar="CASE", help="Code of the case.")]
PersonCode = Annotated[str, typer.Argument(metavar="PERSON", help="Code, such as V-1.")]


def _check_person(case: str, person: str) -> None:
    from amparo.casefile.records import load_case
    from amparo.errors import NotFound

    row = load_case(case).get(person)
    if row is None or row.noun != "person":
        raise NotFound("no such person in this case", value=f"{case} {person}")


@app.command("seal")
def seal(
    vault: VaultPath,
    case: CaseCode,
    person: PersonCode,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="File with lines such as `name: ...`; destroy it afterwards."),
    ] = None,
) -> None:
    """Seal who a person is, under a key of that person's own.

    Name, birth, contact, address and note are asked at the terminal, or read from a file;
    never from the command line, which other programs can see. Empty answers are left out.

    Example: amparo person seal evidence KARV V-1
    """
    from amparo.casefile.blind import seal_person
    from amparo.cli.unlock import opened
    from amparo.errors import BadInput
    from amparo.vault.identity import FIELDS, parse_identity

    if source is not None:
        try:
            values = parse_identity(source.read_text("utf-8"), source.name)
        except (OSError, UnicodeDecodeError):
            raise BadInput("this file cannot be read", value=str(source)) from None
    with opened(vault) as held:
        _check_person(case, person)
        if source is None:
            values = {
                field: str(typer.prompt(field, default="", show_default=False, err=True)).strip()
                for field in FIELDS
            }
        seal_person(held, case, person, values)
    typer.echo(f"{person}: sealed.")
    if source is not None:
        typer.echo("Destroy the file it was read from.")


@app.command("find")
def find(
    vault: VaultPath,
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="The name; asked for when left out.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Find the codes of persons whose sealed name may be this one, in any script.

    Only in cases where you have the identity grant. A name on the command line stands in the
    shell's history: leave it out to be asked. That a name was looked up goes into the ledger,
    not which.

    Example: amparo person find evidence
    """
    from amparo.casefile.blind import find_persons
    from amparo.cli.show import print_rows
    from amparo.cli.unlock import opened

    with opened(vault) as held:
        asked = name or str(typer.prompt("Name", err=True))
        found = find_persons(held, asked)
    if as_json:
        print_json([one.as_dict() for one in found])
        return
    print_rows(("case", "person", "agrees"), ((o.case, o.person, o.agrees) for o in found))
    if not found:
        typer.echo("nothing found", err=True)


@app.command("show")
def show(
    vault: VaultPath,
    case: CaseCode,
    person: PersonCode,
    purpose: Annotated[str, typer.Option(help="Why; kept in the ledger.")],
    as_json: AsJson = False,
) -> None:
    """Show who a person is. That it was shown, and why, is entered in the ledger.

    Example: amparo person show evidence KARV V-1 --purpose "call before the hearing"
    """
    from amparo.cli.unlock import opened
    from amparo.vault.identity import show_identity

    with opened(vault) as held:
        values = show_identity(held, case, person, purpose=purpose)
    if as_json:
        print_json(values)
        return
    for field, value in values.items():
        typer.echo(f"{field}: {safe(value)}")


@app.command("erase")
def erase(
    vault: VaultPath,
    case: CaseCode,
    person: PersonCode,
    reason: Annotated[
        str, typer.Option(help="Why, to ask for it; kept in the ledger. Name nobody.")
    ] = "",
    grant: Annotated[
        bool, typer.Option("--grant", help="Destroy what another member asked to destroy.")
    ] = False,
    refuse: Annotated[
        bool, typer.Option("--refuse", help="Refuse it, or take back what you asked.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Destroy the key of a person and what is sealed under it, by four eyes.

    One member asks with --reason, another destroys with --grant or says no with --refuse.
    Where nobody else may decide, whoever asked may grant it a day later. It cannot be undone.
    The ledger keeps that it was done and still verifies. Older backups hold the key until
    they are destroyed; what names the person in items and records is not touched. Forms kept
    for later and searches kept that name the person go too, whoever left them.

    Example: amparo person erase evidence KARV V-1 --reason "consent withdrawn"
    """
    from amparo.casefile.forget import erase_person
    from amparo.cli.unlock import opened
    from amparo.errors import BadInput
    from amparo.vault.erase import ask_erasure, refuse_erasure

    if grant + refuse + bool(reason.strip() and not refuse) != 1:
        raise BadInput(
            "say what is to be done", value=person, remedy="give --reason, --grant or --refuse"
        )
    if grant and not yes:
        typer.confirm(f"Destroy the sealed identity of {person} for good?", abort=True, err=True)
    with opened(vault) as held:
        if grant:
            said = _tell_gone(erase_person(held, case, person))
        elif refuse:
            said = f"the request was {refuse_erasure(held, case, person, reason)}."
        else:
            said = _next_step(ask_erasure(held, case, person, reason))
    typer.echo(f"{person}: {said}")


def _tell_gone(gone: Forgotten) -> str:
    said = "erased. Backups made before still hold the key: destroy them too."
    if gone.forms or gone.searches:
        said += f" Unfinished forms dropped: {gone.forms}; kept searches dropped: {gone.searches}."
    if gone.to_look:
        said += (
            f" Unfinished forms of this case are left with {', '.join(gone.to_look)}:"
            " let them look through (amparo case unfinished)."
        )
    return said


def _next_step(asked: Erasure) -> str:
    from amparo.vault.erase import alone_from, deciders

    alone = alone_from(asked)
    if alone is None:
        return f"asked. Now another member decides (--grant): {', '.join(deciders(asked))}."
    return f"asked. Nobody else may decide: do it alone (--grant) after {alone:%Y-%m-%d %H:%M} UTC."


@app.command("erasures")
def erasures(vault: VaultPath, as_json: AsJson = False) -> None:
    """List what was asked to be erased and is not decided.

    Example: amparo person erasures evidence
    """
    from amparo.cli.show import print_rows
    from amparo.cli.unlock import opened
    from amparo.vault.erase import list_erasures

    with opened(vault):
        waiting = list_erasures()
    if as_json:
        print_json([one.as_dict() for one in waiting])
        return
    print_rows(
        ("case", "person", "asked by", "at", "why"),
        ((o.case, o.person, o.by, f"{o.at:%Y-%m-%d %H:%M}", o.why) for o in waiting),
    )
    if not waiting:
        typer.echo("nothing waits", err=True)
