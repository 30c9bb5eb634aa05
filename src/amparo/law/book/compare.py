"""What one version of the book says that another does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amparo.law.book.records import Book


@dataclass(frozen=True, slots=True)
class Change:
    """One entry added, removed or changed, with the fields that differ."""

    file: str
    id: str
    what: str
    fields: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        shown = "".join(f"\n    {key}: {old!r} -> {new!r}" for key, old, new in self.fields)
        return f"{self.what} {self.file} {self.id}{shown}"


def compare(old: Book, new: Book) -> list[Change]:
    """Changes from `old` to `new`, by file and id."""
    before, after = _entries(old), _entries(new)
    out = []
    for key in sorted(before.keys() | after.keys()):
        one, two = before.get(key), after.get(key)
        if one is None:
            out.append(Change(*key, "added"))
        elif two is None:
            out.append(Change(*key, "removed"))
        elif one != two:
            out.append(Change(*key, "changed", tuple(_fields(one, two))))
    return out


def _entries(book: Book) -> dict[tuple[str, str], dict[str, Any]]:
    out: dict[tuple[str, str], dict[str, Any]] = {}
    for name, rows in book.tables.items():
        out.update({(name, row.id): dict(row.fields) for row in rows})
    for name, entries in book.documents.items():
        out.update({(name, str(one["id"])): one for one in entries})
    return out


def _fields(one: dict[str, Any], two: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for key in dict.fromkeys((*one, *two)):
        old, new = str(one.get(key, "")), str(two.get(key, ""))
        if old != new:
            yield key, old, new
