"""What the book holds, row by row, and the book itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from amparo.law.book import treaties
from amparo.law.book.windows import Window

Text = Mapping[str, str]
"""A sentence by language, `en` and `fr`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One dated and sourced entry of a file of the book."""

    id: str
    file: str
    line: int
    fields: Mapping[str, str]
    from_overlay: str = ""

    def __getitem__(self, key: str) -> str:
        return self.fields.get(key, "")

    @property
    def confidence(self) -> str:
        return self["confidence"]


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a crime, or one contextual element, in our own words."""

    id: str
    text: Text
    evidence: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Crime:
    """A crime by its provision; `context` names the elements shared by its kind."""

    id: str
    kind: str
    label: Text
    elements: tuple[Element, ...]
    context: tuple[str, ...]
    tags: frozenset[str]
    amendment: str
    note: Text
    aliases: tuple[str, ...] = ()

    @property
    def is_war_crime(self) -> bool:
        return self.kind == "war"


@dataclass(frozen=True, slots=True)
class State:
    """A State or territory by its ISO 3166-1 code; `of` is the State responsible for it."""

    id: str
    name: Text
    of: str = ""


@dataclass(frozen=True)
class Book:
    """The law as compiled on one day, with any overlay applied.

    `rows` holds every entry by id; the other fields are the same facts arranged for
    the rules. `memo` keeps findings that many acts share, `kept` windows by kind of crime.
    """

    version: str
    compiled_on: str
    overlay: str
    tables: Mapping[str, tuple[Row, ...]]
    rows: Mapping[str, Row]
    states: Mapping[str, State]
    crimes: Mapping[str, Crime]
    elements: Mapping[str, Element]
    documents: Mapping[str, Any]
    windows: Mapping[tuple[str, str], tuple[Window, ...]]
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    kept: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def crime(self, name: str) -> Crime:
        """The crime with this provision or name; `KeyError` when the book has none."""
        return self.crimes[self.crime_names[_plain(name)]]

    def element(self, id: str) -> Element:
        return self.elements[id]

    @cached_property
    def crime_names(self) -> dict[str, str]:
        """Provision, label, alias, and label without its bracket where unique, to crime id."""
        names: dict[str, str] = {}
        short: dict[str, set[str]] = {}
        for crime in self.crimes.values():
            for name in (crime.id, *crime.label.values(), *crime.aliases):
                names.setdefault(_plain(name), crime.id)
            for label in crime.label.values():
                short.setdefault(_plain(label.partition(" (")[0]), set()).add(crime.id)
        for name, ids in short.items():
            if len(ids) == 1:
                names.setdefault(name, *ids)
        return names

    def windows_of(self, instrument: str, state: str) -> tuple[Window, ...]:
        """When a State is bound by an instrument (`rome`, `12(3)`, `echr`, `cat-22`, ...)."""
        return self.windows.get((instrument, state), ())

    def breaks_of(self, instruments: tuple[str, ...], state: str) -> tuple[int, ...]:
        """Days on which the answer about a State by these instruments can change.

        Empty when none of them ever binds it.
        """
        found: tuple[int, ...] | None = self.kept.get((instruments, state))
        if found is None:
            found = self.kept[instruments, state] = treaties.breaks(self, instruments, state)
        return found

    def rows_of(self, table: str, state: str) -> tuple[Row, ...]:
        """Rows of a table that concern one State."""
        return self._by_state.get((table, state), ())

    @cached_property
    def _by_state(self) -> dict[tuple[str, str], tuple[Row, ...]]:
        out: dict[tuple[str, str], tuple[Row, ...]] = {}
        for name, rows in self.tables.items():
            for row in rows:
                key = (name, row["state"])
                if row["state"]:
                    out[key] = (*out.get(key, ()), row)
        return out

    def table(self, name: str) -> tuple[Row, ...]:
        return self.tables.get(name, ())

    @cached_property
    def fora(self) -> dict[str, dict[str, Any]]:
        """The fora by id, with name, instrument and conditions."""
        return {one["id"]: one for one in self.documents["fora"]}

    @cached_property
    def sentences(self) -> dict[str, Text]:
        """Every sentence shown to a user, by key."""
        return {one["id"]: one for one in self.documents["sentences"]}

    @cached_property
    def rules(self) -> dict[str, dict[str, Any]]:
        """The rules by id, each with explanation and source."""
        return {one["id"]: one for one in self.documents["rules"]}

    def cite(self, row_id: str, lang: str = "en") -> str:
        """A row as the user is shown it: id, source, confidence, date, reviewer."""
        row = self.rows.get(row_id)
        if row is None:
            return row_id
        if row.file == "sources.csv":
            return f"{row.id}: {_title(row, lang)}"
        titles = " ; ".join(
            _title(self.rows[one], lang) if one in self.rows else one
            for one in row["source"].split()
        )
        words = _CITED[lang]
        added = f"{words['and']}{words['overlay']}{row.from_overlay}" if row.from_overlay else ""
        sure = words.get(row.confidence, row.confidence)
        reviewer = words.get(row["reviewer"], row["reviewer"])
        day = row["consulted"]
        told = words["and"].join((f"{words['how']}{sure}", f"{words['when']}{day}", reviewer))
        return f"{row.id}: {titles} ({told}{added})"


def _title(source: Row, lang: str) -> str:
    """The title of a source: in the language where it has one there."""
    return source[f"title_{lang}"] or source["title"]


_CITED = {
    "en": {"how": "confidence: ", "when": "consulted ", "and": "; ", "overlay": "overlay "},
    "fr": {
        "how": "confiance : ",
        "when": "consulté le ",
        "and": " ; ",
        "overlay": "surcouche ",
        "high": "élevée",
        "medium": "moyenne",
        "low": "faible",
        # Programs look for the English words whatever the language.
        "unverified": "non vérifiée, confidence: unverified",
        "not reviewed": "non relu",
    },
}


def _plain(name: str) -> str:
    text = name.strip().lower().replace("’", "'")
    for prefix in ("article ", "art. ", "art "):
        text = text.removeprefix(prefix)
    if text[:1].isdigit():
        text = text.replace(" ", "")
    return " ".join(text.split())
