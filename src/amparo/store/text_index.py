"""The text index: FTS5 inside the same encrypted file.

Contentless: the index holds no second copy of the text; passages are cut from the
extraction when a hit is shown. Source: SQLite FTS5, "contentless-delete tables".
"""

from __future__ import annotations

from collections.abc import Iterable

CREATE = (
    "CREATE VIRTUAL TABLE store_text USING fts5(text, content='', contentless_delete=1,"
    ' tokenize="unicode61 remove_diacritics 2")'
)
CREATE_VOCABULARY = "CREATE VIRTUAL TABLE store_vocabulary USING fts5vocab('store_text', 'row')"


def add(rows: Iterable[tuple[int, str]]) -> None:
    """Index (row id, text) pairs. Only inside a Work."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO store_text(rowid, text) VALUES (%s, %s)", list(rows))


def remove(row_ids: Iterable[int]) -> None:
    """Take rows out of the index. Only inside a Work."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM store_text WHERE rowid = %s", [(i,) for i in row_ids])


def match(expression: str, *, limit: int) -> list[tuple[int, float]]:
    """(row id, rank) of the best `limit` rows for an FTS5 expression, best first."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid, rank FROM store_text WHERE store_text MATCH %s ORDER BY rank LIMIT %s",
            [expression, limit],
        )
        return [(int(row), float(rank)) for row, rank in cursor.fetchall()]


def vocabulary() -> list[str]:
    """Every indexed term."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT term FROM store_vocabulary")
        return [str(term) for (term,) in cursor.fetchall()]
