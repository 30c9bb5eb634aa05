"""Tasks of the team, and remarks that call a member."""

from __future__ import annotations

from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json, print_rows, safe
from amparo.cli.vault import VaultPath

app = typer.Typer(no_args_is_help=True, help="Tasks, and remarks that call a member.")
CaseCode = Annotated[str, typer.Argument(metavar="CASE", help="Code of the case, such as KARV.")]


@app.command("list")
def list_(
    vault: VaultPath,
    case: Annotated[str, typer.Option(help="Only this case.")] = "",
    everybody: Annotated[bool, typer.Option("--all", help="Tasks of every member.")] = False,
    done: Annotated[bool, typer.Option("--done", help="Finished ones too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what is to be done by the member who opens the vault, and where they are called.

    Example: amparo task list evidence
    """
    from amparo.casefile.tasks import list_mentions, list_tasks
    from amparo.cli.unlock import opened

    with opened(vault) as held:
        member = "" if everybody else held.member
        tasks = list_tasks(member=member, case=case, done=done)
        mentions = list_mentions(held.member, case=case)
    if as_json:
        print_json({
            "tasks": [one.as_dict() for one in tasks],
            "mentions": [one.as_dict() for one in mentions],
        })  # fmt: skip
        return
    print_rows(
        ("case", "id", "for", "due", "done", ""),
        ((t.case, t.code, t.whom, t.due, t.done_on, safe(t.text)) for t in tasks),
    )
    for one in mentions:
        typer.echo(f"called in\t{one.case}\t{one.code}\t{safe(one.text)}")


@app.command("add")
def add(
    vault: VaultPath,
    case: CaseCode,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to do.")],
    whom: Annotated[str, typer.Option("--for", help="Member who is to do it: M-2.")] = "",
    due: Annotated[str, typer.Option(help="By when: 2026-12-01.")] = "",
    about: Annotated[str, typer.Option(help="Ids of records, with commas: ST4,A1.")] = "",
) -> None:
    """Add a task to a case.

    Example: amparo task add evidence KARV "Check the date" --for M-2 --about ST4 --due 2026-12-01
    """
    from amparo.casefile.tasks import add_task
    from amparo.cli.unlock import opened

    codes = tuple(code.strip() for code in about.split(",") if code.strip())
    with opened(vault) as held:
        row = add_task(held.member, case, text, whom=whom, due=due, about=codes)
    typer.echo(f"{row.code}\t{safe(row.title)}")


@app.command("done")
def done(
    vault: VaultPath,
    case: CaseCode,
    task: Annotated[str, typer.Argument(metavar="ID", help="Id of the task, such as T1.")],
) -> None:
    """Say that a task is done; it stays readable.

    Example: amparo task done evidence KARV T1
    """
    from amparo.casefile.tasks import finish_task
    from amparo.cli.unlock import opened

    with opened(vault) as held:
        finish_task(held.member, case, task)
    typer.echo(f"{task} done")
