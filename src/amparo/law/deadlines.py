"""Time limits that run, from an assessment; and as a calendar file without names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from amparo.law.assess import Assessment
from amparo.law.book.records import Book
from amparo.law.findings import CLOSED, Finding


@dataclass(frozen=True, slots=True)
class Deadline:
    """The day a time limit ends, the rule it runs by, and whether it is a presumption."""

    act: str
    forum: str
    ends_on: date
    rule: str
    is_presumption: bool
    result: str

    @property
    def reference(self) -> str:
        """A code for the act that tells an outsider nothing."""
        return hashlib.sha256(f"{self.act}\0{self.forum}".encode()).hexdigest()[:8]

    def as_dict(self, book: Book, lang: str = "en") -> dict[str, Any]:
        row = book.rows[self.rule]
        return {
            "act": self.act,
            "forum": self.forum,
            "ends_on": self.ends_on.isoformat(),
            "rule": row[lang],
            "presumption": self.is_presumption,
            "result": self.result,
            "source": book.cite(self.rule, lang),
            "reference": self.reference,
        }


def find(assessment: Assessment) -> list[Deadline]:
    """Every time limit with a known trigger date that has not ended, soonest first."""
    found = [
        _deadline(one.act.id, finding, assessment.book)
        for one in assessment.answered
        for finding in one.findings
        if finding.deadline is not None and finding.result != CLOSED
    ]
    return sorted(set(found), key=lambda one: (one.ends_on, one.forum, one.act))


def _deadline(act: str, finding: Finding, book: Book) -> Deadline:
    clocks = {one["id"]: one for one in book.documents["clocks"]}
    rule = next(row for row in finding.sources if row in clocks)
    return Deadline(
        act,
        finding.forum,
        date.fromisoformat(finding.deadline or ""),
        rule,
        bool(clocks[rule].get("presumption")),
        finding.result,
    )


def calendar(found: list[Deadline], book: Book, as_of: date, lang: str = "en") -> str:
    """An iCalendar file (RFC 5545) that names forum and rule, never a person or an act."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Amparo//deadlines//EN"]
    for one in found:
        lines += _event(one, book, as_of, lang)
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) + "\r\n" for line in lines)


def _event(one: Deadline, book: Book, as_of: date, lang: str) -> list[str]:
    key = "deadline.presumption" if one.is_presumption else "deadline.ends"
    title = book.sentences[key][lang].format(
        forum=book.fora[one.forum][lang], reference=one.reference
    )
    uid = hashlib.sha256(f"{one.reference}{one.ends_on}{one.rule}".encode()).hexdigest()[:24]
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}@amparo.invalid",
        f"DTSTAMP:{as_of:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{one.ends_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{one.ends_on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(book.rows[one.rule][lang])}",
        *_alarm(30, title),
        *_alarm(7, title),
        "END:VEVENT",
    ]


def _alarm(days: int, title: str) -> list[str]:
    return [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(title)}",
        f"TRIGGER:-P{days}D",
        "END:VALARM",
    ]


def _escaped(text: str) -> str:
    for plain, safe in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, safe)
    return text


def _folded(line: str) -> str:
    """Lines of at most 75 octets, folded between characters (RFC 5545, 3.1)."""
    out, size = "", 0
    for char in line:
        width = len(char.encode())
        if size + width > 75:
            out, size = out + "\r\n ", 1
        out, size = out + char, size + width
    return out
