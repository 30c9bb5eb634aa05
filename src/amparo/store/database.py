"""Open, create and close the database of one vault: an encrypted file, or a server's.

One process has one vault open at a time; threads of that process each get a
connection of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol

from amparo.errors import Broken, InUse, Refused, StorageFailed
from amparo.store.guard import permit
from amparo.store.settings import ENGINE, configure


class Upkeep(Protocol):
    """What each database does its own way."""

    @property
    def NAME(self) -> str: ...
    @property
    def CHECKED(self) -> str: ...
    def take_turn(self) -> None: ...
    def settle_log(self) -> None: ...
    def shred(self) -> None: ...
    def check_pages(self) -> list[str]: ...
    def notes(self) -> list[str]: ...


def _upkeep() -> Upkeep:
    if is_server():
        from amparo.store.postgresql import upkeep as server

        return server
    from amparo.store.sqlcipher import upkeep

    return upkeep


def is_server() -> bool:
    """True when the open database is on a PostgreSQL server."""
    from django.db import connection

    return connection.vendor == "postgresql"


def open_database(path: Path, key: bytes) -> None:
    """Point Django at `path` with the raw 32-byte `key` and check that it opens.

    Raises:
        Broken: the file is not a database of this key.
    """
    configure()
    from django.db import DatabaseError, connections

    close_database()
    entry = connections.settings["default"]
    entry["NAME"] = str(path)
    entry["OPTIONS"] = {"key": key, "transaction_mode": "IMMEDIATE", "timeout": 20}
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_master")
    except DatabaseError as error:
        close_database()
        raise Broken(
            "the record does not open with this vault's key",
            value=path.name,
            remedy="restore record.db from a backup",
        ) from error


def open_server(address: str, vault_id: str, *, anew: bool = False) -> None:
    """Point Django at the tables of a vault on a PostgreSQL server; `anew`: make room for them.

    Raises BadInput for an address that is none, StorageFailed when the server does not let us
    in, Broken when the tables are not there.
    """
    configure()
    from django.db import DatabaseError, connections

    from amparo.store.postgresql.connect import connection_settings, schema_of

    close_database()
    schema = schema_of(vault_id)
    connections.settings["default"].update(connection_settings(address, schema))
    try:
        from amparo.store.postgresql.upkeep import holds_tables, make_schema

        if anew:
            make_schema(schema)
        there = anew or holds_tables()
    except DatabaseError as error:
        close_database()
        raise StorageFailed(
            "the PostgreSQL server does not let us in",
            value=type(error.__cause__ or error).__name__,
            remedy="check the address, that the server runs, the password file (PGPASSFILE), "
            "and that this user may create schemas in the database",
        ) from None
    if not there:
        close_database()
        raise Broken(
            "the record of this vault is not in the PostgreSQL database",
            value=schema,
            remedy="have it restored from the server's backup; the sealed objects are not touched",
        )


def drop_server_tables(vault_id: str) -> None:
    """Take away the tables of a vault on a server that did not come to be."""
    from amparo.store.postgresql.connect import schema_of
    from amparo.store.postgresql.upkeep import drop_schema

    drop_schema(schema_of(vault_id))


def copy_server_tables(address: str, vault_id: str, fresh_id: str) -> None:
    """Copy the tables of a vault on a server to those of `fresh_id`, which are open afterwards.

    The writer's lock must be held. Nothing of it stays when it fails. Raises StorageFailed.
    """
    from amparo.store.postgresql.connect import schema_of
    from amparo.store.postgresql.copy_over import copy_over

    open_server(address, fresh_id, anew=True)
    try:
        make_tables()
        with storage_errors():
            copy_over(schema_of(vault_id))
    except BaseException:
        drop_server_tables(fresh_id)
        raise


def close_database() -> None:
    """Close this thread's connection and forget the key."""
    from django.conf import settings
    from django.db import connections

    if not settings.configured:
        return
    connections.close_all()
    entry = connections.settings["default"]
    entry.update(ENGINE=ENGINE, NAME="", USER="", HOST="", PORT="", PASSWORD="", OPTIONS={})
    # A wrapper keeps its parameters; a new one is made on the next use.
    with suppress(AttributeError):
        del connections["default"]


def is_open() -> bool:
    """True when this process has a vault's database configured."""
    from django.conf import settings
    from django.db import connections

    return bool(settings.configured and connections.settings["default"]["NAME"])


def make_tables() -> None:
    """Bring the tables of the open database to this version's shape."""
    from django.core.management import call_command

    with permit():
        call_command("migrate", verbosity=0, interactive=False)


def has_newer_tables() -> bool:
    """True when the database carries migrations this program does not know."""
    known, applied = _known_migrations(), _applied_migrations()
    ours = {app for app, _ in known}
    return any(key[0] in ours and key not in known for key in applied)


def _known_migrations() -> set[tuple[str, str]]:
    """App and name of each migration of this program. Their names are enough to compare:
    to load them all would take a tenth of the time that opening a vault takes."""
    from django.apps import apps

    return {
        (config.label, module.name)
        for config in apps.get_app_configs()
        for module in iter_modules([str(Path(config.path) / "migrations")])
        if not module.ispkg and module.name[0] not in "_~"
    }


