"""Which part of a case may be drawn for a use. Absent consent means no.

A picture shows persons one by one, so that a decision for figures only ("aggregate")
does not cover it. With no purpose the whole record is drawn, for the team's own eyes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from amparo.casefile.consent import Use, may_leave, source_may_leave
from amparo.casefile.picture import Tongue
from amparo.casefile.records import CaseFile, Row
from amparo.casefile.schema import BY_NAME

DRAWN = (
    "person",
    "place",
    "event",
    "act",
    "involvement",
    "crossing",
    "intervention",
    "response",
    "remedy",
)
OWN_EYES = "For the team's own eyes: no purpose was named, so consent was not asked."


@dataclass(frozen=True)
class Scope:
    """The part of a case that may be drawn, the use it is for, and how much stays behind."""

    case: CaseFile
    use: Use
    left_out: int

    def tell(self, tongue: Tongue) -> str:
        """What the picture says of itself; never how much is missing, nor why."""
        if not self.use.purpose:
            return tongue.say(OWN_EYES)
        whole = "For {use} on {day}: only what consent allows is drawn."
        use = self.use.purpose
        if self.use.recipient:
            use = tongue.say("{use} to {recipient}").format(use=use, recipient=self.use.recipient)
        return tongue.say(whole).format(use=use, day=self.use.on)


def scope_of(case: CaseFile, use: Use | None = None) -> Scope:
    """The part of `case` that may be drawn for `use`."""
    use = use or Use()
    if not use.purpose:
        return Scope(case, use, 0)
    kept = _Sieve(case, use).keep()
    left = sum(row.noun in DRAWN and code not in kept for code, row in case.rows.items())
    return Scope(replace(case, rows=kept), use, left)


def hidden_words(codes: Iterable[str]) -> re.Pattern[str] | None:
    """Finds the codes as words of a text; None where there are none."""
    found = "|".join(map(re.escape, sorted(codes, key=len, reverse=True)))
    return re.compile(rf"(?<![\w-])(?:{found})(?![\w-])") if found else None


class _Sieve:
    def __init__(self, case: CaseFile, use: Use) -> None:
        self.case = case
        self.use = use
        self.kept: dict[str, Row] = {}
        self.alleged = {row["person"] for row in case.all("involvement")}
        heard = {row["person"] for row in case.all("source")}
        suffered = {row["victim"] for row in case.all("act")}
        self.only_alleged = self.alleged - heard - suffered
        hidden = [p.code for p in case.all("person") if not self._person(p)]
        self.hidden = hidden_words(hidden)

    def _person(self, row: Row) -> bool:
        """An alleged perpetrator who is neither heard nor harmed decides nothing here."""
        if row.code in self.only_alleged:
            return True
        return may_leave(self.case, row.code, self.use).allowed

    def keep(self) -> dict[str, Row]:
        """Records that may be drawn, by id; contaminations and consents never are."""
        for row in self._in_order():
            if self._allows(row) and not self._names_hidden(row):
                self.kept[row.code] = row
        involved = {row["person"] for row in self.kept.values() if row.noun == "involvement"}
        for code in self.only_alleged - involved:
            self.kept.pop(code, None)
        self._drop_empty_places()
        return {code: row for code, row in self.case.rows.items() if code in self.kept}

    def _in_order(self) -> Iterator[Row]:
        order = ("person", "source", "item", "place", "act", "event", "proposition", "statement",
                 "involvement", "crossing", "intervention", "response", "remedy",
                 "label")  # fmt: skip
        for noun in order:
            yield from self.case.all(noun)

    def _allows(self, row: Row) -> bool:
        if row.noun == "person":
            return self._person(row)
        if row.noun == "source":
            return self._source(row)
        if row.noun == "statement":
            source = self.case.get(row["source"])
            return source is not None and self._source(source, row["item"])
        if row.noun == "event":
            acts = [act for act in self.case.all("act") if act["event"] == row.code]
            return not acts or any(act.code in self.kept for act in acts)
        return all(code in self.kept for code in _named(row) if code in self.case.rows)

    def _source(self, row: Row, item: str = "") -> bool:
        return source_may_leave(self.case, row, self.use, item=item).allowed

    def _names_hidden(self, row: Row) -> bool:
        """True when a word of the record is the code of a person who stays behind."""
        if self.hidden is None:
            return False
        refs = {f.name for f in BY_NAME[row.noun].fields if f.kind == "refs"}
        texts = (
            text
            for name, value in row.body.items()
            if name != "note" and name not in refs
            for text in (value if isinstance(value, list) else [value])
        )
        return any(self.hidden.search(text) for text in texts if isinstance(text, str))

    def _drop_empty_places(self) -> None:
        """A place where nothing that is drawn happened would tell of what is not drawn."""
        used = {row["place"] for row in self.kept.values() if row.noun == "act"}
        for row in self.kept.values():
            if row.noun == "event":
                used |= set(row["places"] or [])
        for code in [c for c, row in self.kept.items() if row.noun == "place" and c not in used]:
            del self.kept[code]


def _named(row: Row) -> Iterator[str]:
    """Records without which this one says nothing, or says too much."""
    for name in ("act", "person", "victim", "basis", "by", "to", "statement", "intervention"):
        if isinstance(row[name], str):
            yield row[name]
    if row.noun == "intervention":
        yield from (*(row["persons"] or ()), *(row["about"] or ()))
