"""`amparo corroborate`: independent chains for one claim, from a graph file alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.callback(invoke_without_command=True)
def corroborate(
    graph: Annotated[
        Path, typer.Option("--graph", help="Graph file, amparo-graph/1 (docs/spec/graph.md).")
    ],
    json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    svg: Annotated[
        Path | None, typer.Option("--svg", help="Also write the chains as a picture here.")
    ] = None,
    lang: Annotated[str, typer.Option("--lang", help="Language of the words: en or fr.")] = "en",
) -> None:
    """Count the chains from first-hand knowledge to a claim that share no link.

    Example: amparo corroborate --graph claim.json --json
    """
    from amparo.casefile.corroborate import corroborate as answer
    from amparo.casefile.explain_chains import LANGUAGES, explain, label_exposures
    from amparo.casefile.graph import read_graph
    from amparo.errors import BadInput

    if lang not in LANGUAGES:
        raise BadInput("No words in this language", value=lang, remedy="Choose en or fr")
    read = read_graph(graph)
    found = answer(read)
    if svg is not None:
        from amparo.casefile.draw_chains import draw_chains

        _write(svg, draw_chains(read, found, lang))
    if json:
        import json as writer

        typer.echo(writer.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    else:
        labels = {node.id: node.label or node.id for node in read.nodes}
        label = label_exposures(read, lambda name: labels.get(name, name), lang)
        for sentence in explain(found, lang, label):
            typer.echo(sentence)


def _write(path: Path, text: str) -> None:
    from amparo.errors import StorageFailed

    try:
        path.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise StorageFailed(f"The picture cannot be written ({reason})", value=str(path)) from None
