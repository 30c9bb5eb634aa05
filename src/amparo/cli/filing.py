"""Check, build and list filings: communications with their exhibits and court package."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from amparo.cli import gate
from amparo.cli.gate import CaseCode, Day, ForumId, Language, Recipient, State, Version
from amparo.cli.show import AsJson, print_json, print_rows
from amparo.cli.vault import VaultPath

if TYPE_CHECKING:
    from amparo.filing.bundle import Built

app = typer.Typer(no_args_is_help=True, help="Filings: what is handed to a court or body.")
app.command("check")(gate.check)
app.command("rules")(gate.rules)
app.command("override")(gate.override)
Senders = Annotated[
    list[str] | None, typer.Option("--sender", help="A line naming the sender; may be repeated.")
]


@app.command("build")
def build(
    vault: VaultPath,
    case: CaseCode,
    out: Annotated[Path, typer.Option(metavar="DIR", help="New folder for the filing.")],
    forum: ForumId = "icc-15",
    lang: Language = "en",
    on: Day = None,
    sender: Senders = None,
    recipient: Recipient = "",
    state: State = "",
    protect: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Names that must not leave, a line each; not kept."),
    ] = None,
    text: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Sections that people wrote; see `filing draft`."),
    ] = None,
    version: Version = "coded",
    supplements: Annotated[
        str, typer.Option(help="Item of the filing to which this one adds.")
    ] = "",
    load_file: Annotated[str, typer.Option(help="Index as a load file too: dat or csv.")] = "",
    columns: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Columns of the load file (YAML).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build PDF, DOCX, index of exhibits and court package of a case, in one new folder.

    Nothing leaves without a consent that covers it: what is held back is listed. Exit code 9
    when something blocks.

    Example: amparo filing build evidence KARV --forum icc-15 --lang en --out filing-en
    """
    from amparo.cli.progress import steps
    from amparo.cli.unlock import opened
    from amparo.filing.bundle import build_filing
    from amparo.filing.load_file import COLUMNS, read_columns

    day = on.date() if on else None
    names = _names(protect) if protect else ()
    with opened(vault, leaving=True) as held, steps() as tell:
        built = build_filing(
            held,
            case,
            out,
            forum=forum,
            lang=lang,
            on=day,
            sender=tuple(sender or ()),
            recipient=recipient,
            state=state,
            protect=names,
            text=_read(text) if text else "",
            text_name=text.name if text else "",
            load_file=load_file,
            version=version,
            supplements=supplements,
            columns=read_columns(_read(columns), columns.name) if columns else COLUMNS,
            tell=tell,
        )
    if as_json:
        print_json(_facts(built))
        return
    for line in _lines(built):
        typer.echo(line)


def _read(path: Path) -> str:
    from amparo.casefile.case_file import read_text

    return read_text(path)


def _names(path: Path) -> tuple[str, ...]:
    from amparo.filing.scan import read_names

    return read_names(_read(path))


@app.command("draft")
def draft(
    vault: VaultPath,
    case: CaseCode,
    out: Annotated[Path, typer.Option(metavar="FILE", help="New text file.")],
    forum: ForumId = "icc-15",
    lang: Language = "en",
    on: Day = None,
    recipient: Recipient = "",
    state: State = "",
) -> None:
    """Write the filing as text to be edited: saved sections as saved, the others drafted anew.

    Facts stand in it by reference, such as [[statement:ST1]]. The file is not encrypted.

    Example: amparo filing draft evidence KARV --forum icc-15 --out draft.md
    """
    from amparo.cli.unlock import opened
    from amparo.filing.bundle import draft_filing

    day = on.date() if on else None
    with opened(vault, leaving=True):
        pieces = draft_filing(
            case, out, forum=forum, lang=lang, on=day, recipient=recipient, state=state
        )
    typer.echo(f"Text of {pieces} sections: {out} (build it with --text {out})")


@app.command("redact")
def redact(
    vault: VaultPath,
    case: CaseCode,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Code of the item in the case.")],
    forum: ForumId = "icc-15",
    version: Version = "coded",
    as_json: AsJson = False,
) -> None:
    """Make the redacted copy of an item, from the redactions recorded in the case.

    The original is not changed; filings to this forum tender the copy instead.

    Example: amparo filing redact evidence KARV I1 --forum icc-15
    """
    from amparo.cli.unlock import opened
    from amparo.filing.redaction import redact_item
    from amparo.filing.words import load_forum

    rules = load_forum(forum)
    with opened(vault, leaving=True) as held:
        made = redact_item(held, case, item, rules.id, version)
    facts = {"item": made.code, "sha256": made.sha256, "media_type": made.media_type}
    if as_json:
        print_json(facts)
    else:
        typer.echo(f"Redacted copy of {item}: {made.code} ({made.media_type})")


@app.command("key")
def key(
    vault: VaultPath,
    case: CaseCode,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Code of the item in the case.")],
    forum: ForumId = "icc-15",
    version: Version = "coded",
    as_json: AsJson = False,
) -> None:
    """Show the redaction key of an item: what its copy leaves out, where, and why.

    Only for who may see the case. It is worked out from the vault and written nowhere.

    Example: amparo filing key evidence KARV I1 --forum icc-15
    """
    from amparo.cli.unlock import opened
    from amparo.filing.redaction import redaction_key
    from amparo.filing.words import load_forum

    rules = load_forum(forum)
    with opened(vault):
        lines = [one.as_dict() for one in redaction_key(case, item, rules.id, version)]
    if as_json:
        print_json(lines)
        return
    names = ("redaction", "part", "place", "words", "reason")
    print_rows(names, (tuple(one[name] for name in names) for one in lines))


