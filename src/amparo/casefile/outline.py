"""Coast lines for the offline map: Natural Earth 1:110m land, public domain.

`outlines/land.json` names its source. Rings of longitude and latitude in hundredths of
a degree, WGS 84.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

Box = tuple[float, float, float, float]
Ring = tuple[tuple[float, float], ...]


@cache
def _rings() -> tuple[tuple[Box, Ring], ...]:
    text = files("amparo.casefile").joinpath("outlines", "land.json").read_text("utf-8")
    found = []
    for flat in json.loads(text)["rings"]:
        ring = tuple((flat[at] / 100, flat[at + 1] / 100) for at in range(0, len(flat), 2))
        lons, lats = [p[0] for p in ring], [p[1] for p in ring]
        found.append(((min(lons), min(lats), max(lons), max(lats)), ring))
    return tuple(found)


def land_within(box: Box) -> list[Ring]:
    """Rings that may show in the box (west, south, east, north in degrees)."""
    west, south, east, north = box
    return [
        ring
        for (w, s, e, n), ring in _rings()
        if w <= east and e >= west and s <= north and n >= south
    ]
