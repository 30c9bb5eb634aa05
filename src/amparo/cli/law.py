"""`amparo law`: what the law answers, and what the book holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from amparo.law.assess import Assessment

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
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Assess acts before every forum, from a facts file or from a case in a vault.

    Example: amparo law assess --facts facts.yaml --json
    """
    from amparo.errors import BadInput

    _check_lang(lang)
    if facts is not None:
        if vault is not None:
            raise BadInput("both a vault and facts", remedy="Give one of them")
        found = _assess_facts(facts, overlay)
    elif vault is not None and case is not None:
        found = _assess_case(vault, case)
    else:
        raise BadInput("nothing to assess", remedy="Give --facts FILE, or VAULT and CASE")
    if as_json:
        _print_json(found.as_dict(lang))
    else:
        _print_assessment(found, lang)


def _assess_case(vault: Path, case: str) -> Assessment:
    from amparo.casefile.proof_chart import assess_case
    from amparo.cli.unlock import opened

    with opened(vault):
        return assess_case(case)


def _assess_facts(path: Path, overlay: Path | None) -> Assessment:
    from amparo.law import assess as rules
    from amparo.law import book, facts

    loaded = book.load(overlay)
    return rules.assess(facts.parse(read_text(path), path.name, loaded), loaded)


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


def _print_assessment(found: Assessment, lang: str) -> None:
    typer.echo(f"{found.book.version}, {found.as_of.isoformat()}")
    for answer in found.answers(lang):
        until = f" -> {answer['deadline']}" if answer["deadline"] else ""
        typer.echo(
            f"\n{answer['act']}  {answer['forum']}  {answer['route']}: {answer['result'].upper()}"
            f"{until}  [{answer['rule']}]"
        )
        for sign, key in (("-", "reasons"), ("?", "missing"), ("=", "sources")):
            for line in answer[key]:
                typer.echo(f"  {sign} {line}")
