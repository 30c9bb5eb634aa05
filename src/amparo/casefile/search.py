"""Search passages: the scope is part of the query, so that what is outside is not even counted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from amparo.access.roles import NARRATIVE, SOURCE
from amparo.access.scope import current
from amparo.casefile.dates import parse_date
from amparo.casefile.marks import mark
from amparo.casefile.models import Record
from amparo.casefile.plan_query import Marks, Plan, plan_query
from amparo.casefile.query import Filter, parse_query
from amparo.casefile.vocabulary import Kept, Vocabulary
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
    """The hits shown, how many there are in all, and what was searched instead of what.

    At most `text_index.RANKED` are counted; `more` says that there are more than `total`.
    """

    hits: tuple[Hit, ...]
    total: int
    more: bool = False
    notes: tuple[str, ...] = ()

    @property
    def counted(self) -> str:
        """How many there are, as it is told."""
        return f"more than {self.total}" if self.more else str(self.total)

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return {
            "total": self.total,
            "more": self.more,
            "hits": [hit.as_dict() for hit in self.hits],
            "notes": list(self.notes),
        }


# A search by somebody from whom items are hidden takes a whole number of these: what has to be
# passed over must not be told by the time (bench/access.py).
STEP_SECONDS = 0.25


def _words() -> Vocabulary:
    return Kept() if _sees_every_item() else Kept(within=_subquery(Passage.objects.all()))


def _sees_every_item() -> bool:
    return current().cases(NARRATIVE) is None


@contextmanager
def _evenly() -> Iterator[None]:
    """A whole number of steps for who does not see every item."""
    started = time.monotonic()
    yield
    if not _sees_every_item() and STEP_SECONDS:
        time.sleep(-(time.monotonic() - started) % STEP_SECONDS)


def search(query: str, *, limit: int = 20, skip: int = 0, since: int = 0) -> Found:
    """Passages for a query, best first. Raises BadInput naming the place of a mistake.

    `since` is a row of `newest_passage`: only passages that came in after it are found.
    """
    with _evenly():
        plan = plan_query(parse_query(query), _words())
        rows, total = _rows(plan, limit, skip, since)
    passages = Passage.objects.select_related("part__item").in_bulk(rows)
    hits = tuple(_hit(passages[row], plan.marks) for row in rows if row in passages)
    notes = tuple(
        "a word is not in the index; searched instead: " + ", ".join(instead)
        for instead in plan.corrected.values()
    )
    most = text_index.RANKED
    if plan.match is not None and total > most:
        return Found(hits, most, True, notes)
    return Found(hits, total, False, notes)


def newest_passage() -> int:
    """Row of the passage that came in last; 0 in an empty vault."""
    return Passage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def count_facets(query: str) -> dict[str, dict[str, int]]:
    """Passages found, by kind, language, case and source: the filters that narrow a search.

    An item cited in two cases counts in both. Of very many passages the first
    `text_index.RANKED` are counted. Raises BadInput as `search` does.
    """
    with _evenly():
        return _facets(plan_query(parse_query(query), _words()))


def _facets(plan: Plan) -> dict[str, dict[str, int]]:
    scope = _scope(plan.filters).order_by()
    if plan.match is not None:
        rows, params = text_index.found(plan.match, within=_within(plan, scope))
        scope = scope.extra(where=[f"vault_passage.id IN ({rows})"], params=params)  # noqa: S610
    items = dict(scope.values_list("part__item__sha256").annotate(n=Count("pk")))
    return {
        "kind": _ordered(scope.values_list("part__item__kind").annotate(n=Count("pk"))),
        "lang": _ordered(scope.values_list("language").annotate(n=Count("pk"))),
        "case": _ordered(_by_case(items)),
        "source": _ordered(_by_source(items)),
    }


def _ordered(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Largest first, then by name; nameless values are left out."""
    return dict(sorted((c for c in counts if c[0]), key=lambda c: (-c[1], c[0])))


def _by_case(items: dict[str, int]) -> list[tuple[str, int]]:
    held = Record.objects.filter(noun="item", current=True, retired=False)
    counts = Counter[str]()
    for case, digest in {(r.case_id, r.body["sha256"]) for r in held}:
        counts[case] += items.get(digest, 0)
    return [(case, n) for case, n in counts.items() if n]


def _by_source(items: dict[str, int]) -> list[tuple[str, int]]:
    held = Record.objects.filter(noun="item", current=True, retired=False)
    digests = {(r.case_id, r.code): r.body["sha256"] for r in held}
    pairs = {
        (s.body.get("source", ""), digests.get((s.case_id, s.body["item"]), "")) for s in _sourced()
    }
    counts = Counter[str]()
    for source, digest in pairs:
        counts[source] += items.get(digest, 0)
    return [(source, n) for source, n in counts.items() if n]


def _sourced() -> QuerySet[Record]:
    """Statements of cases in which the member sees the sources."""
    said = Record.objects.filter(noun="statement", current=True, retired=False)
    cases = current().cases(SOURCE)
    return said if cases is None else said.filter(case_id__in=cases)


def _rows(plan: Plan, limit: int, skip: int, since: int) -> tuple[list[int], int]:
    scope = _scope(plan.filters)
    scope = scope.filter(pk__gt=since) if since else scope
    if plan.match is None:
        return list(scope.values_list("pk", flat=True)[skip : skip + limit]), scope.count()
    within = _within(plan, scope) if not since else _subquery(scope)
    rows, total = text_index.match(plan.match, limit=skip + limit, within=within)
    return rows[skip:], total


def _within(plan: Plan, scope: QuerySet[Passage]) -> text_index.Sql | None:
    """The rows to look among; None: all."""
    return _subquery(scope) if plan.filters or not _sees_every_item() else None


def _subquery(rows: QuerySet[Passage]) -> text_index.Sql:
    sql, params = rows.order_by().values("pk").query.sql_with_params()
    return sql, tuple(params)


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
    pairs = {(s.case_id, s.body["item"]) for s in _sourced() if s.body.get("source") in one.values}
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
