"""Read the ledger: what was done, by whom, when."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from amparo.cli.show import AsJson, print_json, print_rows
from amparo.cli.vault import VaultPath
from amparo.errors import Exit

app = typer.Typer(no_args_is_help=True, help="The ledger of custody.")


@app.command("show")
def show(
    vault: VaultPath,
    item: Annotated[str, typer.Option(help="Only entries of this item.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show entries of the ledger, newest first.

    Example: amparo ledger show evidence --item I-0003
    """
    from amparo.cli.unlock import opened
    from amparo.vault.entries import about, list_entries, tell
    from amparo.vault.retrieve import find_item

    with opened(vault, outside=True):
        rows = list_entries().order_by("-sequence")
        if item:
            rows = about(rows, [find_item(item).sha256])
        entries = [tell(row) for row in rows[:limit]]
    if as_json:
        print_json(entries)
        return
    print_rows(
        ("entry", "time (UTC)", "kind", "actor", "result", "item"),
        (
            (e["sequence"], e["time"]["utc"][:19], e["kind"], e["actor"]["id"],
             e.get("result", ""), e.get("item", "")[:16])
            for e in entries
        ),
    )  # fmt: skip


@app.command("checkpoint")
def checkpoint(vault: VaultPath) -> None:
    """Print the newest signed checkpoint: give it to a partner, who can hold us to it.

    Example: amparo ledger checkpoint evidence > checkpoint.txt
    """
    from amparo.cli.unlock import opened
    from amparo.custody.models import LogState

    with opened(vault):
        state = LogState.objects.first()
    if state:
        typer.echo(state.checkpoint, nl=False)


Out = Annotated[Path | None, typer.Option(help="Folder to write the files to; made if needed.")]
Key = Annotated[str, typer.Option(metavar="VKEY", help="Their key, got by another way.")]


