"""The text index in SQLCipher: FTS5 inside the same encrypted file.

Contentless: the index holds no second copy of the text. Source: SQLite FTS5,
"contentless-delete tables".
"""

from __future__ import annotations

from collections.abc import Iterable

CREATE = (
    "CREATE VIRTUAL TABLE store_text USING fts5(text, content='', contentless_delete=1,"
    ' tokenize="unicode61 remove_diacritics 2")',
    "CREATE VIRTUAL TABLE store_vocabulary USING fts5vocab('store_text', 'row')",
)


def add(rows: Iterable[tuple[int, str]]) -> None:
    """Index (row id, text) pairs."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO store_text(rowid, text) VALUES (%s, %s)", list(rows))


def remove(row_ids: Iterable[int]) -> None:
    """Take rows out of the index."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM store_text WHERE rowid = %s", [(i,) for i in row_ids])


def condition(expression: str) -> tuple[str, tuple[object, ...]]:
    """What a row of `store_text` must meet, as SQL and parameters."""
    return "store_text MATCH %s", (expression,)


def order(expression: str) -> tuple[str, tuple[object, ...]]:
    """Best first."""
    return "rank", ()
