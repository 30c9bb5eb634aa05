"""From the record to the graph of one proposition: who knew, who passed it on, who says so.

A chain runs origin -> statement -> item -> claim; a statement that quotes another
begins where that one ends. See docs/spec/graph.md and docs/spec/record.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from amparo.casefile.consent import Use as Use
from amparo.casefile.consent import source_may_leave
from amparo.casefile.corroborate import Corroboration, corroborate
from amparo.casefile.graph import SAME, Contamination, Edge, Graph, Node
from amparo.casefile.records import CaseFile, Row
from amparo.filled import filled

_EDGE = {
    "told by": "told",
    "quotes": "quotes",
    "summarises": "summarises",
    "translates": "translates",
    "copies": "copies",
}


@dataclass
class _Drawing:
    """The graph as it grows."""

    case: CaseFile
    use: Use
    proposition: str
    doubting: bool = True
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str, str], Edge] = field(default_factory=dict)
    copied: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in _accepted(self.case):
            if self.doubting or row["kind"] == "copies":
                self.copied.setdefault(row["from"], []).append(row["to"])

    def edge(self, source: str, target: str, kind: str) -> None:
        self.edges[source, target, kind] = Edge(source, target, kind)

    def source(self, row: Row, first_hand: bool | None) -> None:
        """A source's node; first-hand knowledge wins over unknown, and unknown over none."""
        held = self.nodes.get(row.code)
        if held is not None:
            first_hand = _surer(held.first_hand, first_hand)
        label = f"{row.code} {row.title}"
        self.nodes[row.code] = Node(row.code, row["kind"], first_hand, 1, False, label)

    def passes(self, source: Row, item: str) -> bool:
        """True when consent covers this source in this item, for this use."""
        answer = source_may_leave(self.case, source, self.use, level="aggregate", item=item)
        return answer.allowed


def _accepted(case: CaseFile) -> list[Row]:
    """Decisions by which a person accepted that one item repeats another."""
    return [row for row in case.all("derivation") if row["decision"] == "accepted"]


def _surer(one: bool | None, other: bool | None) -> bool | None:
    if True in (one, other):
        return True
    return None if None in (one, other) else False


def draw_side(
    case: CaseFile, proposition: str, stance: str, use: Use, *, doubting: bool = True
) -> Graph:
    """The graph of what `supports` or `denies` a proposition, of what may be used for `use`.

    The two sides are drawn apart: an outlet that carries an account and a denial of it
    must not pass the one on as the other. An item that repeats only passages of another is
    drawn as its copy when `doubting`: the words relied on may stand in those passages.
    """
    drawing = _Drawing(case, use, proposition, doubting)
    drawing.nodes[proposition] = Node(proposition, "claim", False, None, False, proposition)
    for row in case.all("statement"):
        if row["proposition"] == proposition and (row["stance"] or "supports") == stance:
            _add_statement(drawing, row)
            if row.code in drawing.nodes:
                drawing.edge(_item_node(drawing, row), proposition, stance)
    contaminations = tuple(_contaminations(drawing))
    return Graph(
        tuple(drawing.nodes.values()), tuple(drawing.edges.values()), proposition, contaminations
    )


def _item_node(drawing: _Drawing, statement: Row) -> str:
    """One node for one source's word in one document: both can be discredited alone.

    Where a person accepted that the document copies another, the words enter there, and come
    here by the copy: whoever disbelieves the first disbelieves the reprint.
    """
    item = str(statement["item"])
    for root in _add_item(drawing, item, ()):
        drawing.edge(statement.code, root, "quotes")
    return item


def _add_item(drawing: _Drawing, item: str, below: tuple[str, ...]) -> tuple[str, ...]:
    """Nodes of an item and of all that it copies; the items where the words began.

    Items that copy each other in a circle have no beginning: they count as one capture.
    """
    if item not in drawing.nodes:
        held = drawing.case.get(item)
        title = (held["title"] if held else None) or item
        drawing.nodes[item] = Node(item, "item", False, 1, False, f"{item} {title}")
    roots: dict[str, None] = {}
    for origin in drawing.copied.get(item, ()):
        if origin in (*below, item):
            drawing.edge(origin, item, SAME)
            continue
        roots |= dict.fromkeys(_add_item(drawing, origin, (*below, item)))
        drawing.edge(origin, item, "copies")
    return tuple(roots) or (item,)


