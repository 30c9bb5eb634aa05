"""`amparo law`: what the law answers, and what the book holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from amparo.law.assess import Assessment
    from amparo.law.book import Book

app = typer.Typer(
    no_args_is_help=True, help="Ask the law: which door is open, until when, what is missing."
)

Lang = Annotated[str, typer.Option("--lang", help="en or fr.")]
Overlay = Annotated[Path | None, typer.Option("--overlay", help="An organisation's own rows.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


@app.command()
def assess(
    vault: Annotated[Path | None, typer.Argument(help="A vault; or use --facts.")] = None,
    case: Annotated[str | None, typer.Argument(help="The case's code.")] = None,
    facts: Annotated[Path | None, typer.Option("--facts", help="Facts as YAML or JSON.")] = None,
    overlay: Overlay = None,
    forum: Annotated[
        list[str] | None, typer.Option("--forum", help="Reasons for this forum; or: all.")
    ] = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Assess acts before every forum, from a facts file or from a case in a vault.

    Prints the best answer by act and forum, then the reasons for the Court; name other
    fora with --forum (echr, hrc, cat, uj-DE ...). --json gives everything.

    Example: amparo law assess --facts facts.yaml --forum icc --forum hrc
    """
    from amparo.errors import BadInput

    _check_lang(lang)
    if facts is not None:
        if vault is not None:
            raise BadInput("both a vault and facts", remedy="Give one of them")
        found = _assess_facts(facts, overlay)
    elif vault is not None and case is not None:
        if overlay is not None:
            raise BadInput(
                "a case brings its own overlay",
                value=str(overlay),
                remedy="Give it with `amparo case create --overlay`, or in the case file",
            )
        found = _assess_case(vault, case)
    else:
        raise BadInput("nothing to assess", remedy="Give --facts FILE, or VAULT and CASE")
    if as_json:
        _print_json(found.as_dict(lang))
    else:
        _print_assessment(found, lang, forum or ["icc"])


def _assess_case(vault: Path, case: str) -> Assessment:
    from amparo.casefile.proof_chart import assess_case
    from amparo.cli.unlock import opened

    with opened(vault, outside=True):
        return assess_case(case)


def _assess_facts(path: Path, overlay: Path | None) -> Assessment:
    from amparo.law import assess as rules
    from amparo.law import book, facts

    loaded = book.load(overlay)
    return rules.assess(facts.parse(read_text(path), path.name, loaded), loaded)


