"""Propose which items of a case repeat each other, with the proof; a person decides.

Text by `reuse` (winnowing and alignment), pictures by `likeness`. Nothing here changes the
record but `decide`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from amparo.casefile.dates import parse_date
from amparo.casefile.likeness import (
    Likeness,
    bits_apart,
    likeness_from_text,
    look_alike,
    pairs_alike,
)
from amparo.casefile.records import CaseFile, Row, load_case
from amparo.casefile.reuse import ReuseIndex, propose_direction, shared_passages
from amparo.casefile.revise import Draft, add_records, next_code
from amparo.casefile.schema import BY_NAME
from amparo.errors import BadInput, NotFound
from amparo.vault.models import Item, Part

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
    """`one` repeats `other`. `share` is of the words of the part of `one`, in per cent.

    Of two pictures `bits` says in how many of 64 bits their dHashes and pHashes differ; there
    are no words then.
    """

    one: str
    other: str
    part: str
    other_part: str
    share: int
    words: int
    kind: str
    direction: str
    passages: tuple[Passage, ...]
    bits: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """What a person writes to decide: I9:I8."""
        return f"{self.one}:{self.other}"

    @property
    def pair(self) -> tuple[str, str]:
        """Both items, the one that repeats first."""
        return self.one, self.other

    @property
    def said(self) -> str:
        """The proposal in a sentence."""
        doubt = "" if self.direction == "by date" else "; which came first is not known"
        if self.bits:
            return f"{self.one} looks like {self.other}: {self.distance}{doubt}"
        return f"{self.part} of {self.one} repeats {self.other}: {self.share} % of its words{doubt}"

    @property
    def distance(self) -> str:
        """How far two pictures are apart, in words; empty for texts."""
        if not self.bits:
            return ""
        return f"dHash {self.bits[0]} and pHash {self.bits[1]} of 64 bits apart"

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return {
            "from": self.one, "to": self.other, "part": self.part, "of_part": self.other_part,
            "share": self.share, "words": self.words, "kind": self.kind,
            "direction": self.direction,
            "passages": [vars(passage) for passage in self.passages],
            "bits_apart": list(self.bits),
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
        self._of: dict[str, list[_Place]] = {}
        for place in self.rows:
            self._of.setdefault(place[0], []).append(place)

    def text(self, place: _Place) -> str:
        """The text of one part."""
        return str(Part.objects.values_list("text", flat=True).get(pk=self.rows[place]))

    def of(self, item: str) -> list[_Place]:
        """Places of one item."""
        return self._of.get(item, [])


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
    repeated = _choose(case, texts, best, decided)
    met = decided | {frozenset((p.one, p.other)) for p in repeated}
    return repeated + _pictures(case, met)


def _likenesses(case: CaseFile) -> dict[str, Likeness]:
    """Perceptual hashes by item of the case, of those pictures that have them."""
    codes = {row["sha256"]: row.code for row in case.all("item") if row["sha256"]}
    rows = Item.objects.filter(sha256__in=codes, kind="image").order_by("number")
    return {
        codes[digest]: likeness_from_text(facts["likeness"])
        for digest, facts in rows.values_list("sha256", "metadata")
        if facts.get("likeness")
    }


def _pictures(case: CaseFile, met: set[frozenset[str]]) -> list[Proposal]:
    """Pairs of pictures that look alike, the nearest first. Crops are missed."""
    held = _likenesses(case)
    codes = list(held)
    found = []
    for first, second in pairs_alike(list(held.values())):
        one, other = codes[first], codes[second]
        if frozenset((one, other)) in met:
            continue
        direction = _direction(case, one, other)
        if direction == "second repeats first":
            one, other = other, one
        known = "not known" if direction == "not known" else "by date"
        found.append(_picture(one, other, held, known))
    return sorted(found, key=lambda p: (sum(p.bits), p.one, p.other))


def _picture(one: str, other: str, held: dict[str, Likeness], direction: str) -> Proposal:
    bits = bits_apart(held[one], held[other])
    return Proposal(one, other, "", "", 0, 0, "copies", direction, (), bits)


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
        "why": why,
    }  # fmt: skip
    if made.bits:
        body["note"] = f"pictures that look alike: {made.distance}"
    else:
        body |= {"share": made.share, "part": made.part, "of_part": made.other_part}
    noun = BY_NAME["derivation"]
    draft = Draft(noun.name, next_code(case, noun), body)
    return add_records(actor, case_code, [draft], reason=f"derivation {decision}")[-1]


def _best_of(case: CaseFile, one: str, other: str) -> Proposal:
    """The proposal for one pair in the order given. Raises BadInput where there is none."""
    texts = _Texts(case)
    pairs = ((place, against) for place in texts.of(one) for against in texts.of(other))
    made = _most(_compare(texts, place, against, "not known") for place, against in pairs)
    if made is None:
        held = _likenesses(case)
        if one in held and other in held and look_alike(held[one], held[other]):
            return _picture(one, other, held, "not known")
        raise BadInput(
            "these two items do not share enough words, nor look alike",
            value=f"{one}:{other}",
            remedy="see `amparo case propose` for the pairs that do",
        )
    return made


def _most(proposals: Iterable[Proposal | None]) -> Proposal | None:
    return max((p for p in proposals if p), key=lambda p: (p.words, p.share), default=None)
