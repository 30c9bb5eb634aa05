"""Take items in, list them, show them, take them out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from amparo.cli.arrivals import conclude, facts_of, line_of, state_of
from amparo.cli.show import AsJson, ForUse, print_json, print_rows, safe
from amparo.cli.vault import VaultPath

if TYPE_CHECKING:
    from amparo.intake.hold import Outcome
    from amparo.intake.receive import Received
    from amparo.intake.reread import Reread
    from amparo.vault.models import Item

app = typer.Typer(no_args_is_help=True, help="Items: what the vault holds.")


@app.command("add")
def add(
    vault: VaultPath,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
    no_ocr: Annotated[
        bool, typer.Option("--no-ocr", help="Do not read text off pictures now; faster.")
    ] = False,
    unread: Annotated[
        bool, typer.Option("--unread", help="Hold the files now, read them later; much faster.")
    ] = False,
    giver: Annotated[
        str, typer.Option("--from", metavar="CODE", help="Who gave them: a code, never a name.")
    ] = "",
    how: Annotated[str, typer.Option(help="How they came, such as `by hand`. Name nobody.")] = "",
    as_json: AsJson = False,
) -> None:
    """Deposit files and folders; the same bytes twice make one item.

    With --no-ocr text on pictures is read later, by `amparo item outcomes --rerun --reader
    image`. With --unread nothing is read: no text, no search, nothing found inside, until
    `amparo item outcomes --rerun --outcome unread`; for a whole disk that must be safe today.
    With --from the ledger tells of each file from whom it was received, and --how it came.
    Prints id, sha-256, kind and outcome of each file, then the reckoning. Exit code 8 when some
    files could not be read from the disk.

    Example: amparo item add evidence ~/received --from S1 --how "by hand"
    """
    from amparo.cli.progress import bar
    from amparo.cli.unlock import opened
    from amparo.intake.reading import Budget
    from amparo.intake.receive import receive

    given = _giver(giver, how)
    if unread:
        _add_unread(vault, paths, as_json, given)
        return
    with opened(vault) as held, bar("Taking in") as step:

        def tell(received: Received) -> None:
            step()
            if not as_json:
                typer.echo(line_of(received))

        tally = receive(held, held.member, paths, tell=tell, budget=Budget(ocr=not no_ocr))
        _enter_giver(given, [r.item.sha256 for r in tally.results if r.item and not r.depth])
    files = [facts_of(r) for r in tally.results] if as_json else []
    _tell_of_passwords(vault, tally)
    conclude(tally, files, as_json)


def _giver(party: str, how: str) -> tuple[str, str]:
    if not party and not how:
        return "", ""
    from amparo.vault.acknowledge import check_giver

    return check_giver(party, how)


def _enter_giver(given: tuple[str, str], digests: list[str]) -> None:
    if not given[0]:
        return
    from amparo.access.scope import current
    from amparo.vault.acknowledge import enter_received

    entered = enter_received(current().member, digests, *given)
    typer.echo(f"received from {given[0]}: {entered} entered", err=True)


def _tell_of_passwords(vault: Path, tally: Any) -> None:
    """What to do about files that a password would open."""
    from amparo.intake.reread import needs_password

    locked = {r.item.number for r in tally.results if r.item and needs_password(r.item)}
    if locked:
        typer.echo(
            f"{len(locked)} need a password: amparo item outcomes {vault} --rerun"
            " --outcome encrypted --ask-password",
            err=True,
        )


def _add_unread(vault: Path, paths: list[Path], as_json: bool, given: tuple[str, str]) -> None:
    from amparo.cli.progress import bar
    from amparo.cli.unlock import opened
    from amparo.intake.begin import begin

    files: list[dict[str, Any]] = []
    digests: list[str] = []
    with begin(paths) as begun, opened(vault) as held, bar("Taking in") as step:
        from amparo.intake.hold import hold_begun

        def tell(outcome: Outcome) -> None:
            step()
            if given[0] and outcome.digest:
                digests.append(outcome.digest)
            if as_json:
                files.append(_held(outcome))
            else:
                typer.echo(_unread_line(outcome))

        tally = hold_begun(held, held.member, begun, tell=tell)
        _enter_giver(given, digests)
    conclude(tally, files, as_json)


def _held(outcome: Outcome) -> dict[str, Any]:
    facts = {"item": outcome.code, "sha256": outcome.digest, "outcome": "unread"}
    told = {"name": outcome.name, "state": state_of(outcome.state), "fault": outcome.fault}
    return {**(facts if outcome.code else {}), **told}


def _unread_line(outcome: Outcome) -> str:
    name = safe(outcome.name)
    if not outcome.code:
        return f"failed\t{name}\t{outcome.fault}"
    return f"{outcome.code}\t{outcome.digest}\tunread\t{state_of(outcome.state)}\t{name}"


@app.command("list")
def list_(
    vault: VaultPath,
    kind: Annotated[str, typer.Option(help="Only this kind, such as pdf.")] = "",
    outcome: Annotated[str, typer.Option(help="Only this outcome, such as corrupt.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the items held.

    Example: amparo item list evidence --outcome corrupt
    """
    from amparo.cli.unlock import opened
    from amparo.vault.retrieve import item_facts, list_items

    with opened(vault, outside=True):
        items = [item_facts(item) for item in list_items(kind=kind, outcome=outcome)]
    if as_json:
        print_json(items)
        return
    print_rows(
        ("id", "kind", "outcome", "bytes", "sha-256", "name"),
        ((i["id"], i["kind"], i["outcome"], i["size"], i["sha256"][:16], i["name"]) for i in items),
    )


