"""The facts a user gives about acts, checked; format in docs/spec/facts.md.

Every key but `id`, `crime` and one date may be absent, and absent means unknown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from amparo.errors import BadInput
from amparo.filled import filled
from amparo.law import dates
from amparo.law.book.records import Book
from amparo.law.book.windows import When
from amparo.law.text import Node, compose

TOP = ("acts", "as_of")
ACT = (
    "id",
    "crime",
    "began_on",
    "ended_on",
    "places",
    "flag_state",
    "suspects",
    "victims",
    "crossings",
    "attribution",
    "remedies",
    "other_procedures",
)
PLACE = ("state", "region")
SUSPECT = ("nationalities", "present_in", "resident_in")
VICTIM = ("nationalities", "woman")
CROSSING = ("from", "to", "on")
REMEDY = ("decided_on", "final")
PROCEDURE = ("forum", "status", "decided_on")
ATTRIBUTIONS = ("state", "private", "unknown")
STATUSES = ("pending", "decided")

_STATE = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a State by code, and a region of it as named; either may be unknown."""

    state: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """An alleged perpetrator: nationalities (none means unknown), presence, residence."""

    nationalities: tuple[str, ...] = ()
    present_in: tuple[str, ...] = ()
    resident_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Victim:
    """A victim: nationalities (none means unknown), and whether a woman or girl."""

    nationalities: tuple[str, ...] = ()
    woman: bool | None = None


@dataclass(frozen=True, slots=True)
class Crossing:
    """A border crossed: from a State to a State, on a day or in a range of days."""

    origin: str | None = None
    to: str | None = None
    on: dates.Span | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """A domestic decision; `final` None means unknown."""

    decided_on: dates.Span | None = None
    final: bool | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    """The same matter before another international body."""

    forum: str | None = None
    status: str | None = None
    decided_on: dates.Span | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One alleged act, with what is known of it."""

    id: str
    crime: str
    when: When
    places: tuple[Place, ...] = ()
    flag_state: str | None = None
    suspects: tuple[Suspect, ...] = ()
    victims: tuple[Victim, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    attribution: str = "unknown"
    remedies: tuple[Remedy, ...] = ()
    other_procedures: tuple[Procedure, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Acts to assess, and the day on which the assessment is made."""

    acts: tuple[Act, ...]
    as_of: date
    name: str = "facts"


def parse(given: str | Mapping[str, Any], name: str = "facts", book: Book | None = None) -> Facts:
    """Read facts from YAML or JSON text, or from a mapping of the same shape.

    Unknown keys, impossible dates and values of the wrong kind raise `BadInput` that
    names file, line and remedy; with `book`, unknown crimes and States do so too.
    """
    text = given if isinstance(given, str) else json.dumps(given, default=str, indent=0)
    root = compose(text, name)
    top = root.mapping(TOP)
    if "acts" not in top:
        raise root.refuse("no acts", "Give `acts:` with at least one act")
    acts = tuple(_act(node, book) for node in top["acts"].items())
    if not acts:
        raise top["acts"].refuse("no acts", "Give at least one act with id, crime and a date")
    seen: dict[str, int] = {}
    for act in acts:
        if act.id in seen:
            raise BadInput(
                "an act id given twice",
                value=f"{name}, line {act.line}: {act.id}",
                remedy=filled("It is first used on line {line}; rename one", line=seen[act.id]),
            )
        seen[act.id] = act.line
    return Facts(acts, _as_of(top.get("as_of")), name)


def _as_of(node: Node | None) -> date:
    if node is None:
        return date.today()
    try:
        return date.fromisoformat(node.text())
    except ValueError as error:
        raise node.refuse("`as_of` is not a day", "Write 2026-11-22", node.text()) from error


def _act(node: Node, book: Book | None) -> Act:
    keys = node.mapping(ACT)
    for key in ("id", "crime"):
        if key not in keys:
            raise node.refuse(f"an act without `{key}`", f"Add `{key}:`")
    if "began_on" not in keys and "ended_on" not in keys:
        raise node.refuse("an act without a date", "Add `began_on:` or `ended_on:`")
    attribution = _choice(keys.get("attribution"), ATTRIBUTIONS, "unknown")
    return Act(
        id=keys["id"].text(),
        crime=_crime(keys["crime"], book),
        when=_when(node, keys.get("began_on"), keys.get("ended_on")),
        places=tuple(_place(one, book) for one in _list(keys, "places")),
        flag_state=_state(keys.get("flag_state"), book),
        suspects=tuple(_suspect(one, book) for one in _list(keys, "suspects")),
        victims=tuple(_victim(one, book) for one in _list(keys, "victims")),
        crossings=tuple(_crossing(one, book) for one in _list(keys, "crossings")),
        attribution=attribution or "unknown",
        remedies=tuple(_remedy(one) for one in _list(keys, "remedies")),
        other_procedures=tuple(_procedure(one) for one in _list(keys, "other_procedures")),
        line=node.line,
    )


