"""An organisation's own corrections and additions to the book, from one YAML file.

Format `amparo-book-overlay/1`: `name`, optional defaults for source, consulted,
confidence and reviewer, then one list per file of the book. A row whose id the book
has replaces it; `remove` lists ids to drop. Described in docs/spec/facts.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amparo.errors import BadInput
from amparo.filled import filled
from amparo.law import dates
from amparo.law.book.records import Row
from amparo.law.book.shapes import CRIME_KINDS, DOCUMENT_KEYS, RESULTS, SHAPES, TRAIL
from amparo.law.text import Node, compose

FORMAT = "amparo-book-overlay/1"
_HEAD = ("format", "name", "note", "remove", "universal", *TRAIL)


@dataclass(frozen=True, slots=True)
class Overlay:
    """Rows to put over the book's, by file, and ids to drop."""

    name: str
    digest: str
    rows: dict[str, list[Row]]
    universal: list[dict[str, Any]]
    removed: tuple[tuple[str, int], ...]

    def apply(self, tables: dict[str, list[Row]], documents: dict[str, Any]) -> None:
        """Change the tables in place."""
        known = {row.id for rows in tables.values() for row in rows}
        for id, line in self.removed:
            if id not in known:
                raise BadInput(
                    "the overlay removes a row the book does not have",
                    value=f"{self.name}, line {line}: {id}",
                    remedy="See `amparo law book show`",
                )
        gone = {id for id, _ in self.removed}
        for name, rows in tables.items():
            new = {row.id: row for row in self.rows.get(name, [])}
            kept = [new.pop(row.id, row) for row in rows if row.id not in gone]
            tables[name] = kept + list(new.values())
        ids = {one["id"] for one in self.universal}
        documents["universal"] = [
            one for one in documents["universal"] if one["id"] not in ids
        ] + self.universal


def read_overlay(path: Path) -> Overlay:
    """Read and check an overlay file; errors name file and line."""
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            "the overlay cannot be read", value=str(path), remedy="Name a readable UTF-8 file"
        ) from error
    return parse_overlay(text, path.name)


def parse_overlay(text: str, file_name: str) -> Overlay:
    """Check the text of an overlay; errors name `file_name` and the line."""
    root = compose(text, file_name)
    top = root.mapping((*_HEAD, *SHAPES))
    if "format" not in top or top["format"].text() != FORMAT:
        raise BadInput(
            "not an overlay of the book",
            value=file_name,
            remedy=filled("Begin with `format: {format}`", format=FORMAT),
        )
    if "name" not in top:
        raise root.refuse("the overlay has no name", "Add `name: demo`")
    name = top["name"].text()
    trail = {key: top[key].text() for key in TRAIL if key in top}
    rows = {
        file: [_row(one, file, name, trail) for one in top[file].items()]
        for file in SHAPES
        if file in top
    }
    removed = top["remove"].items() if "remove" in top else []
    universal = [_statute(one) for one in top["universal"].items()] if "universal" in top else []
    return Overlay(
        name,
        hashlib.sha256(text.encode()).hexdigest(),
        rows,
        universal,
        tuple((one.text(), one.line) for one in removed),
    )


def _statute(node: Node) -> dict[str, Any]:
    """A whole entry of universal.yaml; every key that file needs must be there."""
    required, allowed = DOCUMENT_KEYS["universal"]
    keys = node.mapping((*required, *allowed))
    absent = [key for key in required if key not in keys]
    if absent:
        raise node.refuse(f"a statute lacks {', '.join(absent)}", "Fill it in")
    kinds = keys["crimes"].mapping(CRIME_KINDS)
    for kind in kinds.values():
        dates.parse(kind.text(), value=f"{node.name}, line {kind.line}: {kind.text()}")
    entry: dict[str, Any] = {"links": [], **node.plain()}
    if entry["without_link"] not in RESULTS:
        raise keys["without_link"].refuse("no such result", " | ".join(RESULTS))
    return entry


def _row(node: Node, file: str, name: str, trail: dict[str, str]) -> Row:
    shape = SHAPES[file]
    fields = {key: one.text_or_blank() for key, one in node.mapping(shape.all_columns).items()}
    if shape.has_trail:
        fields = {**trail, **fields}
    needed = ("id", *shape.required, *(TRAIL if shape.has_trail else ()))
    absent = [key for key in needed if not fields.get(key)]
    if absent:
        raise node.refuse(f"a row of {file} lacks {', '.join(absent)}", "Fill it in")
    for column in shape.dates:
        if fields.get(column):
            dates.parse(fields[column], value=f"{node.name}, line {node.line}: {fields[column]}")
    for column, choices in shape.choices:
        if fields.get(column) and fields[column] not in choices:
            raise node.refuse(f"`{column}` is not one of its choices", " | ".join(choices))
    return Row(fields["id"], node.name, node.line, fields, name)
