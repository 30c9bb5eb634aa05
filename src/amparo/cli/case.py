"""Open cases and record who did what to whom, and who says so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amparo.cli import draw, table
from amparo.cli.answers import answers
from amparo.cli.coding import agreement, code
from amparo.cli.same import same, warn_of_same
from amparo.cli.show import AsJson, print_json, print_rows, safe
from amparo.cli.unfinished import unfinished
from amparo.cli.vault import VaultPath
from amparo.errors import BadInput

app = typer.Typer(no_args_is_help=True, help="Cases and their record.")
CaseCode = Annotated[str, typer.Argument(metavar="CASE", help="Code of the case, such as KARV.")]
NounName = Annotated[
    str, typer.Argument(metavar="NOUN", help="source, statement, act, person ... (`case fields`)")
]


@app.command("create")
def create(
    vault: VaultPath,
    case: CaseCode,
    title: Annotated[str, typer.Option(help="Title of the case.")],
    language: Annotated[str, typer.Option(help="Language code.")] = "en",
    summary: Annotated[str, typer.Option(help="What it is about.")] = "",
    group: Annotated[str, typer.Option(help="How the targeted group is defined.")] = "",
    label: Annotated[str, typer.Option(help="Legal label used in public, if any.")] = "",
    overlay: Annotated[
        Path | None, typer.Option(help="Overlay of the book of law for this case.")
    ] = None,
) -> None:
    """Open a case.

    Example: amparo case create evidence KARV --title "Detentions in Karvesh"
    """
    from amparo.casefile.case_file import check_overlay, read_text
    from amparo.casefile.revise import open_case
    from amparo.cli.unlock import opened

    raw = {
        "code": case, "title": title, "language": language, "summary": summary,
        "group": group, "narrative_label": label,
    }  # fmt: skip
    book = check_overlay(read_text(overlay), overlay.name) if overlay else ""
    with opened(vault) as held:
        made, _ = open_case(held.member, raw, overlay=book)
    typer.echo(f"case {made.code} opened")


@app.command("list")
def list_(vault: VaultPath, as_json: AsJson = False) -> None:
    """List the cases.

    Example: amparo case list evidence
    """
    from amparo.casefile.records import list_cases
    from amparo.cli.unlock import opened

    with opened(vault, outside=True):
        cases = [{"code": c.code, "title": c.body.get("title", "")} for c in list_cases()]
    if as_json:
        print_json(cases)
    else:
        print_rows(("code", "title"), ((c["code"], c["title"]) for c in cases))


@app.command("show")
def show(
    vault: VaultPath,
    case: CaseCode,
    noun: Annotated[str, typer.Option(help="Only this noun, such as statement.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show a case: its records, by noun.

    Example: amparo case show evidence KARV --noun statement
    """
    from amparo.casefile.records import counts, load_case
    from amparo.cli.unlock import opened

    with opened(vault, outside=True):
        known = load_case(case)
    rows = [row for row in known.rows.values() if not noun or row.noun == _noun(noun)]
    if as_json:
        records = [{"id": r.code, "noun": r.noun, "version": r.version, **r.body} for r in rows]
        print_json({"case": known.body, "counts": counts(known), "records": records})
        return
    typer.echo(f"{known.code}\t{known.body.get('title', '')}")
    print_rows(
        ("noun", "id", "version", ""), ((r.noun, r.code, r.version, safe(r.title)) for r in rows)
    )


def _noun(name: str) -> str:
    from amparo.casefile.schema import BY_NAME, BY_PLURAL

    if name in BY_NAME:
        return name
    if name in BY_PLURAL:
        return BY_PLURAL[name].name
    raise BadInput("no such noun", value=name, remedy="one of: " + ", ".join(BY_NAME))


@app.command("fields")
def fields(
    noun: Annotated[str, typer.Argument(metavar="[NOUN]")] = "", as_json: AsJson = False
) -> None:
    """Say which nouns there are, or which fields a noun has.

    Example: amparo case fields statement
    """
    from amparo.casefile.schema import BY_NAME, NOUNS

    if not noun:
        print_rows(("noun", "ids", ""), ((n.name, n.prefix, n.help) for n in NOUNS))
        return
    described = BY_NAME[_noun(noun)]
    if as_json:
        print_json([
            {"name": f.name, "kind": f.kind, "required": f.required,
             "choices": f.choices, "help": f.help}
            for f in described.fields
        ])  # fmt: skip
        return
    print_rows(
        ("field", "kind", "needed", ""),
        (
            (f.name, f.kind, "yes" if f.required else "",
             f.help + (f" [{', '.join(f.choices)}]" if f.choices else ""))
            for f in described.fields
        ),
    )  # fmt: skip


