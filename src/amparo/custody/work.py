"""A Work: one actor, one reason, one transaction, and at least one entry in the ledger.

The record is changed nowhere else: outside a Work the database refuses to write
(`store.guard`), and a Work that ends without an entry is undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache, cached_property
from importlib.metadata import version
from typing import Any

from amparo.custody.checkpoint import make_checkpoint
from amparo.custody.entry import EntryMaker
from amparo.custody.log import Log, current_log, publish_new
from amparo.custody.tree import Frontier, leaf_hash
from amparo.errors import Refused
from amparo.store import guard, lock
from amparo.store.database import execute_many, storage_errors, stored_time, take_turn

# Plain SQL: the largest deposits spend a third of their time in building rows otherwise.
INSERT = (
    "INSERT INTO custody_ledgerentry (sequence, kind, at, item_digest, case_code, body, leaf_hash)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
_running: ContextVar[bool] = ContextVar("running", default=False)


@cache
def _version() -> str:
    return version("amparo")


class Work:
    """What is being done. `at` is the UTC time of all its entries."""

    def __init__(self, log: Log, actor: str, role: str, reason: str) -> None:
        self.actor = actor
        self.role = role
        self.reason = reason
        self.at = datetime.now(UTC)
        self._technical = {"tool": "amparo", "version": _version()}
        self._maker = EntryMaker(
            log=log.origin,
            time={
                "utc": self.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "zone": self.at.astimezone().strftime("%z"),
                "clock": "system",
            },
            actor={"id": actor, "role": role},
            technical=self._technical,
            purpose=reason,
        )
        self._log = log
        self._frontier, self._last = _read_head()
        self._bodies: list[tuple[str, str, str, bytes]] = []
        self._leaves: list[bytes] = []
        self._checkpoint = ""

    @cached_property
    def stored_at(self) -> str:
        """`at` as the columns of the database hold it."""
        return stored_time(self.at)

    @property
    def has_entries(self) -> bool:
        """True once something was entered."""
        return bool(self._bodies)

    def enter(self, kind: str, *, case: str = "", **fields: Any) -> int:
        """Add one entry; returns its sequence number. Fields: `custody.entry`."""
        sequence = self._frontier.size + len(self._bodies)
        if "technical" in fields:
            fields["technical"] = {**self._technical, **fields["technical"]}
        body = self._maker.make(kind=kind, sequence=sequence, **fields)
        self._bodies.append((kind, str(fields.get("item", "")), case, body))
        return sequence

    def commit(self) -> None:
        """Append the entries and sign the new head; part of the same transaction."""
        from amparo.custody.models import LogState

        if not self._bodies:
            raise Refused(
                "a Work must leave an entry in the ledger; nothing was changed",
                remedy="enter what was done before the Work ends",
            )
        first, at = self._frontier.size, self.stored_at
        self._leaves = [leaf_hash(body) for *_, body in self._bodies]
        frontier = self._frontier.extend(self._leaves)
        entries = enumerate(zip(self._bodies, self._leaves, strict=True), start=first)
        execute_many(
            INSERT,
            (
                (sequence, kind, at, item, case, body, leaf)
                for sequence, ((kind, item, case, body), leaf) in entries
            ),
        )
        note = make_checkpoint(
            self._log.origin,
            frontier.size,
            frontier.root(),
            self._log.signers_after(self._last),
            at=int(self.at.timestamp()),
        )
        state = LogState(
            pk=1, size=frontier.size, frontier=frontier.to_bytes(), checkpoint=note, at=self.at
        )
        state.save(force_insert=first == 0, force_update=first > 0)
        self._checkpoint = note

    def publish(self) -> None:
        """Write the files of the ledger; after the commit."""
        publish_new(self._frontier.size, self._leaves, self._checkpoint)


def _read_head() -> tuple[Frontier, str]:
    from amparo.custody.models import LogState

    state = LogState.objects.first()
    if state is None:
        return Frontier(), ""
    return Frontier.from_bytes(bytes(state.frontier)), state.checkpoint


@contextmanager
def work(actor: str, reason: str, *, role: str = "member") -> Iterator[Work]:
    """Change the record. Everything in the block is committed with its entries, or nothing is.

    Raises InUse when another process writes, StorageFailed when the disk refuses,
    Refused when the block made no entry or runs inside another Work.
    """
    from django.db import transaction

    if _running.get():
        raise Refused("a Work cannot run inside another Work")
    log = current_log()
    token = _running.set(True)
    try:
        with lock.hold(log.folder), storage_errors():
            log.refuse_replaced()
            with guard.permit(), transaction.atomic():
                take_turn()
                doing = Work(log, actor, role, reason)
                yield doing
                doing.commit()
            doing.publish()
    finally:
        _running.reset(token)
