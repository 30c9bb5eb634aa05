"""Print facts: as JSON for programs, as aligned lines for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

ForUse = Annotated[
    str,
    typer.Option("--for", help="Only if consent allows it for this use, such as filing:icc."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def print_json(facts: Any) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(facts, ensure_ascii=False, indent=2, default=str))


def print_rows(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table: rich on a terminal, tab-separated elsewhere."""
    if not sys.stdout.isatty():
        for row in rows:
            typer.echo("\t".join(_plain(cell) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text(_plain(cell)) for cell in row))
    Console().print(table)


def _plain(cell: object) -> str:
    """A cell without control characters: what a file says must not drive the terminal."""
    return "".join(c if c.isprintable() else " " for c in str(cell))


def safe(text: str) -> str:
    """Text from a file, safe to print on a terminal; new lines stay."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)
