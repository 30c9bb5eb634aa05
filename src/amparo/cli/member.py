"""Members of a vault: who may open it."""

from __future__ import annotations

from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json, print_rows
from amparo.cli.vault import VaultPath

app = typer.Typer(no_args_is_help=True, help="Members: who may open the vault.")


@app.command("add")
def add(
    vault: VaultPath,
    role: Annotated[
        str, typer.Option(help="What they may: owner, lawyer ...; see `amparo member role --help`.")
    ] = "documenter",
    case: Annotated[
        list[str] | None, typer.Option("--case", help="Only in this case; may be repeated.")
    ] = None,
    draw: Annotated[
        bool, typer.Option("--draw", help="Draw a passphrase of seven words and print it once.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let one more person open the vault, with a passphrase of their own.

    Members are codes; which person is M-2 is for you to know. The new passphrase is asked
    at the terminal, or drawn and printed once with --draw.

    Example: amparo member add evidence --draw
    """
    from amparo.access.roles import role_named
    from amparo.cli.unlock import ask_passphrase, opened_with
    from amparo.crypto.slots import draw_passphrase
    from amparo.crypto.strength import judge_passphrase
    from amparo.vault.rekey import add_member

    role = role_named(role).name

    own = ask_passphrase()
    if draw:
        new = draw_passphrase()
    else:
        new = str(typer.prompt("Their passphrase", hide_input=True, confirmation_prompt=True,
                               err=True))  # fmt: skip
        judge_passphrase(new)
    with opened_with(vault, own) as held:
        code = add_member(held, own, new, role=role, cases=case or ())
    if as_json:
        print_json({"member": code, "role": role, **({"passphrase": new} if draw else {})})
        return
    typer.echo(f"{code} may open the vault.")
    if draw:
        typer.echo(f"Passphrase, shown once: {new}")


@app.command("list")
def list_(vault: VaultPath, as_json: AsJson = False) -> None:
    """List members, and those who left.

    Example: amparo member list evidence
    """
    from amparo.access.members import list_members
    from amparo.cli.unlock import opened

    with opened(vault, outside=True) as held:
        slots = {slot.get("member") for slot in held.header.slots}
        rows = [
            {
                "member": member.code,
                "role": member.role,
                "joined": member.joined_at.isoformat(timespec="seconds"),
                "left": member.left_at.isoformat(timespec="seconds") if member.left_at else "",
                "opens": member.code in slots,
            }
            for member in list_members()
        ]
    if as_json:
        print_json(rows)
        return
    print_rows(
        ("member", "role", "joined", "left", "opens"),
        (
            tuple("yes" if v is True else "no" if v is False else v for v in r.values())
            for r in rows
        ),
    )


@app.command("remove")
def remove(
    vault: VaultPath,
    member: Annotated[str, typer.Argument(metavar="MEMBER", help="Code, such as M-2.")],
) -> None:
    """Take away a member's way into the vault.

    Whoever may have kept the key or a copy of the folder can still read what was there:
    then re-seal the vault (`amparo vault reseal`) and change what they knew.

    Example: amparo member remove evidence M-2
    """
    from amparo.cli.unlock import opened
    from amparo.vault.rekey import remove_member

    with opened(vault) as held:
        remove_member(held, member)
    typer.echo(f"{member} opens the vault no more.")
    typer.echo("If they may have kept the key: amparo vault reseal VAULT")
