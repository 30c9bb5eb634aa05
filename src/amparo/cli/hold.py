"""Legal hold of a case: while it lasts, nothing of the case is destroyed."""

from __future__ import annotations

from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json
from amparo.cli.vault import VaultPath

CaseCode = Annotated[str, typer.Argument(metavar="CASE", help="Code of the case, such as KARV.")]


def hold(
    vault: VaultPath,
    case: CaseCode,
    why: Annotated[str, typer.Option(help="Why it must be preserved; kept in the ledger.")] = "",
    lift: Annotated[str, typer.Option(metavar="WHY", help="End the hold, and why.")] = "",
    as_json: AsJson = False,
) -> None:
    """Preserve a case: until the hold is lifted, no person of it is erased.

    For when a court or an inquiry asked to keep everything. Owners place and lift it; both
    are entries of the ledger. Without --why or --lift: say whether the case is on hold.

    Example: amparo case hold evidence KARV --why "order of the court of 3 May"
    """
    from amparo.casefile.records import find_case
    from amparo.cli.unlock import opened
    from amparo.errors import BadInput
    from amparo.vault.preserve import find_hold, lift_hold, place_hold

    if why and lift:
        raise BadInput("say one of both", value=case, remedy="give --why or --lift")
    with opened(vault) as held:
        find_case(case)
        if why:
            place_hold(held, case, why)
        elif lift:
            lift_hold(held, case, lift)
        found = find_hold(case)
    if as_json:
        print_json(found.as_dict() if found else None)
    elif found:
        typer.echo(f"{case}: on hold since {found.at}, entry {found.entry} by {found.by}")
    else:
        typer.echo(f"{case}: not on hold")
