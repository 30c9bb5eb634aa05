"""The gate from the command line: what stands against a filing, its rules, setting one aside."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from amparo.cli.show import AsJson, print_json, print_rows
from amparo.cli.vault import VaultPath
from amparo.errors import Exit

if TYPE_CHECKING:
    from amparo.filing.check import Withheld
    from amparo.filing.rulebook import Finding

CaseCode = Annotated[str, typer.Argument(metavar="CASE", help="Code of the case.")]
ForumId = Annotated[
    str, typer.Option(help="Forum: icc-15, hrc, cat, special-procedures, echr or national.")
]
Language = Annotated[str, typer.Option(help="Language of the filing: en or fr.")]
Recipient = Annotated[
    str, typer.Option(help="Authority addressed, as consents name it; with --forum national.")
]
State = Annotated[
    str,
    typer.Option(help="State of the authority, ISO 3166 code; with --forum national."),
]
Day = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="Day of the filing; default today (UTC)."),
]
Version = Annotated[
    str, typer.Option(help="confidential, coded or public: how much redactions leave out.")
]

_YIELDS = {True: "by two members", False: "never"}


def check(
    vault: VaultPath,
    case: CaseCode,
    forum: ForumId = "icc-15",
    lang: Language = "en",
    on: Day = None,
    recipient: Recipient = "",
    state: State = "",
    version: Version = "coded",
    as_json: AsJson = False,
) -> None:
    """Show what blocks a filing, what warns, and what would be held back, with reasons.

    The text that people wrote is read too: references that do not resolve, sections over their
    length. Exit code 9 when something blocks.

    Example: amparo filing check evidence KARV --forum icc-15
    """
    from datetime import UTC

    from amparo.cli.unlock import opened
    from amparo.filing.desk import open_desk

    day = (on or datetime.now(UTC)).date()
    with opened(vault):
        desk = open_desk(case, forum, lang, day, recipient, version, state)
        findings, withheld = desk.findings, desk.found.withheld
    if as_json:
        told = [one.as_dict() for one in findings]
        print_json({"findings": told, "withheld": [tell_withheld(one) for one in withheld]})
    else:
        _print_check(findings, withheld)
    if any(one.severity == "block" for one in findings):
        raise typer.Exit(int(Exit.REFUSED))


def tell_withheld(one: Withheld) -> dict[str, str]:
    """Shape under --json."""
    return {"noun": one.noun, "code": one.code, "reason": one.reason}


def _print_check(findings: tuple[Finding, ...], withheld: tuple[Withheld, ...]) -> None:
    if not findings and not withheld:
        typer.echo("Nothing blocks, nothing is held back.")
    if findings:
        print_rows(
            ("", "rule", "cause", "where", "step"),
            ((one.severity, one.rule, one.cause, one.where, one.step) for one in findings),
        )
    if withheld:
        typer.echo("\nHeld back:")
        print_rows(
            ("record", "id", "reason"), ((one.noun, one.code, one.reason) for one in withheld)
        )


def rules(as_json: AsJson = False) -> None:
    """List every rule of the gate: whether it blocks, whether it can be set aside, the step.

    Example: amparo filing rules
    """
    from amparo.filing.rulebook import RULES

    if as_json:
        print_json(
            [
                {
                    "rule": name, "severity": one.severity, "cause": one.cause,
                    "step": one.step, "may_be_set_aside": one.may_yield,
                }
                for name, one in RULES.items()
            ]
        )  # fmt: skip
        return
    print_rows(
        ("rule", "", "set aside", "cause", "step"),
        (
            (
                name,
                one.severity,
                "by two members" if one.may_yield else "never",
                one.cause,
                one.step,
            )
            for name, one in RULES.items()
        ),
    )


def override(
    vault: VaultPath,
    case: CaseCode,
    request: Annotated[
        str, typer.Argument(metavar="[OVERRIDE]", help="Request to decide on, such as OV1.")
    ] = "",
    forum: ForumId = "icc-15",
    rule: Annotated[str, typer.Option(help="Rule, as `filing check` names it.")] = "",
    where: Annotated[str, typer.Option(help="Where it blocks, as `filing check` says.")] = "",
    reason: Annotated[str, typer.Option(help="Why it may be set aside.")] = "",
    grant: Annotated[bool, typer.Option("--grant", help="Grant the request.")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse the request.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask that a rule be set aside, or decide on what another member asked; else list requests.

    One member asks with --rule, --where and --reason, another grants or refuses. Consent,
    quotations and redactions are never set aside.

    Example: amparo filing override evidence KARV --rule identity --where V-1 --reason agreed
    """
    from amparo.cli.unlock import opened
    from amparo.errors import BadInput
    from amparo.filing.override import ask_override, decide_override, overrides_of

    if request and grant == refuse:
        raise BadInput("say what is decided", value=request, remedy="give --grant or --refuse")
    if (rule or where or reason) and not (rule and where and reason):
        raise BadInput("a request needs more", remedy="give --rule, --where and --reason")
    with opened(vault) as held:
        if request:
            rows = [decide_override(held, case, request, grant=grant)]
        elif rule:
            rows = [ask_override(held, case, forum, rule, where, reason)]
        else:
            from amparo.casefile.records import load_case

            rows = overrides_of(load_case(case))
    if as_json:
        print_json([{"id": row.code, "version": row.version, **row.body} for row in rows])
        return
    names = ("forum", "rule", "where", "asked_by", "decision", "decided_by", "reason")
    print_rows(
        ("id", *names), ((row.code, *(str(row[name] or "") for name in names)) for row in rows)
    )
