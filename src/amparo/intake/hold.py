"""Take files in without reading them now: sealed, durable, recorded, to be read later.

For a whole disk that has to be safe today. Files are sealed by a process beside this one,
a batch ahead of the one that is being recorded; what is not there yet is not acknowledged.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from amparo.crypto.digest import digest_file
from amparo.intake.begin import Begun, begin
from amparo.intake.gather import Found
from amparo.intake.receive import Received, Tally
from amparo.store import lock
from amparo.store.packer import Inline, Packer, Sealer
from amparo.store.packs import Stored
from amparo.store.sealing import SMALL
from amparo.vault.hold import code_of, known_sizes, large_items, numbers_of, record_unread
from amparo.vault.models import Item
from amparo.vault.unlock import Vault, mark_writing

AHEAD = 2
TURN_SECONDS = 3.0


class Outcome(NamedTuple):
    """What became of one file: `state` is deposited, held (already) or failed."""

    name: str
    state: str
    code: str = ""
    digest: str = ""
    fault: str = ""


Tell = Callable[[Outcome], None]


def hold(vault: Vault, actor: str, paths: list[Path], *, tell: Tell | None = None) -> Tally:
    """Deposit every file below `paths` unread; the same file twice makes one item.

    `tell` hears of each file after it was acknowledged; the tally keeps numbers only.
    Raises BadInput when a path named by the user does not exist, before anything is taken in.
    """
    with begin(paths) as begun:
        return hold_begun(vault, actor, begun, tell=tell)


def hold_begun(vault: Vault, actor: str, begun: Begun, *, tell: Tell | None = None) -> Tally:
    """The same with files that were found before the vault was opened."""
    tally = Tally()

    def report(outcome: Outcome) -> None:
        _count(tally, outcome)
        if tell:
            tell(outcome)

    with _open_sealer(vault, begun.packer) as sealer:
        while _take_turn(vault, actor, sealer, begun.batches, report):
            pass
    return tally


def hold_bytes(vault: Vault, actor: str, files: Iterable[tuple[str, bytes]]) -> Tally:
    """Deposit uploads unread, given as (file name, bytes)."""
    tally = Tally()
    with lock.hold(vault.folder), mark_writing(vault):
        sealed = [(name, vault.packs.put(data)) for name, data in files]
        vault.packs.flush()
        done = record_unread(actor, sealed)
        vault.packs.release()
    items = Item.every.in_bulk([one.number for one in done])
    for (name, _), one in zip(sealed, done, strict=True):
        state = "deposited" if one.is_new else "held"
        tally.count(Received(name, state, items[one.number]))
    return tally


def _open_sealer(vault: Vault, packer: Packer | None) -> Sealer:
    if packer is None:
        return Inline(vault.packs)
    packer.open(vault.folder / "packs", vault.keys)
    return packer


def _take_turn(
    vault: Vault, actor: str, sealer: Sealer, batches: Iterator[list[Found]], report: Tell
) -> bool:
    """Take in batches while the writer's lock is ours; False when there are no more.

    The lock is let go every few seconds, so that other members get their turn.
    """
    asked: deque[_Asked] = deque()
    with lock.hold(vault.folder), mark_writing(vault):
        sealer.begin(lock.handle_of(vault.folder))
        until = time.monotonic() + TURN_SECONDS
        while batch := next(batches, []):
            asked.append(_ask(sealer, batch))
            if len(asked) > AHEAD:
                _acknowledge(actor, sealer, asked.popleft(), report)
            if time.monotonic() >= until:
                break
        for one in asked:
            _acknowledge(actor, sealer, one, report)
        sealer.end()
    return bool(batch)


@dataclass(frozen=True)
class _Asked:
    """A batch on its way: its files, and which of them the vault holds already."""

    batch: list[Found]
    held: dict[int, tuple[int, str]]

    def asked(self) -> Iterator[tuple[int, Found]]:
        """Those files that have to be sealed, with their place in the batch."""
        return (
            (at, found)
            for at, found in enumerate(self.batch)
            if not found.fault and at not in self.held
        )


def _ask(sealer: Sealer, batch: list[Found]) -> _Asked:
    sizes = known_sizes(found.size for found in batch if not found.fault)
    large = large_items(size for size in sizes if size > SMALL)
    asked = _Asked(batch, _already_held(batch, sizes, {one[:2] for one in large}))
    sealer.ask([str(found.path) for _, found in asked.asked()], {d: at for _, _, d, at in large})
    return asked


def _already_held(
    batch: list[Found], sizes: set[int], large: set[tuple[int, str]]
) -> dict[int, tuple[int, str]]:
    """Place in the batch -> number and digest, of files whose bytes are an item's.

    A file of a size that no item has is not looked at, nor a large one unless an item has its
    name too: what else is held of those is found when it has been sealed.
    """
    digests: dict[int, str] = {}
    for at, found in enumerate(batch):
        small = found.size <= SMALL and found.size in sizes
        if not found.fault and (small or (found.size, found.name) in large):
            with suppress(OSError):
                digests[at] = digest_file(found.path)[0]
    numbers = numbers_of(digests.values())
    return {at: (numbers[one], one) for at, one in digests.items() if one in numbers}


def _acknowledge(actor: str, sealer: Sealer, asked: _Asked, report: Tell) -> None:
    """Record what lies sealed and durable, then tell of the whole batch."""
    answers = dict(zip((at for at, _ in asked.asked()), sealer.answer(), strict=True))
    sealed = {at: one for at, one in answers.items() if not isinstance(one, str)}
    names = asked.batch
    done = record_unread(actor, [(names[at].name, Stored(*one)) for at, one in sealed.items()])
    items = dict(zip(sealed, done, strict=True))
    for at, found in enumerate(asked.batch):
        if (item := items.get(at)) is not None:
            state = "deposited" if item.is_new else "held"
            report(Outcome(found.name, state, item.code, item.digest))
        elif at in asked.held:
            number, digest = asked.held[at]
            report(Outcome(found.name, "held", code_of(number), digest))
        else:
            report(Outcome(found.name, "failed", fault=found.fault or str(answers[at])))


def _count(tally: Tally, outcome: Outcome) -> None:
    tally.expected += 1
    setattr(tally, outcome.state, getattr(tally, outcome.state) + 1)
