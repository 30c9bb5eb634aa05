"""The graph of who says so and how they know, and its file format.

Format and meaning: docs/spec/graph.md. An edge runs the way the knowledge ran:
from the one who knew to the one who passes it on, and at last to the claim.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from amparo.errors import BadInput, NotFound
from amparo.filled import filled

LINKS = frozenset({"perceived", "told", "quotes", "summarises", "translates", "copies"})
SAME = "same-capture"
SUPPORTS = "supports"
DENIES = "denies"
EDGE_KINDS = LINKS | {SAME, SUPPORTS, DENIES}
FORMAT = "amparo-graph/1"

_SURROGATE = re.compile("[\ud800-\udfff]")
_TOP = {"format", "title", "note", "nodes", "edges", "claim", "contaminations"}
_NODE = {"id", "kind", "first_hand", "capacity", "withdrawn", "label", "note"}
_EDGE = {"from", "to", "kind", "note"}
_PLAIN_NODE = frozenset({"id", "kind", "first_hand", "capacity"})
_PLAIN_EDGE = frozenset({"from", "to", "kind"})
_CONTAMINATION = {"id", "nodes", "certain", "note"}
_REMEDY = "See docs/spec/graph.md"


class Node(NamedTuple):
    """A person, device, publisher, report or statement.

    `first_hand`: True knows by own senses, False does not, None is not known.
    `capacity`: 1, or None for one who only passes words on (interpreter).
    `withdrawn`: consent does not cover this purpose; the node carries nothing.
    """

    id: str
    kind: str = "item"
    first_hand: bool | None = False
    capacity: int | None = 1
    withdrawn: bool = False
    label: str = ""


class Edge(NamedTuple):
    """Knowledge passes from `source` to `target`; `kind` is one of EDGE_KINDS."""

    source: str
    target: str
    kind: str


class Contamination(NamedTuple):
    """Nodes whose accounts were exposed to one another; suspected unless certain."""

    nodes: tuple[str, ...]
    certain: bool
    id: str = ""


class Graph(NamedTuple):
    """One claim and everything that is said to bear on it."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    claim: str
    contaminations: tuple[Contamination, ...] = ()

    def label(self, node: str) -> str:
        """What people read for a node id."""
        return next((n.label or n.id for n in self.nodes if n.id == node), node)


def read_graph(path: Path) -> Graph:
    """Read a graph file; NotFound or BadInput names the file and the reason."""
    name = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound("There is no such file", value=name, remedy="Check the path") from None
    except UnicodeDecodeError:
        raise BadInput("The graph is not UTF-8 text", value=name, remedy=_REMEDY) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise BadInput(
            filled("The graph cannot be read ({reason})", reason=reason), value=name
        ) from None
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadInput(
            filled("The graph is not JSON ({where})", where=where), value=name, remedy=_REMEDY
        ) from None
    except (RecursionError, ValueError):
        raise BadInput("The graph is nested too deeply", value=name, remedy=_REMEDY) from None
    return parse_graph(content, name)


def parse_graph(content: object, name: str = "graph") -> Graph:
    """Check a decoded graph and return it; BadInput names the first fault."""
    reader = _Reader(name)
    top = reader.mapping(content, "graph", _TOP)
    if top.get("format", FORMAT) != FORMAT:
        reader.refuse(f"format is not {FORMAT}")
    for key in ("nodes", "edges", "claim"):
        if key not in top:
            reader.refuse(f"{key} is missing")
    nodes = tuple(
        _plain_node(value) or reader.node(value, f"nodes[{place}]")
        for place, value in enumerate(reader.sequence(top["nodes"], "nodes"))
    )
    edges = tuple(
        _plain_edge(value) or reader.edge(value, f"edges[{place}]")
        for place, value in enumerate(reader.sequence(top["edges"], "edges"))
    )
    contaminations = tuple(
        reader.contamination(value, f"contaminations[{place}]")
        for place, value in enumerate(
            reader.sequence(top.get("contaminations") or [], "contaminations")
        )
    )
    graph = Graph(nodes, edges, reader.word(top["claim"], "claim"), contaminations)
    reader.check(graph)
    return graph


def graph_as_dict(graph: Graph) -> dict[str, Any]:
    """The graph in its file format, ready for JSON."""
    return {
        "format": FORMAT,
        "nodes": [
            {key: value for key, value in node._asdict().items() if (key, value) != ("label", "")}
            for node in graph.nodes
        ],
        "edges": [{"from": e.source, "to": e.target, "kind": e.kind} for e in graph.edges],
        "claim": graph.claim,
        "contaminations": [
            {"nodes": list(c.nodes), "certain": c.certain, **({"id": c.id} if c.id else {})}
            for c in graph.contaminations
        ],
    }


def _plain_node(value: Any) -> Node | None:
    """A node without anything to look into; None where `_Reader.node` must. For speed alone."""
    if type(value) is not dict or not value.keys() <= _PLAIN_NODE:
        return None
    name, kind = value.get("id"), value.get("kind", "item")
    hand, capacity = value.get("first_hand", False), value.get("capacity", 1)
    if (
        type(name) is str and name.isalnum() and name.isascii()
        and type(kind) is str and kind.isalpha() and kind.isascii()
        and (hand is None or type(hand) is bool)
        and (capacity is None or (type(capacity) is int and capacity == 1))
    ):  # fmt: skip
        return Node(name, kind, hand, capacity)
    return None


