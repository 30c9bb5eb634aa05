"""Comments of the team on sections of a filing; mounted as `amparo filing comment`."""

from __future__ import annotations

from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json, print_rows
from amparo.cli.vault import VaultPath

CaseCode = Annotated[str, typer.Argument(metavar="CASE", help="Code of the case.")]
ForumId = Annotated[str, typer.Option(help="Forum, such as icc-15.")]
Lang = Annotated[str, typer.Option(help="Language of the filing: en or fr.")]


def comment(
    vault: VaultPath,
    case: CaseCode,
    section: Annotated[
        str, typer.Argument(metavar="SECTION", help="Id of the section, such as summary.")
    ],
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The comment; - reads it from standard input.")
    ] = "-",
    forum: ForumId = "icc-15",
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Comment on a section of a filing. Comments never leave.

    Example: amparo filing comment evidence KARV summary "Say when." --forum icc-15
    """
    import sys

    from amparo.cli.unlock import opened
    from amparo.filing.comments import add_comment

    said = sys.stdin.read().strip() if text == "-" else text
    with opened(vault) as held:
        row = add_comment(held.member, case, forum, lang, section, said)
    if as_json:
        print_json({"id": row.code, **row.body})
    else:
        typer.echo(f"{row.code}: open, on {section}")


def comments(
    vault: VaultPath,
    case: CaseCode,
    forum: ForumId = "icc-15",
    lang: Lang = "en",
    resolve: Annotated[str, typer.Option(metavar="ID", help="Resolve this comment.")] = "",
    reopen: Annotated[str, typer.Option(metavar="ID", help="Open this comment again.")] = "",
    answer: Annotated[str, typer.Option(help="How it was settled.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the comments on a filing; resolve one, or open it again.

    Example: amparo filing comments evidence KARV --resolve CM1 --answer "Done."
    """
    from amparo.casefile.records import load_case
    from amparo.cli.unlock import opened
    from amparo.filing.comments import OPEN, RESOLVED, comments_of, settle_comment

    with opened(vault) as held:
        for code, state in ((resolve, RESOLVED), (reopen, OPEN)):
            if code:
                settle_comment(held.member, case, code, answer, state=state)
        found = comments_of(load_case(case), forum, lang)
    if as_json:
        print_json([{"id": row.code, **row.body} for row in found])
        return
    names = ("place", "by", "state", "text", "answer")
    print_rows(
        ("id", *names), ((row.code, *(str(row[name] or "") for name in names)) for row in found)
    )
