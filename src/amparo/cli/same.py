"""Records that may be the same as one about to be added, on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from amparo.cli.show import AsJson, print_json, print_rows, safe
from amparo.cli.vault import VaultPath
from amparo.errors import BadInput

if TYPE_CHECKING:
    from amparo.casefile.records import CaseFile


def same(
    vault: VaultPath,
    case: Annotated[str, typer.Argument(metavar="CASE", help="Code of the case, such as KARV.")],
    noun: Annotated[str, typer.Argument(metavar="NOUN", help="person, place, source ...")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Words, in any script.")],
    as_json: AsJson = False,
) -> None:
    """Find records that a name or some words may mean, in any script, before adding another.

    Example: amparo case same evidence KARV place Сельмар
    """
    from amparo.casefile.records import load_case
    from amparo.casefile.same import find_same
    from amparo.casefile.schema import BY_NAME, BY_PLURAL
    from amparo.cli.unlock import opened

    described = BY_NAME.get(noun) or BY_PLURAL.get(noun)
    if described is None:
        raise BadInput("no such noun", value=noun, remedy="one of: " + ", ".join(BY_NAME))
    with opened(vault):
        found = find_same(load_case(case), [described.name], text)
    if as_json:
        print_json([one.as_dict() for one in found])
    else:
        print_rows(("id", "share", ""), ((f.code, f"{f.share:.0%}", safe(f.title)) for f in found))


def warn_of_same(known: CaseFile, noun: str, values: Mapping[str, Any]) -> None:
    """Say on standard error which records may be the one just added; nothing is refused."""
    from amparo.casefile.same import find_likely

    for one in find_likely(known, noun, values):
        typer.echo(f"may be the same: {one.code} {safe(one.title)}", err=True)
