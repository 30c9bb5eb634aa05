"""The day a page bears, where its author marked a date in words: "13 сентября 2021", "٣ مارس ٢٠٢١".

Asked when neither head nor plain figures tell. The text at large is not searched: from there
htmldate makes a first of January of a bare year, and takes the day of an event for the page's.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

MOST_MARKED = 40
SHORTEST, LONGEST = 8, 80
_MARKED = re.compile(
    r"(?:^|[\s_-])(?:date|datetime|datum|fecha|time|timestamp|posted|published|pubdate|byline)"
    r"(?:[\s_-]|$)",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"\d+")


def marked_date(tree: Any) -> str:
    """ISO 8601 day of the first element marked as a date that names day and year, else ""."""
    from htmldate import find_date

    for text in islice(_marked_texts(tree), MOST_MARKED):
        figures = {int(figure) for figure in _FIGURES.findall(text)}
        if not any(1 <= n <= 31 for n in figures) or not any(1990 <= n <= 2100 for n in figures):
            continue
        found = find_date(f"<html><body><time>{html.escape(text)}</time></body></html>")
        if found and {int(found[:4]), int(found[8:10])} <= figures:
            return str(found)
    return ""


def _marked_texts(tree: Any) -> Iterator[str]:
    for node in tree.iter("time", "p", "span", "div", "td", "li", "em", "small"):
        names = f"{node.get('class') or ''} {node.get('id') or ''} {node.get('itemprop') or ''}"
        if node.tag == "time" or _MARKED.search(names):
            text = " ".join("".join(node.itertext()).split())
            if SHORTEST <= len(text) <= LONGEST:
                yield text
