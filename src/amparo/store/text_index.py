"""The text index of passages: FTS5 in SQLCipher, tsvector in PostgreSQL, asked the same way.

The index holds no second copy of the text; passages are cut from the extraction when a hit is
shown. The language of `expression` is described in `store.match`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

RANKED = 20_000
Sql = tuple[str, tuple[Any, ...]]


class Words(Protocol):
    """What each database does its own way."""

    @property
    def CREATE(self) -> tuple[str, ...]: ...
    def add(self, rows: Iterable[tuple[int, str]]) -> None: ...
    def remove(self, row_ids: Iterable[int]) -> None: ...
    def condition(self, expression: str) -> Sql: ...
    def order(self, expression: str) -> Sql: ...


def words_of(vendor: str) -> Words:
    """The index of one kind of database, by Django's name for it."""
    if vendor == "postgresql":
        from amparo.store.postgresql import words as server

        return server
    from amparo.store.sqlcipher import words

    return words


def _words() -> Words:
    from django.db import connection

    return words_of(connection.vendor)


def add(rows: Iterable[tuple[int, str]]) -> None:
    """Index (row id, text) pairs. Only inside a Work."""
    _words().add(rows)


def remove(row_ids: Iterable[int]) -> None:
    """Take rows out of the index. Only inside a Work."""
    _words().remove(row_ids)


def found(expression: str, *, within: Sql | None = None) -> Sql:
    """A subquery (SQL and parameters) of the first `RANKED` row ids that an expression finds."""
    source, params = _source(expression, within)
    return f"SELECT rowid {source} LIMIT {RANKED}", params


def _source(expression: str, within: Sql | None) -> Sql:
    condition, asked = _words().condition(expression)
    inside = "" if within is None else f" AND rowid IN ({within[0]})"
    params = (*asked, *(within[1] if within else ()))
    return f"FROM store_text WHERE {condition}{inside}", params


def match(expression: str, *, limit: int, within: Sql | None = None) -> tuple[list[int], int]:
    """Row ids of the best `limit` rows for an expression, best first, and how many there are.

    `within` is a subquery (SQL and parameters) of row ids: what lies outside it is neither
    found nor counted. So that common words stay quick, at most `RANKED` + 1 rows are counted,
    and where there are so many, they are not ranked.
    """
    from django.db import connection

    source, params = _source(expression, within)
    with connection.cursor() as cursor:
        counted = f"SELECT 1 {source} LIMIT {RANKED + 1}"
        cursor.execute(f"SELECT count(*) FROM ({counted}) AS counted", params)  # noqa: S608
        total = int(cursor.fetchone()[0])
        rank, ranked_by = _words().order(expression) if total <= RANKED else ("", ())
        order = f"ORDER BY {rank}" if rank else ""
        cursor.execute(
            f"SELECT rowid {source} {order} LIMIT %s",
            [*params, *ranked_by, limit],
        )
        return [int(row) for (row,) in cursor.fetchall()], total


def vocabulary() -> list[str]:
    """Every indexed term."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT term FROM store_vocabulary")
        return [str(term) for (term,) in cursor.fetchall()]
