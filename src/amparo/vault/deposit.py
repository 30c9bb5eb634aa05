"""Deposit items: sealed bytes are durable first, then row, ledger entry and index together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max

from amparo.crypto.digest import digest_bytes
from amparo.custody.work import Work, work
from amparo.store import text_index
from amparo.store.database import execute_many, insert_numbered, stored_time
from amparo.store.packs import Stored
from amparo.store.text_index import IndexForm
from amparo.vault.models import Derivation, Item

PARAGRAPH = re.compile(r"\S(?:.*\S)?(?:\n(?!\s*\n).*\S)*", re.MULTILINE)
MAX_PASSAGE = 2_000
PART = ("item_id", "position", "name", "label", "text", "language")
PASSAGE = ("part_id", "start", '"end"', "language")
_ENCODE = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
PLAIN = (
    "number", "sha256", "size", "locator", "file_name", "kind", "media_type", "outcome", "detail",
    "reader", "reader_version", "expected", "emitted", "failed", "received_by", "entry_sequence",
)  # fmt: skip
INSERT = (
    f"INSERT INTO vault_item ({', '.join(PLAIN)}, received_at, metadata)"  # noqa: S608
    f" VALUES ({', '.join(['%s'] * (len(PLAIN) + 2))})"
)


@dataclass(frozen=True)
class Extract:
    """One named extraction of an arrival."""

    name: str
    label: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Arrival:
    """Bytes that lie sealed and durable, with what a reader made of them."""

    stored: Stored
    file_name: str
    kind: str
    media_type: str
    outcome: str
    detail: str = ""
    reader: str = ""
    reader_version: str = ""
    extracts: tuple[Extract, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    expected: int = 0
    emitted: int = 0
    failed: int = 0
    parent_sha256: str = ""
    relation: str = ""
    name_in_parent: str = ""


@dataclass(frozen=True)
class Deposited:
    """What became of one arrival: the item, and whether it was new."""

    item: Item
    is_new: bool


def split_passages(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each paragraph of `text`; long ones are cut at white space."""
    for match in PARAGRAPH.finditer(text):
        start, end = match.span()
        while end - start > MAX_PASSAGE:
            cut = text.rfind(" ", start + MAX_PASSAGE // 2, start + MAX_PASSAGE)
            cut = cut if cut > start else start + MAX_PASSAGE
            yield start, cut
            start = cut
        yield start, end


def deposit(
    actor: str,
    arrivals: Sequence[Arrival],
    *,
    index_form: IndexForm,
    reason: str = "deposit",
) -> list[Deposited]:
    """Record arrivals as items, in order, in one Work; bytes already held become no new item.

    `index_form` gives the form in which text is indexed and later asked for.
    """
    known = {
        item.sha256: item
        for item in Item.every.filter(sha256__in={a.stored.digest for a in arrivals})
    }
    if all(a.stored.digest in known and not a.parent_sha256 for a in arrivals):
        return [Deposited(known[a.stored.digest], False) for a in arrivals]
    done: list[Deposited] = []
    fresh: list[tuple[Item, Arrival]] = []
    with work(actor, reason) as custody:
        links = _Links(known, arrivals)
        for arrival in arrivals:
            held = known.get(arrival.stored.digest)
            item = held or _enter(custody, arrival)
            if held is None:
                fresh.append((item, arrival))
                known[item.sha256] = item
            links.enter(custody, arrival, item)
            done.append(Deposited(item, held is None))
        if not custody.has_entries:
            custody.enter("receive", result="nothing new")
        _insert([item for item, _ in fresh])
        _extract(fresh, index_form)
        links.write()
    return done


def describe_digest(arrival: Arrival) -> str:
    """Digest of what the record says of an arrival: a later change to it is found by `verify`."""
    told = [
        arrival.file_name, arrival.kind, arrival.media_type, arrival.outcome, arrival.detail,
        arrival.reader, arrival.reader_version, arrival.metadata,
        [[e.name, e.label, e.text] for e in arrival.extracts],
    ]  # fmt: skip
    return words_digest(told)


def words_digest(told: list[Any]) -> str:
    """Digest of the list that `describe_digest` makes of an arrival."""
    return digest_bytes(_ENCODE(told).encode())


def _enter(custody: Work, arrival: Arrival) -> Item:
    """The deposit entry of a new item, and its row, not written yet."""
    sequence = custody.enter(
        "deposit",
        item=arrival.stored.digest,
        digest=arrival.stored.digest,
        size=arrival.stored.size,
        media_type=arrival.media_type,
        changes=describe_digest(arrival),
        result=arrival.outcome,
    )
    return Item(
        sha256=arrival.stored.digest,
        size=arrival.stored.size,
        locator=arrival.stored.locator,
        file_name=arrival.file_name,
        kind=arrival.kind,
        media_type=arrival.media_type,
        outcome=arrival.outcome,
        detail=arrival.detail,
        reader=arrival.reader,
        reader_version=arrival.reader_version,
        metadata=arrival.metadata,
        expected=arrival.expected,
        emitted=arrival.emitted,
        failed=arrival.failed,
        received_at=custody.at,
        received_by=custody.actor,
        entry_sequence=sequence,
    )


def _insert(items: Sequence[Item]) -> None:
    """Write new items, numbered on from the last one; items are never removed."""
    if not items:
        return
    last = Item.every.aggregate(last=Max("number"))["last"] or 0
    at = stored_time(items[0].received_at)
    rows = []
    for number, item in enumerate(items, start=last + 1):
        item.number = number
        item._state.adding, item._state.db = False, "default"
        row = item.__dict__
        rows.append(
            (
                *(row[name] for name in PLAIN),
                at,
                json.dumps(item.metadata) if item.metadata else "{}",
            )
        )
    execute_many(INSERT, rows)


def _extract(fresh: Sequence[tuple[Item, Arrival]], index_form: IndexForm) -> None:
    """Write parts and passages without a row object for each: a table has many thousands."""
    found = [
        (item.number, place, extract)
        for item, arrival in fresh
        for place, extract in enumerate(arrival.extracts)
    ]
    parts = insert_numbered("vault_part", PART, (
        (number, place, e.name, e.label, e.text, e.language) for number, place, e in found
    ))  # fmt: skip
    cuts = [
        (part, extract, start, end)
        for part, (_, _, extract) in zip(parts, found, strict=True)
        for start, end in split_passages(extract.text)
    ]
    rows = ((part, start, end, e.language) for part, e, start, end in cuts)
    passages = insert_numbered("vault_passage", PASSAGE, rows)
    text_index.add(
        (
            (number, index_form.fold(e.text[start:end]))
            for number, (_, e, start, end) in zip(passages, cuts, strict=True)
        ),
        index_form.keys,
    )


class _Links:
    """What came out of what, in one batch; each link is entered and written once."""

    def __init__(self, known: dict[str, Item], arrivals: Sequence[Arrival]) -> None:
        self._known = known
        self._rows: list[Derivation] = []
        self._met: set[tuple[str, str, str, str]] = set()
        inner = [a for a in arrivals if a.parent_sha256]
        for item in Item.every.filter(sha256__in={a.parent_sha256 for a in inner} - set(known)):
            known[item.sha256] = item
        held = [known[a.stored.digest] for a in inner if a.stored.digest in known]
        if held:
            self._met.update(
                Derivation.every.filter(child__in=held).values_list(
                    "parent__sha256", "child__sha256", "relation", "name_in_parent"
                )
            )

    def enter(self, custody: Work, arrival: Arrival, item: Item) -> None:
        """Enter that the item came out of another one."""
        if not arrival.parent_sha256 or arrival.parent_sha256 == item.sha256:
            return
        key = (arrival.parent_sha256, item.sha256, arrival.relation, arrival.name_in_parent)
        if key in self._met:
            return
        self._met.add(key)
        parent = self._known[arrival.parent_sha256]
        self._rows.append(
            Derivation(
                parent=parent,
                child=item,
                relation=arrival.relation,
                name_in_parent=arrival.name_in_parent,
            )
        )
        custody.enter(
            "derive",
            item=item.sha256,
            parents=[{"item": parent.sha256, "relation": arrival.relation}],
        )

    def write(self) -> None:
        """Write the links, after their items have been written."""
        for row in self._rows:
            row.parent_id, row.child_id = row.parent.pk, row.child.pk
        Derivation.every.bulk_create(self._rows)
