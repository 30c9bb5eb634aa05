"""What SQLCipher does its own way: checking pages, emptying its log, copying under a new key."""

from __future__ import annotations

from pathlib import Path

from amparo.errors import InUse
from amparo.store.guard import permit

NAME = "record.db"
CHECKED = "every page authenticates and the tables agree"


def take_turn() -> None:
    """Nothing to do: a transaction begins with the file's own writer's lock."""


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
    """Build the file anew, empty the log.

    Deleted cells are overwritten as they go (`secure_delete`); rebuilding takes away free
    pages and what moves of cells left behind; truncating takes away older pages in the log.
    What the device keeps of overwritten blocks is beyond us, and stays encrypted.
    """
    from django.db import connection

    with permit(), connection.cursor() as cursor:
        settle_log()
        cursor.execute("VACUUM")
        settle_log()


def copy_under(target: Path, key: bytes) -> None:
    """A copy of the open database at `target`, encrypted with another raw 32-byte key.

    The pages are copied, then re-encrypted in the copy. Source: SQLCipher API, "PRAGMA rekey".
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


def check_pages() -> list[str]:
    """Pages that do not authenticate, broken tables.

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


def notes() -> list[str]:
    """What should be known of this database, and is no fault."""
    return []