def _facts(built: Built) -> dict[str, Any]:
    return {
        "folder": str(built.folder),
        "pdf": str(built.folder / "filing.pdf"),
        "docx": str(built.folder / "filing.docx"),
        "index": str(built.folder / "exhibits.csv"),
        "package": str(built.folder / "package"),
        "items": list(built.items),
        "exhibits": [
            {"number": one.number, "file": one.file_name, "sha256": one.sha256}
            for one in built.document.exhibits
        ],
        "gaps": len(built.document.gaps),
        "withheld": [gate.tell_withheld(one) for one in built.withheld],
        "findings": [one.as_dict() for one in built.findings],
    }


def _lines(built: Built) -> list[str]:
    folder = built.folder
    return [
        f"Filing: {folder / 'filing.pdf'}",
        f"        {folder / 'filing.docx'}",
        f"Exhibits: {len(built.document.exhibits)}, listed in {folder / 'exhibits.csv'}",
        f"Package: {folder / 'package'} (check it with `amparo verify {folder / 'package'}`,"
        " or open verify.html in it)",
        f"Gaps stated: {len(built.document.gaps)}. Held back: {len(built.withheld)} records."
        f" Warnings: {len(built.findings)} (see `amparo filing check`)",
    ]


@app.command("list")
def list_(
    vault: VaultPath,
    case: Annotated[str, typer.Option(help="Only filings of this case.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the filings built from this vault.

    Example: amparo filing list evidence --case KARV
    """
    from amparo.cli.unlock import opened
    from amparo.filing.gather import filings

    with opened(vault, leaving=True):
        found = filings(case)
        sent = {one["item"]: _sent(one) for one in found}
    if as_json:
        print_json([{**one, "sent": sent[one["item"]]} for one in found])
        return
    print_rows(
        ("item", "case", "forum", "language", "date", "exhibits", "sent"),
        (
            (
                one["item"],
                one["case"],
                one["forum"],
                one["lang"],
                one["date"],
                len(one["numbers"]),
                _shown(sent[one["item"]]) if one["finished"] else "not finished: nothing left",
            )
            for one in found
        ),
    )


def _sent(told: dict[str, Any]) -> list[dict[str, Any]]:
    from amparo.casefile.records import load_case
    from amparo.filing.handover import sent_of

    return [row.body for row in sent_of(load_case(told["case"]), told["item"])]


def _shown(sent: list[dict[str, Any]]) -> str:
    return "; ".join(
        f"{one['to']} {one['on']}" + (f" ({one['receipt']})" if one.get("receipt") else "")
        for one in sent
    )


@app.command("sent")
def sent(
    vault: VaultPath,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Item of the filing's PDF.")],
    to: Annotated[str, typer.Option(help="Recipient.")],
    on: Annotated[str, typer.Option(help="Date it was sent.")],
    how: Annotated[str, typer.Option(help="Portal, post, by hand.")],
    receipt: Annotated[str, typer.Option(help="Reference number of the recipient.")] = "",
    received_on: Annotated[str, typer.Option(help="Date of the receipt.")] = "",
    reply: Annotated[
        list[str] | None, typer.Option(help="What came back, with its date; may be repeated.")
    ] = None,
    answer_by: Annotated[str, typer.Option(help="When a further step is due.")] = "",
    as_json: AsJson = False,
) -> None:
    """Record that a filing was sent; again for the same recipient: receipt, replies, deadline.

    Example: amparo filing sent evidence I-0043 --to ICC-OTP --on 2026-11-23 --how portal
    """
    from amparo.cli.unlock import opened
    from amparo.filing.handover import record_sent

    facts = {
        "to": to, "on": on, "how": how, "receipt": receipt, "received_on": received_on,
        "replies": list(reply or ()), "answer_by": answer_by,
    }  # fmt: skip
    with opened(vault, leaving=True) as held:
        row = record_sent(held, item, facts)
    if as_json:
        print_json({"id": row.code, "version": row.version, **row.body})
    else:
        typer.echo(f"{row.code}, version {row.version}: {item} to {row['to']} on {row['on']}")


@app.command("affected")
def affected(
    vault: VaultPath,
    case: CaseCode,
    person: Annotated[str, typer.Option(help="Code of the person, such as V-1.")],
    lang: Annotated[str, typer.Option(help="Language of the letters: en or fr.")] = "en",
    sender: Senders = None,
    on: Day = None,
    as_json: AsJson = False,
) -> None:
    """List the filings in which a person appears and who must be told, with a letter to each.

    Example: amparo filing affected evidence KARV --person V-1 --lang fr
    """
    from datetime import UTC

    from amparo.cli.unlock import opened
    from amparo.filing.handover import affected as find

    day = (on or datetime.now(UTC)).date()
    with opened(vault, leaving=True):
        found = find(case, person, lang=lang, on=day, sender=tuple(sender or ()))
    if as_json:
        print_json([one.as_dict() for one in found])
        return
    told = [one.as_dict() for one in found]
    names = ("item", "forum", "lang", "date", "to", "sent_on", "receipt")
    print_rows(names, (tuple(one[name] for name in names) for one in told))
    for one in told:
        if one["letter"]:
            typer.echo(f"\n{one['letter']}")
    if found:
        typer.echo("When they were told, write it into the consent: field 'told'.")
