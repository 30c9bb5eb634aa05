"""Words and picture of a corroboration: complete, escaped, well-formed, in two languages."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lxml import etree
from typer.testing import CliRunner

from amparo.casefile.corroborate import corroborate
from amparo.casefile.draw_chains import MOST_NODES, draw_chains, rows_of_chains
from amparo.casefile.explain_chains import explain
from amparo.casefile.graph import Contamination, Edge, Graph, Node, parse_graph
from amparo.cli.corroborate import app
from amparo.errors import BadInput

GRAPH = Graph(
    (
        Node("W1", "person", True, label="witness <b>V-1</b>"),
        Node("W2", "person", True, label="شاهد"),
        Node("U", "person", None),
        Node("I", "interpreter", False, None),
        Node("M", "person", True),
        Node("C", "claim", label="V-1 was held & beaten"),
    ),
    (
        Edge("W1", "I", "told"),
        Edge("I", "C", "supports"),
        Edge("W2", "C", "supports"),
        Edge("U", "C", "supports"),
        Edge("M", "C", "denies"),
    ),
    "C",
    (Contamination(("W1", "U"), False),),
)


def test_words_name_what_must_be_disbelieved() -> None:
    told = explain(corroborate(GRAPH), "en")
    assert told[0].endswith("If these two are disbelieved, nothing is left: W1 and W2.")
    against = next(sentence for sentence in told if sentence.startswith("Against"))
    assert "to a denial of this claim. If M is disbelieved" in against
    assert any("there would be 3" in sentence for sentence in told)
    french = explain(corroborate(GRAPH), "fr")
    assert french[0].endswith("Si l'on ne croit pas ces deux-là, il ne reste rien : W1 et W2.")
    assert len(french) == len(told)


def test_no_chain_is_said_plainly() -> None:
    empty = corroborate(Graph((Node("C"),), (), "C"))
    assert explain(empty) == [
        "In support: no chain leads from first-hand knowledge to this claim.",
        "Against: no chain leads from first-hand knowledge to a denial of this claim.",
    ]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_picture_is_well_formed_and_says_in_words_what_it_shows(lang: str) -> None:
    found = corroborate(GRAPH)
    root = etree.fromstring(draw_chains(GRAPH, found, lang).encode())
    space = {"s": "http://www.w3.org/2000/svg"}
    described = root.xpath("s:desc/text()", namespaces=space)[0]
    for sentence in explain(found, lang, GRAPH.label):
        assert sentence in described
    assert root.get("role") == "img"
    titles = root.xpath("//s:g/s:title/text()", namespaces=space)
    assert set(titles) >= {"witness <b>V-1</b>", "شاهد", "M", "U"}
    assert not root.xpath("//s:script | //@href", namespaces=space)
    assert len(rows_of_chains(found)) == 2 + 3 + 1 + 1


def test_large_graphs_are_drawn_in_part_and_say_so() -> None:
    rng = random.Random(3)
    nodes = [Node(f"n{number}", first_hand=number % 7 == 0) for number in range(400)]
    edges = [Edge(f"n{rng.randrange(400)}", f"n{rng.randrange(400)}", "quotes") for _ in range(900)]
    edges += [Edge(f"n{number}", "C", "supports") for number in range(0, 400, 50)]
    graph = Graph((*nodes, Node("C")), tuple(edges), "C")
    picture = draw_chains(graph, corroborate(graph))
    assert picture.count("<g><title>") == MOST_NODES
    assert "left out:" in picture


def test_command_writes_answer_and_picture(tmp_path: Path) -> None:
    path = tmp_path / "g.json"
    path.write_text(
        '{"nodes":[{"id":"W","first_hand":true},{"id":"C"}],'
        '"edges":[{"from":"W","to":"C","kind":"perceived"}],"claim":"C"}'
    )
    picture = tmp_path / "g.svg"
    result = CliRunner().invoke(app, ["--graph", str(path), "--json", "--svg", str(picture)])
    assert result.exit_code == 0
    assert '"k": 1' in result.stdout
    etree.parse(picture)
    words = CliRunner().invoke(app, ["--graph", str(path), "--lang", "fr"])
    assert "il ne reste rien" in words.stdout
    refused = CliRunner().invoke(app, ["--graph", str(path), "--lang", "xx"])
    assert isinstance(refused.exception, BadInput)


def test_an_exposure_in_the_cut_is_put_into_words():
    from amparo.casefile.explain_chains import label_exposures

    def drawn(certain, name):
        return parse_graph({
            "nodes": [{"id": "w", "first_hand": True}, {"id": "x", "first_hand": True},
                      {"id": "a"}, {"id": "b"}, {"id": "c", "kind": "claim"}],
            "edges": [{"from": "w", "to": "a", "kind": "told"},
                      {"from": "x", "to": "b", "kind": "told"},
                      {"from": "a", "to": "c", "kind": "supports"},
                      {"from": "b", "to": "c", "kind": "supports"}],
            "claim": "c", "contaminations": [{"nodes": ["w", "x"], "certain": certain, **name}],
        })  # fmt: skip

    for certain, words in ((True, "what w and x have"), (False, "what w and x may have")):
        for name in ({}, {"id": "C1"}):
            graph = drawn(certain, name)
            told = explain(corroborate(graph), "en", label_exposures(graph, str))
            assert f"If {words} from each other is disbelieved, nothing is left." in told[0]
    graph = drawn(True, {"id": "C1"})
    assert label_exposures(graph, str.upper)("w") == "W"
    assert label_exposures(graph, str.upper)("no exposure") == "NO EXPOSURE"
