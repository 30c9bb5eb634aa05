"""Record items that nobody has read yet: row and ledger entry, no text and no index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Max

from amparo.custody.work import Work, work
from amparo.store.database import execute_many
from amparo.store.packs import Stored
from amparo.vault.deposit import INSERT, Arrival, describe_digest
from amparo.vault.models import Item

UNREAD = "unread"
KIND = "unknown"
MEDIA_TYPE = "application/octet-stream"
LOOKED_UP = 500


class Held(NamedTuple):
    """An item now in the vault: its number and SHA-256 (hex), and whether it was new."""

    number: int
    digest: str
    is_new: bool

    @property
    def code(self) -> str:
        """The item's id as people write it: I-0001."""
        return code_of(self.number)


def code_of(number: int) -> str:
    """I-0001 for 1."""
    return f"I-{number:04d}"


def record_unread(
    actor: str, sealed: Sequence[tuple[str, Stored]], *, reason: str = "deposit"
) -> list[Held]:
    """Record sealed and durable bytes under their file names, in order, in one Work.

    Bytes already held become no new item and leave no entry.
    """
    known = numbers_of(stored.digest for _, stored in sealed)
    fresh: dict[str, tuple[str, Stored]] = {}
    for name, stored in sealed:
        if stored.digest not in known:
            fresh.setdefault(stored.digest, (name, stored))
    if fresh:
        with work(actor, reason) as custody:
            last = Item.every.aggregate(last=Max("number"))["last"] or 0
            known |= {digest: number for number, digest in enumerate(fresh, start=last + 1)}
            rows = [_row(custody, known[s.digest], name, s) for name, s in fresh.values()]
            execute_many(INSERT, rows)
    waiting = set(fresh)
    done = []
    for _, stored in sealed:
        done.append(Held(known[stored.digest], stored.digest, stored.digest in waiting))
        waiting.discard(stored.digest)
    return done


def numbers_of(digests: Iterable[str]) -> dict[str, int]:
    """Numbers of the items that the vault holds of these, by SHA-256 (hex)."""
    wanted = list(dict.fromkeys(digests))
    found: dict[str, int] = {}
    for at in range(0, len(wanted), LOOKED_UP):
        some = Item.every.filter(sha256__in=wanted[at : at + LOOKED_UP])
        found.update(some.values_list("sha256", "number"))
    return found


def known_sizes(sizes: Iterable[int]) -> set[int]:
    """Those of these sizes (bytes) of which the vault holds an item, each looked up once:
    a vault may hold a million items of one size."""
    from django.db import connection

    wanted = sorted(set(sizes))
    found: set[int] = set()
    with connection.cursor() as cursor:
        for at in range(0, len(wanted), LOOKED_UP):
            some = wanted[at : at + LOOKED_UP]
            cursor.execute(
                f"WITH wanted(size) AS (VALUES {', '.join(['(%s)'] * len(some))})"  # noqa: S608
                " SELECT size FROM wanted WHERE EXISTS"
                " (SELECT 1 FROM vault_item WHERE vault_item.size = wanted.size)",
                some,
            )
            found.update(row[0] for row in cursor.fetchall())
    return found


def large_items(sizes: Iterable[int]) -> list[tuple[int, str, str, str]]:
    """Size (bytes), file name, SHA-256 (hex) and locator of the items of these sizes."""
    rows = Item.every.filter(size__in=list(sizes))
    return list(rows.values_list("size", "file_name", "sha256", "locator"))


def _row(custody: Work, number: int, name: str, stored: Stored) -> tuple[str | int, ...]:
    arrival = Arrival(stored, name, KIND, MEDIA_TYPE, UNREAD)
    sequence = custody.enter(
        "deposit",
        item=stored.digest,
        digest=stored.digest,
        size=stored.size,
        media_type=MEDIA_TYPE,
        changes=describe_digest(arrival),
        result=UNREAD,
    )
    return (
        number, stored.digest, stored.size, stored.locator, name, KIND, MEDIA_TYPE, UNREAD, "",
        "", "", 0, 0, 0, custody.actor, sequence, custody.stored_at, "{}",
    )  # fmt: skip
