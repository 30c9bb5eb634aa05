"""The text index: FTS5 inside the same encrypted file.

Contentless: the index holds no second copy of the text; passages are cut from the
extraction when a hit is shown. Source: SQLite FTS5, "contentless-delete tables".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

CREATE = (
    "CREATE VIRTUAL TABLE store_text USING fts5(text, content='', contentless_delete=1,"
    ' tokenize="unicode61 remove_diacritics 2")'
)
RANKED = 20_000
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


def match(
    expression: str, *, limit: int, within: tuple[str, tuple[object, ...]] | None = None
) -> tuple[list[int], int]:
    """Row ids of the best `limit` rows for an FTS5 expression, best first, and how many there are.

    `within` is a subquery (SQL and parameters) of row ids: what lies outside it is neither
    found nor counted. Ranking looks at `RANKED` rows at most, so that common words stay quick.
    """
    from django.db import connection

    scope = "" if within is None else f" AND rowid IN ({within[0]})"
    params: list[Any] = [expression, *(within[1] if within else ())]
    found = f"FROM store_text WHERE store_text MATCH %s{scope}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {found}", params)
        total = int(cursor.fetchone()[0])
        order = "ORDER BY rank" if total <= RANKED else ""
        cursor.execute(f"SELECT rowid {found} {order} LIMIT %s", [*params, limit])
        return [int(row) for (row,) in cursor.fetchall()], total


def vocabulary() -> list[str]:
    """Every indexed term."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT term FROM store_vocabulary")
        return [str(term) for (term,) in cursor.fetchall()]
