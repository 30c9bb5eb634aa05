"""The tables of a vault copied into another schema of the same server, for re-sealing."""

from __future__ import annotations

from amparo.store.guard import permit
from amparo.store.word_list import COLUMNS

BESIDE = {"store_text": ("rowid", "text"), **COLUMNS}


def copy_over(source: str) -> None:
    """Fill the open schema's empty tables with the rows of the schema `source`; all or nothing.

    The writer's lock must be held. Raises DatabaseError.
    """
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection, transaction

    models = apps.get_models(include_auto_created=True)
    with permit(), transaction.atomic(), connection.cursor() as cursor:
        # Rows may point at rows of tables that are filled later; checked at the end.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model in models:
            columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
            _fill(cursor, source, model._meta.db_table, columns)
        for table, names in BESIDE.items():
            _fill(cursor, source, table, ", ".join(names))
        for sql in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(sql)


def _fill(cursor: object, source: str, table: str, columns: str) -> None:
    cursor.execute(  # type: ignore[attr-defined]
        f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM "{source}"."{table}"'  # noqa: S608
    )
