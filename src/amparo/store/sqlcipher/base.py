"""Django's SQLite backend on SQLCipher: the same SQL, every page encrypted.

The key is the raw 32-byte database key (`OPTIONS["key"]`), so that opening costs
milliseconds: the slow derivation from a passphrase is done once, in `crypto.slots`.
Source: SQLCipher API, "PRAGMA key" with raw key data.
"""

from __future__ import annotations

import datetime
import decimal
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.backends.sqlite3 import base as sqlite
from django.db.backends.sqlite3._functions import register as register_functions
from sqlcipher3 import dbapi2 as Database

from amparo.store.guard import refuse_unpermitted

# SQLite keeps 2 MB of pages. Digests go into an index at random places: in a large vault each
# of them then decrypts a page and encrypts another. This much holds the indexes of 100,000 items.
CACHE_KIB = 32 * 1024
# The log goes into the database file after 32 MB instead of 4: the same pages of those indexes
# change with each batch, and are then written there once for several batches.
LOG_PAGES = 8_000

for _name in ("bool", "date", "time", "datetime", "timestamp"):
    Database.register_converter(_name, sqlite3.converters[_name.upper()])
for _type, _adapt in (
    (decimal.Decimal, str),
    (datetime.date, sqlite.adapt_date),
    (datetime.datetime, sqlite.adapt_datetime),
):
    Database.register_adapter(_type, _adapt)


class Cursor(Database.Cursor):  # type: ignore[misc]
    """Django's `%s` parameters turned into SQLite's `?`."""

    def execute(self, query: str, params: Any = None) -> Any:
        if params is None:
            return super().execute(query)
        names = list(params) if isinstance(params, Mapping) else None
        return super().execute(self.convert_query(query, param_names=names), params)

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        return super().executemany(self.convert_query(query), param_list)

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        if param_names is None:
            return str(sqlite.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%"))
        return query % {name: f":{name}" for name in param_names}


class DatabaseWrapper(sqlite.DatabaseWrapper):
    """One connection to an encrypted database; writes need a permit (see `store.guard`)."""

    vendor = "sqlite"
    Database = Database

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(refuse_unpermitted)

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        self._key: bytes = params.pop("key")
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        conn = Database.connect(**conn_params)
        conn.execute("PRAGMA cipher_log_level = NONE")
        conn.execute(f"PRAGMA key = \"x'{bytes(self._key).hex()}'\"")
        register_functions(conn)
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("PRAGMA legacy_alter_table = OFF")
        conn.execute("PRAGMA temp_store = MEMORY")
        conn.execute("PRAGMA secure_delete = ON")
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = FULL")
        conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        conn.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        return conn

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)
