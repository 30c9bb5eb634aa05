"""What one forum asks beyond consent: identity, signature, length, remedies, earlier procedures.

Rules are data of the forum (`templates/<forum>/forum.yaml`); each finding names the step that
resolves it. Nothing here decides whether a filing is admissible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from amparo.filing.chapters.form import publication_of, states_of, views_on
from amparo.filing.check import ALLEGED, GROUP, Covers, Release
from amparo.filing.document import Document, words_of
from amparo.filing.material import LawAnswer
from amparo.filing.rulebook import Finding, finding
from amparo.filing.words import Forum

if TYPE_CHECKING:
    pass


def check_forum(
    found: Release, forum: Forum, covers: Covers, answers: Iterable[LawAnswer] = ()
) -> tuple[Finding, ...]:
    """What blocks and what warns before this forum, from the record that may leave."""
    findings = [*_identity(found, forum, covers)]
    for need in forum.needs:
        findings += _NEEDS[need](found, forum)
    if forum.signature:
        findings.append(finding("signature", "section Declaration and signature"))
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


def _rights(found: Release, forum: Forum) -> Iterator[Finding]:
    for act in found.case.all("act"):
        if not forum.right(str(act["crime"] or "")):
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


_NEEDS: dict[str, Callable[[Release, Forum], Iterator[Finding]]] = {
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


def check_length(document: Document, forum: Forum) -> tuple[Finding, ...]:
    """A finding when the document has more words than the forum reads."""
    if not forum.most_words:
        return ()
    count = sum(len(text.split()) for text in words_of(document))
    if count <= forum.most_words:
        return ()
    longest = max(document.sections, key=lambda section: _weight(section.title, document))
    rule = "length" if forum.most_words_blocks else "length-advised"
    where = f"longest section: {longest.title}"
    return (finding(rule, where, count=count, most=forum.most_words),)


def _weight(title: str, document: Document) -> int:
    """Words of the section of that title."""
    from dataclasses import replace

    only = tuple(one for one in document.sections if one.title == title)
    return sum(len(text.split()) for text in words_of(replace(document, sections=only)))
