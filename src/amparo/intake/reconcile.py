"""Nothing lost silently: unfold a file into all that lies in it, and account for every piece.

For each container expected = emitted + failed, and each piece has an outcome of its
own. A tree is bounded as a whole, so that archives inside archives cannot multiply.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from amparo.intake import detect
from amparo.intake.readers import version_of
from amparo.intake.reading import DEFAULT, Budget, Child, Reading


class Box(Protocol):
    """What reads one file: a `Sandbox`, or the module `sandbox` with the shared one."""

    def read(
        self, source: Path | bytes, *, name: str, budget: Budget = DEFAULT, depth: int = 0
    ) -> Reading: ...


@dataclass(frozen=True)
class Found:
    """One file of a tree: `path` are the names from the root on, `data` None for a root on disk.

    `above` are the digests of the containers around it, outermost first.
    """

    path: tuple[str, ...]
    media_type: str
    reading: Reading
    data: bytes | None = field(repr=False, default=None)
    above: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """0 for the root."""
        return len(self.path) - 1

    @property
    def is_cycle(self) -> bool:
        """True when it holds the very bytes of a container around it."""
        return self.reading.sha256 in self.above


@dataclass(frozen=True)
class Account:
    """Counts over files: each has exactly one outcome; containers' own counts are summed."""

    files: int
    outcomes: dict[str, int]
    expected: int
    emitted: int
    failed: int
    unbalanced: tuple[str, ...]

    @property
    def balanced(self) -> bool:
        """Whether every container adds up and every file has an outcome."""
        return not self.unbalanced and sum(self.outcomes.values()) == self.files


@dataclass
class _Allowance:
    members: int
    size: int

    def take(self, size: int) -> str:
        """Use up one member of that size; the limit that forbids it, or ""."""
        self.members -= 1
        self.size -= size
        if self.members < 0:
            return "limit: members"
        return "limit: bytes" if self.size < 0 else ""


def walk(box: Box, source: Path | bytes, *, name: str, budget: Budget = DEFAULT) -> Iterator[Found]:
    """The file itself, then everything inside it, parents before children.

    What the tree's budget does not allow, or what contains itself, is not read but comes
    out as `refused`. Bytes met twice are read and unfolded once: a bomb made of copies of
    itself stays small. Raises OSError when the root cannot be read.
    """
    root = box.read(source, name=name, budget=budget)
    data = source if isinstance(source, bytes) else None
    yield Found((name,), root.media_type, root, data)
    yield from walk_inside(box, root, name=name, budget=budget)


def walk_inside(box: Box, root: Reading, *, name: str, budget: Budget = DEFAULT) -> Iterator[Found]:
    """The same for a root that has been read already, without the root itself."""
    allowance = _Allowance(budget.tree_members, budget.tree_bytes)
    met: dict[str, Reading] = {}
    waiting = _below((name,), root, (root.sha256,))
    while waiting:
        path, child, above = waiting.pop()
        digest = hashlib.sha256(child.data).hexdigest()
        limit = allowance.take(len(child.data))
        if not limit and (digest in above or len(above) > budget.depth):
            limit = "limit: depth"
        if limit:
            reading = refused(child, digest, limit)
        elif digest in met:
            reading = met[digest]
        else:
            reading = child.reading or box.read(
                child.data, name=path[-1], budget=budget, depth=len(above)
            )
            met[digest] = replace(reading, untrusted_children=())
        yield Found(path, child.media_type or reading.media_type, reading, child.data, above)
        waiting += _below(path, reading, (*above, digest))


def _below(
    path: tuple[str, ...], reading: Reading, above: tuple[str, ...]
) -> list[tuple[tuple[str, ...], Child, tuple[str, ...]]]:
    """Children of a reading, last first, as the walk takes from the end."""
    return [((*path, child.name), child, above) for child in reversed(reading.untrusted_children)]


def refused(child: Child, digest: str, limit: str) -> Reading:
    """A reading for what was not looked at, because a limit of the whole tree was reached."""
    guess = detect.guess(child.data[:65_536], child.name)
    version = version_of(guess.reader)
    return Reading(guess.kind, guess.media_type, "refused", limit, guess.reader, version, digest)


def balanced(reading: Reading) -> bool:
    """Whether expected = emitted + failed, and no more children than were emitted."""
    adds_up = reading.expected == reading.emitted + reading.failed
    return adds_up and len(reading.untrusted_children) <= reading.emitted


def account(readings: Iterable[tuple[str, Reading]]) -> Account:
    """Add up readings, given with a name each for the report of those that do not add up."""
    rows = list(readings)
    return Account(
        files=len(rows),
        outcomes=dict(Counter(reading.outcome for _, reading in rows)),
        expected=sum(reading.expected for _, reading in rows),
        emitted=sum(reading.emitted for _, reading in rows),
        failed=sum(reading.failed for _, reading in rows),
        unbalanced=tuple(name for name, reading in rows if not balanced(reading)),
    )