@app.command("prove")
def prove(
    vault: VaultPath,
    what: Annotated[str, typer.Argument(metavar="ENTRY|ITEM", help="Number, or an item's id.")],
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Prove that entries are in the ledger as it was signed.

    For each entry: its exact bytes and a C2SP tlog-proof that leads to the newest checkpoint.
    An item stands for all entries about it. Without --out they are printed.

    Example: amparo ledger prove evidence I-0003 --out proofs
    """
    from amparo.cli.unlock import opened
    from amparo.custody.history import prove_entry
    from amparo.store.files import write_durably
    from amparo.vault.entries import about, list_whole_entries
    from amparo.vault.retrieve import find_item

    with opened(vault, leaving=True):
        if what.isascii() and what.isdigit() and len(what) < 16:
            held = list_whole_entries(int(what))
            numbers = [row.sequence for row in held]
        else:
            rows = about(list_whole_entries(), [find_item(what).sha256])
            numbers = list(rows.order_by("sequence").values_list("sequence", flat=True))
        proven = [(number, *prove_entry(number)) for number in numbers]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for number, entry, proof in proven:
            write_durably(out.absolute() / f"{number}.entry.json", entry)
            write_durably(out.absolute() / f"{number}.tlog-proof", proof.encode().encode())
        typer.echo(f"{len(proven)} entries proven: {out}")
    elif as_json:
        print_json(
            [
                {"sequence": number, "entry": entry.decode(), "proof": proof.encode()}
                for number, entry, proof in proven
            ]
        )
    else:
        for _, entry, proof in proven:
            typer.echo(entry.decode())
            typer.echo(proof.encode())


@app.command("check-consistency")
def check_consistency(
    vault: VaultPath,
    checkpoint: Annotated[
        list[Path], typer.Option(help="Checkpoint kept elsewhere; may be repeated.")
    ],
) -> None:
    """Check that the ledger has only grown since a checkpoint that was kept elsewhere.

    Exit code 1 when its past was rewritten, cut or set back.

    Example: amparo ledger check-consistency evidence --checkpoint last-year.txt
    """
    from amparo.cli.check import read_known
    from amparo.cli.unlock import opened
    from amparo.crypto.sign import Verifier
    from amparo.custody.history import compare_with

    notes = read_known([], checkpoint, []).checkpoints
    with opened(vault) as held:
        keys = [Verifier.parse(key) for key in held.header.vkeys]
        sizes = [compare_with(note, keys).size for note in notes]
    for size in sizes:
        typer.echo(f"the ledger has only grown since {size} entries")


@app.command("grow")
def grow(
    vault: VaultPath,
    since: Annotated[int, typer.Option(min=1, help="Entries of the earlier checkpoint.")],
) -> None:
    """Print the proof that the newest checkpoint continues an earlier one: for a witness.

    Example: amparo ledger grow evidence --since 120 > growth.txt
    """
    from amparo.cli.unlock import opened
    from amparo.custody.history import prove_growth
    from amparo.custody.layout import consistency_text

    with opened(vault):
        size, path = prove_growth(since)
    typer.echo(consistency_text(since, size, path), nl=False)


@app.command("witness-key")
def witness_key(vault: VaultPath) -> None:
    """Print the key with which this vault countersigns others' ledgers.

    Example: amparo ledger witness-key evidence
    """
    from amparo.cli.unlock import opened
    from amparo.custody.witnessed import cosigner

    with opened(vault) as held:
        typer.echo(cosigner(held.header.origin, held.keys.cosigning).verifier.vkey)


@app.command("cosign")
def cosign(
    vault: VaultPath,
    checkpoint: Annotated[Path, typer.Argument(metavar="FILE", help="Their newest checkpoint.")],
    key: Key = "",
    proof: Annotated[
        Path | None, typer.Option(help="Their proof of growth, from the second time on.")
    ] = None,
) -> None:
    """Countersign another office's ledger with this vault's key, and print their checkpoint.

    Refused unless theirs continues what was countersigned before: they can then not show
    one past to us and another to a court. What was signed is remembered.

    Example: amparo ledger cosign evidence theirs.txt --key theirs+1a2b3c4d+AbC
    """
    from amparo.cli.check import read_known
    from amparo.cli.unlock import opened
    from amparo.custody.witnessed import cosigner, sign_theirs

    files = read_known([], [checkpoint, *([proof] if proof else [])], []).checkpoints
    with opened(vault) as held:
        signer = cosigner(held.header.origin, held.keys.cosigning)
        growth = files[1] if proof else ""
        signed = sign_theirs(held.member, signer, files[0], vkey=key, proof=growth)
    typer.echo(signed, nl=False)


@app.command("add-cosignature")
def add_cosignature(
    vault: VaultPath,
    checkpoint: Annotated[Path, typer.Argument(metavar="FILE", help="What the witness gave.")],
    key: Annotated[list[str], typer.Option(metavar="VKEY", help="Key of the witness.")],
) -> None:
    """Keep our checkpoint that a witness countersigned; from now on `verify` holds us to it.

    Example: amparo ledger add-cosignature evidence signed.txt --key partner/witness+1a2b3c4d+BbC
    """
    from amparo.cli.check import read_known
    from amparo.cli.unlock import opened
    from amparo.crypto.sign import Verifier
    from amparo.custody.witnessed import keep_cosigned

    known = read_known(key, [checkpoint], [])
    with opened(vault) as held:
        own = [Verifier.parse(one) for one in held.header.vkeys]
        names = keep_cosigned(held.member, known.checkpoints[0], list(known.keys), own)
    typer.echo(f"kept: countersigned by {', '.join(names)}")


@app.command("add-post-quantum")
def add_post_quantum(vault: VaultPath) -> None:
    """Let an ML-DSA-44 key sign each checkpoint from now on, beside the Ed25519 key.

    A quantum computer is not known to break it. It makes each checkpoint 3 kB longer, and
    stays for good. For a new vault: `amparo init --post-quantum`.

    Example: amparo ledger add-post-quantum evidence
    """
    from amparo.cli.unlock import opened
    from amparo.vault.rekey import add_post_quantum as add

    with opened(vault) as held:
        typer.echo(add(held))


@app.command("services")
def services(vault: VaultPath, as_json: AsJson = False) -> None:
    """List the time-stamping services that may be asked. None is built in.

    Example: amparo ledger services evidence
    """
    from amparo.cli.unlock import opened
    from amparo.custody.stamping import services as configured

    with opened(vault):
        rows = [{"name": row.name, "kind": row.kind, "url": row.url} for row in configured()]
    if as_json:
        print_json(rows)
        return
    print_rows(("name", "kind", "url"), (tuple(row.values()) for row in rows))


@app.command("add-authority")
def add_authority(
    vault: VaultPath,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Short name, such as tsa-one.")],
    url: Annotated[str, typer.Option(help="Its https address.")],
    roots: Annotated[Path, typer.Option(help="PEM file of the root certificates to pin.")],
    certificate: Annotated[
        Path | None, typer.Option(help="PEM file of its signing certificate, to pin it too.")
    ] = None,
    policy: Annotated[str, typer.Option(help="Policy that its stamps must state.")] = "",
) -> None:
    """Allow a time-stamping authority (RFC 3161) to be asked. Contacts nobody.

    Configure two of different owners. Get the root certificate by another way than theirs.

    Example: amparo ledger add-authority evidence tsa-one --url https://tsa.example --roots r.pem
    """
    from amparo.access.members import refuse_unless_owner
    from amparo.cli.check import read_known
    from amparo.cli.unlock import opened
    from amparo.custody.stamping import add_authority as add

    files = read_known([], [], [roots, *([certificate] if certificate else [])]).authorities
    texts = [one.decode("ascii", "replace") for one in files]
    with opened(vault) as held:
        refuse_unless_owner(held.member)
        pinned = texts[1] if certificate else ""
        add(held.member, name, url, texts[0], certificate=pinned, policy=policy)
    typer.echo(f"{name} may be asked")


@app.command("add-calendar")
def add_calendar(
    vault: VaultPath,
    url: Annotated[str, typer.Argument(metavar="URL", help="Its https address.")],
) -> None:
    """Allow an OpenTimestamps calendar to be asked. Contacts nobody.

    Example: amparo ledger add-calendar evidence https://calendar.example
    """
    from amparo.access.members import refuse_unless_owner
    from amparo.cli.unlock import opened
    from amparo.custody.stamping import add_calendar as add

    with opened(vault) as held:
        refuse_unless_owner(held.member)
        name = add(held.member, url)
    typer.echo(f"{name} may be asked")


@app.command("remove-service")
def remove_service(
    vault: VaultPath,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `ledger services` shows it.")],
) -> None:
    """Ask a time-stamping service no more; its stamps stay.

    Example: amparo ledger remove-service evidence tsa-one
    """
    from amparo.access.members import refuse_unless_owner
    from amparo.cli.unlock import opened
    from amparo.custody.stamping import remove_service as remove

    with opened(vault) as held:
        refuse_unless_owner(held.member)
        remove(held.member, name)
    typer.echo(f"{name} is asked no more")


@app.command("stamp")
def stamp(vault: VaultPath, as_json: AsJson = False) -> None:
    """Ask the configured services to stamp the newest checkpoint, and all that is still due.

    They see a digest and nothing else, and your address. What cannot be reached stays due.
    Exit code 8 when something stays due.

    Example: amparo ledger stamp evidence
    """
    from amparo.cli.unlock import opened
    from amparo.custody.stamping import stamp_newest

    with opened(vault) as held:
        outcomes = stamp_newest(held.member)
    _tell_outcomes(outcomes, as_json)


@app.command("upgrade")
def upgrade(vault: VaultPath, as_json: AsJson = False) -> None:
    """Ask the configured calendars whether their promises have reached the Bitcoin chain.

    Example: amparo ledger upgrade evidence
    """
    from amparo.cli.unlock import opened
    from amparo.custody.stamping import upgrade as ask

    with opened(vault) as held:
        outcomes = ask(held.member)
    _tell_outcomes(outcomes, as_json)


def _tell_outcomes(outcomes: Any, as_json: bool) -> None:
    rows = [{"size": o.size, "service": o.authority, "failure": o.failure} for o in outcomes]
    if as_json:
        print_json(rows)
    else:
        print_rows(
            ("checkpoint", "service", "state"),
            ((r["size"], r["service"], r["failure"] or "done") for r in rows),
        )
    if any(row["failure"] for row in rows):
        raise typer.Exit(int(Exit.PARTLY))


@app.command("stamps")
def stamps(vault: VaultPath, as_json: AsJson = False) -> None:
    """List the time stamps kept, checked offline. A stamp shows "existed before", no more.

    Example: amparo ledger stamps evidence
    """
    from amparo.cli.unlock import opened
    from amparo.custody.stamping import open_stamps

    with opened(vault):
        kept = open_stamps()
        found, faults = kept.read()
        due = kept.due()
    if as_json:
        print_json(
            {
                "stamps": [one.as_dict() for one in found],
                "faults": [{"place": place, "fault": fault} for place, fault in faults],
                "due": [{"size": size, "service": name} for size, name in due],
            }
        )
    else:
        print_rows(
            ("checkpoint", "kind", "by", "at", "remark"),
            ((one.size, one.kind, one.authority, one.at, one.detail) for one in found),
        )
        for size, name in due:
            typer.echo(f"due: checkpoint {size} by {name}")
        for place, fault in faults:
            typer.echo(f"BROKEN  timestamps/{place}: {fault}")
    if faults:
        raise typer.Exit(int(Exit.BROKEN))
