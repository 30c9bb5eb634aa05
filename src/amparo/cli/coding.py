"""Blind double coding on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json, print_rows
from amparo.cli.vault import VaultPath
from amparo.errors import BadInput

CaseCode = Annotated[str, typer.Argument(metavar="CASE", help="Code of the case, such as KARV.")]


def code(
    vault: VaultPath,
    case: CaseCode,
    record: Annotated[str, typer.Argument(metavar="ID", help="Statement, source, act ...")],
    value: Annotated[
        list[str] | None, typer.Option("--set", help="variable=value, repeatable.")
    ] = None,
    final: Annotated[bool, typer.Option("--final", help="This is final: it stays.")] = False,
    as_json: AsJson = False,
) -> None:
    """Code a record blind: your sheet is seen by nobody else until two sheets are final.

    Without --set it shows the sheet.

    Example: amparo case code evidence KARV ST3 --set knows_by=perceived --set grade=2
    """
    from amparo.casefile.coding import code_record, subject_of
    from amparo.cli.unlock import opened

    said = {}
    for one in value or []:
        name, has_value, text = one.partition("=")
        if not has_value:
            raise BadInput("a value is written variable=value", value=one[:40])
        said[name.strip()] = text.strip()
    with opened(vault) as held:
        if said or final:
            own = subject_of(held.member, case, record).own
            before = dict(own.values) if own else {}
            code_record(held.member, case, record, {**before, **said}, final=final)
        subject = subject_of(held.member, case, record)
    sheets = [*([subject.own] if subject.own else []), *subject.others]
    if as_json:
        print_json({
            "record": record, "open": subject.open,
            "variables": [field.name for field in subject.variables],
            "sheets": [vars(sheet) for sheet in sheets],
        })  # fmt: skip
        return
    print_rows(
        ("variable", *(f"{s.coder}{'' if s.final else ' (not final)'}" for s in sheets)),
        (
            (field.name, *(sheet.values.get(field.name, "") for sheet in sheets))
            for field in subject.variables
        ),
    )


def agreement(vault: VaultPath, case: CaseCode, as_json: AsJson = False) -> None:
    """Measure how far coders agree: Krippendorff's alpha by variable, with its interval.

    Example: amparo case agreement evidence KARV
    """
    from amparo.casefile.coding import measure
    from amparo.cli.unlock import opened

    with opened(vault) as held:
        found = measure(held.member, case)
    if as_json:
        print_json([one.as_dict() for one in found])
        return
    print_rows(
        ("noun", "variable", "alpha", "from", "to", "records", "differ on"),
        (
            (o.noun, o.variable, _number(o.agreement.alpha), _number(o.agreement.low),
             _number(o.agreement.high), o.agreement.units,
             ", ".join(o.differing) or o.agreement.why)
            for o in found
        ),
    )  # fmt: skip


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
