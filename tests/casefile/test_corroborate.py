"""The properties of the corroboration design, and brute force as the judge."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.casefile.corroborate import corroborate
from amparo.casefile.graph import Contamination, Edge, Graph, Node, parse_graph

LINKS = ("perceived", "told", "quotes", "summarises", "translates", "copies", "supports")


def random_graph(rng: random.Random, *, merging: bool = True, pairs: bool = False) -> Graph:
    count = rng.randint(1, 7)
    names = [f"n{number}" for number in range(count)]
    nodes = [
        Node(
            name,
            "item",
            rng.choice((True, False, False, None)),
            rng.choice((1, 1, 1, None)),
            rng.random() < 0.05,
        )
        for name in names
    ]
    nodes.append(Node("claim", "claim", False, None))
    edges = set()
    for _ in range(rng.randint(0, 14)):
        one, other = rng.choice(names), rng.choice(names)
        edges.add(Edge(one, other, rng.choice(LINKS)))
    for name in names:
        if rng.random() < 0.45:
            kind = rng.choice(("supports", "supports", "denies"))
            edges.add(Edge(name, "claim", kind))
    if merging and rng.random() < 0.3:
        edges.add(Edge(rng.choice(names), rng.choice(names), "same-capture"))
    exposures = tuple(
        Contamination(
            tuple(rng.choice(names) for _ in range(2 if pairs else rng.randint(0, 3))),
            rng.random() < 0.5,
        )
        for _ in range(rng.choice((0, 0, 1, 2)))
    )
    rng.shuffle(nodes)
    return Graph(tuple(nodes), tuple(sorted(edges)), "claim", exposures)


class Plain:
    """A second, slow reading of docs/spec/graph.md that shares no code with ours."""

    def __init__(self, graph: Graph, *, strict: bool, kind: str) -> None:
        self.same = {node.id: {node.id} for node in graph.nodes}
        for edge in graph.edges:
            if edge.kind == "same-capture":
                group = self.same[edge.source] | self.same[edge.target]
                for name in group:
                    self.same[name] = group
        usable = {node.id for node in graph.nodes if not node.withdrawn}
        by_id = {node.id: node for node in graph.nodes}
        self.nodes = {self.name(node) for node in usable} - {"claim"}
        self.loose = {
            name for name in self.nodes if all(by_id[m].capacity is None for m in self.same[name])
        }
        self.steps: dict[str, set[str]] = {name: set() for name in self.nodes}
        for source, target, edge_kind in graph.edges:
            if source not in usable or target not in usable or source == "claim":
                continue
            if edge_kind == "same-capture":
                continue
            wanted = (edge_kind == "denies") == (kind == "denies")
            if target == "claim":
                if wanted:
                    self.steps[self.name(source)].add("claim")
            elif edge_kind != "denies":
                self.steps[self.name(source)].add(self.name(target))
        hands = {
            name: {by_id[member].first_hand for member in self.same[name] & usable}
            for name in self.nodes
        }
        self.origins = {
            name
            for name in self.nodes
            if True in hands[name] or (not strict and None in hands[name])
        }
        groups: list[set[str]] = []
        for exposure in graph.contaminations:
            if not (strict or exposure.certain):
                continue
            group = {self.name(member) for member in exposure.nodes}
            for other in [other for other in groups if other & group]:
                groups.remove(other)
                group |= other
            groups.append(group)
        self.groups = [group & self.origins for group in groups]

    def name(self, node: str) -> str:
        return min(self.same[node])

    def leads(self, without: Iterable[Any] = ()) -> bool:
        """Whether a chain is left when these are disbelieved."""
        gone = set(without)
        todo = []
        for origin in self.origins:
            shared = [n for n, group in enumerate(self.groups) if origin in group]
            if ("origin", origin) not in gone and not any(("group", n) in gone for n in shared):
                todo.append(origin)
        todo = [name for name in todo if name not in gone]
        seen = set(todo)
        while todo:
            for step in self.steps[todo.pop()]:
                if step == "claim":
                    return True
                if step not in seen and step not in gone:
                    seen.add(step)
                    todo.append(step)
        return False

    def smallest_cut(self) -> int:
        able: list[Any] = sorted(self.nodes - self.loose)
        able += [("origin", name) for name in sorted(self.origins & self.loose)]
        able += [("group", number) for number in range(len(self.groups))]
        for size in range(len(able) + 1):
            if any(not self.leads(chosen) for chosen in combinations(able, size)):
                return size
        raise AssertionError("no cut at all")


def sides(graph: Graph) -> list[tuple[Any, Plain]]:
    found = corroborate(graph)
    return [
        (finding, Plain(graph, strict=strict, kind=kind))
        for kind, side in (("supports", found.supported), ("denies", found.denied))
        for strict, finding in ((True, side.strict), (False, side.generous))
    ]


@pytest.mark.parametrize("part", range(6))
def test_k_equals_brute_force_on_3000_random_graphs(part: int) -> None:
    rng = random.Random(4200 + part)
    large = 0
    for _ in range(500):
        graph = random_graph(rng)
        for finding, plain in sides(graph):
            assert finding.k == plain.smallest_cut(), graph
            large += finding.k > 1
    assert large > 50  # the graphs are not all trivial


@pytest.mark.parametrize("part", range(3))
def test_chains_and_cut_bear_out_the_number(part: int) -> None:
    rng = random.Random(77 + part)
    for _ in range(500):
        graph = random_graph(rng)
        for finding, plain in sides(graph):
            assert len(finding.chains) == finding.k == len(finding.cut) == len(set(finding.cut))
            used: set[str] = set()
            groups: set[int] = set()
            for chain in finding.chains:
                assert chain[0] in plain.origins and chain[-1] == "claim"
                for one, other in zip(chain, chain[1:], strict=False):
                    assert other in plain.steps[one]
                tight = [name for name in chain[:-1] if name not in plain.loose]
                assert not used & set(tight) and len(set(chain)) == len(chain)
                used |= set(tight)
                mine = {n for n, group in enumerate(plain.groups) if chain[0] in group}
                assert not groups & mine
                groups |= mine
            gone: list[Any] = []
            for member in finding.cut:
                if member.startswith("contaminations["):
                    first = int(member.split("[")[1].split("]")[0])
                    names = {plain.name(n) for n in graph.contaminations[first].nodes}
                    gone += [("group", n) for n, g in enumerate(plain.groups) if g & names]
                else:
                    gone.append(member)
            assert not plain.leads(gone), (graph, finding)


def ks(graph: Graph) -> tuple[int, int, int, int]:
    found = corroborate(graph)
    return (
        found.supported.strict.k,
        found.supported.generous.k,
        found.denied.strict.k,
        found.denied.generous.k,
    )


seeds = st.integers(0, 2**32)


@given(seeds)
def test_strict_is_never_above_generous(seed: int) -> None:
    k = ks(random_graph(random.Random(seed)))
    assert k[0] <= k[1] and k[2] <= k[3]


@given(seeds)
def test_a_reprint_never_raises_k(seed: int) -> None:
    rng = random.Random(seed)
    graph = random_graph(rng)
    printed = rng.choice([node.id for node in graph.nodes if node.id != "claim"])
    again = [
        Edge("reprint", edge.target, edge.kind)
        for edge in graph.edges
        if edge.source == printed and edge.kind != "same-capture"
    ]
    reprint = graph._replace(
        nodes=(*graph.nodes, Node("reprint", "report")),
        edges=(*graph.edges, *again, Edge(printed, "reprint", rng.choice(LINKS))),
    )
    assert ks(reprint) == ks(graph)


@given(seeds, st.sampled_from([True, None]))
def test_a_fresh_origin_raises_k_by_exactly_one(seed: int, hand: bool | None) -> None:
    graph = random_graph(random.Random(seed))
    fresh = graph._replace(
        nodes=(*graph.nodes, Node("fresh", "person", hand), Node("report", "report")),
        edges=(
            *graph.edges,
            Edge("fresh", "report", "told"),
            Edge("report", "claim", "supports"),
        ),
    )
    before, after = ks(graph), ks(fresh)
    assert after == (before[0] + (hand is True), before[1] + 1, before[2], before[3])


@given(seeds, st.booleans())
def test_one_shared_exposure_lowers_k_by_at_most_one(seed: int, certain: bool) -> None:
    rng = random.Random(seed)
    graph = random_graph(rng)
    names = [node.id for node in graph.nodes if node.id != "claim"]
    pair = (rng.choice(names), rng.choice(names))
    exposed = graph._replace(contaminations=(*graph.contaminations, Contamination(pair, certain)))
    before, after = ks(graph), ks(exposed)
    for place, (one, other) in enumerate(zip(before, after, strict=True)):
        assert one - 1 <= other <= one
        if not certain and place in (1, 3):
            assert other == one


@given(seeds)
def test_withdrawing_never_raises_k(seed: int) -> None:
    rng = random.Random(seed)
    graph = random_graph(rng)
    chosen = rng.choice([node.id for node in graph.nodes if node.id != "claim"])
    nodes = tuple(n._replace(withdrawn=n.withdrawn or n.id == chosen) for n in graph.nodes)
    after = ks(graph._replace(nodes=nodes))
    assert all(one >= other for one, other in zip(ks(graph), after, strict=True))


@given(seeds)
@settings(max_examples=60)
def test_the_order_of_the_file_does_not_matter(seed: int) -> None:
    rng = random.Random(seed)
    graph = random_graph(rng)._replace(contaminations=())
    nodes, edges = list(graph.nodes), list(graph.edges)
    rng.shuffle(nodes)
    rng.shuffle(edges)
    assert corroborate(Graph(tuple(nodes), tuple(edges), "claim")) == corroborate(graph)


def build(text: str, first_hand: str = "", unknown: str = "", loose: str = "", **more: Any) -> Any:
    """`a>b>claim c!claim`: > passes on, ! denies."""
    edges, names = [], {"claim"}
    for path in text.split():
        parts = path.replace("!", ">!").split(">")
        for one, other in zip(parts, parts[1:], strict=False):
            kind = "denies" if other.startswith("!") else "quotes"
            edges.append({"from": one.strip("!"), "to": other.strip("!"), "kind": kind})
        names |= {part.strip("!") for part in parts}
    edges += more.pop("edges", [])
    nodes = [
        {
            "id": name,
            "kind": "item",
            "first_hand": None if name in unknown.split() else name in first_hand.split(),
            "capacity": None if name in loose.split() else 1,
        }
        for name in sorted(names)
    ]
    return corroborate(
        parse_graph({"nodes": nodes, "edges": edges, "claim": "claim", **more})
    ).as_dict()


def test_ten_papers_on_one_witness_are_one_chain() -> None:
    found = build(" ".join(f"w>agency>p{n}>claim" for n in range(10)), first_hand="w")
    assert (found["strict"]["k"], found["strict"]["cut"]) == (1, ["w"])


def test_three_witnesses_behind_one_paper_are_one_chain() -> None:
    found = build("a>paper>claim b>paper c>paper", first_hand="a b c")
    assert (found["strict"]["k"], found["strict"]["cut"]) == (1, ["paper"])


def test_an_interpreter_is_not_counted_and_said_so() -> None:
    found = build("a>i>s1>claim b>i>s2>claim", first_hand="a b", loose="i")
    assert found["strict"]["k"] == 2
    assert found["warnings"] == [{"code": "unlimited", "nodes": ["i"]}]


def test_unknown_origins_are_nothing_or_one_each() -> None:
    found = build("a>claim u>r>claim v>r", first_hand="a", unknown="u v")
    assert (found["strict"]["k"], found["generous"]["k"]) == (1, 2)
    assert found["unresolved"] == ["u", "v"]


def test_suspected_contamination_counts_in_the_strict_run_alone() -> None:
    found = build(
        "a>claim b>claim",
        first_hand="a b",
        contaminations=[{"nodes": ["a", "b"], "certain": False}],
    )
    assert (found["strict"]["k"], found["generous"]["k"]) == (1, 2)
    assert found["strict"]["cut"] == ["contaminations[0]"]
    assert found["generous"]["cut"] == ["a", "b"]


def test_overlapping_exposures_are_one() -> None:
    exposures = [{"nodes": list(pair), "certain": True} for pair in ("ab", "bc", "ca")]
    found = build("a>claim b>claim c>claim", first_hand="a b c", contaminations=exposures)
    assert found["generous"]["k"] == 1
    assert found["generous"]["cut"] == ["contaminations[0]+contaminations[1]+contaminations[2]"]


def test_a_circle_of_citations_has_no_origin() -> None:
    found = build("a>b>c>a c>claim d>d d>claim e>f>e w>e f>claim", first_hand="w")
    assert found["cycles_without_origin"] == [["a", "b", "c"], ["d"]]
    assert (found["strict"]["k"], found["strict"]["chains"]) == (1, [["w", "e", "f", "claim"]])


def test_what_denies_is_counted_apart() -> None:
    found = build("a>claim b>claim m!claim n!claim n>claim", first_hand="a b n m")
    assert (found["strict"]["k"], found["denied"]["strict"]["k"]) == (3, 2)
    assert found["denied"]["strict"]["cut"] == ["m", "n"]


def test_two_captures_of_one_page_are_one() -> None:
    found = build(
        "w>p1>claim v>p2>claim",
        first_hand="w v",
        edges=[{"from": "p2", "to": "p1", "kind": "same-capture"}],
    )
    assert (found["strict"]["k"], found["strict"]["cut"]) == (1, ["p1"])
    assert found["merged"] == [["p1", "p2"]]


def test_a_long_line_needs_no_recursion() -> None:
    text = ">".join(["w", *(f"n{number}" for number in range(20_000)), "claim"])
    assert build(text, first_hand="w")["strict"]["k"] == 1
    names = [f"n{number}" for number in range(20_000)]
    circle = ">".join([*names, "n0"])
    assert len(build(circle)["cycles_without_origin"][0]) == 20_000