def _plain_edge(value: Any) -> Edge | None:
    """The same for an edge."""
    if type(value) is not dict or not value.keys() <= _PLAIN_EDGE:
        return None
    source, target, kind = value.get("from"), value.get("to"), value.get("kind")
    if (
        type(source) is str and source.isalnum() and source.isascii()
        and type(target) is str and target.isalnum() and target.isascii()
        and type(kind) is str and kind in EDGE_KINDS
    ):  # fmt: skip
        return Edge(source, target, kind)
    return None


class _Reader:
    """Checks one file; every refusal carries the place inside it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def refuse(self, reason: str) -> None:
        raise BadInput(
            filled("Not a valid graph: {reason}", reason=reason), value=self.name, remedy=_REMEDY
        )

    def mapping(self, value: object, where: str, known: set[str]) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self.refuse(f"{where} is not an object")
        assert isinstance(value, dict)
        for key in value:
            if key not in known:
                self.refuse(f"{where} has the unknown key {_shown(key)}")
        return value

    def sequence(self, value: object, where: str) -> list[Any]:
        if not isinstance(value, list):
            self.refuse(f"{where} is not a list")
        assert isinstance(value, list)
        return value

    def word(self, value: object, where: str) -> str:
        if not isinstance(value, str) or not value.strip():
            self.refuse(f"{where} is not a non-empty text")
        assert isinstance(value, str)
        if not value.isascii() and _SURROGATE.search(value):
            self.refuse(f"{where} holds half of a surrogate pair")
        return value

    def truth(self, value: object, where: str) -> bool:
        if not isinstance(value, bool):
            self.refuse(f"{where} is not true or false")
        return value is True

    def node(self, value: object, where: str) -> Node:
        found = self.mapping(value, where, _NODE)
        if "id" not in found:
            self.refuse(f"{where} has no id")
        first_hand = found.get("first_hand", False)
        if first_hand is not None:
            self.truth(first_hand, f"{where}.first_hand")
        capacity = found.get("capacity", 1)
        if capacity is not None and (type(capacity) is not int or capacity != 1):
            self.refuse(f"{where}.capacity is neither 1 nor null")
        label = found.get("label", "")
        return Node(
            id=self.word(found["id"], f"{where}.id"),
            kind=self.word(found.get("kind", "item"), f"{where}.kind"),
            first_hand=first_hand,
            capacity=capacity,
            withdrawn=self.truth(found.get("withdrawn", False), f"{where}.withdrawn"),
            label=self.word(label, f"{where}.label") if label != "" else "",
        )

    def edge(self, value: object, where: str) -> Edge:
        found = self.mapping(value, where, _EDGE)
        for key in ("from", "to", "kind"):
            if key not in found:
                self.refuse(f"{where} has no {key}")
        kind = found["kind"]
        if not isinstance(kind, str) or kind not in EDGE_KINDS:
            self.refuse(f"{where}.kind is none of {', '.join(sorted(EDGE_KINDS))}")
        source = self.word(found["from"], f"{where}.from")
        return Edge(source, self.word(found["to"], f"{where}.to"), kind)

    def contamination(self, value: object, where: str) -> Contamination:
        found = self.mapping(value, where, _CONTAMINATION)
        for key in ("nodes", "certain"):
            if key not in found:
                self.refuse(f"{where} has no {key}")
        nodes = tuple(
            self.word(node, f"{where}.nodes[{place}]")
            for place, node in enumerate(self.sequence(found["nodes"], f"{where}.nodes"))
        )
        label = self.word(found["id"], f"{where}.id") if "id" in found else ""
        return Contamination(nodes, self.truth(found["certain"], f"{where}.certain"), label)

    def check(self, graph: Graph) -> None:
        known: dict[str, Node] = {}
        for node in graph.nodes:
            if node.id in known:
                self.refuse(f"two nodes have the id {_shown(node.id)}")
            known[node.id] = node
        if graph.claim not in known:
            self.refuse(f"claim names no node: {_shown(graph.claim)}")
        if known[graph.claim].first_hand:
            self.refuse("the claim cannot be its own first-hand origin")
        if known[graph.claim].withdrawn:
            self.refuse("the claim cannot be withdrawn")
        for place, edge in enumerate(graph.edges):
            self._ends(f"edges[{place}]", (edge.source, edge.target), known)
            if edge.kind == SAME and graph.claim in edge[:2]:
                self.refuse(f"edges[{place}] makes the claim a capture of something")
        names = set(known)
        for place, contamination in enumerate(graph.contaminations):
            where = f"contaminations[{place}]"
            self._ends(where, contamination.nodes, known)
            if graph.claim in contamination.nodes:
                self.refuse(f"{where} names the claim")
            if contamination.id in names:
                self.refuse(f"{where} has an id already in use")
            names.update({contamination.id} - {""})

    def _ends(self, where: str, ids: Iterable[str], known: Mapping[str, Node]) -> None:
        for node in ids:
            if node not in known:
                self.refuse(f"{where} names no node: {_shown(node)}")


def _shown(value: object) -> str:
    text = str(value)
    return ascii(text if len(text) <= 60 else text[:60] + "...")
