"""Comments of the team on a section of a filing: open until somebody settles them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amparo.casefile.records import load_case
from amparo.casefile.revise import Draft, add_records, change_record, next_code
from amparo.casefile.schema import BY_NAME
from amparo.custody.log import current_log
from amparo.errors import NotFound
from amparo.filing.words import load_forum, load_words
from amparo.filled import filled
from amparo.store import lock

if TYPE_CHECKING:
    from amparo.casefile.records import CaseFile, Row

COMMENT = "comment"
OPEN, RESOLVED = "open", "resolved"


def comments_of(case: CaseFile, forum: str, lang: str, place: str = "") -> list[Row]:
    """Comments on a filing, or on one of its sections, oldest first."""
    return [
        row
        for row in case.all(COMMENT)
        if (row["forum"], row["language"]) == (forum, lang) and place in ("", row["place"])
    ]


def add_comment(actor: str, case_code: str, forum: str, lang: str, place: str, text: str) -> Row:
    """Comment on a section. Raises NotFound for one that the forum does not have, BadInput."""
    load_words(forum, lang)
    if place not in load_forum(forum).sections:
        raise NotFound(
            "this filing has no such section",
            value=place,
            remedy=filled("one of: {names}", names=", ".join(load_forum(forum).sections)),
        )
    body = {
        "forum": forum, "language": lang, "place": place, "text": text, "by": actor, "state": OPEN,
    }  # fmt: skip
    with lock.hold(current_log().folder):
        code = next_code(load_case(case_code), BY_NAME[COMMENT])
        draft = Draft(COMMENT, code, body)
        (row,) = add_records(actor, case_code, [draft], reason="comment on a section")
    return row


def settle_comment(actor: str, case_code: str, code: str, answer: str = "", *, state: str) -> Row:
    """Resolve a comment or open it again. Raises NotFound."""
    row = load_case(case_code).get(code)
    if row is None or row.noun != COMMENT:
        raise NotFound("no such comment in this case", value=code)
    body = {**row.body, "state": state, "resolved_by": actor if state == RESOLVED else ""}
    if answer:
        body["answer"] = answer
    kept = {name: value for name, value in body.items() if value not in ("", None)}
    return change_record(actor, case_code, code, kept, seen_version=row.version)
