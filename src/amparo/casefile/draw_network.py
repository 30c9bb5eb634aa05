"""The network of a case: which persons, units, places and events the record joins, and how.

Columns by what a thing is, order within a column by its neighbours: the same record gives
the same picture. A line says only that a record joins the two, and every line stands in
the table with that record's id. Who carried out an act is alleged in every label.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from amparo.casefile.claim_graph import Use
from amparo.casefile.draw_map import spots_of
from amparo.casefile.draw_scope import scope_of
from amparo.casefile.layers import Layers, lay_out
from amparo.casefile.picture import (
    ENGLISH,
    IN_TABLE,
    Picture,
    Tongue,
    in_box,
    more_in_table,
    number,
    safe,
    sheet,
    way_through,
    words,
)
from amparo.casefile.records import CaseFile

Sort = Literal["place", "person", "event", "alleged", "unit"]
SORTS: tuple[Sort, ...] = ("place", "person", "event", "alleged", "unit")
_HEADS = ("Places", "Persons harmed or heard", "Events", "Alleged perpetrators", "Units")
MOST_NODES = 150
HARMED, ALLEGED, SPEAKS = "harmed", "alleged", "speaks"
_BOX, _HIGH, _GAP_X, _GAP_Y, _EDGE, _TOP = 168, 40, 74, 16, 14, 66
_FILL = {"place": "#e8f0e4", "person": "#dfe8f6", "event": "#fff", "alleged": "#f6e4e0",
         "unit": "#f3ecd8"}  # fmt: skip
_ROUND = {"place": 0, "person": 18, "event": 4, "alleged": 18, "unit": 0}


@dataclass(frozen=True)
class Node:
    """One thing in the network, under its id; units have their own words."""

    id: str
    sort: Sort
    label: str


@dataclass(frozen=True)
class Line:
    """Two things joined by records: `what` says how, `records` are their ids."""

    one: str
    other: str
    sort: str
    what: str
    records: tuple[str, ...]


def draw_network(case: CaseFile, use: Use | None = None, tongue: Tongue = ENGLISH) -> Picture:
    """The network of what may be drawn for `use`, and the same as a table."""
    scope = scope_of(case, use)
    say, told = tongue.say, scope.tell(tongue)
    nodes, lines = network_of(scope.case, strict=bool(scope.use.purpose), tongue=tongue)
    degree = {code: sum(code in (e.one, e.other) for e in lines) for code in nodes}
    order = sorted(nodes, key=lambda code: (-degree[code], code))
    shown = {code: nodes[code] for code in nodes if code in set(order[:MOST_NODES])}
    left = more_in_table(len(nodes) - len(shown), tongue)
    title = say("Network of {case}").format(case=case.code)
    joined = say("{nodes} persons, units, places and events, joined by {lines} lines.")
    spoken = f"{joined.format(nodes=len(nodes), lines=len(lines))} {say(IN_TABLE)}{left} {told}"
    drawn = [e for e in lines if e.one in shown and e.other in shown]
    return Picture(
        title,
        told,
        tuple(map(say, ("From", "How joined", "To", "By which records"))),
        tuple(_as_row(nodes, line) for line in lines),
        _draw((title, spoken), shown, drawn, told + left, tongue),
        scope.left_out,
    )


def _as_row(nodes: dict[str, Node], line: Line) -> tuple[str, ...]:
    return (nodes[line.one].label, line.what, nodes[line.other].label, ", ".join(line.records))


def network_of(
    case: CaseFile, *, strict: bool, tongue: Tongue = ENGLISH
) -> tuple[dict[str, Node], list[Line]]:
    """Nodes by id, and the lines between them; things that nothing joins are not in it."""
    told: dict[tuple[str, str, str, str], list[str]] = {}
    say = tongue.say

    def join(one: str | None, other: str | None, sort: str, what: str, record: str) -> None:
        if one and other:
            told.setdefault((one, other, sort, what), []).append(record)

    for act in case.all("act"):
        harmed = say("harmed: {act}").format(act=say(act["kind"]))
        join(act["victim"], act["event"], HARMED, harmed, act.code)
        if act["place"] and act["event"]:
            join(act["event"], act["place"], "", say("at"), act.code)
    for event in case.all("event"):
        for place in event["places"] or []:
            join(event.code, place, "", say("at"), event.code)
    for row in case.all("involvement"):
        held = case.get(row["act"])
        degree = say("allegedly {degree}").format(degree=say(row["degree"] or "involved"))
        join(row["person"], held["event"] if held else None, ALLEGED, degree, row.code)
        join(row["person"], _unit(row["unit"]), ALLEGED, say("said to be of"), row.code)
    for person, happening, code in _accounts(case):
        join(person, happening, SPEAKS, say("speaks of"), code)
    nodes = _nodes(case, {code for pair in told for code in pair[:2]}, strict, tongue)
    lines = [
        Line(one, other, sort, what, tuple(dict.fromkeys(records)))
        for (one, other, sort, what), records in told.items()
        if one in nodes and other in nodes
    ]
    return nodes, sorted(lines, key=lambda e: (e.one, e.other, e.what))


def _unit(name: str | None) -> str:
    return f"unit {name}" if name else ""


def _accounts(case: CaseFile) -> Iterator[tuple[str, str, str]]:
    """Who speaks of which event, besides those it was done to; with the statement."""
    for row in case.all("statement"):
        source, claim = case.get(row["source"]), case.get(row["proposition"])
        act = case.get(claim["act"]) if claim else None
        if source and act and source["person"] and act["victim"] != source["person"]:
            yield source["person"], act["event"], row.code


def _nodes(case: CaseFile, codes: set[str], strict: bool, tongue: Tongue) -> dict[str, Node]:
    places = {spot.code: spot.label for spot in spots_of(case, strict=strict, tongue=tongue)}
    alleged = {row["person"] for row in case.all("involvement")}
    harmed = {row["victim"] for row in case.all("act")}
    found: dict[str, Node] = {}
    for code in sorted(codes):
        row = case.get(code)
        if code.startswith("unit "):
            found[code] = Node(code, "unit", code.removeprefix("unit "))
        elif row is None:
            continue
        elif row.noun == "place":
            found[code] = Node(code, "place", f"{code} {places[code]}")
        elif row.noun == "event":
            found[code] = Node(code, "event", f"{code} {row.title}")
        elif row.noun == "person" and code in alleged and code not in harmed:
            found[code] = Node(code, "alleged", f"{code} ({tongue.say('alleged')})")
        elif row.noun == "person":
            found[code] = Node(code, "person", code)
    return found


def _columns(nodes: dict[str, Node]) -> list[list[str]]:
    return [sorted(c for c, n in nodes.items() if n.sort == sort) for sort in SORTS]


def _draw(
    spoken: tuple[str, str], nodes: dict[str, Node], lines: list[Line], scope: str, tongue: Tongue
) -> str:
    made = lay_out(_columns(nodes), [(line.one, line.other) for line in lines])
    width = 2 * _EDGE + len(SORTS) * (_BOX + _GAP_X) - _GAP_X
    height = _TOP + made.tall * (_HIGH + _GAP_Y) + 34
    body = [words(_EDGE, 24, spoken[0], size=16, more=' font-weight="bold"')]
    for place, head in enumerate(_HEADS):
        x = _left(place) + _BOX / 2
        body.append(
            words(x, _TOP - 12, tongue.say(head), more=' text-anchor="middle" font-weight="bold"')
        )
    body += [_line(made, line) for line in lines]
    body += [
        _node((_left(made.column[code]), _upper(made.row[code])), nodes[code]) for code in nodes
    ]
    body.append(words(_EDGE, height - 8, f"{tongue.say(_LEGEND)} · {scope}", size=11))
    return sheet("network", (width, height), spoken, "".join(body))


def _left(column: int) -> float:
    return _EDGE + column * (_BOX + _GAP_X)


def _upper(row: float) -> float:
    return _TOP + row * (_HIGH + _GAP_Y) + _GAP_Y / 2


_LEGEND = "Full line: harmed, at · broken: alleged · dotted: speaks of · every line is in the table"


def _side(column: int, row: float) -> tuple[float, float]:
    """The middle of the left side of a box."""
    return _left(column), _upper(row) + _HIGH / 2


def _line(made: Layers, line: Line) -> str:
    stops = made.stops((line.one, line.other), _side, _BOX)
    dash = ""
    if line.sort == ALLEGED:
        dash = ' stroke-dasharray="7 4"'
    elif line.sort == SPEAKS:
        dash = ' stroke-dasharray="2 3"'
    colour = "#8a1c1c" if line.sort == HARMED else "#666"
    return (
        f"<g><title>{safe(line.what)}: {safe(', '.join(line.records))}</title>"
        f'<path d="{way_through(stops)}" fill="none" stroke="{colour}" '
        f'stroke-width="1.3"{dash}/></g>'
    )


def _node(corner: tuple[float, float], node: Node) -> str:
    x, y = corner
    dash = ' stroke-dasharray="5 3"' if node.sort == "alleged" else ""
    return (
        f"<g><title>{safe(node.label)}</title>"
        f'<rect x="{number(x)}" y="{number(y)}" width="{_BOX}" height="{_HIGH}" '
        f'rx="{_ROUND[node.sort]}" fill="{_FILL[node.sort]}" stroke="#222"{dash}/>'
        + in_box(x + _BOX / 2, y + _HIGH / 2, node.label, 22)
        + "</g>"
    )
