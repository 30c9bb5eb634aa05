"""Where the database of a vault lies on a PostgreSQL server, and how it is reached.

The address stands in vault.toml, so it holds no password: libpq takes that from the file that
PGPASSFILE names (or ~/.pgpass). Source: PostgreSQL documentation, "The Password File".
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from amparo.errors import BadInput

_SCHEMES = ("postgresql", "postgres")
_SAFE_TLS = ("require", "verify-ca", "verify-full")
_HERE = ("", "localhost", "127.0.0.1", "::1")
LOCK_WAIT_MS = 10_000


def check_address(address: str) -> dict[str, str]:
    """The parts of an address such as postgresql://amparo@db.example:5432/evidence.

    Raises BadInput when it is none, holds a password, or would send the record over a network
    in clear.
    """
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise BadInput(
            "this installation has no PostgreSQL support",
            remedy="install amparo[postgresql]",
        ) from None
    if urlsplit(address).scheme not in _SCHEMES:
        raise _bad("it must begin with postgresql://")
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(address).items()}
    except ProgrammingError:
        raise _bad("it cannot be read") from None
    if "password" in parts or "passfile" in parts:
        raise BadInput(
            "the address of the database holds a password",
            remedy="leave it out; put it into a password file and name that in PGPASSFILE",
        )
    if not parts.get("dbname"):
        raise _bad("it names no database")
    if "options" in parts:
        raise _bad("'options' cannot be given")
    host = parts.get("host", "")
    if not host.startswith("/") and host not in _HERE:
        if parts.setdefault("sslmode", "verify-full") not in _SAFE_TLS:
            raise _bad("the record would cross the network in clear; use sslmode=verify-full")
        if parts["sslmode"] == "verify-full":
            parts.setdefault("sslrootcert", "system")
    return parts


def _bad(why: str) -> BadInput:
    return BadInput(
        "this is no address of a database", value=why,
        remedy="for example postgresql://amparo@db.example:5432/evidence",
    )  # fmt: skip


def schema_of(vault_id: str) -> str:
    """The schema that holds the tables of a vault: several vaults fit into one database."""
    name = f"amparo_{vault_id}"
    if not re.fullmatch(r"amparo_[0-9a-f]{8,32}", name):
        raise BadInput("the id of the vault is malformed")
    return name


def connection_settings(address: str, schema: str) -> dict[str, Any]:
    """What Django is told of the database."""
    parts = check_address(address)
    place = {
        key: parts.pop(name, "")
        for key, name in (("NAME", "dbname"), ("USER", "user"), ("HOST", "host"), ("PORT", "port"))
    }
    options = f"-c search_path={schema} -c lock_timeout={LOCK_WAIT_MS} -c application_name=amparo"
    return {
        "ENGINE": "amparo.store.postgresql", **place, "PASSWORD": "",
        "OPTIONS": {"connect_timeout": 10, **parts, "options": options},
    }  # fmt: skip