def _add_statement(drawing: _Drawing, row: Row) -> None:
    """Node of a statement with everything it rests on; a circle of quotations stays a circle."""
    source = drawing.case.get(row["source"])
    if source is None or row.code in drawing.nodes or not drawing.passes(source, row["item"]):
        return
    drawing.nodes[row.code] = Node(row.code, "statement", False, 1, False, row.code)
    knows = row["knows_by"] or "unknown"
    proposition = row["proposition"]
    first_hand = knows == "perceived" or proposition in (source["first_hand_for"] or [])
    if first_hand:
        drawing.source(source, True)
        drawing.edge(source.code, row.code, "perceived")
        return
    drawing.source(source, None if knows == "unknown" else False)
    drawing.edge(source.code, row.code, "quotes")
    if knows in _EDGE:
        _add_roots(drawing, row, source, _EDGE[knows])


def _add_roots(drawing: _Drawing, row: Row, source: Row, kind: str) -> None:
    """What a statement has from elsewhere; an unnamed root is an unknown origin."""
    roots = row["from"] or []
    for code in roots:
        root = drawing.case.get(code)
        if root is None:
            continue
        if root.noun == "source":
            _add_source_root(drawing, root, source, row, kind)
            continue
        _add_statement(drawing, root)
        if code in drawing.nodes:
            drawing.edge(code, source.code, kind)
    if not roots:
        origin = f"{row.code}-origin"
        drawing.nodes[origin] = Node(
            origin, "unknown", None, 1, False, filled("unnamed root of {code}", code=row.code)
        )
        drawing.edge(origin, source.code, kind)


def _add_source_root(drawing: _Drawing, root: Row, source: Row, row: Row, kind: str) -> None:
    if root.code == source.code or not drawing.passes(root, row["item"]):
        return
    knows = row["proposition"] in (root["first_hand_for"] or [])
    drawing.source(root, True if knows else None)
    drawing.edge(root.code, source.code, kind)


def _contaminations(drawing: _Drawing) -> list[Contamination]:
    """The sources of accounts that were exposed to each other.

    A source that is not drawn for want of consent stays as a node that carries nothing:
    it may be what joins two exposures, and withdrawing must not part them.
    """
    found = []
    for row in drawing.case.all("contamination"):
        told = [drawing.case.get(code) for code in row["statements"]]
        sources = tuple(dict.fromkeys(statement["source"] for statement in told if statement))
        for statement in told:
            if statement and statement["source"] not in drawing.nodes:
                drawing.nodes[statement["source"]] = _silent(drawing, statement)
        if len(sources) > 1:
            found.append(Contamination(sources, bool(row["certain"]), row.code))
    return found


def _silent(drawing: _Drawing, statement: Row) -> Node:
    """A source that says nothing here: without consent, or speaking of other things."""
    code = statement["source"]
    source = drawing.case.get(code)
    withheld = (
        statement["proposition"] == drawing.proposition
        and source is not None
        and not drawing.passes(source, statement["item"])
    )
    return Node(code, "person", False, 1, withheld, code)


def weigh(case: CaseFile, proposition: str, use: Use | None = None) -> tuple[Graph, Corroboration]:
    """The graph of a proposition and its independent chains, for and against, never netted."""
    use = use or Use()
    pro = draw_side(case, proposition, "supports", use)
    con = draw_side(case, proposition, "denies", use)
    found, against = corroborate(pro), corroborate(con)
    supported, denied = found.supported, against.denied
    if any(row["kind"] != "copies" for row in _accepted(case)):
        # At least: as if the words stood in the repeated passages. At most: as if they did not.
        open_pro = corroborate(draw_side(case, proposition, "supports", use, doubting=False))
        open_con = corroborate(draw_side(case, proposition, "denies", use, doubting=False))
        supported = supported._replace(generous=open_pro.supported.generous)
        denied = denied._replace(generous=open_con.denied.generous)
    both = Graph(
        tuple({node.id: node for node in (*con.nodes, *pro.nodes)}.values()),
        tuple(dict.fromkeys((*pro.edges, *con.edges))),
        proposition,
        tuple(dict.fromkeys((*pro.contaminations, *con.contaminations))),
    )
    return both, found._replace(
        supported=supported,
        denied=denied,
        unresolved=tuple(sorted({*found.unresolved, *against.unresolved})),
        cycles_without_origin=(*found.cycles_without_origin, *against.cycles_without_origin),
        warnings=(*found.warnings, *against.warnings),
    )
