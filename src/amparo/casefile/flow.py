"""Maximum flow from one source, and cycles: the arithmetic under corroboration.

Dinic, "Algorithm for solution of a problem of maximum flow in networks with
power estimation" (1970), without recursion; Tarjan, "Depth-first search and
linear graph algorithms" (1972). Results depend only on the order of the arcs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet


class Network:
    """A directed network; arc 2i and its reverse 2i+1 share one slot pair.

    Every arc that leaves the source must have capacity 1: each way found then
    carries one unit.
    """

    def __init__(self, size: int) -> None:
        self.ends: list[int] = []
        self.room: list[int] = []
        self.arcs: list[list[int]] = [[] for _ in range(size)]

    def new_node(self) -> int:
        """Add a node and return its number."""
        self.arcs.append([])
        return len(self.arcs) - 1

    def join(self, start: int, end: int, room: int) -> None:
        """Add an arc from `start` to `end` that carries up to `room` units."""
        self.arcs[start].append(len(self.ends))
        self.arcs[end].append(len(self.ends) + 1)
        self.ends += (end, start)
        self.room += (room, 0)

    def fill(self, source: int, sink: int) -> int:
        """Send as many units as the network carries; returns their number."""
        total = 0
        while True:
            depth = self._depths(source, sink)
            if depth[sink] < 0:
                return total
            total += self._fill_level(source, sink, depth)

    def _depths(self, source: int, sink: int) -> list[int]:
        ends, room, arcs = self.ends, self.room, self.arcs
        depth = [-1] * len(arcs)
        depth[source] = 0
        row = [source]
        while row and depth[sink] < 0:
            following = []
            for node in row:
                for arc in arcs[node]:
                    end = ends[arc]
                    if room[arc] and depth[end] < 0:
                        depth[end] = depth[node] + 1
                        following.append(end)
            row = following
        return depth

    def _fill_level(self, source: int, sink: int, depth: list[int]) -> int:
        """Blocking flow: every way of shortest length, each arc looked at once."""
        ends, room, arcs = self.ends, self.room, self.arcs
        turn = [0] * len(arcs)
        sent = 0
        way: list[int] = []
        node = source
        while True:
            if node == sink:
                for arc in way:
                    room[arc] -= 1
                    room[arc ^ 1] += 1
                sent += 1
                way.clear()
                node = source
            here = arcs[node]
            at = turn[node]
            wanted = depth[node] + 1
            while at < len(here) and not (room[here[at]] and depth[ends[here[at]]] == wanted):
                at += 1
            turn[node] = at
            if at < len(here):
                way.append(here[at])
                node = ends[here[at]]
            elif way:
                node = ends[way.pop() ^ 1]
                turn[node] += 1
            else:
                return sent

    def reachable(self, *starts: int) -> list[bool]:
        """Nodes to which one more unit could be brought from any of `starts`."""
        seen = [False] * len(self.arcs)
        todo = list(starts)
        for start in starts:
            seen[start] = True
        while todo:
            for arc in self.arcs[todo.pop()]:
                end = self.ends[arc]
                if self.room[arc] and not seen[end]:
                    seen[end] = True
                    todo.append(end)
        return seen

    def leading_to(self, sink: int) -> list[bool]:
        """Nodes from which one more unit could be brought to `sink`."""
        seen = [False] * len(self.arcs)
        seen[sink] = True
        todo = [sink]
        while todo:
            for arc in self.arcs[todo.pop()]:
                start = self.ends[arc]
                if self.room[arc ^ 1] and not seen[start]:
                    seen[start] = True
                    todo.append(start)
        return seen

    def take_paths(self, source: int, sink: int) -> Iterator[list[int]]:
        """The units sent, one path each, circles left out; empties the network."""
        room, ends = self.room, self.ends
        turn = [0] * len(self.arcs)
        for first in self.arcs[source]:
            if first & 1 or not room[first ^ 1]:
                continue
            node = ends[first]
            path = [node]
            at = {node: 0}
            while node != sink:
                here = self.arcs[node]
                while here[turn[node]] & 1 or not room[here[turn[node]] ^ 1]:
                    turn[node] += 1
                arc = here[turn[node]]
                room[arc ^ 1] -= 1
                node = ends[arc]
                if node in at:
                    for left in path[at[node] + 1 :]:
                        del at[left]
                    del path[at[node] + 1 :]
                else:
                    at[node] = len(path)
                    path.append(node)
            yield path


def find_cycles(nodes: AbstractSet[int], before: Sequence[AbstractSet[int]]) -> list[list[int]]:
    """Strongly connected groups among `nodes` that hold a cycle, each sorted."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    open_nodes: list[int] = []
    is_open: set[int] = set()
    found = []
    for first in sorted(nodes):
        if first in number:
            continue
        work = [(first, iter(sorted(before[first])))]
        number[first] = low[first] = len(number)
        open_nodes.append(first)
        is_open.add(first)
        while work:
            node, rest = work[-1]
            step = next(
                (
                    other
                    for other in rest
                    if other in nodes and (other not in number or other in is_open)
                ),
                None,
            )
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    at = _last(open_nodes, node)
                    group = open_nodes[at:]
                    del open_nodes[at:]
                    is_open.difference_update(group)
                    if len(group) > 1 or node in before[node]:
                        found.append(sorted(group))
            elif step in number:
                low[node] = min(low[node], number[step])
            else:
                number[step] = low[step] = len(number)
                open_nodes.append(step)
                is_open.add(step)
                work.append((step, iter(sorted(before[step]))))
    return found


def _last(row: Sequence[int], wanted: int) -> int:
    at = len(row) - 1
    while row[at] != wanted:
        at -= 1
    return at
