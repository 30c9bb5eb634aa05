"""The record of a server as an encrypted file: what a backup of such a vault holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from amparo.store.guard import permit
from amparo.store.settings import ENGINE
from amparo.store.word_list import COLUMNS

ALIAS = "copy"
ROWS_AT_ONCE = 500
# Words in the order in which they stood: the index of the other database cuts them alike.
WORDS = (
    "SELECT rowid, (SELECT string_agg(u.lexeme, ' ' ORDER BY p) FROM unnest(text) u,"
    " unnest(u.positions) p) FROM store_text ORDER BY rowid"
)


def copy_out(target: Path, key: bytes) -> None:
    """Write every table into a new SQLCipher file at `target`, under the raw 32-byte `key`.

    One state: no Work runs meanwhile. Raises DatabaseError; then `target` is of no use.
    """
    from django.core.management import call_command
    from django.db import connections, transaction

    from amparo.store.postgresql.upkeep import take_turn

    options = {"key": key, "transaction_mode": "IMMEDIATE", "timeout": 20}
    entry = {**connections.settings["default"], "ENGINE": ENGINE, "NAME": str(target)}
    connections.settings[ALIAS] = {**entry, "OPTIONS": options}
    try:
        with permit():
            call_command("migrate", database=ALIAS, verbosity=0, interactive=False)
            with transaction.atomic(), transaction.atomic(using=ALIAS):
                take_turn()
                _copy_tables()
                _copy_index()
            with connections[ALIAS].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                cursor.execute("PRAGMA journal_mode = DELETE")
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]
    target.chmod(0o600)


def _copy_tables() -> None:
    from django.apps import apps
    from django.db import connections

    to = connections[ALIAS]
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
        with to.cursor() as writing:
            # A migration may have left rows of its own in the new file.
            writing.execute(f'DELETE FROM "{table}"')  # noqa: S608
            holes = ", ".join(["%s"] * len(model._meta.concrete_fields))
            for rows in _rows(f'SELECT {columns} FROM "{table}"'):  # noqa: S608
                writing.executemany(
                    f'INSERT INTO "{table}" ({columns}) VALUES ({holes})',  # noqa: S608
                    [tuple(_as_stored(to, value) for value in row) for row in rows],
                )


def _copy_index() -> None:
    from django.db import connections

    with connections[ALIAS].cursor() as writing:
        for rows in _rows(WORDS):
            writing.executemany(
                "INSERT INTO store_text(rowid, text) VALUES (%s, %s)",
                [(row, words or "") for row, words in rows],
            )
        for table, columns in COLUMNS.items():
            for rows in _rows(f"SELECT {', '.join(columns)} FROM {table}"):  # noqa: S608
                holes = ", ".join(["%s"] * len(columns))
                writing.executemany(
                    f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({holes})",  # noqa: S608
                    rows,
                )


def _rows(sql: str) -> Iterator[list[tuple[Any, ...]]]:
    """Rows in steps, without the whole table in memory."""
    from django.db import connection

    with connection.chunked_cursor() as reading:
        reading.execute(sql)
        while rows := reading.fetchmany(ROWS_AT_ONCE):
            yield rows


def _as_stored(to: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return to.ops.adapt_datetimefield_value(value)
    return bytes(value) if isinstance(value, memoryview) else value
