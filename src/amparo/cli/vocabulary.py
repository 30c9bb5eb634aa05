"""Vocabularies: what terms there are, and those an organisation adds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json, print_rows, safe
from amparo.cli.vault import VaultPath
from amparo.errors import BadInput

app = typer.Typer(no_args_is_help=True, help="Vocabularies of the record.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Vocabulary (`vocabulary list`).")]
TermText = Annotated[str, typer.Argument(metavar="TERM", help="The term as records hold it.")]


@app.command("list")
def list_(vault: VaultPath, as_json: AsJson = False) -> None:
    """List the vocabularies with their versions.

    Example: amparo vocabulary list evidence
    """
    from amparo.casefile.terms import list_vocabularies
    from amparo.cli.unlock import opened

    with opened(vault):
        found = list_vocabularies()
    if as_json:
        print_json([one.as_dict() for one in found])
        return
    print_rows(
        ("name", "version", "kind", "terms", "fields"),
        ((o.name, o.told, o.kind, len(o.offered()), ", ".join(o.fields)) for o in found),
    )


@app.command("show")
def show(
    vault: VaultPath,
    name: Name,
    language: Annotated[str, typer.Option(help="Labels in this language.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show the terms of a vocabulary, retired ones too.

    Example: amparo vocabulary show evidence degree --language fr
    """
    from amparo.casefile.terms import find_vocabulary
    from amparo.cli.unlock import opened

    with opened(vault):
        found = find_vocabulary(name)
    if as_json:
        print_json(found.as_dict())
        return
    print_rows(
        ("term", "label", "huridocs", "from", ""),
        (
            (safe(t.term), safe(t.label(language)), t.huridocs,
             f"own version {t.since}" if t.since else "the program",
             f"retired in own version {t.retired_in}" if t.retired_in else "")
            for t in found.terms
        ),
    )  # fmt: skip


@app.command("add")
def add(
    vault: VaultPath,
    name: Name,
    term: TermText,
    label: Annotated[
        list[str] | None, typer.Option(help="Label by language, repeatable: fr=conduisait")
    ] = None,
    huridocs: Annotated[str, typer.Option(help="HURIDOCS micro-thesaurus and code.")] = "",
) -> None:
    """Add a term of your organisation; a retired one is taken up again. Owners only.

    Example: amparo vocabulary add evidence degree "drove the car" --label fr=conduisait
    """
    from amparo.casefile.terms import add_term
    from amparo.cli.unlock import opened

    labels = {"en": term}
    for one in label or []:
        lang, has_text, text = one.partition("=")
        if not has_text:
            raise BadInput("a label is written language=text", value=one[:40])
        labels[lang.strip()] = text.strip()
    with opened(vault) as held:
        made = add_term(held.member, name, term, labels, huridocs=huridocs)
    typer.echo(f"{made.name}\tversion {made.told}")


@app.command("retire")
def retire(vault: VaultPath, name: Name, term: TermText) -> None:
    """Offer a term of your organisation no more; records that hold it stay readable.

    Example: amparo vocabulary retire evidence degree "drove the car"
    """
    from amparo.casefile.terms import retire_term
    from amparo.cli.unlock import opened

    with opened(vault) as held:
        made = retire_term(held.member, name, term)
    typer.echo(f"{made.name}\tversion {made.told}")


@app.command("import")
def import_(
    vault: VaultPath,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML; a case file will do.")],
    as_json: AsJson = False,
) -> None:
    """Add every term of a file that the vault lacks. Owners only.

    Example: amparo vocabulary import evidence case.yaml
    """
    from amparo.casefile.case_file import read_text
    from amparo.casefile.terms import import_terms
    from amparo.cli.unlock import opened

    with opened(vault) as held:
        added = import_terms(held.member, read_text(file), file.name)
    if as_json:
        print_json(added)
    else:
        typer.echo("added: " + (", ".join(f"{n} {k}" for k, n in added.items()) or "nothing"))


@app.command("changed")
def changed(
    vault: VaultPath,
    case: Annotated[str, typer.Argument(metavar="CASE", help="Code of the case, such as KARV.")],
    as_json: AsJson = False,
) -> None:
    """List records whose terms were retired or defined anew since they were saved.

    Example: amparo vocabulary changed evidence KARV
    """
    from dataclasses import asdict

    from amparo.casefile.records import load_case
    from amparo.casefile.terms import changed_terms
    from amparo.cli.unlock import opened

    with opened(vault):
        found = changed_terms(load_case(case))
    if as_json:
        print_json([asdict(one) for one in found])
        return
    print_rows(
        ("record", "field", "term", "vocabulary", "version", ""),
        ((o.record, o.field, safe(o.term), o.vocabulary, o.version, o.what) for o in found),
    )
