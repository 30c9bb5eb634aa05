"""Propose which items of a case repeat each other, with the proof; a person decides.

Text by `reuse` (winnowing and alignment). Nothing here changes the record but `decide`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from amparo.casefile.dates import parse_date
from amparo.casefile.records import CaseFile, Row, load_case
from amparo.casefile.reuse import ReuseIndex, propose_direction, shared_passages
from amparo.casefile.revise import Draft, add_records, next_code
from amparo.casefile.schema import BY_NAME
from amparo.errors import BadInput, NotFound
from amparo.vault.models import Part

# From this share on the whole is taken to be a copy, and not to quote.
COPY = 0.8
MOST_SHOWN = 5
_Place = tuple[str, str]


@dataclass(frozen=True)
class Passage:
    """Words that stand in both: the text in `one`, and its place in both parts (characters)."""

    text: str
    start: int
    end: int
    other_start: int
    other_end: int


@dataclass(frozen=True)
class Proposal:
    """`one` repeats `other`. `share` is of the words of the part of `one`, in per cent."""

    one: str
    other: str
    part: str
    other_part: str
    share: int
    words: int
    kind: str
    direction: str
    passages: tuple[Passage, ...]

    @property
    def key(self) -> str:
        """What a person writes to decide: I9:I8."""
        return f"{self.one}:{self.other}"

    @property
    def said(self) -> str:
        """The proposal in a sentence."""
        doubt = "" if self.direction == "by date" else "; which came first is not known"
        return f"{self.part} of {self.one} repeats {self.other}: {self.share} % of its words{doubt}"

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return {
            "from": self.one, "to": self.other, "part": self.part, "of_part": self.other_part,
            "share": self.share, "words": self.words, "kind": self.kind,
            "direction": self.direction,
            "passages": [vars(passage) for passage in self.passages],
        }  # fmt: skip


class _Texts:
    """Parts of the items of a case by (item, part); texts are read again when asked for."""

    def __init__(self, case: CaseFile) -> None:
        codes = {row["sha256"]: row.code for row in case.all("item") if row["sha256"]}
        held = Part.objects.filter(item__sha256__in=codes).order_by("item_id", "position")
        self.rows = {
            (codes[digest], name): pk
            for pk, digest, name in held.values_list("pk", "item__sha256", "name")
        }

    def text(self, place: _Place) -> str:
        """The text of one part."""
        return str(Part.objects.values_list("text", flat=True).get(pk=self.rows[place]))

    def of(self, item: str) -> list[_Place]:
        """Places of one item."""
        return [place for place in self.rows if place[0] == item]


def propose(case: CaseFile) -> list[Proposal]:
    """Pairs of items of which one repeats the other, most words first; decided ones left out."""
    texts = _Texts(case)
    names = {f"{item}\n{part}": (item, part) for item, part in texts.rows}
    index = ReuseIndex(lambda name: texts.text(names[name]))
    for name, place in names.items():
        index.add(name, texts.text(place))
    best: dict[tuple[str, str], tuple[int, _Place, _Place]] = {}
    for place in texts.rows:
        own = [f"{item}\n{part}" for item, part in texts.of(place[0])]
        for found in index.find(texts.text(place), without=own):
            other = names[found.source]
            pair = (place[0], other[0])
            if found.words > best.get(pair, (0, place, other))[0]:
                best[pair] = (found.words, place, other)
    decided = {frozenset((row["from"], row["to"])) for row in case.all("derivation")}
    return _choose(case, texts, best, decided)


def _choose(
    case: CaseFile,
    texts: _Texts,
    best: dict[tuple[str, str], tuple[int, _Place, _Place]],
    decided: set[frozenset[str]],
) -> list[Proposal]:
    """One proposal a pair, in the direction that the dates tell."""
    found: dict[frozenset[str], Proposal] = {}
    for _, place, other in sorted(best.values(), key=lambda b: (-b[0], b[1], b[2])):
        pair = frozenset((place[0], other[0]))
        if pair in decided or pair in found:
            continue
        direction = _direction(case, place[0], other[0])
        if direction == "second repeats first":
            place, other = other, place
        made = _compare(texts, place, other, direction)
        if direction == "not known":
            turned = _compare(texts, other, place, direction)
            made = max((p for p in (made, turned) if p), key=lambda p: p.share, default=None)
        if made:
            found[pair] = made
    return sorted(found.values(), key=lambda p: (-p.words, p.one, p.other))


def _direction(case: CaseFile, one: str, other: str) -> str:
    dates = []
    for code in (one, other):
        row = case.get(code)
        dates.append(parse_date(row["dated"]) if row and row["dated"] else None)
    return propose_direction(*dates)


def _compare(texts: _Texts, place: _Place, other: _Place, direction: str) -> Proposal | None:
    text = texts.text(place)
    found = shared_passages(text, texts.text(other))
    if found is None:
        return None
    longest = sorted(found.passages, key=lambda p: (-p.words, p.start))[:MOST_SHOWN]
    return Proposal(
        place[0], other[0], place[1], other[1],
        min(100, round(found.share * 100)), found.words,
        "copies" if found.share >= COPY else "quotes",
        "not known" if direction == "not known" else "by date",
        tuple(
            Passage(text[p.start : p.end], p.start, p.end, p.source_start, p.source_end)
            for p in sorted(longest, key=lambda p: p.start)
        ),
    )  # fmt: skip


def decide(actor: str, case_code: str, key: str, decision: str, *, why: str = "") -> Row:
    """Write down that a person accepted or refused that one item repeats another.

    `key` is "I9:I8": I9 repeats I8. Raises BadInput where the texts share too little for a
    proposal, or the pair was decided before.
    """
    case = load_case(case_code)
    one, _, other = key.partition(":")
    for code in (one, other):
        row = case.get(code)
        if row is None or row.noun != "item":
            raise NotFound("no such item in this case", value=code[:64],
                           remedy="write the two items as I9:I8")  # fmt: skip
    for row in case.all("derivation"):
        if {row["from"], row["to"]} == {one, other}:
            raise BadInput("this pair was decided before", value=row.code,
                           remedy="retire that record to open the question again")  # fmt: skip
    made = _best_of(case, one, other)
    body: dict[str, object] = {
        "from": one, "to": other, "kind": made.kind, "decision": decision, "decided_by": actor,
        "share": made.share, "part": made.part, "of_part": made.other_part, "why": why,
    }  # fmt: skip
    noun = BY_NAME["derivation"]
    draft = Draft(noun.name, next_code(case, noun), body)
    return add_records(actor, case_code, [draft], reason=f"derivation {decision}")[-1]


def _best_of(case: CaseFile, one: str, other: str) -> Proposal:
    """The proposal for one pair in the order given. Raises BadInput where there is none."""
    texts = _Texts(case)
    pairs = ((place, against) for place in texts.of(one) for against in texts.of(other))
    made = _most(_compare(texts, place, against, "not known") for place, against in pairs)
    if made is None:
        raise BadInput("these two items do not share enough words", value=f"{one}:{other}",
                       remedy="see `amparo case propose` for the pairs that do")  # fmt: skip
    return made


def _most(proposals: Iterable[Proposal | None]) -> Proposal | None:
    return max((p for p in proposals if p), key=lambda p: (p.words, p.share), default=None)
