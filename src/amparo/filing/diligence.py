"""What the gate asks besides consent and forum: who builds, erased persons, words, translations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from amparo.access.members import list_members
from amparo.access.roles import ALLEGED, EXPORT, NARRATIVE, SOURCE, TRAVEL
from amparo.access.scope import current
from amparo.casefile.review import FINAL
from amparo.casefile.terms import changed_terms
from amparo.filing.leaks import whole_words
from amparo.filing.rulebook import Finding, finding
from amparo.filing.translate import untranslated
from amparo.vault.identity import erased_persons

if TYPE_CHECKING:
    from amparo.casefile.records import CaseFile, Row

# A filing is made of all of these: who sees a part of them would leave out redactions unseen.
COMPARTMENTS = (NARRATIVE, SOURCE, ALLEGED, TRAVEL)
MOST_NAMED = 6
_PRINTED = ("person", "event", "act", "proposition", "statement", "involvement", "response")


def check_who(case: str, leaving: CaseFile) -> Iterator[Finding]:
    """Who builds must be able to take it out, and a second member must have looked."""
    for compartment in COMPARTMENTS:
        if not current().may(EXPORT, compartment, case):
            yield finding("compartment", f"{case}, {compartment}")
    team = [one for one in list_members() if one.left_at is None]
    waiting = [row for row in leaving.all("statement") if row.status != FINAL]
    if waiting and len(team) > 1:
        yield finding("four-eyes", case, count=len(waiting))


def check_erased(case: CaseFile, leaving: CaseFile) -> Iterator[Finding]:
    """A block at each record that would speak of somebody who was erased."""
    gone = erased_persons(case.code)
    spoken = whole_words(gone)
    if spoken is None:
        return
    for row in leaving.rows.values():
        if row.noun in _PRINTED and _speaks(row, gone, case) | bool(
            spoken.search(" ".join(_words(row)))
        ):
            yield finding("erased", f"{row.code} ({row.noun})")


def _speaks(row: Row, gone: frozenset[str], case: CaseFile) -> bool:
    source = case.get(row["source"]) if row.noun == "statement" else None
    return row.code in gone or (source is not None and source["person"] in gone)


def _words(row: Row) -> Iterator[str]:
    for value in row.body.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield one


def check_vocabulary(case: CaseFile, leaving: CaseFile) -> Iterator[Finding]:
    """A word that the organisation retired or defined anew since the record was written."""
    for one in changed_terms(case):
        if one.record in leaving.rows:
            where = f"{one.record}, {one.field}: {one.term}"
            yield finding("vocabulary", where, what=one.what, version=one.version)


def check_translations(leaving: CaseFile, lang: str) -> Iterator[Finding]:
    """Quotations without a translation, and translations by a machine that nobody compared."""
    if not lang:
        return
    known = {str(row["statement"]) for row in leaving.all("translation") if row["language"] == lang}
    foreign = [
        row
        for row in leaving.all("statement")
        if row["language"] and row["language"] != lang and row.code not in known
    ]
    if foreign:
        yield finding("untranslated", leaving.code, count=len(foreign))
    if left := untranslated(leaving, lang):
        where = "; ".join(left[:MOST_NAMED]) + (" …" if len(left) > MOST_NAMED else "")
        yield finding("untranslated-text", where, count=len(left))
    for row in leaving.all("translation"):
        if row["language"] == lang and row["machine"] and not row["checked_by"]:
            yield finding("machine", row.code)