def _pairs(words: list[str]) -> dict[str, str]:
    """`--key value` and `--key=value` after the noun."""
    pairs: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, has_value, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name:
            raise BadInput(
                "a field is written --name value", value=word[:40], remedy="see `case fields`"
            )
        if not has_value:
            if not rest:
                raise BadInput(
                    "this field has no value", value=word[:40], remedy="write --name value"
                )
            value = rest.pop(0)
        # Fields have no dash: --set-by is as good as --set_by.
        pairs[name.replace("-", "_")] = value
    return pairs


FREE = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command("add", context_settings=FREE)
def add(ctx: typer.Context, vault: VaultPath, case: CaseCode, noun: NounName) -> None:
    """Add one record: fields as --name value; lists with commas; --id to choose its id.

    A statement's quotation must stand in the part of the item that it names.

    Example: amparo case add evidence KARV source --kind outlet --title "The Courier" --grade C
    """
    from amparo.casefile.records import load_case
    from amparo.casefile.revise import Draft, add_records
    from amparo.casefile.schema import BY_NAME
    from amparo.cli.unlock import opened

    described = BY_NAME[_noun(noun)]
    pairs = _pairs(ctx.args)
    with opened(vault) as held:
        known = load_case(case)
        draft = Draft(described.name, pairs.pop("id", ""), pairs, lambda key: f"--{key}")
        added = add_records(held.member, case, [draft], reason=f"add {described.name}")
        warn_of_same(known, described.name, pairs)
    for row in added:
        typer.echo(f"{row.noun}\t{row.code}\t{safe(row.title)}")


@app.command("change", context_settings=FREE)
def change(
    ctx: typer.Context,
    vault: VaultPath,
    case: CaseCode,
    record: Annotated[str, typer.Argument(metavar="ID", help="Id of the record.")],
) -> None:
    """Save a new version of a record; fields not named stay, an empty value removes one.

    Example: amparo case change evidence KARV ST3 --grade 2
    """
    from amparo.casefile.records import load_case
    from amparo.casefile.revise import change_record
    from amparo.cli.unlock import opened
    from amparo.errors import NotFound

    pairs = _pairs(ctx.args)
    with opened(vault) as held:
        before = load_case(case).get(record)
        if before is None:
            raise NotFound("no such record in this case", value=record)
        body = {**before.body, **pairs}
        if "quote" in pairs and "start" not in pairs:
            body.pop("start", None)
        row = change_record(held.member, case, record, body, seen_version=before.version)
    typer.echo(f"{row.noun}\t{row.code}\tversion {row.version}")


@app.command("retire")
def retire(
    vault: VaultPath,
    case: CaseCode,
    record: Annotated[str, typer.Argument(metavar="ID", help="Id of the record.")],
    why: Annotated[str, typer.Option(help="Why; kept with the record.")],
) -> None:
    """Take a record out of the case; its versions stay readable.

    Example: amparo case retire evidence KARV ST3 --why "entered twice"
    """
    from amparo.casefile.revise import retire_record
    from amparo.cli.unlock import opened

    with opened(vault) as held:
        retire_record(held.member, case, record, why=why)
    typer.echo(f"{record} retired")


@app.command("history")
def history(
    vault: VaultPath,
    case: CaseCode,
    record: Annotated[str, typer.Argument(metavar="ID", help="Id of the record.")],
    as_json: AsJson = False,
) -> None:
    """Show every version of a record.

    Example: amparo case history evidence KARV ST3
    """
    from amparo.casefile.records import versions
    from amparo.cli.unlock import opened

    with opened(vault, outside=True):
        found = [
            {"version": v.version, "at": v.at.isoformat(timespec="seconds"), "by": v.by,
             "entry": v.entry_sequence, "retired": v.retired, "body": v.body}
            for v in versions(case, record)
        ]  # fmt: skip
    if as_json:
        print_json(found)
        return
    for one in found:
        typer.echo(
            f"version {one['version']}\t{one['at']}\t{one['by']}\tledger entry {one['entry']}"
        )
        for key, value in one["body"].items():
            typer.echo(f"    {key}: {safe(str(value))}")


