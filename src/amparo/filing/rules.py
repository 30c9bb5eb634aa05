"""What one forum asks beyond consent: identity, signature, length, remedies, earlier procedures.

Rules are data of the forum (`templates/<forum>/forum.yaml`); each finding names the step that
resolves it. Nothing here decides whether a filing is admissible.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from amparo.errors import BadInput
from amparo.filing.chapters.form import publication_of, states_of, views_on
from amparo.filing.check import ALLEGED, GROUP, Covers, Release
from amparo.filing.document import Document, Section, words_of
from amparo.filing.material import LawAnswer
from amparo.filing.rulebook import Finding, finding
from amparo.filing.words import Forum
from amparo.filled import filled

if TYPE_CHECKING:
    from amparo.casefile.records import CaseFile

# Sections below the first level whose ids do not begin with that of their chapter.
PARTS = {
    "crimes": ("crime",),
    "complementarity": ("responses", "remedies"),
    "background": ("others",),
    "index": ("withheld",),
}


_Need = Callable[[Release, Forum], Iterator[Finding]]


def check_forum(
    found: Release,
    forum: Forum,
    covers: Covers,
    answers: Iterable[LawAnswer] = (),
    claimed: Collection[str] = (),
) -> tuple[Finding, ...]:
    """What blocks and what warns before this forum, from the record that may leave.

    `claimed` are the acts that the chapter on the articles, where people wrote it, names.
    """
    findings = [*_identity(found, forum, covers)]
    rights = partial(_rights, claimed=claimed)
    needs: dict[str, _Need] = {**_NEEDS, "rights": rights}
    for need in forum.needs:
        findings += needs[need](found, forum)
    if forum.lacks_state:
        findings.append(finding("addressee", found.case.code))
    if forum.signature:
        findings.append(finding("signature", filled("section {place}", place="signature")))
    results = [answer.result for answer in answers]
    if results and set(results) == {"closed"}:
        findings.append(finding("closed", found.case.code))
    return tuple(findings)


def _identity(found: Release, forum: Forum, covers: Covers) -> Iterator[Finding]:
    """Where a victim must be known to the recipient, coded consent is not enough."""
    if forum.identity != "named":
        return
    for code in _asked_victims(found):
        if covers(code, None).level != "named":
            yield finding("identity", code)


def _asked_victims(found: Release) -> list[str]:
    """Victims in the filing who can be asked, by code."""
    victims = {str(act["victim"]) for act in found.case.all("act") if act["victim"]}
    nobody = (None, ALLEGED, GROUP)
    return [code for code in sorted(victims) if found.levels.get(code) not in nobody]


def _state(found: Release, forum: Forum) -> Iterator[Finding]:
    if not states_of(found.case.all("act"), found.case.get):
        yield finding("state", found.case.code)


def _rights(found: Release, forum: Forum, claimed: Collection[str] = ()) -> Iterator[Finding]:
    for act in found.case.all("act"):
        if act.code not in claimed and not forum.right(str(act["crime"] or "")):
            yield finding("rights", act.code)


def _remedies(found: Release, forum: Forum) -> Iterator[Finding]:
    if not found.case.all("remedy"):
        yield finding("remedies", found.case.code)


def _final(found: Release, forum: Forum) -> Iterator[Finding]:
    if not any(row["final"] and row["decided_on"] for row in found.case.all("remedy")):
        yield finding("final", found.case.code)


def _elsewhere(found: Release, forum: Forum) -> Iterator[Finding]:
    known = found.case.all("procedure")
    if not known:
        yield finding("elsewhere", found.case.code)
    for row in known:
        if row["state"] == "pending" and row["body"] != forum.recipient:
            yield finding("pending", row.code)


def _views(found: Release, forum: Forum) -> Iterator[Finding]:
    if not views_on(found.case.all("consultation"), forum.id):
        yield finding("views", found.case.code)


def _publish(found: Release, forum: Forum) -> Iterator[Finding]:
    for code in _asked_victims(found):
        if publication_of(found.case.all("consent"), code, forum.purpose) is None:
            yield finding("publication", code)


def _dates(found: Release, forum: Forum) -> Iterator[Finding]:
    for act in found.case.all("act"):
        if not act["began"]:
            yield finding("date", act.code)


def _places(found: Release, forum: Forum) -> Iterator[Finding]:
    for act in found.case.all("act"):
        if not act["place"]:
            yield finding("where", act.code)


def _sender(found: Release, forum: Forum) -> Iterator[Finding]:
    yield from ()  # asked at the build, where the sender is named


_NEEDS: dict[str, _Need] = {
    "state": _state,
    "rights": _rights,
    "remedies": _remedies,
    "final": _final,
    "elsewhere": _elsewhere,
    "dates": _dates,
    "places": _places,
    "sender": _sender,
    "views": _views,
    "publish": _publish,
}


@dataclass(frozen=True)
class Limit:
    """At most so many words in a section, or in all of it (`place` ""), and whose rule it is."""

    place: str
    words: int
    strict: bool
    by: str


def limits_of(case: CaseFile, forum: Forum) -> list[Limit]:
    """The forum's own limits and those that the organisation recorded (noun `limit`).

    Raises BadInput for a limit on a section that the forum does not have.
    """
    found = [Limit("", forum.most_words, forum.most_words_blocks, forum.id)] * bool(
        forum.most_words
    )
    found += [Limit(at, int(most), False, forum.id) for at, most in forum.section_words.items()]
    for row in case.all("limit"):
        if row["forum"] != forum.id:
            continue
        place = str(row["place"] or "")
        if place and place.partition(".")[0] not in {*forum.sections, *_parts(forum)}:
            raise BadInput(
                "a limit is set for a section that the forum does not have",
                value=f"{row.code}: {place}",
                remedy=filled("one of: {names}", names=", ".join(forum.sections)),
            )
        found.append(
            Limit(place, int(row["words"]), bool(row["strict"]), row["set_by"] or row.code)
        )
    return found


def _parts(forum: Forum) -> list[str]:
    return [part for chapter in forum.sections for part in PARTS.get(chapter, ())]


def check_length(document: Document, limits: Iterable[Limit]) -> tuple[Finding, ...]:
    """A finding for each section, or the whole, that has more words than its limit."""
    return tuple(one for limit in limits if (one := _over(document, limit)))


def _over(document: Document, limit: Limit) -> Finding | None:
    if limit.place:
        section = next((one for one in document.walk() if one.anchor == limit.place), None)
        count = count_words(document, section) if section is not None else 0
        where, rule = filled("section {place}", place=limit.place), "section-length"
    else:
        count = sum(len(text.split()) for text in words_of(document))
        longest = max(document.sections, key=lambda one: count_words(document, one))
        where = filled(
            "section {place}, the longest: {title}", place=longest.anchor, title=longest.title
        )
        rule = "length"
    if count <= limit.words:
        return None
    rule = rule if limit.strict else f"{rule}-advised"
    return finding(rule, where, count=count, most=limit.words, by=limit.by)


def count_words(document: Document, section: Section) -> int:
    """Words of one section with those below it, footnotes too."""
    bare = replace(document, sections=(), exhibits=())
    only = replace(bare, sections=(section,))
    return _count(only) - _count(bare)


def _count(document: Document) -> int:
    return sum(len(text.split()) for text in words_of(document))
