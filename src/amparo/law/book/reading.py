"""Read the book's files, apply an overlay, and arrange them for the rules."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from amparo.errors import BadInput
from amparo.filled import filled
from amparo.law.book.overlay import Overlay, parse_overlay, read_overlay
from amparo.law.book.records import Book, Crime, Element, Row, State
from amparo.law.book.shapes import DOCUMENTS, SHAPES
from amparo.law.book.treaties import all_windows

FOLDER = Path(__file__).parent
COMPILED_ON = "2026-11-22"

_CONTEXT = {
    "genocide": ("6.G1", "6.G2", "6.G3", "6.G4", "30.M"),
    "against humanity": ("7.X1", "7.X2", "7.X3", "7.X4", "7.X5", "7.X6", "30.M"),
    "aggression": ("30.M",),
}


def load(overlay: Path | str | None = None) -> Book:
    """The book, with an organisation's overlay file if one is named; read once each.

    Raises `BadInput` naming file and line when the overlay cannot be used.
    """
    if overlay is None:
        return _load_plain()
    path = Path(overlay)
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise BadInput(
            "the overlay cannot be read", value=str(overlay), remedy="Name a file that exists"
        ) from error
    return _load_with(path, changed)


@lru_cache(maxsize=1)
def _load_plain() -> Book:
    return _arrange(None)


@lru_cache(maxsize=4)
def _load_with(path: Path, changed: int) -> Book:
    return _arrange(read_overlay(path))


@lru_cache(maxsize=4)
def load_text(text: str, name: str) -> Book:
    """The book with an overlay given as text, as a case keeps it. Raises BadInput."""
    return _arrange(parse_overlay(text, name))


def read_rows(name: str, text: str) -> list[Row]:
    """Rows of one CSV file of the book; unknown or missing columns are refused."""
    shape = SHAPES[name]
    reader = csv.reader(io.StringIO(text), strict=True)
    head = next(reader, [])
    unknown = [one for one in head if one not in shape.all_columns]
    if unknown or "id" not in head:
        raise BadInput(
            "unknown column in the book",
            value=f"{name}.csv, line 1: {', '.join(unknown) or 'no id'}",
            remedy=filled("Columns: {names}", names=", ".join(shape.all_columns)),
        )
    rows = []
    for cells in reader:
        if len(cells) != len(head):
            raise BadInput(
                "a row of the book has the wrong number of cells",
                value=f"{name}.csv, line {reader.line_num}",
                remedy=filled("Give {count} cells", count=len(head)),
            )
        fields = dict(zip(head, cells, strict=True))
        rows.append(Row(fields["id"], f"{name}.csv", reader.line_num, fields))
    return rows


def load_folder(folder: Path) -> Book:
    """Another version of the book, from a folder with all its files."""
    return _arrange(None, folder)


def _arrange(overlay: Overlay | None, folder: Path = FOLDER) -> Book:
    digest = hashlib.sha256()
    tables: dict[str, list[Row]] = {}
    for name in SHAPES:
        data = _bytes(folder / f"{name}.csv")
        digest.update(name.encode() + b"\0" + data)
        tables[name] = read_rows(name, data.decode("utf-8"))
    documents: dict[str, Any] = {}
    for name in DOCUMENTS:
        data = _bytes(folder / f"{name}.yaml")
        digest.update(name.encode() + b"\0" + data)
        documents[name] = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    version = f"{COMPILED_ON}+{digest.hexdigest()[:8]}"
    if overlay is not None:
        overlay.apply(tables, documents)
        version += f" overlay {overlay.name}+{overlay.digest[:8]}"
    return _bind(version, overlay.name if overlay else "", tables, documents)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            "a file of the book cannot be read",
            value=str(path),
            remedy="Name a folder with all files of a book, or reinstall",
        ) from error


def _bind(
    version: str, overlay: str, tables: dict[str, list[Row]], documents: dict[str, Any]
) -> Book:
    elements = {row.id: _element(row) for row in tables["elements"]}
    by_crime: dict[str, list[Element]] = defaultdict(list)
    for one in elements.values():
        crime, _, number = one.id.rpartition(".")
        if number.isdigit():
            by_crime[crime].append(one)
    frozen = {name: tuple(rows) for name, rows in tables.items()}
    return Book(
        version=version,
        compiled_on=COMPILED_ON,
        overlay=overlay,
        tables=frozen,
        rows={
            **{row.id: row for name in documents for row in _document_rows(name, documents[name])},
            **{row.id: row for rows in frozen.values() for row in rows},
        },
        states={
            row.id: State(row.id, {"en": row["en"], "fr": row["fr"]}, row["of"])
            for row in tables["states"]
        },
        crimes={row.id: _crime(row, tuple(by_crime[row.id])) for row in tables["crimes"]},
        elements=elements,
        documents=documents,
        windows=all_windows(frozen, COMPILED_ON),
    )


def _document_rows(name: str, entries: list[dict[str, Any]]) -> list[Row]:
    """Entries of a YAML file as rows, so that an answer can cite them."""
    return [
        Row(
            str(one["id"]),
            f"{name}.yaml",
            0,
            {key: str(value) for key, value in one.items() if isinstance(value, (str, date))},
        )
        for one in entries
        if "source" in one
    ]


def _element(row: Row) -> Element:
    evidence = {
        lang: tuple(one.strip() for one in row[f"evidence_{lang}"].split(";") if one.strip())
        for lang in ("en", "fr")
    }
    return Element(row.id, {"en": row["en"], "fr": row["fr"]}, evidence)


def _crime(row: Row, elements: tuple[Element, ...]) -> Crime:
    context = _CONTEXT.get(row["kind"], ())
    if row["kind"] == "war":
        inter = row.id.startswith(("8(2)(a)", "8(2)(b)"))
        context = ("8.IAC" if inter else "8.NIAC", "30.M")
    return Crime(
        id=row.id,
        kind=row["kind"],
        label={"en": row["en"], "fr": row["fr"]},
        elements=elements,
        context=context,
        tags=frozenset(row["tags"].split()),
        amendment=row["amendment"],
        note={"en": row["note_en"], "fr": row["note_fr"]},
        aliases=tuple(one.strip() for one in row["aliases"].split(";") if one.strip()),
    )
