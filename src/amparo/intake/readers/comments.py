"""Readers' comments at the end of a saved page's text: found, and cut off from the article.

People save pages by copying their text; what strangers wrote under an article then
looks like part of it. A comment is recognised by its age stamp ("Carl R1 days ago",
"il y a 3 jours", "3 дня назад", "منذ 3 أيام") or by a heading such as "12 comments".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FEWEST_STAMPS = 2
LONGEST_STAMP = 90
WIDEST_GAP = 60

_AGES = (
    r"(?:\d{1,3}|an?|one)\s?(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?"
    r"|years?|yrs?)\s+ago",
    r"il\s+y\s+a\s+(?:\d{1,3}|une?)\s+(?:secondes?|minutes?|heures?|jours?|semaines?|mois|ans?"
    r"|années?)",
    r"hace\s+(?:\d{1,3}|una?)\s+(?:segundos?|minutos?|horas?|días?|semanas?|meses|mes|años?)",
    r"vor\s+(?:\d{1,3}|einem|einer)\s+(?:Sekunden?|Minuten?|Stunden?|Tag(?:en)?|Wochen?"
    r"|Monat(?:en)?|Jahr(?:en)?)",
    r"(?:\d{1,3}\s+)?(?:секунд[уы]?|минут[уы]?|час(?:а|ов)?|день|дня|дней|недел[юиь]"
    r"|месяц(?:а|ев)?|года?|лет)\s+назад",
    r"(?:منذ|قبل)\s+(?:[\d٠-٩]{1,3}\s+)?(?:ثانية|ثوان|دقيقة|دقائق|ساعة|ساعات|يوم(?:ا|ين)?|أيام"
    r"|أسبوع|أسابيع|شهر|أشهر|سنة|سنوات)",
)
_STAMP = re.compile(rf"(?:{'|'.join(_AGES)})\s*(?:[·•|:.-].{{0,30}})?$", re.IGNORECASE)
# In small letters: without one of them no age stands in a line. Far quicker asked than the ages.
_SIGNS = ("ago", "hace", "vor", "назад", "منذ", "قبل")
_IL_Y_A = re.compile(r"y\s+a")
_HEADING = re.compile(
    r"""^\W*(?:\d{1,5}\s+)?(?:(?:reader|user)\s+)?
    (?:comments?|responses?|replies|commentaires?|réactions?|comentarios?|kommentare?
      |комментари(?:и|й|ев|я)|отзывы|التعليقات|تعليقات|تعليق)
    \s*(?:\(\d{1,5}\)|:?\s*\d{0,5})\W*$""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Split:
    """A page's text in two: `cut` is the offset where comments begin, -1 without any."""

    cut: int
    comments: int


def split_comments(text: str) -> Split:
    """Where trailing reader comments begin and how many there seem to be."""
    if not _has_sign(text):
        return Split(-1, 0)
    lines = text.split("\n")
    stamped = [index for index, line in enumerate(lines) if _is_stamp(line)]
    if not stamped:
        return Split(-1, 0)
    headings = [index for index, line in enumerate(lines) if _is_heading(line)]
    stamped = _last_run(stamped, lines)
    heading = _heading_for(stamped, headings)
    if len(stamped) < FEWEST_STAMPS and not (stamped and heading is not None):
        return Split(-1, 0)
    first = heading if heading is not None else _with_name(stamped[0], lines)
    before = "\n".join(lines[:first])
    if not before.strip():
        return Split(-1, 0)
    return Split(len(before) + 1, len(stamped))


def _is_stamp(line: str) -> bool:
    if len(line) > LONGEST_STAMP or not _has_sign(line):
        return False
    return _STAMP.search(line.strip()) is not None


def _has_sign(text: str) -> bool:
    low = text.lower()
    return any(sign in low for sign in _SIGNS) or _IL_Y_A.search(low) is not None


def _is_heading(line: str) -> bool:
    return len(line) <= 40 and _HEADING.match(line.strip()) is not None


def _last_run(stamped: list[int], lines: list[str]) -> list[int]:
    """The stamps that close the text: no long stretch of other lines between or after them."""
    run: list[int] = []
    after = len(lines)
    for index in reversed(stamped):
        if after - index > WIDEST_GAP:
            break
        run.append(index)
        after = index
    return run[::-1]


def _heading_for(stamped: list[int], headings: list[int]) -> int | None:
    """The heading shortly before the first stamp."""
    if not stamped:
        return None
    near = [index for index in headings if 0 < stamped[0] - index <= 12]
    return near[0] if near else None


def _with_name(first: int, lines: list[str]) -> int:
    """Take in the line above a stamp when it repeats or is the commenter's name."""
    stamp = lines[first].strip()
    name = _STAMP.sub("", stamp).strip(" ·•|,-–—")
    at = first - 1
    while at >= 0 and not lines[at].strip() and not name:
        at -= 1
    above = lines[at].strip() if at >= 0 else ""
    if above and (above == name or (not name and len(above) <= 40)):
        return at
    return first
