"""Search passages: the scope is part of the query, so that what is outside is not even counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from amparo.casefile.dates import parse_date
from amparo.casefile.marks import mark
from amparo.casefile.models import Record
from amparo.casefile.plan_query import Marks, Plan, plan_query
from amparo.casefile.query import Filter, parse_query
from amparo.casefile.vocabulary import Terms
from amparo.custody.models import LogState
from amparo.errors import NotFound
from amparo.store import text_index
from amparo.vault.models import Passage
from amparo.vault.retrieve import find_item


@dataclass(frozen=True)
class Hit:
    """One passage found. `start` and `end` are its place in the part, `spans` the words in it."""

    item: str
    sha256: str
    file_name: str
    kind: str
    part: str
    label: str
    language: str
    start: int
    end: int
    text: str
    spans: tuple[tuple[int, int], ...]

    def marked(self, before: str, after: str) -> str:
        """The passage with each word found between `before` and `after`."""
        out, at = [], 0
        for start, end in self.spans:
            out += [self.text[at:start], before, self.text[start:end], after]
            at = end
        return "".join([*out, self.text[at:]])

    def pieces(self) -> list[tuple[str, bool]]:
        """The passage as (text, is a hit) pieces, for pages."""
        out, at = [], 0
        for start, end in self.spans:
            out += [(self.text[at:start], False), (self.text[start:end], True)]
            at = end
        return [piece for piece in [*out, (self.text[at:], False)] if piece[0]]

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        citation = f"{self.item}, {self.part}, characters {self.start}-{self.end}"
        return {
            "item": self.item, "sha256": self.sha256, "name": self.file_name, "kind": self.kind,
            "part": self.part, "language": self.language, "start": self.start, "end": self.end,
            "text": self.text, "hits": [list(span) for span in self.spans], "citation": citation,
        }  # fmt: skip


@dataclass(frozen=True)
class Found:
    """The hits shown, how many there are in all, and what was searched instead of what."""

    hits: tuple[Hit, ...]
    total: int
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return {
            "total": self.total,
            "hits": [hit.as_dict() for hit in self.hits],
            "notes": list(self.notes),
        }


_known: dict[str, tuple[int, Terms]] = {}


def _vocabulary() -> Terms:
    """The words of the index; read again after a change, kept between searches."""
    state = LogState.objects.first()
    log, size = (state.checkpoint.split("\n", 1)[0], state.size) if state else ("", 0)
    held = _known.get(log)
    if held is None or held[0] != size:
        terms = held[1] if held else Terms()
        terms.add(text_index.vocabulary())
        _known.clear()
        _known[log] = (size, terms)
    return _known[log][1]


def forget_vocabulary() -> None:
    """Drop the words kept in memory; called when a vault is locked."""
    _known.clear()


def search(query: str, *, limit: int = 20, skip: int = 0) -> Found:
    """Passages for a query, best first. Raises BadInput naming the place of a mistake."""
    plan = plan_query(parse_query(query), _vocabulary())
    rows, total = _rows(plan, limit, skip)
    passages = Passage.objects.select_related("part__item").in_bulk(rows)
    hits = tuple(_hit(passages[row], plan.marks) for row in rows if row in passages)
    notes = tuple(
        "a word is not in the index; searched instead: " + ", ".join(instead)
        for instead in plan.corrected.values()
    )
    return Found(hits, total, notes)


def _rows(plan: Plan, limit: int, skip: int) -> tuple[list[int], int]:
    scope = _scope(plan.filters)
    if plan.match is None:
        return list(scope.values_list("pk", flat=True)[skip : skip + limit]), scope.count()
    within = None
    if plan.filters:
        sql, params = scope.order_by().values("pk").query.sql_with_params()
        within = (sql, tuple(params))
    rows, total = text_index.match(plan.match, limit=skip + limit, within=within)
    return rows[skip:], total


def _scope(filters: tuple[Filter, ...]) -> QuerySet[Passage]:
    scope = Passage.objects.order_by("part__item__number", "part__position", "start")
    for one in filters:
        wanted = _condition(one)
        scope = scope.exclude(wanted) if one.negated else scope.filter(wanted)
    return scope


def _condition(one: Filter) -> Q:
    if one.field == "kind":
        return Q(part__item__kind__in=one.values)
    if one.field == "lang":
        return Q(language__in=one.values)
    if one.field == "part":
        named = Q(pk__in=[])
        for value in one.values:
            named |= Q(part__name=value)
            for joint in ":@":
                named |= Q(part__name__startswith=f"{value}{joint}")
        return named
    return Q(part__item__sha256__in=_digests(one))


def _digests(one: Filter) -> set[str]:
    """Digests of the items that a filter on the record names."""
    items = Record.objects.filter(noun="item", current=True, retired=False)
    if one.field == "date":
        return {r.body["sha256"] for r in items if _falls(r.body.get("dated"), one)}
    if one.field == "case":
        return {r.body["sha256"] for r in items.filter(case_id__in=one.values)}
    if one.field == "item":
        return _named_items(items, one.values)
    cited = Record.objects.filter(noun="statement", current=True, retired=False)
    pairs = {(s.case_id, s.body["item"]) for s in cited if s.body.get("source") in one.values}
    return {r.body["sha256"] for r in items if (r.case_id, r.code) in pairs}


def _named_items(items: QuerySet[Record], names: tuple[str, ...]) -> set[str]:
    found = {r.body["sha256"] for r in items.filter(code__in=names)}
    for name in names:
        try:
            found.add(find_item(name).sha256)
        except NotFound:
            continue
    return found


def _falls(dated: str | None, one: Filter) -> bool:
    """True when an item's date may lie in the filter's range; an undated item does not."""
    if not dated:
        return False
    held = parse_date(dated)
    after = one.earliest is None or held.latest is None or held.latest >= one.earliest
    before = one.latest is None or held.earliest is None or held.earliest <= one.latest
    return after and before


def _hit(passage: Passage, marks: Marks) -> Hit:
    part, item = passage.part, passage.part.item
    text = part.text[passage.start : passage.end]
    return Hit(
        item.code, item.sha256, item.file_name, item.kind, part.name, part.label,
        passage.language, passage.start, passage.end, text, tuple(mark(text, marks)),
    )  # fmt: skip
