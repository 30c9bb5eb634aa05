"""Django's PostgreSQL backend under the same rules as SQLCipher: a permit to write, one order.

Text is compared and ordered by code point (collation C) and has no length of its own, as in
SQLite: what one database takes and how it sorts, the other does too.
"""

from __future__ import annotations

import re
from typing import Any

from django.db.backends.postgresql import base as postgresql
from django.db.backends.postgresql.schema import DatabaseSchemaEditor

from amparo.store.guard import refuse_unpermitted

_TEXT = re.compile(r"(varchar|text)\b")


class SchemaEditor(DatabaseSchemaEditor):
    """Makes columns of text with their collation."""

    def column_sql(self, model: Any, field: Any, include_default: bool = False) -> Any:
        sql, params = super().column_sql(model, field, include_default)
        if sql is not None and _TEXT.match(sql):
            sql = _TEXT.sub(r'\1 COLLATE "C"', sql, count=1)
        return sql, params


class DatabaseWrapper(postgresql.DatabaseWrapper):
    """One connection to the schema of one vault; writes need a permit (see `store.guard`)."""

    data_types = {**postgresql.DatabaseWrapper.data_types, "CharField": "varchar"}
    SchemaEditorClass = SchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(refuse_unpermitted)