def _list(keys: Mapping[str, Node], key: str) -> list[Node]:
    return keys[key].items() if key in keys else []


def _choice(node: Node | None, allowed: Sequence[str], default: str | None) -> str | None:
    if node is None:
        return default
    if node.text() not in allowed:
        raise node.refuse("a word that is not one of the choices", " | ".join(allowed), node.text())
    return node.text()


def _crime(node: Node, book: Book | None) -> str:
    name = node.text()
    if book is None:
        return name
    try:
        return book.crime(name).id
    except KeyError as error:
        raise node.refuse(
            "a crime the book does not have",
            "Give the provision, such as 7(1)(f), or its name; see `amparo law book show crimes`",
            name,
        ) from error


def _state(node: Node | None, book: Book | None) -> str | None:
    if node is None:
        return None
    code = node.text()
    if code == "unknown":
        return None
    if not _STATE.fullmatch(code):
        raise node.refuse("not a State code", "Use two letters of ISO 3166, such as FR", code)
    code = code.upper()
    if book is not None and code not in book.states:
        raise node.refuse(
            "a State code the book does not have",
            "See `amparo law book show states`; invented States come with --overlay",
            code,
        )
    return code


def _states(node: Node | None, book: Book | None) -> tuple[str, ...]:
    if node is None:
        return ()
    found = (_state(None if one.is_null else one, book) for one in node.items())
    return tuple(dict.fromkeys(code for code in found if code))


def _place(node: Node, book: Book | None) -> Place:
    keys = node.mapping(PLACE)
    region = keys["region"].text() if "region" in keys else None
    return Place(_state(keys.get("state"), book), region or None)


def _suspect(node: Node, book: Book | None) -> Suspect:
    keys = node.mapping(SUSPECT)
    return Suspect(*(_states(keys.get(key), book) for key in SUSPECT))


def _victim(node: Node, book: Book | None) -> Victim:
    keys = node.mapping(VICTIM)
    woman = _truth(keys.get("woman"))
    return Victim(_states(keys.get("nationalities"), book), woman)


def _crossing(node: Node, book: Book | None) -> Crossing:
    keys = node.mapping(CROSSING)
    return Crossing(
        _state(keys.get("from"), book), _state(keys.get("to"), book), _span(keys.get("on"))
    )


def _truth(node: Node | None) -> bool | None:
    return None if node is None or node.text() == "unknown" else node.truth()


def _remedy(node: Node) -> Remedy:
    keys = node.mapping(REMEDY)
    final = _truth(keys.get("final"))
    return Remedy(_span(keys.get("decided_on")), final)


def _procedure(node: Node) -> Procedure:
    keys = node.mapping(PROCEDURE)
    return Procedure(
        keys["forum"].text() if "forum" in keys else None,
        _choice(keys.get("status"), STATUSES, None),
        _span(keys.get("decided_on")),
    )


def _span(node: Node | None) -> dates.Span | None:
    if node is None:
        return None
    return dates.parse(node.text(), value=f"{node.name}, line {node.line}: {node.text()}")


def _when(act: Node, began_node: Node | None, ended_node: Node | None) -> When:
    began, ended = _span(began_node), _span(ended_node)
    if began is None or ended is None:
        one = began or ended
        assert one is not None
        lone = "began" if began else "ended"
        return When(one.first, one.last, one.first, one.last, lone)
    if ended.last < began.first:
        raise act.refuse("an act that ends before it begins", "Correct began_on or ended_on")
    return When(
        began.first,
        min(began.last, ended.last),
        max(ended.first, began.first),
        ended.last,
        lone="",
    )


def when(began_on: str | None, ended_on: str | None) -> When:
    """The days of an act from one or two EDTF texts; at least one is needed."""
    lines = {"began_on": began_on, "ended_on": ended_on}
    root = compose(json.dumps(lines), "dates")
    keys = root.mapping(("began_on", "ended_on"))
    if not keys:
        raise BadInput("an act without a date", remedy="Give the day it began or ended")
    return _when(root, keys.get("began_on"), keys.get("ended_on"))
