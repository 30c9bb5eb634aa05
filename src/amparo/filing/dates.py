"""Dates in words, with the small word that each language puts before a day or a month."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amparo.filing.words import Words

_ISO_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_ELIDED = re.compile(r"\b([dD])e (?=[aeiouéèê])")
_EDTF = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?([?~%]?)\Z")


class Dates:
    """Partial dates (EDTF) in the sentences of one language; none is made more exact."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.say = words.say

    def date(self, edtf: object) -> str:
        """A partial date in words; what is not a plain date stays as recorded."""
        text = str(edtf or "")
        if "/" in text:
            first, _, last = text.partition("/")
            return self.say("when.between", first=self._the(first), last=self._the(last))
        match = _EDTF.match(text)
        if not match:
            return text or self.say("when.unknown")
        return self._in_sentence("about", text) if match[4] else self._bare(match)

    def on(self, edtf: object) -> str:
        """A date as a sentence has it: "on 3 May 2019", "in May 2019"."""
        text = str(edtf or "")
        if not text:
            return self.say("when.at_unknown")
        match = _EDTF.match(text)
        return self._in_sentence("at", text) if match and not match[4] else self.date(text)

    def span(self, began: object, ended: object) -> str:
        """From one date to another."""
        first, last = self._in_sentence("from", str(began)), self._in_sentence("to", str(ended))
        return self.say("when.span", first=first, last=last)

    def _the(self, edtf: str) -> str:
        return self._in_sentence("the", edtf)

    def _in_sentence(self, role: str, edtf: str) -> str:
        """The date with the small word that it needs: whole days and months differ in French."""
        match = _EDTF.match(edtf)
        if not match:
            return self.date(edtf)
        shown = self._bare(match)
        if match[4] and role != "about":
            shown = self.say("when.roughly", date=shown)
        said = self.say(f"when.{role}_{'day' if match[3] else 'month'}", date=shown)
        return _ELIDED.sub(r"\1’", said) if self.words.lang == "fr" else said

    def _bare(self, match: re.Match[str]) -> str:
        year, month, day, _ = match.groups()
        if not month:
            return str(year)
        name = self.words.term("months", str(int(month)))
        if not day:
            return self.say("month", month=name, year=year)
        number = self.words.term("first_day", "1") if int(day) == 1 else int(day)
        return self.say("day", day=number, month=name, year=year)

    def spell_dates(self, sentence: str) -> str:
        """A sentence of the book of law with its dates in words."""
        return _ISO_DAY.sub(lambda match: self.date(match[0]), sentence)