@app.command()
def deadlines(
    vault: Annotated[Path | None, typer.Argument(help="A vault; or use --facts.")] = None,
    case: Annotated[str | None, typer.Argument(help="The case's code.")] = None,
    facts: Annotated[Path | None, typer.Option("--facts", help="Facts as YAML or JSON.")] = None,
    ics: Annotated[Path | None, typer.Option("--ics", help="Write a calendar file here.")] = None,
    overlay: Overlay = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """List the time limits that run, soonest first; a calendar file names no act or person.

    Example: amparo law deadlines --facts facts.yaml --ics deadlines.ics
    """
    from amparo.errors import BadInput
    from amparo.law import deadlines as limits

    _check_lang(lang)
    if facts is not None:
        assessed = _assess_facts(facts, overlay)
    elif vault is not None and case is not None:
        assessed = _assess_case(vault, case)
    else:
        raise BadInput("no acts given", remedy="Give --facts FILE, or VAULT and CASE")
    found = limits.find(assessed)
    if ics is not None:
        _write(ics, limits.calendar(found, assessed.book, assessed.as_of, lang))
    shown = [one.as_dict(assessed.book, lang) for one in found]
    if as_json:
        _print_json({"book": assessed.book.version, "deadlines": shown})
        return
    for one in shown:
        mark = " (presumption)" if one["presumption"] else ""
        typer.echo(f"{one['ends_on']}  {one['forum']}  {one['act']}  {one['reference']}{mark}")
        typer.echo(f"  {one['rule']}")
    if not shown:
        typer.echo("no time limit runs on the facts given", err=True)


@app.command()
def claims(
    text: Annotated[Path, typer.Argument(help="A text in which legal assertions are looked for.")],
    overlay: Overlay = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Check the legal assertions found in a text against the book.

    Example: amparo law claims article.txt
    """
    from amparo.law import book
    from amparo.law import claims as assertions

    _check_lang(lang)
    loaded = book.load(overlay)
    found = [one.as_dict(loaded, lang) for one in assertions.check(read_text(text), loaded)]
    if as_json:
        _print_json({"book": loaded.version, "claims": found})
        return
    for one in found:
        typer.echo(f"{one['verdict'].upper()}  {one['kind']} {one['state'] or ''}: {one['quote']}")
        _print_lines(one, ("reasons", "sources"))
    if not found:
        typer.echo("no legal assertion was recognised", err=True)


@app.command()
def label(
    name: Annotated[str, typer.Argument(help="A crime's name or provision.")],
    ground: Annotated[list[str] | None, typer.Option("--ground", help="Why targeted.")] = None,
    overlay: Overlay = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Check a legal label someone gave, for a group targeted on these grounds.

    Example: amparo law label genocide --ground "sexual orientation"
    """
    from amparo.law import book
    from amparo.law import label as labels

    _check_lang(lang)
    loaded = book.load(overlay)
    found = labels.check(name, ground or [], loaded).as_dict(loaded, lang)
    if as_json:
        _print_json({"book": loaded.version, **found})
        return
    typer.echo(f"{found['result'].upper()}  {name} ({found['status']})")
    for element in found["failed"]:
        typer.echo(f"  x {element}: {loaded.element(element).text[lang]}")
    for crime in found["proposed"]:
        typer.echo(f"  > {crime['id']} {crime['label']}")
    _print_lines(found, ("reasons", "missing", "sources"))


_SIGNS = {"reasons": "-", "missing": "?", "sources": "="}


def _print_lines(answer: dict[str, Any], keys: tuple[str, ...]) -> None:
    for key in keys:
        for line in answer[key]:
            typer.echo(f"  {_SIGNS[key]} {line}")


# --- the book -----------------------------------------------------------------------------

book_app = typer.Typer(no_args_is_help=True, help="Show, check and compare the book of law.")
app.add_typer(book_app, name="book")


@book_app.command("show")
def book_show(
    what: Annotated[str, typer.Argument(help="A file of the book, or the id of a row.")] = "",
    state: Annotated[str, typer.Option("--state", help="Only rows of this State.")] = "",
    overlay: Overlay = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Show the version, a file or a row of the book.

    Example: amparo law book show rome --state BI
    """
    from amparo.errors import NotFound
    from amparo.law import book

    _check_lang(lang)
    loaded = book.load(overlay)
    entries = _entries(loaded, what, state.upper())
    if entries is None:
        names = ", ".join((*loaded.tables, *loaded.documents))
        raise NotFound("no such file or row in the book", value=what, remedy=f"Files: {names}")
    if as_json:
        _print_json({"book": loaded.version, "entries": entries})
        return
    typer.echo(loaded.version)
    for one in entries:
        rest = {key: value for key, value in one.items() if key != "id" and value not in ("", None)}
        typer.echo(f"{one['id']}: " + "; ".join(f"{key}={value}" for key, value in rest.items()))


def _entries(loaded: Book, what: str, state: str) -> list[dict[str, Any]] | None:
    """Entries to show; None when there is nothing of that name."""
    if not what:
        sizes = {name: len(rows) for name, rows in loaded.tables.items()}
        sizes |= {name: len(rows) for name, rows in loaded.documents.items()}
        return [{"id": name, "entries": size} for name, size in sizes.items()]
    found: list[dict[str, Any]] = []
    if what in loaded.tables:
        found = [dict(row.fields) for row in loaded.table(what)]
    elif what in loaded.documents:
        found = [_plain(one) for one in loaded.documents[what]]
    elif what in loaded.rows:
        found = [dict(loaded.rows[what].fields)]
    else:
        return None
    return [one for one in found if not state or state in str(one.get("state", "")).split()]


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry whose values JSON can hold: dates as text."""
    return {
        key: value if isinstance(value, (str, int, list, dict, type(None))) else str(value)
        for key, value in entry.items()
    }


@book_app.command("check")
def book_check(overlay: Overlay = None, as_json: AsJson = False) -> None:
    """Lint the book, and an overlay with it: columns, dates, references, article 126.

    Example: amparo law book check --overlay ours.yaml
    """
    from amparo.errors import Broken
    from amparo.law import book
    from amparo.law.book.check import check

    loaded = book.load(overlay)
    faults = check(loaded)
    if as_json:
        _print_json({"book": loaded.version, "faults": [str(one) for one in faults]})
    else:
        for one in faults:
            typer.echo(str(one))
    if faults:
        raise Broken("the book has faults", value=str(len(faults)), remedy="Correct the rows named")
    if not as_json:
        typer.echo(f"{loaded.version}: {len(loaded.rows)} entries, no fault")


@book_app.command("diff")
def book_diff(
    other: Annotated[Path, typer.Argument(help="An overlay file, or a folder with another book.")],
    as_json: AsJson = False,
) -> None:
    """Show what an overlay or another version of the book says otherwise.

    Example: amparo law book diff ours.yaml
    """
    from amparo.law import book
    from amparo.law.book.compare import compare

    plain = book.load()
    new = book.load_folder(other) if other.is_dir() else book.load(other)
    changes = compare(plain, new)
    if as_json:
        found = [{"file": c.file, "id": c.id, "what": c.what, "fields": c.fields} for c in changes]
        _print_json({"from": plain.version, "to": new.version, "changes": found})
        return
    typer.echo(f"from {plain.version} to {new.version}")
    for change in changes:
        typer.echo(str(change))


# --- shared -------------------------------------------------------------------------------


def _write(path: Path, text: str) -> None:
    from amparo.errors import StorageFailed

    try:
        path.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise StorageFailed(
            "the file cannot be written", value=str(path), remedy="Name another place"
        ) from error


def read_text(path: Path) -> str:
    """A facts file's text; what cannot be read is refused by name."""
    from amparo.errors import BadInput

    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            "the file cannot be read", value=str(path), remedy="Name a readable UTF-8 file"
        ) from error


def _check_lang(lang: str) -> None:
    from amparo.errors import BadInput

    if lang not in ("en", "fr"):
        raise BadInput("no such language", value=lang, remedy="Use en or fr")


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _print_assessment(found: Assessment, lang: str, fora: list[str]) -> None:
    """The best answers first; reasons only for the fora asked for, so that a page holds them."""
    typer.echo(f"book of law {found.book.version}; as of {found.as_of.isoformat()}\n")
    _print_summary(found)
    for answer in found.answers(lang):
        if "all" not in fora and answer["forum"] not in fora:
            continue
        until = f" -> {answer['deadline']}" if answer["deadline"] else ""
        typer.echo(
            f"\n{answer['act']}  {answer['forum']}  {answer['route']}: {answer['result'].upper()}"
            f"{until}  [{answer['rule']}]"
        )
        _print_lines(answer, ("reasons", "missing", "sources"))
    typer.echo("")
    for way in found.triggers(lang):
        typer.echo(f"{way['act']}  > {way['way']}")
    if "all" not in fora:
        typer.echo(
            f"\nreasons shown for: {', '.join(fora)}; for others use --forum, or --forum all"
        )


def _print_summary(found: Assessment) -> None:
    """One block an act: fora by result; States' own courts apart."""
    by_act: dict[str, dict[str, list[str]]] = {}
    for line in found.summary():
        results = by_act.setdefault(line["act"], {})
        results.setdefault(line["result"], []).append(line["forum"])
    crimes = {one.act.id: one.act.crime for one in found.answered}
    for act, results in by_act.items():
        typer.echo(f"{act}  {crimes[act]}")
        for result in ("open", "arguable", "unknown", "closed"):
            own = [forum for forum in results.get(result, ()) if forum.startswith("uj-")]
            told = [forum for forum in results.get(result, ()) if not forum.startswith("uj-")]
            if result in ("open", "arguable") and own:
                told.append("courts of " + " ".join(forum.removeprefix("uj-") for forum in own))
            if told:
                typer.echo(f"  {result.upper():9} {', '.join(told)}")
