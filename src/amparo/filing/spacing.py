"""Spaces and apostrophes of print: French no-break spaces before two-part signs and in guillemets.

Only for words in French: quotations in other languages stay as they are.
"""

from __future__ import annotations

import re

NO_BREAK = "\u00a0"
# A sign that a space parts from its word already, and a semicolon that lacks it.
_BEFORE = re.compile("[ \u00a0\u202f]+([;:!?»])|(?<![\\s\u00a0]);(?=[^\\S\u00a0\u202f])")
_AFTER = re.compile("«[ \u00a0\u202f]*")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")


def space_french(text: str) -> str:
    """The text with no-break spaces where French wants them; no word is changed."""
    spaced = _BEFORE.sub(lambda match: f"{NO_BREAK}{match[1] or ';'}", text)
    return _AFTER.sub(f"«{NO_BREAK}", spaced)


def set_sentence(text: str, lang: str) -> str:
    """A sentence of a template: the apostrophe of print, and in French the spaces."""
    printed = _APOSTROPHE.sub("’", text)
    return space_french(printed) if lang == "fr" else printed
