"""A column of SHA-256 digests (hex), looked up by their first eight digits.

Digests are random: in an index over all of their 64 digits each new one falls on another page,
which has to be decrypted, checked, encrypted and written. An index over eight digits is a fifth
of the size, and finds of a million digests all but a few hundred at once. A later migration that
has Django write such a table anew must make index and trigger again. It is used in the
embedded database only; a server keeps its index over the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import migrations, models
from django.db.models.lookups import Exact, In

MARK = 8


class DigestField(models.CharField):  # type: ignore[type-arg]
    """A SHA-256 digest as 64 hex digits."""

    def deconstruct(self) -> Any:
        """As a plain column: the index is made by the migration."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


@DigestField.register_lookup
class _Exact(Exact):
    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Sequence[Any]]:
        sql, params = self.as_sql(compiler, connection)
        if not isinstance(self.rhs, str):
            return sql, params
        column, given = self.process_lhs(compiler, connection)
        return f"(substr({column}, 1, {MARK}) = %s AND {sql})", [*given, self.rhs[:MARK], *params]


@DigestField.register_lookup
class _In(In):
    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Sequence[Any]]:
        sql, params = self.as_sql(compiler, connection)
        if not self.rhs_is_direct_value():
            return sql, params
        column, given = self.process_lhs(compiler, connection)
        marks = sorted({str(one)[:MARK] for one in self.rhs})
        wanted = ", ".join(["%s"] * len(marks))
        return f"(substr({column}, 1, {MARK}) IN ({wanted}) AND {sql})", [*given, *marks, *params]


def index_by_mark(
    table: str, column: str, *, once: bool, where: str = ""
) -> Callable[[Any, Any], None]:
    """For a migration: the index over the first digits, in the embedded database, in the place
    of any other over the column.

    `once`: no digest twice, as a unique index over the whole would see to. `where`: of these
    rows only; whoever looks something up says so in the same words.
    """

    def make(apps: Any, editor: Any) -> None:
        if editor.connection.vendor != "sqlite":
            return
        with editor.connection.cursor() as cursor:
            for name, facts in editor.connection.introspection.get_constraints(
                cursor, table
            ).items():
                if facts["columns"] == [column] and facts["index"] and not facts["unique"]:
                    editor.execute(f'DROP INDEX "{name}"')
        mark, index = f'substr("{column}", 1, {MARK})', f'"{table}_{column}_mark"'
        some = f" WHERE {where}" if where else ""
        editor.execute(f"DROP INDEX IF EXISTS {index}")
        editor.execute(f'CREATE INDEX {index} ON "{table}" ({mark}){some}')
        if once:
            editor.execute(
                f'CREATE TRIGGER "{table}_{column}_once" BEFORE INSERT ON "{table}"'  # noqa: S608
                f' WHEN EXISTS (SELECT 1 FROM "{table}" WHERE {mark} = substr(NEW."{column}", 1,'
                f' {MARK}) AND "{column}" = NEW."{column}")'
                f" BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: {table}.{column}'); END"
            )

    return make


class AlterEmbedded(migrations.AlterField):
    """`AlterField` in the embedded database; on a server the column stays as it is."""

    def database_forwards(self, app_label: str, editor: Any, before: Any, after: Any) -> None:
        if editor.connection.vendor == "sqlite":
            super().database_forwards(app_label, editor, before, after)
