"""Deposit items: sealed bytes are durable first, then row, ledger entry and index together."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from amparo.crypto.digest import digest_bytes
from amparo.custody.work import Work, work
from amparo.store import text_index
from amparo.store.packs import Stored
from amparo.vault.models import Derivation, Item, Part, Passage

PARAGRAPH = re.compile(r"\S(?:.*\S)?(?:\n(?!\s*\n).*\S)*", re.MULTILINE)
MAX_PASSAGE = 2_000


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
    index_form: Callable[[str], str],
    reason: str = "deposit",
) -> list[Deposited]:
    """Record arrivals as items, in order, in one Work; bytes already held become no new item.

    `index_form` gives the form in which text is indexed and later asked for.
    """
    known = {
        item.sha256: item
        for item in Item.objects.filter(sha256__in={a.stored.digest for a in arrivals})
    }
    if all(a.stored.digest in known and not a.parent_sha256 for a in arrivals):
        return [Deposited(known[a.stored.digest], False) for a in arrivals]
    done: list[Deposited] = []
    with work(actor, reason) as custody:
        for arrival in arrivals:
            held = Item.objects.filter(sha256=arrival.stored.digest).first()
            item = held or _create(custody, arrival, index_form)
            _link(custody, arrival, item)
            done.append(Deposited(item, held is None))
        if not custody.has_entries:
            custody.enter("receive", result="nothing new")
    return done


def describe_digest(arrival: Arrival) -> str:
    """Digest of what the record says of an arrival: a later change to it is found by `verify`."""
    told = [
        arrival.file_name, arrival.kind, arrival.media_type, arrival.outcome, arrival.detail,
        arrival.reader, arrival.reader_version, arrival.metadata,
        [[e.name, e.label, e.text] for e in arrival.extracts],
    ]  # fmt: skip
    return digest_bytes(json.dumps(told, sort_keys=True, ensure_ascii=False).encode())


def _create(custody: Work, arrival: Arrival, index_form: Callable[[str], str]) -> Item:
    sequence = custody.enter(
        "deposit",
        item=arrival.stored.digest,
        digest=arrival.stored.digest,
        size=arrival.stored.size,
        media_type=arrival.media_type,
        changes=describe_digest(arrival),
        result=arrival.outcome,
    )
    item = Item.objects.create(
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
    _extract(item, arrival.extracts, index_form)
    return item


def _extract(item: Item, extracts: Iterable[Extract], index_form: Callable[[str], str]) -> None:
    parts = Part.objects.bulk_create(
        Part(item=item, position=i, name=e.name, label=e.label, text=e.text, language=e.language)
        for i, e in enumerate(extracts)
    )
    made = Passage.objects.bulk_create(
        Passage(part=part, start=start, end=end, language=part.language)
        for part in parts
        for start, end in split_passages(part.text)
    )
    text_index.add((p.pk, index_form(p.part.text[p.start : p.end])) for p in made)


def _link(custody: Work, arrival: Arrival, item: Item) -> None:
    """Record that the item came out of another one, once."""
    if not arrival.parent_sha256 or arrival.parent_sha256 == item.sha256:
        return
    parent = Item.objects.get(sha256=arrival.parent_sha256)
    _, fresh = Derivation.objects.get_or_create(
        parent=parent,
        child=item,
        relation=arrival.relation,
        name_in_parent=arrival.name_in_parent,
    )
    if fresh:
        custody.enter(
            "derive",
            item=item.sha256,
            parents=[{"item": parent.sha256, "relation": arrival.relation}],
        )
