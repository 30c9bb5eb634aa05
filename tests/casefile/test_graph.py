"""A graph is read as written or refused with the place and the reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.casefile.graph import graph_as_dict, parse_graph, read_graph
from amparo.errors import AmparoError, BadInput, NotFound

GOOD: dict[str, Any] = {
    "nodes": [
        {"id": "W", "kind": "person", "first_hand": True, "capacity": 1},
        {"id": "C", "kind": "claim", "first_hand": None, "capacity": None},
    ],
    "edges": [{"from": "W", "to": "C", "kind": "supports"}],
    "claim": "C",
    "contaminations": [],
}


def changed(*path: Any, to: Any) -> Any:
    graph = json.loads(json.dumps(GOOD))
    at = graph
    for step in path[:-1]:
        at = at[step]
    if isinstance(at, list):
        at.append(to)
    else:
        at[path[-1]] = to
    return graph


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        ([], "graph is not an object"),
        ({}, "nodes is missing"),
        (changed("extra", to=1), "unknown key 'extra'"),
        (changed("claim", to="X"), "claim names no node"),
        (changed("claim", to=["C"]), "claim is not"),
        (changed("nodes", 0, "first_hand", to="yes"), "nodes[0].first_hand"),
        (changed("nodes", 0, "first_hand", to=1), "nodes[0].first_hand"),
        (changed("nodes", 0, "capacity", to=2), "nodes[0].capacity"),
        (changed("nodes", 0, "capacity", to=True), "nodes[0].capacity"),
        (changed("nodes", 0, "id", to=""), "nodes[0].id"),
        (changed("nodes", 0, "id", to="\ud800"), "nodes[0].id"),
        (changed("nodes", 2, to={"id": "W"}), "two nodes have the id"),
        (changed("nodes", 2, to={"kind": "x"}), "nodes[2] has no id"),
        (changed("nodes", 1, "first_hand", to=True), "own first-hand origin"),
        (changed("edges", 0, "kind", to="likes"), "edges[0].kind is none of"),
        (changed("edges", 0, "kind", to=["told"]), "edges[0].kind is none of"),
        (changed("edges", 0, "from", to="Z"), "edges[0] names no node"),
        (changed("edges", 1, to={"from": "W", "to": "C"}), "edges[1] has no kind"),
        (changed("edges", 0, "kind", to="same-capture"), "makes the claim a capture"),
        (changed("contaminations", 0, to={"nodes": ["W"]}), "has no certain"),
        (changed("contaminations", 0, to={"nodes": ["Q"], "certain": True}), "names no node"),
        (changed("contaminations", 0, to={"nodes": ["C"], "certain": True}), "names the claim"),
        (
            changed("contaminations", 0, to={"nodes": ["W"], "certain": True, "id": "W"}),
            "already in use",
        ),
    ],
)
def test_refuses(graph: Any, reason: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_graph(graph, "g.json")
    assert reason in refusal.value.cause
    assert refusal.value.value == "g.json"


def test_reads_back_what_it_writes() -> None:
    graph = parse_graph(GOOD)
    assert parse_graph(json.loads(json.dumps(graph_as_dict(graph)))) == graph


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\xff\xfe\x00", BadInput),
        (b"", BadInput),
        (b"{", BadInput),
        (b"[" * 100_000, BadInput),
        (b"9" * 10_000, BadInput),
        (None, NotFound),
    ],
)
def test_files_that_are_no_graph(tmp_path: Path, content: bytes | None, error: type) -> None:
    path = tmp_path / "g.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error):
        read_graph(path)
    with pytest.raises(AmparoError):
        read_graph(tmp_path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["nodes", "edges", "claim", "contaminations", "id", "from", "to", "kind", "certain"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_anything_else_is_refused_or_read(content: Any) -> None:
    try:
        parse_graph(content)
    except BadInput:
        pass
