"""Say what this machine gives the program, and what is missing."""

from __future__ import annotations

import typer

from amparo.cli.show import AsJson, print_json


def doctor(as_json: AsJson = False) -> None:
    """Check this machine: Python, SQLCipher, sandbox, OCR, fonts, memory. Contacts nothing.

    Example: amparo doctor
    """
    from amparo.intake.examine import examine

    found = examine()
    if as_json:
        print_json([check._asdict() for check in found])
        return
    for check in found:
        state = "ok" if check.holds else "missing"
        typer.echo(f"{state:8}{check.name}: {check.detail}")
        if not check.holds and check.remedy:
            typer.echo(f"        {check.remedy}")
