"""A small gazetteer, offline: states, and the city of each time zone, in four languages.

Data: `outlines/gazetteer.json`, which names its sources. It has no regions and no villages;
what it proposes for a name is a beginning that a person corrects.
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
    """A place of the gazetteer. `number` names it within this version of the data."""

    number: int
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
            "state": self.state, "precision": self.precision,
            "names": {lang: name for lang, name in self.names.items() if lang != "en"},
        }  # fmt: skip
        return told if self.lat is None else {**told, "lat": self.lat, "lon": self.lon}

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return {"name": self.name, **asdict(self)}


@cache
def list_places() -> tuple[Known, ...]:
    """Cities, then states."""
    text = files("amparo.casefile").joinpath("outlines", "gazetteer.json").read_text("utf-8")
    told = json.loads(text)
    cities = [(state, names, "town", lat, lon) for state, lat, lon, names in told["cities"]]
    states = [(code, names, "country", None, None) for code, names in told["states"].items()]
    return tuple(Known(number, *row) for number, row in enumerate([*cities, *states]))


@cache
def _by_key() -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = {}
    for one in list_places():
        for key in {key for name in one.names.values() for key in name_keys(name)}:
            found.setdefault(key, []).append(one)
    return found


def find_places(text: str, *, most: int = MOST) -> list[Known]:
    """Places that a name in any script may mean, or that begin with what was typed so far."""
    typed = fold_text(text.strip())
    if len(typed) < SHORTEST:
        return []
    keyed = (_by_key().get(k, ()) for word in words_of_name(text) for k in query_keys(word))
    near = {one.number: one for listed in keyed for one in listed}
    found = [one for one in near.values() if any(same_name(text, n) for n in one.names.values())]
    begun = to_latin(typed)
    ranks = {one.number: 2 for one in found}
    for one in list_places():
        folded = [fold_text(name) for name in one.names.values()]
        if typed in folded:
            ranks[one.number] = 0
        elif any(to_latin(name).startswith(begun) for name in folded):
            ranks[one.number] = 1
    order = sorted(ranks, key=lambda n: (ranks[n], len(list_places()[n].name), n))
    return [list_places()[number] for number in order[:most]]


def place_of(number: int) -> Known | None:
    """The place of that number, or None."""
    return list_places()[number] if 0 <= number < len(list_places()) else None