def _applied_migrations() -> set[tuple[str, str]]:
    """App and name of each migration that the open database has been through."""
    from django.db import connection

    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return set()
        cursor.execute("SELECT app, name FROM django_migrations")
        return {(app, name) for app, name in cursor.fetchall()}


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what a full or failing disk, or a server, makes of a write into an AmparoError."""
    from django.db import OperationalError, ProgrammingError

    try:
        yield
    except ProgrammingError as error:
        if is_server() and type(error.__cause__).__name__ == "UndefinedTable":
            raise InUse(
                "the vault was re-sealed by another process",
                remedy="open it again, then repeat the command",
            ) from error
        raise
    except OSError as error:
        raise StorageFailed(
            "the disk refused a write",
            value=error.strerror or type(error).__name__,
            remedy="free some space or check the device, then repeat the command",
        ) from error
    except OperationalError as error:
        raise _as_ours(error) from error


def _as_ours(error: Exception) -> Exception:
    """What a failing database says, without a word of what was being written."""
    said = str(error)
    if "lock timeout" in said or "database is locked" in said:
        return InUse(
            "somebody else is writing to this vault",
            remedy="wait until that has finished, then repeat the command",
        )
    if is_server():
        return StorageFailed(
            "the PostgreSQL server ended the work",
            value=type(error.__cause__ or error).__name__,
            remedy="nothing of it was kept; check the server and its disk, then repeat the command",
        )
    if "disk" not in said and "full" not in said and "I/O" not in said:
        return error
    return StorageFailed(
        "the database could not be written",
        value=said,
        remedy="free some space or check the device, then repeat the command",
    )


@contextmanager
def reading_errors() -> Iterator[None]:
    """Turn a database that cannot be read into Broken."""
    from django.db import DatabaseError

    try:
        yield
    except DatabaseError as error:
        raise Broken(
            "the record cannot be read",
            value=name(),
            remedy="restore it from a backup; the sealed objects are not touched by this",
        ) from error


def name() -> str:
    """What the open database is called in a report."""
    return _upkeep().NAME


def take_turn() -> None:
    """First statement of a Work's transaction: no other Work of this vault runs beside it."""
    _upkeep().take_turn()


def settle_log() -> None:
    """Bring everything from the write-ahead log into the database file, where that is ours.

    Raises InUse while a reader of another process holds an older state.
    """
    _upkeep().settle_log()


def shred() -> None:
    """Leave nothing of deleted values in the database's own files."""
    with storage_errors():
        _upkeep().shred()


def copy_under(target: Path, key: bytes) -> None:
    """A copy of the open database at `target`, encrypted with another raw 32-byte key.

    The writer's lock must be held. Raises Refused on a server.
    """
    from amparo.store.sqlcipher import upkeep

    refuse_on_server()
    upkeep.copy_under(target, key)


def save_copy(target: Path, key: bytes) -> None:
    """The record as an SQLCipher file under the raw 32-byte `key` of this vault's database.

    The writer's lock must be held. A server's record is written into a new file.
    """
    if is_server():
        from amparo.store.postgresql.copy_out import copy_out

        with storage_errors():
            copy_out(target, key)
        return
    import shutil

    from django.db import connection

    shutil.copyfile(str(connection.settings_dict["NAME"]), target)
    target.chmod(0o600)


def refuse_on_server() -> None:
    """Raises Refused for what needs the record as a file of ours."""
    if is_server():
        raise Refused(
            "this is not done for a vault whose record lies on a PostgreSQL server",
            remedy="take a backup into a folder, which is an encrypted vault; there it is done",
        )


def check_pages() -> list[str]:
    """What is wrong with the open database."""
    return _upkeep().check_pages()


def describe_check() -> tuple[str, list[str]]:
    """What `check_pages` looks at, and remarks that are no faults."""
    return _upkeep().CHECKED, _upkeep().notes()


def execute_many(sql: str, rows: Iterable[tuple[str | int | bytes, ...]]) -> None:
    """One statement for many rows. Only inside a Work."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.executemany(sql, list(rows))


ROWS_AT_ONCE = 100


def insert_rows(
    table: str, columns: Sequence[str], rows: Iterable[tuple[str | int | bytes, ...]]
) -> None:
    """Write new rows, a hundred to a statement. Only inside a Work.

    Names come from our own code, never from a user; JSON is given as text.
    """
    from django.db import connection

    row = f"({', '.join(['%s'] * len(columns))})"
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608
    waiting = iter(rows)
    with connection.cursor() as cursor:
        while some := list(islice(waiting, ROWS_AT_ONCE)):
            values = [value for one in some for value in one]
            cursor.execute(head + ", ".join([row] * len(some)), values)


def insert_numbered(
    table: str, columns: Sequence[str], rows: Iterable[tuple[str | int | bytes, ...]]
) -> list[int]:
    """The same, and the row ids that were given, in the order of the rows."""
    from django.db import connection

    row = f"({', '.join(['%s'] * len(columns))})"
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608
    waiting = iter(rows)
    given: list[int] = []
    with connection.cursor() as cursor:
        while some := list(islice(waiting, ROWS_AT_ONCE)):
            values = [value for one in some for value in one]
            cursor.execute(head + ", ".join([row] * len(some)) + " RETURNING id", values)
            given += sorted(number for (number,) in cursor.fetchall())
    return given


def stored_time(at: datetime) -> str:
    """A UTC time as the columns of the database hold it."""
    from django.db import connection

    return str(connection.ops.adapt_datetimefield_value(at))


def has_older_tables() -> bool:
    """True when this program has tables that the open database lacks."""
    return not _known_migrations() <= _applied_migrations()


def engine_versions() -> str:
    """Versions of SQLCipher and SQLite, with the text index, as one line."""
    from sqlcipher3 import dbapi2

    conn = dbapi2.connect(":memory:")
    try:
        cipher = conn.execute("PRAGMA cipher_version").fetchone()
        conn.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
        return f"SQLCipher {cipher[0] if cipher else '?'}, SQLite {dbapi2.sqlite_version}, FTS5"
    finally:
        conn.close()
