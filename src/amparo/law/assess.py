"""Assess acts before every forum: answers by route, and the best route by forum."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any

from amparo.errors import BadInput
from amparo.law import fora, icc, triggers, universal
from amparo.law.book.records import Book, Crime
from amparo.law.facts import Act, Facts
from amparo.law.findings import ARGUABLE, OPEN, RANK, Finding

FORA = ("icc", "echr", "hrc", "cat", "cedaw", "ced", "wgad", "wgeid", "osce", "iachr", "achpr")


@dataclass(frozen=True, slots=True)
class Answered:
    """An act and every answer on it, in groups that other acts may share."""

    act: Act
    groups: tuple[tuple[Finding, ...], ...]

    @property
    def findings(self) -> Iterator[Finding]:
        return chain.from_iterable(self.groups)

    def by_forum(self) -> dict[str, str]:
        """Best result by forum, in the order of the answers."""
        out: dict[str, str] = {}
        for finding in chain.from_iterable(self.groups):
            forum, result = finding.forum, finding.result
            if forum not in out or RANK[result] < RANK[out[forum]]:
                out[forum] = result
        return out


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the law answers on a set of facts, with the version of the book."""

    book: Book
    as_of: date
    answered: tuple[Answered, ...]

    def answers(self, lang: str = "en") -> Iterator[dict[str, Any]]:
        """Every answer in the shape of docs/spec/facts.md, one by one."""
        seen: dict[int, dict[str, Any]] = {}
        for one in self.answered:
            for finding in one.findings:
                if id(finding) not in seen:
                    seen[id(finding)] = shown(finding, self.book, lang)
                yield {"act": one.act.id, **seen[id(finding)]}

    def summary(self) -> Iterator[dict[str, str]]:
        """The best route by act and forum."""
        for one in self.answered:
            for forum, result in one.by_forum().items():
                yield {"act": one.act.id, "forum": forum, "result": result}

    def triggers(self, lang: str = "en") -> Iterator[dict[str, Any]]:
        """For each act within the Court's jurisdiction, who can bring it and how."""
        for one in self.answered:
            if one.by_forum().get("icc") in (OPEN, ARGUABLE):
                for said, rows in triggers.find(one.act, self.book, self.as_of):
                    yield {
                        "act": one.act.id,
                        "way": said.show(self.book, lang),
                        "sources": [self.book.cite(row, lang) for row in rows],
                    }

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """The whole assessment, ready for JSON; shape in docs/spec/facts.md."""
        ways = list(self.triggers(lang))
        return {
            "book": self.book.version,
            "as_of": self.as_of.isoformat(),
            "answers": list(self.answers(lang)),
            "summary": list(self.summary()),
            "triggers": ways,
            "questions": triggers.questions(self.book, lang) if ways else [],
        }


def shown(finding: Finding, book: Book, lang: str) -> dict[str, Any]:
    """One answer without its act, sentences in `lang`."""
    return {
        "forum": finding.forum,
        "route": finding.route,
        "result": finding.result,
        "rule": finding.rule,
        "reasons": [said.show(book, lang) for said in finding.reasons],
        "missing": [said.show(book, lang) for said in dict.fromkeys(finding.missing)],
        "sources": [book.cite(row, lang) for row in dict.fromkeys(finding.sources)],
        "deadline": finding.deadline,
    }


def assess(facts: Facts, book: Book) -> Assessment:
    """Every act before every forum of the book.

    Raises `BadInput` for a crime the book does not have; a State code the book does not
    have counts as unknown.
    """
    with _collector_resting(len(facts.acts)):
        answered = tuple(assess_act(act, book, facts.as_of) for act in facts.acts)
    return Assessment(book, facts.as_of, answered)


@contextmanager
def _collector_resting(count: int) -> Iterator[None]:
    """Keep the cyclic collector off a long run: what it makes is kept, and has no cycles."""
    rests = count > 1000 and gc.isenabled()
    if rests:
        gc.disable()
    try:
        yield
    finally:
        if rests:
            gc.enable()


def assess_act(act: Act, book: Book, as_of: date) -> Answered:
    """One act before every forum."""
    memo = _memo(book, as_of)
    crime = _crime(act, book)
    act = _known(_until(act, as_of), book)
    groups = icc.find(act, crime, book, as_of, memo)
    before = fora.bring(act, crime, book, as_of, memo)
    for rule in fora.RULES:
        groups += rule(before)
    groups.append(universal.find(act, crime, book, memo))
    return Answered(act, tuple(groups))


def _memo(book: Book, as_of: date) -> dict[Any, Any]:
    """Findings shared by acts alike; kept for one day of assessment at a time."""
    if as_of not in book.memo:
        book.memo.clear()
        book.memo[as_of] = {}
    memo: dict[Any, Any] = book.memo[as_of]
    return memo


def _until(act: Act, as_of: date) -> Act:
    """An act whose dates reach into the future ends, at the latest, on the day of assessment."""
    when, day = act.when, as_of.toordinal()
    if when.ended <= day or when.began > day or when.began == when.ended:
        return act
    last = max(day, when.began)
    by, from_ = min(when.began_by, last), min(when.ended_from, last)
    return replace(act, when=replace(when, began_by=by, ended_from=from_, ended=last))


def _known(act: Act, book: Book) -> Act:
    """The act with State codes that the book lacks taken as unknown.

    A territory's nationality is that of the State responsible for it; as a place it is
    unknown, because whether a treaty was extended to it is not in the book.
    """
    states = book.states
    named = [p.state for p in act.places]
    for suspect in act.suspects:
        named += suspect.nationalities
    for victim in act.victims:
        named += victim.nationalities
    for crossing in act.crossings:
        named += (crossing.origin, crossing.to)
    named.append(act.flag_state)
    strange = {one for one in named if one is not None and (one not in states or states[one].of)}
    if not strange:
        return act
    owner = {one: states[one].of if one in states else "" for one in strange}

    def keep(code: str | None) -> str | None:
        return owner[code] or None if code in owner else code

    def all_known(codes: tuple[str, ...]) -> tuple[str, ...]:
        kept = tuple(keep(code) for code in codes)
        return tuple(code for code in kept if code) if all(kept) else ()

    return replace(
        act,
        flag_state=keep(act.flag_state),
        places=tuple(replace(p, state=None) if p.state in owner else p for p in act.places),
        suspects=tuple(replace(s, nationalities=all_known(s.nationalities)) for s in act.suspects),
        victims=tuple(replace(v, nationalities=all_known(v.nationalities)) for v in act.victims),
        crossings=tuple(replace(x, origin=keep(x.origin), to=keep(x.to)) for x in act.crossings),
    )


def _crime(act: Act, book: Book) -> Crime:
    known = book.crimes.get(act.crime)
    if known is not None:
        return known
    try:
        return book.crime(act.crime)
    except KeyError as error:
        raise BadInput(
            "a crime the book does not have",
            value=f"act {act.id}: {act.crime}",
            remedy="Give the provision, such as 7(1)(f); see `amparo law book show crimes`",
        ) from error
