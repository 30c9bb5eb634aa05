"""What one forum asks beyond consent: identity, signature, length, remedies, earlier procedures.

Rules are data of the forum (`templates/<forum>/forum.yaml`); each finding names the step that
resolves it. Nothing here decides whether a filing is admissible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from amparo.filing.chapters.form import states_of
from amparo.filing.check import ALLEGED, GROUP, Covers, Finding, Release
from amparo.filing.document import Document, words_of
from amparo.filing.material import LawAnswer
from amparo.filing.words import Forum

if TYPE_CHECKING:
    from amparo.casefile.records import Row


def check_forum(
    found: Release, forum: Forum, covers: Covers, answers: Iterable[LawAnswer] = ()
) -> tuple[Finding, ...]:
    """What blocks and what warns before this forum, from the record that may leave."""
    findings = [*_identity(found, forum, covers)]
    for need in forum.needs:
        findings += _NEEDS[need](found, forum)
    if forum.signature:
        findings.append(
            Finding(
                "warn",
                "the forum wants the document signed",
                "section Declaration and signature",
                "sign the printed copy by hand before it is sent",
            )
        )
    results = [answer.result for answer in answers]
    if results and set(results) == {"closed"}:
        findings.append(
            Finding(
                "warn",
                "the book of law finds every route to this forum closed",
                found.case.code,
                "read the reasons with `amparo law assess`; consider another forum",
            )
        )
    return tuple(findings)


def _identity(found: Release, forum: Forum, covers: Covers) -> Iterator[Finding]:
    """Where a victim must be known to the recipient, coded consent is not enough."""
    if forum.identity != "named":
        return
    victims = {str(act["victim"]) for act in found.case.all("act") if act["victim"]}
    for code in sorted(victims):
        if found.levels.get(code) in (None, ALLEGED, GROUP):
            continue
        if covers(code, None).level != "named":
            yield Finding(
                "block",
                "this forum does not accept an anonymous victim",
                code,
                "record a consent at the level 'named' for this recipient, or leave the act out",
            )


def _acts_without(found: Release, field: str) -> list[Row]:
    return [act for act in found.case.all("act") if not act[field]]


def _state(found: Release, forum: Forum) -> Iterator[Finding]:
    if not states_of(found.case.all("act"), found.case.get):
        yield Finding(
            "block",
            "the State concerned is not recorded",
            found.case.code,
            "give at least one act a place with its State",
        )


def _rights(found: Release, forum: Forum) -> Iterator[Finding]:
    for act in found.case.all("act"):
        if not forum.right(str(act["crime"] or "")):
            yield Finding(
                "warn",
                "no article of the treaty is proposed for this act",
                act.code,
                "name the article in the text, or file the act elsewhere",
            )


def _remedies(found: Release, forum: Forum) -> Iterator[Finding]:
    if not found.case.all("remedy"):
        yield Finding(
            "warn",
            "no domestic remedy is recorded",
            found.case.code,
            "record what was tried and when it was decided, or write why nothing could be",
        )


def _final(found: Release, forum: Forum) -> Iterator[Finding]:
    finals = [row for row in found.case.all("remedy") if row["final"] and row["decided_on"]]
    if not finals:
        yield Finding(
            "warn",
            "no final decision with its date is recorded: the time limit cannot be counted",
            found.case.code,
            "record the remedy as final with its date",
        )


def _elsewhere(found: Release, forum: Forum) -> Iterator[Finding]:
    yield Finding(
        "warn",
        "the record does not say whether another international procedure has the matter",
        "section Other international procedures",
        "write it into that section before signing",
    )


def _dates(found: Release, forum: Forum) -> Iterator[Finding]:
    for act in _acts_without(found, "began"):
        yield Finding("warn", "the forum asks for the date", act.code, "record when it began")


def _places(found: Release, forum: Forum) -> Iterator[Finding]:
    for act in _acts_without(found, "place"):
        yield Finding("warn", "the forum asks for the place", act.code, "record the place")


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
}


def check_length(document: Document, forum: Forum) -> tuple[Finding, ...]:
    """A finding when the document has more words than the forum reads."""
    if not forum.most_words:
        return ()
    count = sum(len(text.split()) for text in words_of(document))
    if count <= forum.most_words:
        return ()
    longest = max(document.sections, key=lambda section: _weight(section.title, document))
    return (
        Finding(
            "block" if forum.most_words_blocks else "warn",
            f"the document has {count} words, the forum reads {forum.most_words}",
            f"longest section: {longest.title}",
            "shorten the text, or file fewer acts",
        ),
    )


def _weight(title: str, document: Document) -> int:
    """Words of the section of that title."""
    from dataclasses import replace

    only = tuple(one for one in document.sections if one.title == title)
    return sum(len(text.split()) for text in words_of(replace(document, sections=only)))
