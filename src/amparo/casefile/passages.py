"""Anchor a quotation to the exact place it was found in an extraction."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from amparo.errors import BadInput
from amparo.vault.retrieve import read_part

if TYPE_CHECKING:
    from amparo.casefile.records import Row


def _spaced(quote: str) -> re.Pattern[str]:
    """The words of a quotation with any white space between them: files break lines anywhere."""
    return re.compile(r"\s+".join(re.escape(word) for word in quote.split()))


def locate(text: str, quote: str, start: int | None, where: str) -> tuple[int, int]:
    """(start, end) of `quote` in `text`, in code points.

    The words must be the same; only white space between them may differ. With `start`
    they must stand exactly there; without, exactly once. Raises BadInput otherwise.
    """
    if not quote.strip():
        raise BadInput("the quotation is empty", value=where, remedy="copy the exact words")
    pattern = _spaced(quote)
    if start is not None:
        found = pattern.match(text, start) if start >= 0 else None
        if found:
            return found.span()
        raise BadInput(
            "the quotation does not stand at that place",
            value=where,
            remedy="copy the exact words, or leave 'start' out",
        )
    hits = [hit.span() for _, hit in zip(range(2), pattern.finditer(text), strict=False)]
    if not hits:
        raise BadInput(
            "the quotation is not in that part of the item",
            value=where,
            remedy="see the text with `amparo item show --part`, and copy the exact words",
        )
    if len(hits) > 1:
        raise BadInput(
            "the quotation stands there more than once",
            value=where,
            remedy="quote more words, or give 'start'",
        )
    return hits[0]


Texts = dict[tuple[str, str], str]


def anchor(rows: Mapping[str, Row], statement: Row, where: str, texts: Texts) -> None:
    """Check a statement's quotation and store where it begins. Raises BadInput.

    `texts` keeps the parts that were read, for the next statement of a batch.
    """
    sha256 = rows[statement.body["item"]].body["sha256"]
    key = (sha256, statement.body["part"])
    if key not in texts:
        texts[key] = read_part(*key, where)
    text = texts[key]
    begin, end = locate(text, statement.body["quote"], statement.body.get("start"), where)
    statement.body["start"], statement.body["quote"] = begin, text[begin:end]


def is_anchored(sha256: str, part: str, quote: str, start: int) -> bool:
    """True when the words still stand there: asked again at every build of a filing."""
    try:
        locate(read_part(sha256, part, ""), quote, start, "")
    except BadInput:
        return False
    return True
