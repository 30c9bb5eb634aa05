"""The text index of passages: FTS5 in SQLCipher, tsvector in PostgreSQL, asked the same way.

The index holds no second copy of the text; passages are cut from the extraction when a hit is
shown. The language of `expression` is described in `store.match`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from amparo.store import word_list
from amparo.store.word_list import Keys, no_keys

RANKED = 20_000
Sql = tuple[str, tuple[Any, ...]]


class IndexForm(NamedTuple):
    """How text enters the index: `fold` writes it, `keys` gives the ways to one of its words."""

    fold: Callable[[str], str] = str
    keys: Keys = no_keys


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


def add(rows: Iterable[tuple[int, str]], keys: Keys = no_keys) -> None:
    """Index (row id, text) pairs, and keep the words that are new. Only inside a Work."""
    from django.db import connection

    held = list(rows)
    _words().add(held)
    with connection.cursor() as cursor:
        terms = word_list.words_in(text for _, text in held)
        word_list.add(cursor, connection.vendor, terms, keys)


def remove(rows: Iterable[tuple[int, str]]) -> None:
    """Take rows out of the index, and words that stood nowhere else. Only inside a Work.

    Their text must be given: the index cannot tell it.
    """
    from django.db import connection

    held = list(rows)
    _words().remove(row for row, _ in held)
    terms = word_list.words_in(text for _, text in held)
    with connection.cursor() as cursor:
        word_list.remove(cursor, [term for term in sorted(terms) if not holds([term])])


def holds(terms: Sequence[str], within: Sql | None = None) -> bool:
    """Whether one of some folded words stands in a row, of those in `within` if it is given."""
    from django.db import connection

    source, params = _source(" OR ".join(f'"{term}"' for term in terms), within)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 {source} LIMIT 1", params)
        return cursor.fetchone() is not None


def words_held(terms: Iterable[str]) -> set[str]:
    """Those of some folded words that stand in the index."""
    from django.db import connection

    with connection.cursor() as cursor:
        return word_list.held(cursor, terms)


def words_with(keys: Iterable[str]) -> set[str]:
    """Words of the index that have one of the keys."""
    from django.db import connection

    with connection.cursor() as cursor:
        return word_list.with_keys(cursor, keys)


def words_of_length(shortest: int, longest: int) -> list[str]:
    """Words of the index with `shortest` to `longest` letters."""
    from django.db import connection

    with connection.cursor() as cursor:
        return word_list.of_length(cursor, shortest, longest)


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
