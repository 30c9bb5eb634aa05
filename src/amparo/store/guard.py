"""Writes to the database are refused unless a permit is open in this thread.

`custody.Work` opens one; so does the making of a new vault's tables. Every
statement that is not a read is refused otherwise, whatever the table: a list
of protected tables would leave the next table unprotected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from amparo.errors import Refused

_permitted: ContextVar[bool] = ContextVar("permitted", default=False)
_READS = re.compile(
    r"\s*(SELECT|EXPLAIN|PRAGMA|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|WITH\s(?!.*\b(INSERT|UPDATE|DELETE)\b))",
    re.IGNORECASE | re.DOTALL,
)


@contextmanager
def permit() -> Iterator[None]:
    """Allow writes by this thread until the block ends."""
    token = _permitted.set(True)
    try:
        yield
    finally:
        _permitted.reset(token)


def is_permitted() -> bool:
    """True inside a `permit` block of this thread."""
    return _permitted.get()


def refuse_unpermitted(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Django execute wrapper. Raises Refused for a write without a permit."""
    if not _permitted.get() and not _READS.match(sql):
        raise Refused(
            "the record is changed only inside a custody Work",
            remedy="wrap the change in custody.work(actor, reason)",
        )
    return execute(sql, params, many, context)
