"""The command that serves the pages, on this machine only. `amparo.__main__` mounts it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

VaultPath = Annotated[Path, typer.Argument(metavar="VAULT", help="Folder of the vault.")]


def serve(
    vault: VaultPath,
    port: Annotated[int, typer.Option(min=1024, max=65535, help="Port on 127.0.0.1.")] = 8017,
    idle: Annotated[int, typer.Option(min=1, help="Lock after so many idle minutes.")] = 15,
) -> None:
    """Serve the pages on 127.0.0.1; nothing else can reach them. Ctrl-C stops.

    Example: amparo serve evidence
    """
    from amparo.crypto.memory import protect_process
    from amparo.vault.header import read_header
    from amparo.web.run import run

    read_header(vault)
    protect_process()
    typer.echo(f"Open http://127.0.0.1:{port}/ in a browser on this machine. Ctrl-C stops.")
    run(vault, port, idle)