@app.command("import")
def import_(
    vault: VaultPath,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML, format amparo-case/1.")],
    with_review: Annotated[
        bool, typer.Option("--with-review", help="Take over states of review; owners only.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add everything a YAML file says, all or nothing; unknown keys are refused with their line.

    Example: amparo case import evidence case.yaml
    """
    from collections import Counter

    from amparo.casefile.case_file import import_case
    from amparo.cli.unlock import opened

    with opened(vault) as held:
        _, rows = import_case(held.member, file, with_review=with_review)
    counted = Counter(row.noun for row in rows)
    if as_json:
        print_json({"added": dict(counted)})
    else:
        typer.echo("added: " + ", ".join(f"{n} {noun}" for noun, n in counted.items()))


@app.command("export")
def export(
    vault: VaultPath,
    case: CaseCode,
    out: Annotated[Path, typer.Option(help="File to write; must not exist.")],
    purpose: draw.Purpose = "",
    recipient: draw.Recipient = "",
) -> None:
    """Write the record of a case as YAML; importing it gives the same record.

    The case's overlay of the book of law, where there is one, stands inside it. With --purpose
    what consent lets leave for it: persons under their codes, no remarks, no words of items
    that may not be shown whole. Without, it is for the team's own use, and the ledger says so.

    Example: amparo case export evidence KARV --out karv.yaml
    """
    from amparo.casefile.case_file import export_case
    from amparo.casefile.consent import use_of
    from amparo.casefile.draw import CASE_FILE
    from amparo.cli.unlock import opened

    use = use_of(purpose, recipient)
    with opened(vault, leaving=True) as held:
        draw.write_out(held.member, case, CASE_FILE, use, out, export_case(case, use).encode())
    typer.echo(str(out))


@app.command("chart")
def chart(
    vault: VaultPath,
    case: CaseCode,
    csv: Annotated[Path | None, typer.Option(help="Write it as CSV to this new file.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Write it as a picture to this file.")] = None,
    purpose: draw.Purpose = "",
    recipient: draw.Recipient = "",
    as_json: AsJson = False,
) -> None:
    """Proof chart: crime by element, what supports it, what denies it, what is missing.

    Example: amparo case chart evidence KARV
    """
    from amparo.casefile.draw import use_of
    from amparo.casefile.draw_chart import chart_csv, draw_chart
    from amparo.casefile.proof_chart import chart as make_chart
    from amparo.cli.unlock import opened

    use = use_of(purpose, recipient)
    with opened(vault, leaving=bool(csv or svg), outside=True) as held:
        made = make_chart(case, use=use)
        if csv:
            draw.write_out(held.member, case, "chart", use, csv, chart_csv(made))
        if svg:
            draw.write_out(held.member, case, "chart", use, svg, draw_chart(made).svg.encode())
    if as_json:
        print_json(made.as_dict())
    elif csv or svg:
        for path in filter(None, (csv, svg)):
            typer.echo(safe(str(path)))
    else:
        for line in made.as_lines():
            typer.echo(safe(line))


app.command("draw")(draw.draw)
app.command("may-leave")(draw.may_leave)
app.command("same")(same)
app.command("unfinished")(unfinished)
app.command("code")(code)
app.command("agreement")(agreement)
app.command("answers")(answers)
app.command("template")(table.template)
app.command("add-table")(table.add_table)


@app.command("review")
def review(
    vault: VaultPath,
    case: CaseCode,
    record: Annotated[str, typer.Argument(metavar="ID", help="Id of the record.")],
    to: Annotated[str, typer.Option(help="review, revisit, final or draft.")],
) -> None:
    """Take a record into review, send it back (revisit), or finalise it.

    In review it is locked to the member who took it. Nobody reviews their own last change.

    Example: amparo case review evidence KARV ST3 --to review
    """
    from amparo.casefile.review import move, status_of_word
    from amparo.cli.unlock import opened

    status = status_of_word(to)
    with opened(vault) as held:
        row = move(held.member, case, record, status)
    typer.echo(f"{row.code}\tversion {row.version}\t{row.status}")


@app.command("propose")
def propose(
    vault: VaultPath,
    case: CaseCode,
    accept: Annotated[str, typer.Option(help="Accept that one repeats the other: I9:I8.")] = "",
    refuse: Annotated[str, typer.Option(help="Refuse that one repeats the other: I9:I8.")] = "",
    why: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    as_json: AsJson = False,
) -> None:
    """Propose which items repeat each other, or decide about a proposal.

    A reprint must not pass for a second source. The program proposes with the shared
    passages, and pictures that look alike with the bits in which their hashes differ; crops
    are missed. A person accepts or refuses, and the decision is kept.

    Example: amparo case propose evidence KARV --accept I9:I8 --why "reprint"
    """
    from amparo.casefile.propose import decide
    from amparo.casefile.propose import propose as find
    from amparo.casefile.records import load_case
    from amparo.cli.unlock import opened

    if accept and refuse:
        raise BadInput("decide one thing at a time", remedy="give --accept or --refuse")
    with opened(vault) as held:
        if accept or refuse:
            decision = "accepted" if accept else "refused"
            row = decide(held.member, case, accept or refuse, decision, why=why)
            typer.echo(f"{row.code}\t{row['from']} repeats {row['to']}: {decision}")
            return
        found = find(load_case(case))
    if as_json:
        print_json([one.as_dict() for one in found])
        return
    print_rows(
        ("pair", "kind", "share", "words", ""),
        (
            (one.key, one.kind, "" if one.bits else f"{one.share} %", one.words or "", one.said)
            for one in found
        ),
    )
