"""Keep a later reading of an item beside the earlier one: nothing that was citable goes away.

A part with another text than before enters under the name `page:3@2` (the second reading);
the old part keeps its name, its place and its text. One that nobody cites leaves the search.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from amparo.custody.work import Work, work
from amparo.store import text_index
from amparo.store.text_index import IndexForm
from amparo.vault.deposit import Arrival, Extract, describe_digest, split_passages
from amparo.vault.models import Item, Part, Passage

EARLIER = "reading {}"


@dataclass(frozen=True)
class Amended:
    """Names of the parts that came in, of the cited ones that stay, and of those superseded."""

    item: Item
    added: tuple[str, ...]
    kept: tuple[str, ...]
    superseded: tuple[str, ...]


def amend(
    actor: str,
    item: Item,
    arrival: Arrival,
    *,
    cited: frozenset[str],
    index_form: IndexForm,
) -> Amended | None:
    """Record what a reader made of an item this time; None when it says nothing new.

    `cited` names the parts that the record quotes: they stay in the search. The entry's
    `changes` is the digest of all that the record says of the item from now on.
    """
    held = list(item.parts.all())
    number = 2 + sum(1 for key in item.metadata if _is_earlier(key))
    fresh = [
        replace(extract, name=_name(extract.name, number, held))
        for extract in arrival.extracts
        if all(extract.text != part.text for part in _versions(extract.name, held))
    ]
    if not fresh and _facts(item) == _facts(arrival):
        return None
    renewed = {extract.name.rsplit("@", 1)[0] for extract in fresh}
    old = [part for part in held if _base(part) in renewed]
    kept = tuple(part.name for part in old if part.name in cited)
    gone = [part for part in old if part.name not in cited]
    with work(actor, "read again") as custody:
        _extract(item, fresh, held, index_form)
        _forget(gone, index_form)
        _describe(custody, item, arrival, number)
    return Amended(item, tuple(e.name for e in fresh), kept, tuple(p.name for p in gone))


def _is_earlier(key: str) -> bool:
    return key.startswith("reading ") and key[8:].isdecimal()


def _base(part: Part) -> str:
    base, _, number = part.name.rpartition("@")
    return base if base and number.isdecimal() else part.name


def _versions(name: str, held: list[Part]) -> list[Part]:
    return [part for part in held if _base(part) == name]


def _name(name: str, number: int, held: list[Part]) -> str:
    return f"{name}@{number}" if _versions(name, held) else name


def _facts(one: Item | Arrival) -> tuple[object, ...]:
    """What a reading says besides text; the times of earlier readings are no part of it."""
    said = {k: v for k, v in one.metadata.items() if not k.startswith("reading ")}
    return (
        one.kind, one.media_type, one.outcome, one.detail, one.reader, one.reader_version,
        one.expected, one.emitted, one.failed, said,
    )  # fmt: skip


def _extract(item: Item, fresh: list[Extract], held: list[Part], index_form: IndexForm) -> None:
    first = max((part.position for part in held), default=-1) + 1
    parts = Part.objects.bulk_create(
        Part(item=item, position=i, name=e.name, label=e.label, text=e.text, language=e.language)
        for i, e in enumerate(fresh, start=first)
    )
    made = Passage.objects.bulk_create(
        Passage(part=part, start=start, end=end, language=part.language)
        for part in parts
        for start, end in split_passages(part.text)
    )
    text_index.add(_folded(made, index_form), index_form.keys)


def _forget(gone: list[Part], index_form: IndexForm) -> None:
    passages = Passage.every.filter(part__in=[part.pk for part in gone])
    text_index.remove(_folded(passages.select_related("part"), index_form))
    passages.delete()


def _folded(passages: Iterable[Passage], form: IndexForm) -> Iterator[tuple[int, str]]:
    return ((p.pk, form.fold(p.part.text[p.start : p.end])) for p in passages)


def _describe(custody: Work, item: Item, arrival: Arrival, number: int) -> None:
    """The row says what the last reading says, and what the one before said."""
    before = f"{item.reader} {item.reader_version}: {item.outcome} {item.detail}".strip()
    until = custody.at.strftime("%Y-%m-%d")
    earlier = {k: v for k, v in item.metadata.items() if k.startswith("reading ")}
    changed = {
        f"{EARLIER.format(number - 1)}, {key}": value
        for key, value in item.metadata.items()
        if not key.startswith("reading ") and arrival.metadata.get(key) != value
    }
    metadata = {
        **arrival.metadata,
        **earlier,
        **changed,
        EARLIER.format(number - 1): f"{before} (until {until})",
    }
    extracts = tuple(Extract(p.name, p.label, p.text, p.language) for p in item.parts.all())
    told = replace(arrival, file_name=item.file_name, extracts=extracts, metadata=metadata)
    item_sequence = custody.enter(
        "derive",
        item=item.sha256,
        digest=item.sha256,
        size=item.size,
        changes=describe_digest(told),
        corrects=item.entry_sequence,
        result=arrival.outcome,
    )
    for name in (
        "kind", "media_type", "outcome", "detail", "reader", "reader_version",
        "expected", "emitted", "failed",
    ):  # fmt: skip
        setattr(item, name, getattr(arrival, name))
    item.metadata, item.entry_sequence = metadata, item_sequence
    item.save()
