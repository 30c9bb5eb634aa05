"""Tell what became of files that were taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from amparo.cli.show import print_json, safe
from amparo.errors import Exit

if TYPE_CHECKING:
    from amparo.intake.receive import Received, Tally


def state_of(state: str) -> str:
    """How a state is told: held means that it was held already."""
    return "already held" if state == "held" else state


def conclude(tally: Tally, files: list[dict[str, Any]], as_json: bool) -> None:
    """Print the reckoning; exit code 8 when some files failed."""
    if as_json:
        print_json({**reckon(tally), "files": files})
    else:
        typer.echo(
            f"expected {tally.expected} = deposited {tally.deposited} + already held {tally.held}"
            f" + failed {tally.failed}"
            + (f"; inside them {tally.inside} more" if tally.inside else "")
        )
    if tally.failed:
        raise typer.Exit(int(Exit.PARTLY))


def reckon(tally: Tally) -> dict[str, int]:
    """The numbers of a tally, for `--json`."""
    return {
        "expected": tally.expected,
        "deposited": tally.deposited,
        "already_held": tally.held,
        "failed": tally.failed,
        "inside": tally.inside,
    }


def facts_of(received: Received) -> dict[str, Any]:
    """What is told of one file, for `--json`."""
    from amparo.vault.retrieve import item_facts

    facts = item_facts(received.item) if received.item else {}
    state = state_of(received.state)
    return {**facts, "name": received.name, "state": state, "fault": received.fault}


def line_of(received: Received) -> str:
    """What is told of one file, in a line."""
    name = "  " * received.depth + safe(received.name)
    if received.item is None:
        return f"failed\t{name}\t{received.fault}"
    item = received.item
    outcome = f"{item.outcome} ({item.detail})" if item.detail else item.outcome
    state = state_of(received.state)
    return f"{item.code}\t{item.sha256}\t{item.kind}\t{safe(outcome)}\t{state}\t{name}"
