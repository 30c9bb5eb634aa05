"""What authorities answered, on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json, print_rows
from amparo.cli.vault import VaultPath

CaseCode = Annotated[str, typer.Argument(metavar="CASE", help="Code of the case, such as KARV.")]


def answers(vault: VaultPath, case: CaseCode, as_json: AsJson = False) -> None:
    """Show what authorities answered, dated, and which answers contradict each other.

    Example: amparo case answers evidence KARV
    """
    from amparo.casefile.answers import answers_in_order, find_contradictions
    from amparo.casefile.records import load_case
    from amparo.cli.unlock import opened

    with opened(vault):
        known = load_case(case)
    told, against = answers_in_order(known), find_contradictions(known)
    if as_json:
        print_json({
            "answers": [{"id": row.code, **row.body} for row in told],
            "contradictions": [one.as_dict() for one in against],
        })  # fmt: skip
        return
    others: dict[str, list[str]] = {row.code: [] for row in told}
    for one in against:
        others[one.first.code].append(one.second.code)
        others[one.second.code].append(one.first.code)
    print_rows(
        ("id", "on", "by", "answer", "to", "contradicts"),
        (
            (row.code, row["on"] or "", row["by"], row["answer"],
             row["to"] or row["intervention"] or "", ", ".join(others[row.code]))
            for row in told
        ),
    )  # fmt: skip
