"""Seal a package for its recipients with age."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json


def seal(
    package: Annotated[Path, typer.Argument(metavar="PACKAGE", help="Folder of the package.")],
    to: Annotated[
        list[str],
        typer.Option(metavar="KEY", help="age1... or ssh-... public key, or a file of them."),
    ],
    out: Annotated[Path, typer.Option(help="New file, such as handed.tar.age.")],
    as_json: AsJson = False,
) -> None:
    """Encrypt a package for those who shall read it, and for nobody else.

    Give --to for each recipient; secret keys stay with them. The package is checked first: a
    broken one is not sealed. It is opened by `age -d -i KEYFILE FILE | tar x`. The folder
    itself stays in the clear: destroy it when the sealed file is on its way.

    Example: amparo seal handed --to age1abc... --out handed.tar.age
    """
    from amparo.custody.parcel import read_recipients, seal_checked

    size = seal_checked(package, out, read_recipients(to))
    if as_json:
        print_json({"file": str(out), "size": size})
        return
    typer.echo(f"{out}: {size} bytes, sealed. Opened by: age -d -i KEYFILE {out.name} | tar x")
    typer.echo(f"Destroy {package} when it is no longer needed: it is in the clear.")
