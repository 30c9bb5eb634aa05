"""What PostgreSQL does its own way: the turn to write, checking, clearing away, schemas."""

from __future__ import annotations

from amparo.store.guard import permit

NAME = "the PostgreSQL database"
CHECKED = "every row was read by the server"


def take_turn() -> None:
    """Wait until no other Work of this vault runs on any machine; held until the commit.

    Source: PostgreSQL documentation, "Advisory Locks".
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 0))")


def make_schema(schema: str) -> None:
    """An empty schema for a new vault. DatabaseError when it is there or not allowed."""
    from django.db import connection

    with permit(), connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{schema}"')


def drop_schema(schema: str) -> None:
    """Take away a schema that was made for a vault that did not come to be."""
    from django.db import connection

    with permit(), connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


def holds_tables() -> bool:
    """True when the vault's schema and tables are there."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def settle_log() -> None:
    """Nothing to do: the write-ahead log is the server's."""


def shred() -> None:
    """Rewrite every table without its dead rows. Old log files and the server's own backups
    are beyond us: whoever runs the server has to let them expire."""
    from django.db import connection

    with permit(), connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f'VACUUM (FULL) "{table}"')


def check_pages() -> list[str]:
    """Rows that the server cannot read; where it keeps checksums, it checks them as it reads."""
    from django.db import DatabaseError, connection

    faults = []
    for table in _tables():
        try:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT sum(length(t::text)) FROM "{table}" t')  # noqa: S608
                cursor.fetchone()
        except DatabaseError as error:
            faults.append(f"{table}: it cannot be read ({type(error).__name__})")
    return faults


def notes() -> list[str]:
    """What should be known of this server, and is no fault."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('data_checksums')")
        checked = cursor.fetchone()[0] == "on"
    return [] if checked else ["the server keeps no checksums of its pages (initdb -k)"]


def _tables() -> list[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        )
        return [str(name) for (name,) in cursor.fetchall()]
