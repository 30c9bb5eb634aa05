"""Forms that the member left on the pages, on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json, print_rows, safe
from amparo.cli.vault import VaultPath


def unfinished(
    vault: VaultPath,
    case: Annotated[str, typer.Argument(metavar="CASE", help="Code of the case, such as KARV.")],
    forget: Annotated[int, typer.Option(help="Throw the one of this number away.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """List the forms that you left unfinished in a case, with what was typed.

    Example: amparo case unfinished evidence KARV
    """
    from amparo.casefile.records import find_case
    from amparo.casefile.unfinished import forget_unfinished, list_unfinished
    from amparo.cli.unlock import opened

    with opened(vault) as held:
        find_case(case)
        if forget:
            forget_unfinished(held.member, case, forget)
        found = list_unfinished(case)
    if as_json:
        print_json([one.as_dict() for one in found])
        return
    print_rows(
        ("number", "kept", "noun", "id", "typed"),
        (
            (one.number, one.at, one.noun, safe(one.code),
             safe("; ".join(f"{name}={value}" for name, value in one.values.items() if value)))
            for one in found
        ),
    )  # fmt: skip
