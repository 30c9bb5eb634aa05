"""Bulk entry from a workbook: the template out, the filled-in sheets in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amparo.cli.draw import CaseCode
from amparo.cli.show import AsJson, print_json, print_rows, safe
from amparo.cli.vault import VaultPath
from amparo.errors import BadInput, NotFound

if TYPE_CHECKING:
    from amparo.intake.tabulate import Line


def template(
    vault: VaultPath,
    case: CaseCode,
    out: Annotated[Path, typer.Option(help="File to write (.xlsx); must not exist.")],
) -> None:
    """Write an empty workbook for bulk entry: one sheet for each noun, headings from the schema.

    Example: amparo case template evidence KARV --out entry.xlsx
    """
    from amparo.casefile.records import load_case
    from amparo.cli.unlock import opened
    from amparo.intake.tabulate import make_template
    from amparo.store.files import write_durably

    if out.exists():
        raise BadInput("there is a file of that name", value=str(out), remedy="name another file")
    with opened(vault):
        made = make_template(load_case(case))
    write_durably(out.absolute(), made)
    typer.echo(safe(str(out)))


def add_table(
    vault: VaultPath,
    case: CaseCode,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Workbook made by `template`.")],
    commit: Annotated[
        bool, typer.Option("--commit", help="Enter the rows; without it they are only checked.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check a filled-in workbook row by row, and with --commit enter it: all rows or none.

    The workbook is read in the sandbox. It is not itself deposited: `item add` does that.

    Example: amparo case add-table evidence KARV entry.xlsx --commit
    """
    from amparo.cli.unlock import opened
    from amparo.intake.tabulate import enter, preview, read_table

    if not file.is_file():
        raise NotFound("no such file", value=str(file), remedy="check the path")
    with opened(vault) as held:
        lines = read_table(file, file.name)
        found = preview(case, lines)
        added = enter(held.member, case, lines) if commit and not found.faults else []
    _tell(found.lines, bool(added), as_json)
    if found.faults:
        raise BadInput(
            f"{len(found.faults)} of {len(found.lines)} rows do not fit; nothing was written",
            value=file.name, remedy="correct those rows and try again",
        )  # fmt: skip


def _tell(lines: tuple[Line, ...], entered: bool, as_json: bool) -> None:
    """Every row with its outcome."""
    if as_json:
        print_json({"entered": entered, "rows": [
            {"sheet": one.sheet, "row": one.number, "id": one.draft.code,
             "outcome": one.outcome, "fault": one.fault, "remedy": one.remedy}
            for one in lines
        ]})  # fmt: skip
        return
    print_rows(
        ("sheet", "row", "id", "outcome", ""),
        ((one.sheet, one.number, one.draft.code, one.outcome, one.fault) for one in lines),
    )
    told = f"{len(lines)} rows entered" if entered else "nothing was written"
    typer.echo(told, err=True)
