"""Corroboration: the fewest links a sceptic must break, for and against one claim.

Meaning, word by word: docs/spec/graph.md. The figure is the largest number of
chains from first-hand knowledge to the claim that share no link (Menger 1927),
found as a maximum flow with every node split in two (Dinic 1970).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from amparo.casefile.flow import Network, find_cycles
from amparo.casefile.graph import DENIES, SAME, Graph


class Finding(NamedTuple):
    """One run. Each chain runs from its origin to the claim; `cut` has k members."""

    k: int
    chains: tuple[tuple[str, ...], ...]
    cut: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON shape."""
        return {"k": self.k, "chains": [list(c) for c in self.chains], "cut": list(self.cut)}


class Side(NamedTuple):
    """What is established at least (strict) and at most (generous)."""

    strict: Finding
    generous: Finding


class Corroboration(NamedTuple):
    """The answer for one claim. `supported` and `denied` are never netted."""

    claim: str
    supported: Side
    denied: Side
    unresolved: tuple[str, ...]
    cycles_without_origin: tuple[tuple[str, ...], ...]
    merged: tuple[tuple[str, ...], ...]
    warnings: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON shape documented in docs/spec/graph.md."""
        return {
            "claim": self.claim,
            "strict": self.supported.strict.as_dict(),
            "generous": self.supported.generous.as_dict(),
            "denied": {
                "strict": self.denied.strict.as_dict(),
                "generous": self.denied.generous.as_dict(),
            },
            "unresolved": list(self.unresolved),
            "cycles_without_origin": [list(cycle) for cycle in self.cycles_without_origin],
            "merged": [list(group) for group in self.merged],
            "warnings": [dict(warning) for warning in self.warnings],
        }


def corroborate(graph: Graph) -> Corroboration:
    """Count the independent chains for and against the claim of a checked graph."""
    web = _Web(graph)
    supported = _side(web, web.supporters)
    denied = _side(web, web.deniers)
    unresolved = tuple(
        name for name, hand in zip(web.names, web.first_hand, strict=True) if hand is None
    )
    return Corroboration(
        claim=graph.claim,
        supported=supported,
        denied=denied,
        unresolved=unresolved,
        cycles_without_origin=_cycles(web),
        merged=web.merged,
        warnings=_warnings(web, (supported, denied)),
    )


_NOTHING = Finding(0, (), ())


class _Web:
    """The graph after merging: nodes are numbers in the order of their names."""

    def __init__(self, graph: Graph) -> None:
        same = [(e.source, e.target) for e in graph.edges if e.kind == SAME]
        self.shared = _join(same) if same else {}
        members: dict[str, list[str]] = {}
        for name in sorted(self.shared):
            members.setdefault(self.shared[name], []).append(name)
        self.merged = tuple(tuple(group) for _, group in sorted(members.items()))
        self.claim = graph.claim
        self._take_nodes(graph)
        self._take_edges(graph)
        self.certain: dict[int, str] = {}
        self.exposed: dict[int, str] = {}
        if graph.contaminations:
            self.certain = self._groups(graph, only_certain=True)
            self.exposed = self._groups(graph, only_certain=False)

    def _take_nodes(self, graph: Graph) -> None:
        """A merged node is tight if any member is, first-hand if any usable member is."""
        hands: dict[str, bool | None] = {}
        self.tight: dict[str, bool] = {}
        self.withdrawn = {node.id for node in graph.nodes if node.withdrawn}
        for node in graph.nodes:
            if node.id == graph.claim:
                continue
            name = self.shared.get(node.id, node.id)
            self.tight[name] = self.tight.get(name, False) or node.capacity == 1
            if not node.withdrawn:
                hand = node.first_hand
                hands[name] = _surer(hands[name], hand) if name in hands else hand
        self.names = sorted(hands)
        self.number = {name: place for place, name in enumerate(self.names)}
        self.first_hand = [hands[name] for name in self.names]

    def _take_edges(self, graph: Graph) -> None:
        self.before: list[set[int]] = [set() for _ in self.names]
        self.after: list[list[int]] = [[] for _ in self.names]
        self.supporters: set[int] = set()
        self.deniers: set[int] = set()
        self.stray_denials: set[tuple[str, str]] = set()
        shared, number, gone = self.shared, self.number, self.withdrawn
        for source, target, kind in graph.edges:
            if kind == SAME or source == self.claim or source in gone or target in gone:
                continue
            start = number[shared.get(source, source)]
            if target == self.claim:
                (self.deniers if kind == DENIES else self.supporters).add(start)
            elif kind == DENIES:
                self.stray_denials.add((source, target))
            else:
                end = number[shared.get(target, target)]
                if start not in self.before[end]:
                    self.before[end].add(start)
                    self.after[start].append(end)

    def _groups(self, graph: Graph, *, only_certain: bool) -> dict[int, str]:
        """Node -> name of the shared exposure it belongs to; overlapping ones are one."""
        listed = [
            (place, [self.shared.get(node, node) for node in contamination.nodes])
            for place, contamination in enumerate(graph.contaminations)
            if contamination.certain or not only_certain
        ]
        roots = _join((nodes[0], node) for _, nodes in listed for node in nodes)
        titles: dict[str, str] = {}
        for place, nodes in listed:
            if nodes:
                title = graph.contaminations[place].id or f"contaminations[{place}]"
                root = roots[nodes[0]]
                titles[root] = f"{titles[root]}+{title}" if root in titles else title
        return {
            self.number[node]: titles[root] for node, root in roots.items() if node in self.number
        }


def _surer(one: bool | None, other: bool | None) -> bool | None:
    if one or other:
        return True
    return None if one is None or other is None else False


def _join(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Member -> smallest member of its group (union-find with path halving)."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return {name: root(name) for name in list(parent)}


def _side(web: _Web, last: set[int]) -> Side:
    if not last:
        return Side(_NOTHING, _NOTHING)
    leading = _leading_to(web, last)
    hands = web.first_hand
    known = [node for node in leading if hands[node]]
    strict = _run(web, last, leading, known, web.exposed)
    perhaps = [node for node in leading if hands[node] is not False]
    if len(perhaps) == len(known) and web.certain == web.exposed:
        return Side(strict, strict)
    return Side(strict, _run(web, last, leading, perhaps, web.certain))


def _leading_to(web: _Web, last: set[int]) -> list[int]:
    """Every node from which the claim can be reached, in order."""
    seen = set(last)
    todo = list(last)
    while todo:
        for node in web.before[todo.pop()]:
            if node not in seen:
                seen.add(node)
                todo.append(node)
    return sorted(seen)


def _run(
    web: _Web,
    last: set[int],
    leading: Sequence[int],
    origins: Sequence[int],
    exposed: dict[int, str],
) -> Finding:
    if not origins:
        return _NOTHING
    if len(origins) == 1:
        return _single(web, last, leading, origins[0])
    leading = _fed(web, leading, origins)
    place = {node: at for at, node in enumerate(leading)}
    size = len(leading)
    source, sink, free = 2 * size, 2 * size + 1, size + 1
    network = Network(2 * size + 2)
    for at, node in enumerate(leading):
        network.join(2 * at, 2 * at + 1, 1 if web.tight[web.names[node]] else free)
        for earlier in sorted(web.before[node]):
            if earlier != node and earlier in place:
                network.join(2 * place[earlier] + 1, 2 * at, free)
        if node in last:
            network.join(2 * at + 1, sink, free)
    groups: dict[str, list[int]] = {}
    for node in origins:
        # A group of one is no exposure: the origin keeps its own source edge.
        groups.setdefault(exposed.get(node, ""), []).append(place[node])
    own = groups.pop("", [])
    shared: list[str] = []
    for title, members in sorted(groups.items()):
        if len(members) == 1:
            own.append(members[0])
            continue
        shared.append(title)
        joint = network.new_node()
        network.join(source, joint, 1)
        for at in members:
            network.join(joint, 2 * at, free)
    for at in sorted(own):
        network.join(source, 2 * at, 1)
    k = network.fill(source, sink)
    cut = _cut(web, network, leading, own, shared, source, sink)
    chains = [
        [web.names[leading[half >> 1]] for half in path if half < source and not half & 1]
        for path in network.take_paths(source, sink)
    ]
    return Finding(k, tuple(sorted((*chain, web.claim) for chain in chains)), cut)


def _fed(web: _Web, leading: Sequence[int], origins: Sequence[int]) -> list[int]:
    """Those of the nodes to which an origin leads, in order."""
    useful, seen, todo = set(leading), set(origins), list(origins)
    while todo:
        for node in web.after[todo.pop()]:
            if node in useful and node not in seen:
                seen.add(node)
                todo.append(node)
    return sorted(seen)


def _single(web: _Web, last: set[int], leading: Sequence[int], origin: int) -> Finding:
    """One origin that leads to the claim: one chain, a shortest, and the origin is the cut."""
    useful = set(leading)
    came: dict[int, int] = {origin: origin}
    row = [origin]
    while not (ended := [node for node in row if node in last]):
        following = []
        for node in row:
            for later in web.after[node]:
                if later in useful and later not in came:
                    came[later] = node
                    following.append(later)
        row = following
    node = ended[0]
    chain = [web.claim, web.names[node]]
    while node != origin:
        node = came[node]
        chain.append(web.names[node])
    return Finding(1, (tuple(reversed(chain)),), (web.names[origin],))


def _cut(
    web: _Web,
    network: Network,
    leading: Sequence[int],
    own: Sequence[int],
    shared: Sequence[str],
    source: int,
    sink: int,
) -> tuple[str, ...]:
    """The minimum cut nearest the origins that names an exposure only where it must."""
    joints = range(sink + 1, sink + 1 + len(shared))
    near = network.reachable(source)
    if any(not near[joint] for joint in joints):
        to_sink = network.leading_to(sink)
        near = network.reachable(source, *(joint for joint in joints if not to_sink[joint]))
    cut = {web.names[leading[at]] for at in own if not near[2 * at]}
    cut |= {
        web.names[node] for at, node in enumerate(leading) if near[2 * at] and not near[2 * at + 1]
    }
    named = sorted(cut)
    named += [title for title, joint in zip(shared, joints, strict=True) if not near[joint]]
    return tuple(named)


def _cycles(web: _Web) -> tuple[tuple[str, ...], ...]:
    """Groups that only cite each other: no origin, known or unknown, feeds them."""
    rest = {node for node, hand in enumerate(web.first_hand) if hand is False}
    if not rest:
        return ()
    todo = [node for node, hand in enumerate(web.first_hand) if hand is not False]
    while todo:
        for node in web.after[todo.pop()]:
            if node in rest:
                rest.discard(node)
                todo.append(node)
    found = find_cycles(rest, web.before)
    return tuple(sorted(tuple(web.names[node] for node in cycle) for cycle in found))


def _warnings(web: _Web, sides: Sequence[Side]) -> tuple[dict[str, Any], ...]:
    warnings: list[dict[str, Any]] = []
    used: set[str] = set()
    for side in sides:
        for finding in side:
            for chain in finding.chains:
                used.update(chain[:-1])
    free = sorted(name for name in used if not web.tight[name])
    if free:
        warnings.append({"code": "unlimited", "nodes": free})
    for source, target in sorted(web.stray_denials):
        warnings.append({"code": "denial-of-a-link", "nodes": [source, target]})
    if web.withdrawn:
        warnings.append({"code": "withdrawn", "nodes": sorted(web.withdrawn)})
    return tuple(warnings)