@app.command("show")
def show(
    vault: VaultPath,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Id, sha-256 or file name.")],
    part: Annotated[str, typer.Option(help="Show the text of this part, such as page:3.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show what is known of an item, its parts and its ledger entries.

    Example: amparo item show evidence I-0003 --part article
    """
    from amparo.cli.unlock import opened
    from amparo.vault.retrieve import describe_item, find_item, item_facts, read_part

    with opened(vault, outside=True):
        found = find_item(item)
        if part:
            text = read_part(found.sha256, part)
            print_json({"part": part, "text": text}) if as_json else typer.echo(safe(text))
            return
        facts = {**item_facts(found), **describe_item(found)}
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        if name == "parts":
            typer.echo("parts:")
            for one in value:
                label = f"  {safe(one['label'])}" if one["label"] else ""
                typer.echo(
                    f"  {one['name']}\t{one['characters']} characters\t{one['language']}{label}"
                )
        elif isinstance(value, dict):
            typer.echo(f"{name}:")
            for key, entry in value.items():
                typer.echo(f"  {safe(str(key))}: {safe(str(entry))}")
        elif isinstance(value, list):
            typer.echo(f"{name}: " + ("; ".join(safe(str(v)) for v in value) or "-"))
        else:
            typer.echo(f"{name}: {safe(str(value))}")


@app.command("export")
def export(
    vault: VaultPath,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Id, sha-256 or file name.")],
    out: Annotated[Path, typer.Option(help="File to write; must not exist.")],
    purpose: Annotated[
        str, typer.Option(help="Why it is taken out; kept in the ledger.")
    ] = "inspection",
    use: ForUse = "",
    recipient: Annotated[str, typer.Option("--to", help="For whom, such as ICC-OTP.")] = "",
) -> None:
    """Write the original bytes of an item to a file, and an entry to the ledger.

    With --for it is written only when all whom it concerns agreed to be named for that use (for
    a redacted copy: to appear under a code). Without, it is for the team's own use.

    Example: amparo item export evidence I-0003 --out copy.pdf --purpose "expert opinion"
    """
    from amparo.casefile.consent import use_of
    from amparo.casefile.release import refuse_item
    from amparo.cli.unlock import opened
    from amparo.errors import BadInput
    from amparo.vault.retrieve import export_to, find_item

    aim = use_of(use, recipient)

    if out.exists():
        raise BadInput("there is a file of that name", value=str(out), remedy="name another file")
    if not out.absolute().parent.is_dir():
        raise BadInput("no such folder", value=str(out.parent), remedy="make it first")
    with opened(vault, leaving=True) as held:
        found = find_item(item)
        refuse_item(found, aim)
        export_to(held, held.member, found, out.absolute(), purpose=purpose, use=aim.told)
    typer.echo(f"{found.code}\t{found.sha256}\t{out}")


@app.command("outcomes")
def outcomes(
    vault: VaultPath,
    rerun: Annotated[
        bool, typer.Option("--rerun", help="Read again what the options name, from sealed bytes.")
    ] = False,
    outcome: Annotated[str, typer.Option(help="Only this outcome, such as crashed.")] = "",
    reader: Annotated[str, typer.Option(help="Only what this reader read, such as pdf.")] = "",
    older_than: Annotated[
        str,
        typer.Option(metavar="VERSION", help="Only what a reader before this version read."),
    ] = "",
    item: Annotated[str, typer.Option(help="Only this item: id, sha-256 or file name.")] = "",
    password_file: Annotated[
        str,
        typer.Option(metavar="FILE", help="Passwords to try, one a line; - is standard input."),
    ] = "",
    ask_password: Annotated[
        bool, typer.Option("--ask-password", help="Ask for the password of encrypted files.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Count items by kind, reader and outcome; with --rerun read them again.

    A new reading stands beside the earlier one: parts that were there keep name and text, a
    part that reads otherwise now is added as `page:3@2`. A reading that gives less is not kept.
    Zip, 7z, PDF and Office files that need a password are opened with --ask-password or
    --password-file; what was inside becomes items, the password is written nowhere.

    Example: amparo item outcomes evidence --rerun --outcome encrypted --ask-password
    """
    from amparo.cli.passwords import read_passwords
    from amparo.cli.progress import bar
    from amparo.cli.unlock import opened
    from amparo.intake.reread import choose, reread

    passwords = read_passwords(password_file, ask=ask_password, rerun=rerun)
    with opened(vault) as held:
        chosen = choose(outcome=outcome, reader=reader, older_than=older_than, item=item)
        if not rerun:
            _print_outcomes(chosen, as_json=as_json)
            return
        with bar("Reading again") as step:
            told = []
            for one in reread(held, held.member, chosen, passwords=passwords):
                step()
                told.append(one)
                if not as_json:
                    typer.echo(_reread_line(one))
    if as_json:
        print_json([_reread(one) for one in told])
        return
    states = Counter(one.state for one in told)
    typer.echo(
        f"read again {len(told)} = changed {states['changed']} + same {states['same']}"
        f" + earlier reading kept {states['kept']}"
    )


def _print_outcomes(items: list[Item], *, as_json: bool) -> None:
    counted = Counter((i.kind, i.reader, i.reader_version, i.outcome, i.detail) for i in items)
    rows = [(*key, count) for key, count in sorted(counted.items())]
    names = ("kind", "reader", "version", "outcome", "detail", "items")
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    print_rows(names, rows)


def _reread(one: Reread) -> dict[str, Any]:
    return {
        "id": one.item.code,
        "before": one.before,
        "outcome": one.after,
        "state": one.state,
        "added": one.added,
        "cited_parts_kept": one.kept,
        "superseded": one.superseded,
        "still_locked": one.still_locked,
        "inside": [facts_of(received) for received in one.inside],
    }


def _reread_line(one: Reread) -> str:
    line = f"{one.item.code}\t{one.before} -> {one.after}\t{one.state}"
    line += f"\t{len(one.added)} parts added" if one.added else ""
    line += f", cited parts kept as they were: {', '.join(one.kept)}" if one.kept else ""
    line += f"; inside it {len(one.inside)} more" if one.inside else ""
    return safe(line + (f"; {one.still_locked}" if one.still_locked else ""))
