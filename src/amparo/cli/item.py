"""Take items in, list them, show them, search them, take them out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from amparo.cli.show import AsJson, ForUse, print_json, print_rows, safe
from amparo.cli.vault import VaultPath
from amparo.errors import Exit

if TYPE_CHECKING:
    from amparo.casefile.saved import Saved
    from amparo.casefile.search import Found
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
                typer.echo(_line(received))

        tally = receive(held, held.member, paths, tell=tell, budget=Budget(ocr=not no_ocr))
        _enter_giver(given, [r.item.sha256 for r in tally.results if r.item and not r.depth])
    files = [_received(r) for r in tally.results] if as_json else []
    _tell_of_passwords(vault, tally)
    _conclude(tally, files, as_json)


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
    _conclude(tally, files, as_json)


def _held(outcome: Outcome) -> dict[str, Any]:
    facts = {"item": outcome.code, "sha256": outcome.digest, "outcome": "unread"}
    told = {"name": outcome.name, "state": _state(outcome.state), "fault": outcome.fault}
    return {**(facts if outcome.code else {}), **told}


def _unread_line(outcome: Outcome) -> str:
    name = safe(outcome.name)
    if not outcome.code:
        return f"failed\t{name}\t{outcome.fault}"
    return f"{outcome.code}\t{outcome.digest}\tunread\t{_state(outcome.state)}\t{name}"


def _state(state: str) -> str:
    return "already held" if state == "held" else state


def _conclude(tally: Any, files: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json({**_reckoning(tally), "files": files})
    else:
        typer.echo(
            f"expected {tally.expected} = deposited {tally.deposited} + already held {tally.held}"
            f" + failed {tally.failed}"
            + (f"; inside them {tally.inside} more" if tally.inside else "")
        )
    if tally.failed:
        raise typer.Exit(int(Exit.PARTLY))


def _reckoning(tally: Any) -> dict[str, int]:
    return {
        "expected": tally.expected,
        "deposited": tally.deposited,
        "already_held": tally.held,
        "failed": tally.failed,
        "inside": tally.inside,
    }


def _received(received: Received) -> dict[str, Any]:
    from amparo.vault.retrieve import item_facts

    facts = item_facts(received.item) if received.item else {}
    state = _state(received.state)
    return {**facts, "name": received.name, "state": state, "fault": received.fault}


def _line(received: Received) -> str:
    name = "  " * received.depth + safe(received.name)
    if received.item is None:
        return f"failed\t{name}\t{received.fault}"
    item = received.item
    outcome = f"{item.outcome} ({item.detail})" if item.detail else item.outcome
    state = _state(received.state)
    return f"{item.code}\t{item.sha256}\t{item.kind}\t{safe(outcome)}\t{state}\t{name}"


@app.command("capture")
def capture(
    vault: VaultPath,
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the page.")],
    proxy: Annotated[
        str, typer.Option(help="Go through this proxy, such as socks5://127.0.0.1:9050 (Tor).")
    ] = "",
    seconds: Annotated[float, typer.Option(min=1, max=600, help="Longest time to load.")] = 60,
    megabytes: Annotated[int, typer.Option(min=1, max=2000, help="Most bytes to take.")] = 200,
    wacz: Annotated[
        bool, typer.Option("--wacz", help="Pack the WARC with an index and digests as WACZ.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask before using the network.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Open a web page in a fresh browser and keep it: WARC, picture and HTML as items.

    Nothing is sent but the request for the page and what the page asks for. No cookie is sent
    or kept. A public page, or a public name, that leads into a private network is refused;
    through a proxy it is the proxy that resolves the names. Exit code 8 when the page is an
    error, was cut off or never came to rest; then what came is held. Exit code 3 when nothing
    came; then nothing is held.

    Example: amparo item capture evidence https://example.org/page --proxy socks5://127.0.0.1:9050
    """
    import sys

    from amparo.cli.unlock import opened
    from amparo.errors import BadInput, NotFound
    from amparo.intake.browser import find_browser
    from amparo.intake.capture import Limits, check_address, check_proxy
    from amparo.intake.capture import capture as take
    from amparo.intake.receive import receive_capture

    check_address(url)
    check_proxy(proxy)
    find_browser()
    way = f"through {proxy}" if proxy else "directly: its server will see this computer's address"
    if not yes:
        if not sys.stdin.isatty():
            raise BadInput("capturing a page uses the network", remedy="Say so with --yes")
        typer.confirm(f"Contact the site of this address {way}?", abort=True, err=True)
    with opened(vault) as held:
        taken = take(url, proxy=proxy, limits=Limits(seconds, megabytes << 20))
        if taken.outcome == "failed":
            raise NotFound(
                "nothing was captured",
                value=taken.detail,
                remedy="Check the address, the connection and the proxy",
            )
        tally = receive_capture(held, held.member, taken, wacz=wacz)
    if as_json:
        files = [_received(r) for r in tally.results]
        print_json({**taken.facts(), **_reckoning(tally), "files": files})
    else:
        for received in tally.results:
            typer.echo(_line(received))
        why = f" ({taken.detail})" if taken.detail else ""
        typer.echo(safe(f"{taken.outcome}{why}: {len(taken.responses)} responses, {taken.route}"))
    if taken.outcome != "ok":
        raise typer.Exit(int(Exit.PARTLY))


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
        "inside": [_received(received) for received in one.inside],
    }


