"""Forms that wait while something they need is added first; kept in memory until the lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import HttpRequest

from amparo.casefile.records import CaseFile
from amparo.casefile.schema import BY_NAME, BY_PLURAL, Noun

KEPT = 20
PLACE = ("item", "part", "at", "from", "to")


@dataclass(frozen=True)
class Waiting:
    """A form as it was left: `wanting` is the field that waits, `after` the form behind it."""

    number: int
    case: str
    plural: str
    code: str
    wanting: str
    values: dict[str, Any]
    place: dict[str, str] = field(default_factory=dict)
    after: int = 0
    after_plural: str = ""

    def values_with(self, made: str, known: CaseFile) -> dict[str, Any]:
        """What was typed, with the record that was made put where it was missing."""
        described = BY_PLURAL[self.plural].field(self.wanting)
        if described is None or known.get(made) is None:
            return dict(self.values)
        if described.kind == "ref":
            return {**self.values, self.wanting: made}
        chosen = [code for code in self.values.get(self.wanting, []) if code != made]
        return {**self.values, self.wanting: [*chosen, made]}


def detours(noun: Noun) -> dict[str, tuple[str, ...]]:
    """For each field that points at records: the nouns that can be added from it."""
    return {
        described.name: tuple(BY_NAME[to].plural for to in described.to if to != noun.name)
        for described in noun.fields
        if described.kind in ("ref", "refs")
    }


def detour_of(request: HttpRequest, noun: Noun) -> str:
    """The plural of what is to be added first, "" when the form itself is to be saved."""
    name, _, plural = request.POST.get("first", "").partition(":")
    return plural if plural in detours(noun).get(name, ()) else ""


def keep(
    request: HttpRequest,
    case: str,
    noun: Noun,
    code: str,
    values: dict[str, Any],
    asked: Mapping[str, str],
    waiting: Waiting | None,
) -> int:
    """Keep a form; returns its number in this session."""
    held: dict[str, Any] = request.session.get("drafts", {})
    number = max(map(int, held), default=0) + 1
    own = waiting if waiting and waiting.plural == noun.plural else None
    behind = (own.after, own.after_plural) if own else (0, "")
    if waiting and not own:
        behind = (waiting.number, waiting.plural)
    made = Waiting(
        number, case, noun.plural, code, request.POST["first"].partition(":")[0], values,
        {key: asked[key] for key in PLACE if key in asked}, *behind,
    )  # fmt: skip
    request.session["drafts"] = dict([*held.items(), (str(number), asdict(made))][-KEPT:])
    return number


def find(request: HttpRequest, case: str) -> Waiting | None:
    """The form that the address names (`?draft=3`), when it waits in this session and case."""
    held = request.session.get("drafts", {}).get(request.GET.get("draft", ""))
    return Waiting(**held) if held and held["case"] == case else None
