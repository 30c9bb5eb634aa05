"""How facts of the record are put into words: dates, places, persons, citations.

One Wording serves one build. It gives exhibits their numbers as they are first needed and
shows a place no more exactly than its `published_precision`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from amparo.filing.dates import Dates
from amparo.filing.document import Cite, Column, Exhibit, Note, Paragraph, Run, Runs, Text
from amparo.filing.exhibits import assign_numbers, name_file
from amparo.filing.material import Material
from amparo.filing.words import Words

if TYPE_CHECKING:
    from amparo.casefile.records import Row

PUBLIC = "public"
PRECISIONS = ("point", "building", "street", "town", "district", "region", "country", "unknown")


class Wording(Dates):
    """Words for one material in one language."""

    def __init__(self, material: Material, words: Words) -> None:
        super().__init__(words)
        self.material = material
        self.case = material.case
        self.by_proposition: dict[str, list[Row]] = {}
        self.by_item: dict[str, list[Row]] = {}
        for row in self.case.all("statement"):
            self.by_proposition.setdefault(str(row["proposition"]), []).append(row)
            self.by_item.setdefault(str(row["item"]), []).append(row)
        cited = [
            str(item)
            for row in self.case.all("statement")
            for item in (row["item"], row["recording"])
            if item in self.case.rows
        ]
        self.translated = {
            str(row["statement"]): row
            for row in self.case.all("translation")
            if row["language"] == words.lang
        }
        digests = [self.digest(item) for item in dict.fromkeys(cited)]
        self.numbers: Mapping[str, int] = assign_numbers(digests, material.earlier_numbers)

    # Runs

    def paragraph(self, key: str, /, anchor: str = "", **fields: object) -> Paragraph:
        """A numbered paragraph of one fixed sentence."""
        return Paragraph((Text(self.say(key, **fields)),), anchor)

    def columns(self, group: str, **widths: float) -> tuple[Column, ...]:
        """Columns whose titles are sentences of `group`, with their shares of the line."""
        return tuple(Column(self.say(f"{group}.{name}"), width) for name, width in widths.items())

    def weave(self, key: str, /, **fields: Run | str | int) -> Runs:
        """A fixed sentence whose fields may be references or notes as well as words."""
        marks = {name: f"\x00{name}\x00" for name in fields}
        runs: list[Run] = []
        for piece in re.split("(\x00\\w+\x00)", self.say(key, **marks)):
            value = fields[piece.strip("\x00")] if piece.startswith("\x00") else piece
            if not isinstance(value, str | int):
                runs.append(value)
            elif str(value):
                runs.append(Text(str(value)))
        return tuple(runs)

    # Dates and places

    def when(self, row: Row) -> str:
        """When an act or event took place."""
        began, ended = row["began"], row["ended"]
        if not began and not ended:
            return self.say("when.unknown")
        if began and ended and began != ended:
            shown = self.span(began, ended)
        else:
            shown = self.date(began or ended)
        stated = row["began_as_stated"]
        return self.say("when.stated", date=shown, stated=stated) if stated else shown

    def where(self, code: object) -> str:
        """A place, no more exactly than it may be published."""
        place = self.case.get(str(code)) if code else None
        if place is None:
            return self.say("where.unknown")
        known = _rank(place["precision"])
        published = max(_rank(place["published_precision"] or place["precision"]), known)
        state = self.state(place["state"])
        if published >= PRECISIONS.index("country"):
            return self.say("where.in_state", state=state)
        if published <= known:
            names = place["names"] or {}
            return str(names.get(self.words.lang) or place["name"])
        if not place["region"]:
            return self.say("where.in_state", state=state)
        return self.say("where.in_region", region=place["region"], state=state)

    def state(self, code: object) -> str:
        """The name of a state by its ISO 3166 code."""
        return self.material.states.get(str(code), str(code or self.say("where.unknown")))

    # Words of the record

    def lang_of(self, code: str, field: str) -> str:
        """Language in which a field of a record ("" for the case) stands."""
        translated = (code, field) in self.material.translated
        return self.words.lang if translated else str(self.case.body.get("language") or "")

    def counted(self, key: str, count: int, **fields: object) -> str:
        """A sentence in the singular (`key` with "_one") or the plural, by a count."""
        one = f"{key}_one"
        return self.say(one if count == 1 and one in self.words.sentences else key,
                        count=count, **fields)  # fmt: skip

    def acts(self, codes: Sequence[str]) -> str:
        """Acts by their codes: "act A1", "acts A1, A3"."""
        listed = list(dict.fromkeys(codes))
        if len(listed) == 1:
            return self.say("words.act", act=listed[0])
        return self.say("words.act_list", acts=", ".join(listed))

    # Persons and sources

    def victim(self, act: Row) -> str:
        """The victim of an act, by code."""
        return str(act["victim"] or self.say("words.unnamed"))

    def is_protected(self, source: Row) -> bool:
        """True for a person who spoke to somebody else and has decided nothing."""
        return bool(source["kind"] == "person" and not source["person"])

    def source(self, code: object) -> str:
        """A source as it may be shown: a code for persons, its designation for others."""
        row = self.case.get(str(code))
        if row is None:
            return str(code)
        if row["person"]:
            return str(row["person"])
        if self.is_protected(row):
            return row.code
        return str((row["titles"] or {}).get(self.words.lang) or row["title"] or row.code)

    def source_code(self, code: object) -> str:
        """The pseudonym of the person, or the code of the source."""
        row = self.case.get(str(code))
        return str(row["person"] or row.code) if row is not None else str(code)

    # Citations

    def digest(self, item: object) -> str:
        """The sha-256 of an item of the case."""
        row = self.case.get(str(item))
        return str(row["sha256"]) if row is not None else ""

    def cite(self, statement: Row) -> Cite:
        """The citation of a statement: exhibit, part, place and words."""
        quote = str(statement["quote"])
        start = int(statement["start"] or 0)
        facts = self.material.items.get(str(statement["item"]))
        redacted = facts is not None and facts.copy is not None
        bare = Cite(
            exhibit=self.numbers[self.digest(statement["item"])],
            part=str(statement["part"]),
            statement=statement.code,
            source=str(statement["source"]),
            recording=self.numbers.get(self.digest(statement["recording"]), 0),
            seconds=(_second(statement["begin_seconds"]), _second(statement["end_seconds"])),
        )
        if not self.may_quote(statement):
            return bare
        translation = self.translated.get(statement.code)
        return replace(
            bare,
            # Characters of the original are not those of a copy from which words were taken.
            start=-1 if redacted else start,
            end=-1 if redacted else start + len(quote),
            quote=quote,
            lang=str(statement["language"] or ""),
            translation=str(translation["text"]) if translation else "",
            translator=self.translator(translation) if translation else "",
        )

    def may_quote(self, statement: Row) -> bool:
        """False for words of an item that the public version does not show."""
        item = self.case.get(str(statement["item"]))
        return self.material.version != PUBLIC or (
            item is not None and item["confidentiality"] == PUBLIC
        )

    def translator(self, row: Row) -> str:
        """Who translated: a person by code, or a machine and who compared it."""
        kind = "person" if not row["machine"] else "checked" if row["checked_by"] else "machine"
        return self.say(f"translators.{kind}", by=row["by"], checked=row["checked_by"])

    def note(self, statements: Iterable[Row]) -> tuple[Note, ...]:
        """A footnote for these statements, or nothing."""
        cites = tuple(self.cite(statement) for statement in statements)
        return (Note(cites),) if cites else ()

    def basis(self, code: object) -> tuple[Note, ...]:
        """A footnote for the statement that a record gives as its basis."""
        row = self.case.get(str(code)) if code else None
        return self.note([row]) if row is not None and row.noun == "statement" else ()

    # Statements by proposition

    def statements_on(self, proposition: str, *stances: str) -> list[Row]:
        """Statements bearing on a proposition, with one of the stances."""
        rows = self.by_proposition.get(proposition, ())
        return [row for row in rows if (row["stance"] or "supports") in stances]

    @cached_property
    def told_at(self) -> Mapping[tuple[str, str], Sequence[str]]:
        """Propositions by the one place that tells them: (chapter, act or "").

        The chapter is a crime, "context" or "background". Claims of law that no chart uses are
        told nowhere: the book answers them, and labels stand apart.
        """
        chart = self.material.chart
        crime_of = {act: crime.crime for crime in chart.crimes for act in crime.acts}
        places: dict[str, tuple[str, str]] = {}
        for row in self.case.all("proposition"):
            if row["act"] in crime_of:
                places[row.code] = (crime_of[row["act"]], str(row["act"]))
        charts = [("context", chart.context), *((c.crime, c.elements) for c in chart.crimes)]
        for place, lines in charts:
            for line in lines:
                for claim in line.claims:
                    places.setdefault(claim.proposition, (place, ""))
        for row in self.case.all("proposition"):
            if row["aspect"] != "law":
                places.setdefault(row.code, ("background", ""))
        told: dict[tuple[str, str], list[str]] = {}
        for code, key in places.items():
            told.setdefault(key, []).append(code)
        return told

    def joined(self, words: Sequence[str]) -> str:
        """ "a, b and c"."""
        if len(words) < 2:
            return "".join(words) or self.say("words.none")
        return ", ".join(words[:-1]) + self.say("words.and") + words[-1]

    # Exhibits

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The exhibits cited in this version, by number."""
        by_digest = {str(row["sha256"]): row for row in self.case.all("item")}
        made = [
            self._exhibit(number, by_digest[digest])
            for digest, number in self.numbers.items()
            if digest in by_digest
        ]
        return tuple(sorted(made, key=lambda one: one.number))

    def _exhibit(self, number: int, row: Row) -> Exhibit:
        facts = self.material.items[row.code]
        statements = self.by_item.get(row.code, [])
        stated = (str(one["language"]) for one in statements if one["language"])
        language = next(stated, facts.language)
        sources = dict.fromkeys(self.source_code(one["source"]) for one in statements)
        title = str(row["title"] or self.words.term("kinds", facts.kind))
        given = facts.copy or facts
        is_shown = self.material.version != PUBLIC or row["confidentiality"] == PUBLIC
        return Exhibit(
            number=number,
            item=facts.sha256,
            title=self.say("index.redacted", title=title) if facts.copy else title,
            kind=facts.kind,
            date=str(row["dated"] or ""),
            source=", ".join(sources),
            language=language,
            confidentiality=str(row["confidentiality"] or "confidential"),
            sha256=given.sha256,
            size=given.size,
            file_name=name_file(number, given.media_type),
            media_type=given.media_type,
            translation=", ".join(
                dict.fromkeys(self.words.lang for one in statements if one.code in self.translated)
            ),
            withheld="" if is_shown else self.say("not_public"),
        )


def _second(value: object) -> float:
    return float(value) if isinstance(value, int | float) else -1.0


def _rank(precision: object) -> int:
    return PRECISIONS.index(str(precision)) if precision in PRECISIONS else len(PRECISIONS) - 1
