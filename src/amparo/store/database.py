"""Open, create and close the encrypted database of one vault.

One process has one vault open at a time; threads of that process each get a
connection of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path

from amparo.errors import Broken, InUse, StorageFailed
from amparo.store.guard import permit
from amparo.store.settings import configure


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


def close_database() -> None:
    """Close this thread's connection and forget the key."""
    from django.conf import settings
    from django.db import connections

    if not settings.configured:
        return
    connections.close_all()
    entry = connections.settings["default"]
    entry["NAME"], entry["OPTIONS"] = "", {}
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
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection, ignore_no_migrations=True)
    known = set(loader.disk_migrations)
    ours = {app for app, _ in known}
    return any(key[0] in ours and key not in known for key in loader.applied_migrations)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what a full or failing disk makes of a write into StorageFailed."""
    from django.db import OperationalError

    try:
        yield
    except OSError as error:
        raise StorageFailed(
            "the disk refused a write",
            value=error.strerror or type(error).__name__,
            remedy="free some space or check the device, then repeat the command",
        ) from error
    except OperationalError as error:
        if "disk" not in str(error) and "full" not in str(error) and "I/O" not in str(error):
            raise
        raise StorageFailed(
            "the database could not be written",
            value=str(error),
            remedy="free some space or check the device, then repeat the command",
        ) from error


@contextmanager
def reading_errors() -> Iterator[None]:
    """Turn a database that cannot be read into Broken."""
    from django.db import DatabaseError

    try:
        yield
    except DatabaseError as error:
        raise Broken(
            "the record cannot be read",
            value="record.db",
            remedy="restore it from a backup; the sealed objects are not touched by this",
        ) from error


def copy_under(target: Path, key: bytes) -> None:
    """A copy of the open database at `target`, encrypted with another raw 32-byte key.

    The writer's lock must be held. The pages are copied, then re-encrypted in the copy.
    Source: SQLCipher API, "PRAGMA rekey".
    """
    import shutil

    from django.db import connection
    from sqlcipher3 import dbapi2

    settle_log()
    source = Path(str(connection.settings_dict["NAME"]))
    old = bytes(connection.settings_dict["OPTIONS"]["key"])
    shutil.copyfile(source, target)
    target.chmod(0o600)
    copied = dbapi2.connect(str(target), isolation_level=None)
    try:
        copied.execute(f"PRAGMA key = \"x'{old.hex()}'\"")
        copied.execute("PRAGMA journal_mode = DELETE")
        copied.execute(f"PRAGMA rekey = \"x'{bytes(key).hex()}'\"")
    finally:
        copied.close()


def settle_log() -> None:
    """Bring everything from the write-ahead log into the file, and empty that log.

    Raises InUse while a reader of another process holds an older state.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = cursor.fetchone()
    if busy and busy[0]:
        raise InUse(
            "another process is reading this vault",
            remedy="close its pages and commands, then repeat the command",
        )


def shred() -> None:
    """Leave nothing of deleted values in the database's files: build it anew, empty the log.

    Deleted cells are overwritten as they go (`secure_delete`); rebuilding takes away free
    pages and what moves of cells left behind; truncating takes away older pages in the log.
    What the device keeps of overwritten blocks is beyond us, and stays encrypted.
    """
    from django.db import connection

    with permit(), storage_errors(), connection.cursor() as cursor:
        settle_log()
        cursor.execute("VACUUM")
        settle_log()


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


def stored_time(at: datetime) -> str:
    """A UTC time as the columns of the database hold it."""
    from django.db import connection

    return str(connection.ops.adapt_datetimefield_value(at))


def has_older_tables() -> bool:
    """True when this program has tables that the open database lacks."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection, ignore_no_migrations=True)
    return any(key not in loader.applied_migrations for key in loader.disk_migrations)


def check_pages() -> list[str]:
    """What is wrong with the open database: pages that do not authenticate, broken tables.

    Source: SQLCipher `PRAGMA cipher_integrity_check`, SQLite `PRAGMA integrity_check`
    and `PRAGMA foreign_key_check`.
    """
    from django.db import DatabaseError, connection

    faults: list[str] = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("PRAGMA cipher_integrity_check")
            faults += [str(row[0]) for row in cursor.fetchall()]
            cursor.execute("PRAGMA integrity_check")
            faults += [str(row[0]) for row in cursor.fetchall() if row[0] != "ok"]
            cursor.execute("PRAGMA foreign_key_check")
            faults += [f"{row[0]}: a row points at nothing" for row in cursor.fetchall()]
    except DatabaseError as error:
        faults.append(f"a page cannot be read ({type(error).__name__})")
    return faults


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
