"""The chains of one claim as an SVG picture with a text alternative.

Nothing is fetched, no script, no font file; meaning is carried by shape and
line as well as by colour. The picture shows only the labels it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from amparo.casefile.corroborate import Corroboration
from amparo.casefile.explain_chains import explain, label_exposures
from amparo.casefile.graph import DENIES, SAME, Graph
from amparo.casefile.layers import Layers, distances, lay_out
from amparo.casefile.picture import in_box, number, safe, way_through

MOST_NODES = 120
_IN_CUT = 'stroke="#8a1c1c" stroke-width="2"'
_EXPOSED = 'stroke="#5b3a8e" stroke-width="1.5" stroke-dasharray="2 3"'
_SMALL = '<rect width="18" height="10" rx="{}" fill="{}" {}/>'
_LINE = '<path d="M0 5H18" {}/>'
_MARKS = (
    _SMALL.format(5, "#dcefe0", 'stroke="#222"'),
    _SMALL.format(1, "#fdf1cf", 'stroke="#222" stroke-dasharray="4 3"'),
    _SMALL.format(5, "none", _IN_CUT),
    _SMALL.format(5, "none", _EXPOSED),
    _LINE.format('stroke="#111" stroke-width="3"'),
    _LINE.format('stroke="#8a1c1c" stroke-width="1.5" stroke-dasharray="7 4"'),
)
_WIDE, _HIGH, _GAP_X, _GAP_Y, _EDGE = 148, 44, 42, 20, 16
_LEGEND = {
    "en": (
        "first-hand",
        "origin unknown",
        "in the cut",
        "exposed to each other",
        "chain",
        "denies",
        "left out: {n} more",
    ),
    "fr": (
        "connaissance directe",
        "origine inconnue",
        "dans la coupe",
        "exposés les uns aux autres",
        "chaîne",
        "conteste",
        "non montrés : {n}",
    ),
}


def draw_chains(
    graph: Graph,
    found: Corroboration,
    lang: str = "en",
    label: Callable[[str], str] | None = None,
) -> str:
    """SVG text. At most MOST_NODES nodes are drawn, those of the chains first."""
    name = label_exposures(graph, label or graph.label, lang)
    exposed = {node for one in graph.contaminations for node in one.nodes}
    steps = _steps(graph, found)
    columns, left_out = _columns(steps, found)
    far = {node: place for place, column in enumerate(columns) for node in column}
    made = lay_out(columns, [s[:2] for s in steps if far.get(s[0], 0) < far.get(s[1], 0)])
    wide = _left(len(columns)) - _GAP_X + _EDGE
    width = max(wide, 2 * _EDGE + 38 * 7 + 6 * sum(map(len, _LEGEND.get(lang, _LEGEND["en"]))))
    height = 2 * _EDGE + made.tall * (_HIGH + _GAP_Y) + 30
    at = {node: (_left(far[node]), _upper(made.row[node])) for node in far}
    body = [
        _arrow(made, one, other, _edge_style(found, one, other, kind))
        for one, other, kind in steps
        if one in far and other in far and one != other
    ]
    hands = {node.id: node.first_hand for node in graph.nodes}
    cut = set(found.supported.strict.cut) | set(found.denied.strict.cut)
    body += [
        _ring(at[node], node in cut, node in exposed)
        + _box(at[node], name(node), hands.get(node, False), node in cut, node == found.claim)
        for node in at
    ]
    body.append(_legend(height - 12, lang, left_out))
    spoken = " ".join(explain(found, lang, name))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="chains-title chains-desc">'
        f'<title id="chains-title">{safe(name(found.claim))}</title>'
        f'<desc id="chains-desc">{safe(spoken)}</desc>'
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="10" '
        'markerHeight="10" markerUnits="userSpaceOnUse" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#333"/></marker></defs>'
        '<g font-family="sans-serif" font-size="13">' + "".join(body) + "</g></svg>"
    )


def rows_of_chains(
    found: Corroboration, label: Callable[[str], str] = str
) -> list[tuple[str, str, int, str]]:
    """The picture as a table: (side, run, number of the chain, the chain in words)."""
    rows = []
    for side, runs in (("supports", found.supported), ("denies", found.denied)):
        for run, finding in (("strict", runs.strict), ("generous", runs.generous)):
            for place, chain in enumerate(finding.chains, 1):
                rows.append((side, run, place, " → ".join(label(node) for node in chain)))
    return rows


def _steps(graph: Graph, found: Corroboration) -> list[tuple[str, str, str]]:
    """Edges between the nodes as merged, in order, each once."""
    name = {member: group[0] for group in found.merged for member in group}
    gone = {node.id for node in graph.nodes if node.withdrawn}
    kept = {
        (name.get(e.source, e.source), name.get(e.target, e.target), e.kind)
        for e in graph.edges
        if e.kind != SAME and e.source != graph.claim and not {e.source, e.target} & gone
    }
    return sorted(kept)


def _columns(
    steps: Sequence[tuple[str, str, str]], found: Corroboration
) -> tuple[list[list[str]], int]:
    """Nodes by their longest way to the claim, farthest first; and how many are left out."""
    before: dict[str, list[str]] = {}
    for one, other, _ in steps:
        before.setdefault(other, []).append(one)
    depth = distances(found.claim, before)
    first = [
        node
        for side in (found.supported, found.denied)
        for finding in side
        for chain in finding.chains
        for node in chain
    ]
    order = list(dict.fromkeys([found.claim, *first, *sorted(depth)]))
    shown = [node for node in order if node in depth][:MOST_NODES]
    used = sorted({depth[node] for node in shown}, reverse=True)
    return [[n for n in shown if depth[n] == far] for far in used], len(depth) - len(shown)


def _edge_style(found: Corroboration, one: str, other: str, kind: str) -> str:
    for finding in (found.supported.strict, found.denied.strict):
        for chain in finding.chains:
            if (one, other) in pairwise(chain):
                dash = ' stroke-dasharray="7 4"' if kind == DENIES else ""
                return f'stroke="#111" stroke-width="3"{dash}'
    if kind == DENIES:
        return 'stroke="#8a1c1c" stroke-width="1.5" stroke-dasharray="7 4"'
    return 'stroke="#777" stroke-width="1.2"'


def _left(column: int) -> float:
    return _EDGE + column * (_WIDE + _GAP_X)


def _upper(row: float) -> float:
    return _EDGE + row * (_HIGH + _GAP_Y)


def _side(column: int, row: float) -> tuple[float, float]:
    """The middle of the left side of a box."""
    return _left(column), _upper(row) + _HIGH / 2


def _arrow(made: Layers, one: str, other: str, style: str) -> str:
    if (one, other) in made.lanes:
        way = way_through(made.stops((one, other), _side, _WIDE))
    else:
        # What closes a circle goes back underneath.
        (x1, y1), (x2, y2) = (
            (x + _WIDE / 2, y + _HIGH / 2)
            for x, y in (_side(made.column[node], made.row[node]) for node in (one, other))
        )
        low = max(y1, y2) + 30
        way = (
            f"M{number(x1)} {number(y1)}C{number(x1)} {number(low)} "
            f"{number(x2)} {number(low)} {number(x2)} {number(y2)}"
        )
    return f'<path d="{way}" fill="none" {style} marker-end="url(#head)"/>'


def _box(
    corner: tuple[float, float], text: str, hand: bool | None, in_cut: bool, is_claim: bool
) -> str:
    x, y = corner
    fill = "#dcefe0" if hand else "#fdf1cf" if hand is None else "#ffffff"
    if is_claim:
        fill = "#e3e8f6"
    round_corner = 20 if hand and not is_claim else 4
    dash = ' stroke-dasharray="4 3"' if hand is None and not is_claim else ""
    line = 3 if in_cut else 1
    return (
        f'<g><title>{safe(text)}</title><rect x="{number(x)}" y="{number(y)}" width="{_WIDE}" '
        f'height="{_HIGH}" rx="{round_corner}" fill="{fill}" stroke="#222" '
        f'stroke-width="{line}"{dash}/>{in_box(x + _WIDE / 2, y + _HIGH / 2, text, 19)}</g>'
    )


def _ring(corner: tuple[float, float], in_cut: bool, exposed: bool) -> str:
    """A line around the box: red in the cut, dotted where accounts were exposed to each other."""
    found = ""
    for wanted, away, style in ((in_cut, 5, _IN_CUT), (exposed, 8, _EXPOSED)):
        if wanted:
            x, y = number(corner[0] - away), number(corner[1] - away)
            found += (
                f'<rect x="{x}" y="{y}" width="{_WIDE + 2 * away}" height="{_HIGH + 2 * away}" '
                f'rx="{20 + away}" fill="none" {style}/>'
            )
    return found


def _legend(y: int, lang: str, left_out: int) -> str:
    """What shapes and lines mean, each beside one of its kind; no sign that a font may lack."""
    words = _LEGEND.get(lang, _LEGEND["en"])
    x, found = _EDGE, ""
    for word, mark in zip(words, _MARKS, strict=False):
        found += f'<g transform="translate({x} {y - 9})">{mark}</g>'
        found += f'<text x="{x + 24}" y="{y}">{safe(word)}</text>'
        x += 38 + 6 * len(word)
    if left_out:
        found += f'<text x="{x}" y="{y}">{safe(words[-1].format(n=left_out))}</text>'
    return f'<g font-size="11" fill="#444">{found}</g>'