def _reread_line(one: Reread) -> str:
    line = f"{one.item.code}\t{one.before} -> {one.after}\t{one.state}"
    line += f"\t{len(one.added)} parts added" if one.added else ""
    line += f", cited parts kept as they were: {', '.join(one.kept)}" if one.kept else ""
    line += f"; inside it {len(one.inside)} more" if one.inside else ""
    return safe(line + (f"; {one.still_locked}" if one.still_locked else ""))


def search(
    vault: VaultPath,
    query: Annotated[
        str, typer.Argument(metavar="[QUERY]", help='Words, "a phrase", kind:pdf ...')
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many hits.")] = 20,
    facets: Annotated[
        bool, typer.Option("--facets", help="Count by kind, language, case and source as well.")
    ] = False,
    save: Annotated[bool, typer.Option("--save", help="Keep this search in the vault.")] = False,
    saved: Annotated[bool, typer.Option("--saved", help="List the searches kept.")] = False,
    new: Annotated[
        int, typer.Option(metavar="NUMBER", help="What came in since this search was last asked.")
    ] = 0,
    forget: Annotated[int, typer.Option(metavar="NUMBER", help="Forget a search kept.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Find passages in every language held; word forms are found too.

    Searches kept lie in the encrypted record; the ledger says that one was kept or asked
    again, not for what.

    Example: amparo search evidence "задержали" --facets
    """
    from amparo.casefile import saved as kept
    from amparo.casefile.search import count_facets
    from amparo.casefile.search import search as find
    from amparo.cli.unlock import opened
    from amparo.errors import BadInput

    asked = bool(query) + saved + bool(new) + bool(forget)
    if asked != 1:
        raise BadInput(
            "more than one thing is asked" if asked else "there is nothing to look for",
            remedy="give a QUERY, or --saved, or --new NUMBER, or --forget NUMBER",
        )
    with opened(vault, outside=True) as held:
        if saved:
            _print_saved(kept.list_searches(), as_json=as_json)
            return
        if forget:
            kept.forget_search(held.member, forget)
            return
        if new:
            query, found = kept.ask_again(held.member, new, limit=limit)
        else:
            found = find(query, limit=limit)
        counts = count_facets(query) if facets else {}
        number = kept.save_search(held.member, query) if save else 0
    if as_json:
        extra = {"facets": counts} if facets else {}
        print_json(found.as_dict() | extra | ({"saved": number} if number else {}))
        return
    _print_found(found, counts)
    if number:
        typer.echo(f"kept as search {number}")


def _print_found(found: Found, counts: dict[str, dict[str, int]]) -> None:
    for hit in found.hits:
        typer.echo(f"{hit.item}\t{hit.part}\t{hit.start}-{hit.end}\t{safe(hit.file_name)}")
        typer.echo("    " + safe(hit.marked("[", "]")))
    more = f" (of {found.counted})" if found.total > len(found.hits) else ""
    typer.echo(f"{len(found.hits)} passage{'' if len(found.hits) == 1 else 's'}{more}")
    for name, values in counts.items():
        typer.echo(f"{name}: " + (", ".join(f"{safe(v)} {n}" for v, n in values.items()) or "-"))
    for note in found.notes:
        typer.echo(note)


def _print_saved(searches: list[Saved], *, as_json: bool) -> None:
    if as_json:
        print_json([one.as_dict() for one in searches])
        return
    rows = ((s.number, s.new, s.seen_at[:19], s.by, s.query) for s in searches)
    print_rows(("search", "new", "last asked", "by", "query"), rows)
