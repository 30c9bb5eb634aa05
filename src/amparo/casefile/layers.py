"""Where the boxes and lines of a layered drawing go: no line runs behind a box.

The method of K. Sugiyama, S. Tagawa, M. Toda (1981): a line that crosses a column gets a lane
of its own there, and each column is put in the order of its neighbours' places.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 4
Pair = tuple[str, str]
Slot = Hashable  # a box's id, or (line, column) for a lane
Stop = tuple[float, float, float]
Place = Callable[[int, float], tuple[float, float]]


@dataclass(frozen=True)
class Layers:
    """`tall` is the number of rows of the fullest column; `row` the place of each box, in rows
    from the top (a column with fewer is spread); `lanes` the rows at which a line passes the
    columns between its ends, from left to right."""

    tall: int
    column: Mapping[str, int]
    row: Mapping[str, float]
    lanes: Mapping[Pair, tuple[float, ...]]

    def stops(self, line: Pair, place: Place, wide: float) -> list[Stop]:
        """By where a line goes: x where it comes into a box or lane and where it goes out, and y.

        `place` gives the left edge and the middle of what lies at (column, row). It ends at the
        left edge of the last.
        """
        left, right = sorted(line, key=self.column.__getitem__)
        rows = (self.row[left], *self.lanes[line], self.row[right])
        at = [place(self.column[left] + n, row) for n, row in enumerate(rows)]
        x, y = at.pop()
        return [*((x, x + wide, y) for x, y in at), (x, x, y)]


def lay_out(columns: Sequence[Sequence[str]], lines: Iterable[Pair]) -> Layers:
    """Places for boxes in given columns and for the lines between them.

    A line goes from left to right, whichever end is named first; one within a column has no lane.
    """
    at = {code: place for place, column in enumerate(columns) for code in column}
    drawn = list(dict.fromkeys(line for line in lines if line[0] in at and line[1] in at))
    slots: list[list[Slot]] = [list(column) for column in columns]
    beside: dict[Slot, list[Slot]] = {code: [] for code in at}
    for line in drawn:
        left, right = sorted(line, key=at.__getitem__)
        lanes = [(line, place) for place in range(at[left] + 1, at[right])]
        for lane in lanes:
            slots[lane[1]].append(lane)
            beside[lane] = []
        way: list[Slot] = [left, *lanes, right]
        for one, other in pairwise(way):
            beside[one].append(other)
            beside[other].append(one)
    _order(slots, beside)
    tall = max(map(len, slots), default=0)
    row = {
        slot: (place + 0.5) * tall / len(column) - 0.5
        for column in slots
        for place, slot in enumerate(column)
    }
    found = {
        line: tuple(row[line, place] for place in range(min(ends) + 1, max(ends)))
        for line in drawn
        for ends in [(at[line[0]], at[line[1]])]
    }
    return Layers(tall, at, {code: row[code] for code in at}, found)


def _order(slots: list[list[Slot]], beside: Mapping[Slot, Sequence[Slot]]) -> None:
    """Each column by the mean of its neighbours' places; what stood first stays first."""
    for _ in range(_SWEEPS):
        for column in slots:
            at = {c: n / max(1, len(one) - 1) for one in slots for n, c in enumerate(one)}
            mean = {
                slot: sum(at[c] for c in beside[slot]) / len(beside[slot]) if beside[slot] else 1.0
                for slot in column
            }
            column.sort(key=mean.__getitem__)


def distances(claim: str, before: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The longest way from each node to `claim`, so that what leads on stands before it.

    A step that closes a circle is left out of it. Nodes from which nothing leads there are not
    in the answer. Linear in the steps.
    """
    done: list[str] = []
    kept: dict[str, list[str]] = {}
    open_now, way = {claim}, [(claim, iter(before.get(claim, ())))]
    kept[claim] = []
    while way:
        node, rest = way[-1]
        step = next(rest, None)
        if step is None:
            way.pop()
            open_now.discard(node)
            done.append(node)
        elif step not in open_now:
            kept[node].append(step)
            if step not in kept:
                kept[step] = []
                open_now.add(step)
                way.append((step, iter(before.get(step, ()))))
    far = dict.fromkeys(done, 0)
    for node in reversed(done):
        for step in kept[node]:
            far[step] = max(far[step], far[node] + 1)
    return far
