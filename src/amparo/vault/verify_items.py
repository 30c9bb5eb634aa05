"""Compare each item's row and text with what the ledger says of it, a row at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from amparo.custody.models import LedgerEntry
from amparo.vault.deposit import words_digest
from amparo.vault.hold import code_of
from amparo.vault.models import Item, Part

KINDS = ("deposit", "derive")
WORDS = (
    "file_name", "kind", "media_type", "outcome", "detail", "reader", "reader_version", "metadata",
)  # fmt: skip
AT_ONCE = 2_000
Words = list[list[str]]


@dataclass
class Told:
    """What the ledger last said of each item: SHA-256 -> (sequence, size, digest of the words).

    `whole` once every entry has been heard.
    """

    items: dict[str, tuple[int, int | None, str]] = field(default_factory=dict)
    deposits: int = 0
    whole: bool = False

    def hear(self, sequence: int, kind: str, entry: dict[str, Any]) -> None:
        """Take in one entry, in the order of the ledger."""
        if kind not in KINDS:
            return
        if entry.get("changes"):
            self.items[str(entry.get("item"))] = (sequence, entry.get("size"), entry["changes"])
        self.deposits += kind == "deposit"


def hear_all() -> Told:
    """What the ledger says, where it could not be read in order."""
    told = Told(whole=True)
    rows = LedgerEntry.objects.filter(kind__in=KINDS).order_by("sequence")
    for sequence, kind, body in rows.values_list("sequence", "kind", "body").iterator(AT_ONCE):
        told.hear(sequence, kind, json.loads(bytes(body)))
    return told


def compare_items(told: Told, faults: list[str]) -> int:
    """Add a fault for each item that is not what its last reading's entry said; their number.

    That entry is its deposit, or the `derive` with which it was read again.
    """
    count = 0
    columns = ("number", "sha256", "size", "entry_sequence", *WORDS)
    parts = _Parts()
    rows = Item.every.order_by("number").values_list(*columns)
    for number, sha256, size, sequence, *words in rows.iterator(chunk_size=AT_ONCE):
        found = (sequence, size, words_digest([*words, parts.of(number)]))
        if told.items.get(sha256) != found:
            faults.append(f"{code_of(number)}: its row or text is not what was deposited")
        count += 1
    if told.deposits != count:
        faults.append(f"items: {told.deposits} deposits in the ledger, {count} in the record")
    return count


class _Parts:
    """The parts of items, asked for in the order of items' numbers."""

    def __init__(self) -> None:
        rows = Part.every.order_by("item_id", "position").values_list(
            "item_id", "name", "label", "text"
        )
        self._groups = groupby(rows.iterator(chunk_size=AT_ONCE), key=itemgetter(0))
        self._next = self._take()

    def of(self, number: int) -> Words:
        """Name, label and text of each part of one item."""
        while self._next is not None and self._next[0] < number:
            self._next = self._take()
        if self._next is None or self._next[0] != number:
            return []
        words = self._next[1]
        self._next = self._take()
        return words

    def _take(self) -> tuple[int, Words] | None:
        number, rows = next(self._groups, (0, iter(())))
        return (number, [list(row[1:]) for row in rows]) if number else None
