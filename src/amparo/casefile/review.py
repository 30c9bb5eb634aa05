"""Review of records: draft, in review (locked to the reviewer), revisit, final. Four eyes.

A change of state is a new version of the record with the same content, entered in the
ledger like any other. The reviewer is who took the record into review; nobody finalises
the last change they made themselves.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from amparo.access.members import refuse_unless_owner
from amparo.casefile.models import Record
from amparo.casefile.records import Row, load_case, versions
from amparo.casefile.revise import save_status
from amparo.errors import BadInput, NotFound, Refused
from amparo.filled import filled

DRAFT, IN_REVIEW, REVISIT, FINAL = "draft", "in review", "revisit", "final"
STEPS = {
    DRAFT: (IN_REVIEW,),
    IN_REVIEW: (FINAL, REVISIT, DRAFT),
    REVISIT: (IN_REVIEW, DRAFT),
    FINAL: (REVISIT,),
}
# What a person writes: `--to review`.
WORDS = {"draft": DRAFT, "review": IN_REVIEW, "revisit": REVISIT, "final": FINAL}


def status_of_word(word: str) -> str:
    """The state for the word of a command or form. Raises BadInput."""
    if word not in WORDS:
        raise BadInput(
            "no such state",
            value=word[:40],
            remedy=filled("one of: {names}", names=", ".join(WORDS)),
        )
    return WORDS[word]


def author_of(listed: list[Record]) -> str:
    """Member who made the last change of content; `listed` is every version, oldest first."""
    author = listed[0].by
    for before, after in pairwise(listed):
        if (before.body, before.retired) != (after.body, after.retired):
            author = after.by
    return author


def reviewer_of(listed: list[Record]) -> str:
    """Member to whom the record is locked, or "" when it is not in review."""
    if listed[-1].status != IN_REVIEW:
        return ""
    taken = listed[-1]
    for version in reversed(listed):
        if version.status != IN_REVIEW:
            break
        taken = version
    return taken.by


def move(actor: str, case_code: str, code: str, to: str, *, seen_version: int | None = None) -> Row:
    """Bring a record into another state; returns its new version.

    `to` is one of DRAFT, IN_REVIEW, REVISIT, FINAL. Raises Refused when the step does not
    exist, when it is locked to somebody else, or when the author would finalise their own
    change. An owner may give back what is locked to somebody else, never finalise it.
    """
    held = load_case(case_code).get(code)
    if held is None:
        raise NotFound("no such record in this case", value=code)
    if seen_version is not None and seen_version != held.version:
        raise Refused("this record was changed in the meantime", value=code,
                      remedy="look at the new version first")  # fmt: skip
    _check(actor, held, to, versions(case_code, code))
    row = replace(held, version=held.version + 1, status=to)
    save_status(actor, case_code, held, row)
    return row


def steps_for(actor: str, listed: list[Record]) -> list[str]:
    """States to which this member may bring the record now, as words of a form."""
    last = listed[-1]
    if last.retired:
        return []
    held = Row(last.noun, last.code, last.version, last.status, last.body)
    found = []
    for word, to in WORDS.items():
        try:
            _check(actor, held, to, listed)
        except Refused:
            continue
        found.append(word)
    return found


def _check(actor: str, held: Row, to: str, listed: list[Record]) -> None:
    if to not in STEPS[held.status]:
        raise Refused(
            filled("a record that is {status} cannot become {to}", status=held.status, to=to),
            value=held.code,
            remedy=filled("next can be: {names}", names=', '.join(STEPS[held.status])),
        )  # fmt: skip
    reviewer = reviewer_of(listed)
    if reviewer and reviewer != actor:
        if to == FINAL:
            raise Refused("this record is in review by somebody else", value=held.code,
                          remedy="only its reviewer can finalise it")  # fmt: skip
        refuse_unless_owner(actor)
    if to in (IN_REVIEW, FINAL) and author_of(listed) == actor:
        raise Refused(
            "nobody reviews or finalises their own last change", value=held.code,
            remedy="ask another member of the team",
        )  # fmt: skip
