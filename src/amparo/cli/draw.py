"""Pictures and tables of a case, written to files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amparo.cli.show import AsJson, print_json, print_rows, safe
from amparo.cli.vault import VaultPath
from amparo.errors import BadInput

if TYPE_CHECKING:
    from amparo.casefile.picture import Picture

CaseCode = Annotated[str, typer.Argument(metavar="CASE", help="Code of the case, such as KARV.")]
Purpose = Annotated[
    str, typer.Option(help="Draw only what consent allows for this, such as filing:icc.")
]
Recipient = Annotated[str, typer.Option(help="For whom, such as ICC-OTP.")]


def draw(
    vault: VaultPath,
    case: CaseCode,
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="timeline, map, network, chart or chains.")
    ],
    out: Annotated[Path | None, typer.Option(help="File to write: .svg, .png or .csv.")] = None,
    purpose: Purpose = "",
    recipient: Recipient = "",
    claim: Annotated[
        str, typer.Option("--of", help="For chains: the proposition, such as P1.")
    ] = "",
    table: Annotated[bool, typer.Option("--table", help="Print the same as a table.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draw the timeline, map or network of a case, or a claim's chains; or print them.

    Without --purpose it is drawn for the team alone. An entry goes into the ledger for a
    file that is written.

    Example: amparo case draw evidence KARV timeline --out karv.svg --purpose filing:icc
    """
    from amparo.casefile.draw import CHAINS, name_of, use_of
    from amparo.casefile.draw import draw as draw_case
    from amparo.casefile.records import load_case
    from amparo.cli.unlock import opened

    if out is None and not table and not as_json:
        raise BadInput("nothing to do", remedy="name a file with --out, or ask for --table")
    if (what == CHAINS) != bool(claim):
        raise BadInput(
            "--of names the proposition of a picture of chains, and only of that",
            value=claim or what, remedy=f"write: {CHAINS} --of P1",
        )  # fmt: skip
    use = use_of(purpose, recipient)
    with opened(vault, leaving=out is not None, outside=True) as held:
        made = draw_case(load_case(case), what, use, claim)
        if out is not None:
            write_out(held.member, case, name_of(what, claim), use, out, _encode(made, out))
    if as_json:
        rows = [dict(zip(made.headings, row, strict=True)) for row in made.rows]
        print_json({"title": made.title, "scope": made.scope, "left_out": made.left_out,
                    "told": made.told, "rows": rows})  # fmt: skip
        return
    if table:
        print_rows(made.headings, made.rows)
    for sentence in (*made.told, made.scope):
        typer.echo(safe(sentence), err=table)
    if made.left_out:
        typer.echo(f"{made.left_out} records stay behind", err=table)
    if out is not None:
        typer.echo(safe(str(out)), err=table)


def may_leave(
    vault: VaultPath,
    case: CaseCode,
    purpose: Annotated[str, typer.Option(help="For what, such as filing:icc or media.")],
    recipient: Recipient = "",
    recipient_class: Annotated[
        str, typer.Option("--class", help="What the recipient is, such as court or journalist.")
    ] = "",
    territory: Annotated[str, typer.Option(help="State of the recipient, such as FR.")] = "",
    onward: Annotated[bool, typer.Option("--onward", help="They will pass it on.")] = False,
    named: Annotated[bool, typer.Option("--named", help="With names, not under codes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask who in a case may leave for a use: how far, and why not.

    Every export, picture and filing asks the same. Absent consent means no.

    Example: amparo case may-leave evidence KARV --purpose filing:icc --recipient ICC-OTP
    """
    from amparo.casefile.consent import use_of
    from amparo.casefile.records import load_case
    from amparo.casefile.release import answers
    from amparo.cli.unlock import opened

    use = use_of(
        purpose, recipient, recipient_class=recipient_class, territory=territory, onward=onward
    )
    with opened(vault):
        found = answers(load_case(case), use, level="named" if named else "coded")
    if as_json:
        print_json([one.as_dict() for one in found])
        return
    told = (
        (one.noun, one.code, "yes" if one.answer.allowed else "no", one.answer.level,
         one.answer.reason, one.answer.consent)
        for one in found
    )  # fmt: skip
    print_rows(("", "id", "may leave", "at most", "because", "decision"), told)


def _encode(made: Picture, out: Path) -> bytes:
    """The picture as the ending of the file asks."""
    from importlib.resources import as_file, files

    from amparo.casefile.draw_chart import write_csv
    from amparo.casefile.rasterise import rasterise

    ending = out.suffix.lower()
    if ending == ".svg":
        return made.svg.encode()
    if ending == ".csv":
        return write_csv(made.headings, list(made.rows))
    if ending == ".png":
        with as_file(files("amparo.filing").joinpath("fonts")) as fonts:
            return rasterise(made.svg, fonts)
    raise BadInput(
        "a picture is not written in this form", value=out.suffix or out.name,
        remedy="end the file's name in .svg, .png or .csv",
    )  # fmt: skip


def write_out(actor: str, case: str, what: str, use: object, out: Path, data: bytes) -> None:
    """Write a new file after its entry in the ledger. Raises BadInput when it exists."""
    from amparo.casefile.consent import Use
    from amparo.casefile.draw import CASE_FILE, enter_export
    from amparo.store.files import write_durably

    if out.exists():
        raise BadInput("there is a file of that name", value=str(out), remedy="name another file")
    if not out.absolute().parent.is_dir():
        raise BadInput("there is no such folder", value=str(out.parent), remedy="make it first")
    assert isinstance(use, Use)
    ending = out.suffix.lower().removeprefix(".")
    told = what if what == CASE_FILE else f"{what} as {ending}"
    enter_export(actor, case, told, use, data)
    write_durably(out.absolute(), data)
