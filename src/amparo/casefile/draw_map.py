"""The places of a case on an offline map, each only as exactly as it may be shown.

A place is drawn at the coarser of the precision at which it is known and the one at which
it may leave (`published_precision`). Anything coarser than a street is a square of a fixed
grid that holds the place: neither its centre nor its name says more. Where a purpose is
named and no published precision stands in the record, the place is only counted as a place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor

from amparo.casefile.claim_graph import Use
from amparo.casefile.draw_scope import scope_of
from amparo.casefile.outline import Box, land_within
from amparo.casefile.picture import (
    ENGLISH,
    IN_TABLE,
    Picture,
    Tongue,
    number,
    safe,
    sheet,
    short,
    words,
)
from amparo.casefile.records import CaseFile, Row
from amparo.casefile.schema import PRECISIONS

# Side of the square, in degrees, that stands for a place of this precision.
CELLS = {"town": 0.1, "district": 0.5, "region": 2.0, "country": 10.0}
_EXACT = ("point", "building", "street")
_WIDE, _HIGH, _EDGE, _TOP = 860, 520, 14, 40
_LEAST_SPAN = 12.0
_LEGEND = (
    "Square: somewhere inside · dot: known, and may be shown, to the street · coasts: Natural Earth"
)


@dataclass(frozen=True)
class Spot:
    """One place as it may be shown. `box` is its square (degrees), or the point twice."""

    code: str
    label: str
    shown_to: str
    known_to: str
    box: Box | None
    happened: int

    @property
    def is_point(self) -> bool:
        """True for what is known and may be shown to the street."""
        return self.shown_to in _EXACT

    def where(self, tongue: Tongue = ENGLISH) -> str:
        """How the map shows it, in words."""
        if self.box is None:
            return tongue.say("not on the map")
        west, south, east, north = self.box
        if self.is_point:
            return tongue.say("at {lat}, {lon}").format(lat=f"{south:.4f}", lon=f"{west:.4f}")
        within = tongue.say("within {south} to {north} north, {west} to {east} east")
        return within.format(
            south=f"{south:g}", north=f"{north:g}", west=f"{west:g}", east=f"{east:g}"
        )


def draw_map(case: CaseFile, use: Use | None = None, tongue: Tongue = ENGLISH) -> Picture:
    """The map of what may be drawn for `use`, and the same as a table."""
    scope = scope_of(case, use)
    say, told = tongue.say, scope.tell(tongue)
    spots = spots_of(scope.case, strict=bool(scope.use.purpose), tongue=tongue)
    placed = [spot for spot in spots if spot.box]
    rest = [spot for spot in spots if not spot.box]
    title = say("Map of {case}").format(case=case.code)
    where = say(
        "{placed} places on the map and {rest} beside it. A square means: somewhere inside."
    )
    spoken = f"{where.format(placed=len(placed), rest=len(rest))} {say(IN_TABLE)} {told}"
    heads = ("Place", "Shown as", "Shown to the", "On the map", "Events and acts there")
    return Picture(
        title,
        told,
        tuple(map(say, heads)),
        tuple((s.code, s.label, say(s.shown_to), s.where(tongue), str(s.happened)) for s in spots),
        _draw((title, spoken), placed, rest, told, tongue),
        scope.left_out,
    )


def spots_of(case: CaseFile, *, strict: bool, tongue: Tongue = ENGLISH) -> list[Spot]:
    """Every place as it may be shown; `strict` where the picture is made to leave."""
    return [_spot(case, row, strict, tongue) for row in case.all("place")]


def _spot(case: CaseFile, row: Row, strict: bool, tongue: Tongue) -> Spot:
    known = row["precision"] or "unknown"
    published = row["published_precision"] or ("unknown" if strict else known)
    shown = max(known, published, key=PRECISIONS.index)
    acts = sum(act["place"] == row.code for act in case.all("act"))
    events = sum(row.code in (event["places"] or []) for event in case.all("event"))
    named = shown != "unknown" or not strict
    return Spot(
        row.code,
        _label(row, known, shown, named, tongue),
        shown,
        known,
        _box(row, shown),
        acts + events,
    )


def _label(row: Row, known: str, shown: str, named: bool, tongue: Tongue) -> str:
    """The name where it says no more than may be shown; else the larger area alone."""
    if named and PRECISIONS.index(shown) <= PRECISIONS.index(known):
        return f"{row['name']}" + (f" ({row['state']})" if row["state"] else "")
    region, state = row["region"] or "", row["state"] or ""
    around = ", ".join(part for part in (region, state) if part)
    if shown in ("country", "unknown"):
        around = state
    kind = tongue.say(f"a {'place' if shown == 'unknown' else shown}")
    if shown in ("region", "country"):
        return around or kind
    inside = tongue.say("{kind} in {around}").format(kind=kind, around=around)
    return inside if around else kind


def _box(row: Row, shown: str) -> Box | None:
    """The square of the grid that holds the place; the point itself where that may be shown."""
    lat, lon = row["lat"], row["lon"]
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    if shown in _EXACT:
        return lon, lat, lon, lat
    if shown not in CELLS:
        return None
    cell = CELLS[shown]
    west, south = (round(floor(value / cell) * cell, 6) for value in (lon, lat))
    return west, south, round(west + cell, 6), round(south + cell, 6)


class _Frame:
    """Degrees to the sheet, equirectangular: equal steps of degrees are equal steps drawn."""

    def __init__(
        self, boxes: list[Box], at: tuple[float, float], size: tuple[float, float]
    ) -> None:
        self.at, self.size = at, size
        self.box = _around(boxes, size[0] / size[1])

    def xy(self, lon: float, lat: float) -> tuple[float, float]:
        """Place on the sheet."""
        west, south, east, north = self.box
        return (
            self.at[0] + (lon - west) / (east - west) * self.size[0],
            self.at[1] + (north - lat) / (north - south) * self.size[1],
        )

    def land(self) -> str:
        """One path for all land that may show."""
        drawn = []
        for ring in land_within(self.box):
            steps = "L".join(" ".join(number(v) for v in self.xy(*point)) for point in ring)
            drawn.append(f"M{steps}Z")
        return f'<path d="{"".join(drawn)}" fill="#e9e4d8" stroke="#8c8574" stroke-width="0.7"/>'


def _around(boxes: list[Box], shape: float) -> Box:
    """The boxes with air around them, in the shape of the sheet; the world where it must be."""
    if not boxes:
        return -180.0, -90.0, 180.0, 90.0
    west, south = min(b[0] for b in boxes), min(b[1] for b in boxes)
    east, north = max(b[2] for b in boxes), max(b[3] for b in boxes)
    high = max((north - south) * 1.5, (east - west) * 1.5 / shape, _LEAST_SPAN)
    wide = high * shape
    if wide >= 360 or high >= 180:
        return -180.0, -90.0, 180.0, 90.0
    middle = ((west + east) / 2, (south + north) / 2)
    return (middle[0] - wide / 2, middle[1] - high / 2, middle[0] + wide / 2, middle[1] + high / 2)


def _draw(
    spoken: tuple[str, str], placed: list[Spot], rest: list[Spot], scope: str, tongue: Tongue
) -> str:
    frame = _Frame([s.box for s in placed if s.box], (_EDGE, _TOP), (_WIDE, _HIGH))
    foot = _TOP + _HIGH + 20
    height = foot + 18 * (len(rest) + bool(rest)) + 40
    window = f'x="{_EDGE}" y="{_TOP}" width="{_WIDE}" height="{_HIGH}"'
    clip = f'<clipPath id="window"><rect {window}/></clipPath>'
    inside = "".join([frame.land(), *_grid(frame), *_spots(frame, placed, tongue)])
    body = [
        words(_EDGE, 24, spoken[0], size=16, more=' font-weight="bold"'),
        f'<rect {window} fill="#eaf1f6"/>',
        f'<g clip-path="url(#window)">{inside}</g>',
        f'<rect {window} fill="none" stroke="#444"/>',
        *_overview(frame),
    ]
    if rest:
        body.append(words(_EDGE, foot, tongue.say("Not on the map:"), more=' font-weight="bold"'))
    body += [
        words(_EDGE, foot + 18 * n, f"{s.code} {short(s.label, 110)}")
        for n, s in enumerate(rest, 1)
    ]
    body.append(words(_EDGE, height - 22, tongue.say(_LEGEND), size=11))
    body.append(words(_EDGE, height - 7, scope, size=11))
    return sheet("map", (_WIDE + 2 * _EDGE, height), spoken, "".join(body), clip)


def _grid(frame: _Frame) -> Iterator[str]:
    """Lines of latitude and longitude with their degrees, so that open sea is a place too."""
    west, south, east, north = frame.box
    step = next((s for s in (1, 2, 5, 10, 20) if (east - west) / s <= 12), 30)
    for lon in range(floor(west / step) * step, int(east) + step, step):
        x, _ = frame.xy(lon, north)
        yield f'<path d="M{number(x)} {_TOP}v{_HIGH}" stroke="#b9c6cf" stroke-width="0.6"/>'
        yield words(x + 3, _TOP + _HIGH - 5, f"{lon}°", size=10, more=' fill="#555"')
    for lat in range(floor(south / step) * step, int(north) + step, step):
        _, y = frame.xy(west, lat)
        yield f'<path d="M{_EDGE} {number(y)}h{_WIDE}" stroke="#b9c6cf" stroke-width="0.6"/>'
        yield words(_EDGE + 3, y - 3, f"{lat}°", size=10, more=' fill="#555"')


def _spots(frame: _Frame, placed: list[Spot], tongue: Tongue) -> Iterator[str]:
    """Large squares first, so that small ones lie on top; labels of one place below each other."""
    used: dict[tuple[int, int], int] = {}
    for spot in sorted(placed, key=lambda s: (-PRECISIONS.index(s.shown_to), s.code)):
        assert spot.box
        (x1, y2), (x2, y1) = frame.xy(*spot.box[:2]), frame.xy(*spot.box[2:])
        middle = ((x1 + x2) / 2, (y1 + y2) / 2)
        title = f"<title>{safe(spot.code)} {safe(spot.label)}, {safe(spot.where(tongue))}</title>"
        yield f"<g>{title}{_mark(spot, middle, max(x2 - x1, 12), max(y2 - y1, 12))}</g>"
        slot = (int(middle[0] // 60), int(middle[1] // 16))
        below = used[slot] = used.get(slot, -1) + 1
        text = f"{spot.code} {short(spot.label, 40)}"
        yield words(middle[0] + 9, middle[1] + 4 + 14 * below, text)


def _mark(spot: Spot, middle: tuple[float, float], wide: float, high: float) -> str:
    x, y = middle
    if spot.is_point:
        return f'<circle cx="{number(x)}" cy="{number(y)}" r="4" fill="#8a1c1c" stroke="#fff"/>'
    return (
        f'<rect x="{number(x - wide / 2)}" y="{number(y - high / 2)}" width="{number(wide)}" '
        f'height="{number(high)}" fill="#8a1c1c" fill-opacity="0.18" stroke="#8a1c1c" '
        'stroke-dasharray="5 3"/>'
    )


def _overview(frame: _Frame) -> Iterator[str]:
    """The world in a corner with the window in it, when the map shows a part of it."""
    west, south, east, north = frame.box
    if (west, east) == (-180.0, 180.0):
        return
    wide, high = 180.0, 90.0
    x, y = _EDGE + _WIDE - wide - 6, _TOP + 6.0
    world = _Frame([], (x, y), (wide, high))
    (x1, y1), (x2, y2) = world.xy(west, north), world.xy(east, south)
    size = f'width="{number(wide)}" height="{number(high)}"'
    yield f'<rect x="{number(x)}" y="{number(y)}" {size} fill="#f7fafc" stroke="#444"/>'
    yield world.land()
    yield (
        f'<rect x="{number(x1)}" y="{number(y1)}" width="{number(max(x2 - x1, 3))}" '
        f'height="{number(max(y2 - y1, 3))}" fill="none" stroke="#8a1c1c" stroke-width="1.5"/>'
    )
