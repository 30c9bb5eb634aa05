"""A small gazetteer, offline: states, their regions, and the city of each time zone, in four
languages.

Data: `outlines/gazetteer.json` and `outlines/regions.json`, which name their sources. It has no
villages; what it proposes for a name is a beginning that a person corrects. The point of a
region is the middle of its towns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from amparo.casefile.script import (
    fold_text,
    name_keys,
    query_keys,
    same_name,
    to_latin,
    words_of_name,
)

MOST = 5
SHORTEST = 3


@dataclass(frozen=True)
class Known:
    """A place of the gazetteer. `code` names it for good: a time zone, a state (ISO 3166), a
    region (ISO 3166-2, or `geonames:` and a number); `number` within this version of the data."""

    number: int
    code: str
    state: str
    names: Mapping[str, str]
    precision: str
    lat: float | None = None
    lon: float | None = None

    @property
    def name(self) -> str:
        """Its English name."""
        return self.names["en"]

    def fields(self) -> dict[str, Any]:
        """Values for the record of a place."""
        told: dict[str, Any] = {
            "gazetteer": self.code, "state": self.state, "precision": self.precision,
            "names": {lang: name for lang, name in self.names.items() if lang != "en"},
        }  # fmt: skip
        if self.precision == "region":
            told["region"] = self.name
        return told if self.lat is None else {**told, "lat": self.lat, "lon": self.lon}

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return {"name": self.name, **asdict(self)}


def _read(name: str) -> dict[str, Any]:
    text = files("amparo.casefile").joinpath("outlines", name).read_text("utf-8")
    told: dict[str, Any] = json.loads(text)
    return told


@cache
def list_places() -> tuple[Known, ...]:
    """Cities, then states, then regions."""
    told, regions = _read("gazetteer.json"), _read("regions.json")["regions"]
    cities = [(zone, state, names, "town", *at) for zone, state, *at, names in told["cities"]]
    states = [(code, code, names, "country") for code, names in told["states"].items()]
    within = [
        (code, state, names, "region", *at)
        for state, rows in regions.items()
        for code, *at, names in rows
    ]
    return tuple(Known(number, *row) for number, row in enumerate([*cities, *states, *within]))


@cache
def _by_key() -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = {}
    for one in list_places():
        for key in {key for name in one.names.values() for key in name_keys(name)}:
            found.setdefault(key, []).append(one)
    return found


@cache
def _written() -> tuple[tuple[int, str, str], ...]:
    """(number, folded name, the same in Latin letters) for every name."""
    return tuple(
        (one.number, folded, to_latin(folded))
        for one in list_places()
        for folded in {fold_text(name) for name in one.names.values()}
    )


def find_places(text: str, *, most: int = MOST) -> list[Known]:
    """Places that a name in any script may mean, or that begin with what was typed so far."""
    typed = fold_text(text.strip())
    if len(typed) < SHORTEST:
        return []
    begun = to_latin(typed)
    ranks: dict[int, int] = {}
    for number, folded, latin in _written():
        if typed == folded:
            ranks[number] = 0
        elif begun and latin.startswith(begun):
            ranks.setdefault(number, 1)
    if len(ranks) < most:
        ranks = {one.number: 2 for one in _sounding(text)} | ranks
    order = sorted(ranks, key=lambda n: (ranks[n], len(list_places()[n].name), n))
    return [list_places()[number] for number in order[:most]]


def _sounding(text: str) -> list[Known]:
    """Places with a name that sounds like this one; short words ("of") sound like too much."""
    asked = [word for word in words_of_name(text) if len(word) >= SHORTEST]
    keyed = (_by_key().get(k, ()) for word in asked for k in query_keys(word))
    near = {one.number: one for listed in keyed for one in listed}
    told = " ".join(asked)
    return [one for one in near.values() if any(same_name(told, n) for n in one.names.values())]


def place_of(number: int) -> Known | None:
    """The place of that number, or None."""
    return list_places()[number] if 0 <= number < len(list_places()) else None
