"""Where the hits stand in a text, and a snippet around them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from amparo.casefile.plan_query import Marks
from amparo.casefile.script import fold_with_places
from amparo.store.word_list import WORD

ELLIPSIS = "…"
_SENTENCE_END = re.compile(r"(?<=[.!?…؟۔])[\"»”’)\]]*\s+|\n+")


class Snippet(NamedTuple):
    """Part of a text: `start` and `end` are its offsets, `hits` are offsets in `shown`."""

    shown: str
    start: int
    end: int
    hits: tuple[tuple[int, int], ...]


def mark(text: str, marks: Marks) -> list[tuple[int, int]]:
    """Offsets (code points, end exclusive) of every hit, in order, not overlapping."""
    words = _words(text)
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(words):
        count = _hit(words, at, marks)
        if count:
            found.append((words[at][1], words[at + count - 1][2]))
        at += count or 1
    return found


def _hit(words: Sequence[tuple[str, int, int]], at: int, marks: Marks) -> int:
    """Number of words of the longest hit that begins at `at`."""
    best = 0
    for phrase in marks.phrases:
        size = len(phrase)
        if size > best and tuple(word for word, _, _ in words[at : at + size]) == phrase:
            best = size
    if best:
        return best
    word = words[at][0]
    return int(word in marks.terms or (bool(marks.prefixes) and word.startswith(marks.prefixes)))


def _words(text: str) -> list[tuple[str, int, int]]:
    """Folded words with the offsets of their first character and past their last."""
    folded, places = fold_with_places(text)
    words: list[tuple[str, int, int]] = []
    for word in WORD.finditer(folded):
        end = places[word.end() - 1] + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        words.append((word[0], places[word.start()], end))
    return words


def cut_snippet(text: str, hits: Sequence[tuple[int, int]], width: int = 280) -> Snippet:
    """Whole sentences around the first hit, as many as fit in about `width` characters.

    A sentence that is longer is cut at spaces. Left-out text shows as an ellipsis.
    """
    first = hits[0] if hits else (0, 0)
    bounds = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    low = max(bound for bound in bounds if bound <= first[0])
    high = min((bound for bound in bounds if bound > first[0] and bound >= first[1]), default=0)
    high = max(high, first[1])
    for bound in bounds:
        if bound > high and bound - low <= width:
            high = bound
    if high - low > width:
        low, high = _narrow(text, low, high, first, width)
    while low < high and text[low].isspace():
        low += 1
    while high > low and text[high - 1].isspace():
        high -= 1
    before = ELLIPSIS if text[:low].strip() else ""
    after = ELLIPSIS if text[high:].strip() else ""
    shift = len(before) - low
    inside = tuple((a + shift, b + shift) for a, b in hits if low <= a and b <= high)
    return Snippet(before + text[low:high] + after, low, high, inside)


def _narrow(text: str, low: int, high: int, hit: tuple[int, int], width: int) -> tuple[int, int]:
    """A window of about `width` with the hit inside, its edges at spaces where there are any."""
    room = max(0, width - (hit[1] - hit[0])) // 2
    start, end = max(low, hit[0] - room), min(high, hit[1] + room)
    if start > low:
        space = text.find(" ", start, hit[0])
        start = space + 1 if space >= 0 else start
    if end < high:
        space = text.rfind(" ", hit[1], end)
        end = space if space >= 0 else end
    return start, end
