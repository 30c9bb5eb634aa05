"""Structures and alleged perpetrators, victims and witnesses: always by code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amparo.filing.check import ALLEGED
from amparo.filing.document import Block, Paragraph, Ref, Runs, Section, Table, Text
from amparo.filing.wording import Wording

if TYPE_CHECKING:
    from amparo.casefile.records import Row


def structures(to: Wording) -> Section:
    """Who is alleged to have had which part, according to which passage."""
    involved = to.case.all("involvement")
    if not involved:
        return Section("structures", to.say("title.structures"), (to.paragraph("structures.none"),))
    rows = tuple(_involvement(to, row) for row in involved)
    table = Table(
        to.say("structures.table"),
        to.columns(
            "structures",
            person=0.8,
            act=0.6,
            degree=1.3,
            capacity=1.2,
            unit=2.2,
            instigation=1.2,
            basis=0.8,
        ),
        rows,
        "involvements",
    )
    described = tuple(
        Paragraph(
            (
                Text(f"{person.code}. ", "bold"),
                Text(_sentence(str(person["role"])), lang=to.lang_of(person.code, "role")),
            )
        )
        for person in _shown(to)
        if to.material.release.levels.get(person.code) == ALLEGED and person["role"]
    )
    return Section(
        "structures",
        to.say("title.structures"),
        (
            to.paragraph("structures.intro"),
            *described,
            table,
            Paragraph(to.weave("structures.knowledge", ref=Ref("gaps"))),
        ),
    )


def _sentence(words: str) -> str:
    """A description as a sentence: a capital and a full stop."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def _involvement(to: Wording, row: Row) -> tuple[Runs, ...]:
    return (
        (Text(str(row["person"]), "bold"),),
        (Text(str(row["act"])),),
        (Text(to.words.term("degrees", row["degree"] or "suspected")),),
        (Text(to.words.term("capacities", row["capacity"] or "unknown")),),
        (Text(", ".join(filter(None, (row["unit"], row["rank"])))),),
        (Text(to.words.term("yes_no", row["instigation"] or "unknown")),),
        # A space, so that the number of the note is not read as part of the code.
        (Text(f"{row['basis']}\u00a0" if row["basis"] else ""), *to.basis(row["basis"])),
    )


def victims(to: Wording) -> Section:
    """The table of persons by code, with the level their consent covers."""
    levels = to.material.release.levels
    rows = tuple(
        (
            (Text(person.code, "bold"),),
            (Text(str(person["role"] or "")),),
            (Text(to.words.term("units", person["counting_unit"] or "one person")),),
            (Text(", ".join(_parts(to, person.code))),),
            (Text(to.words.term("consent_levels", levels.get(person.code, ""))),),
            (Text(to.say("victims.vulnerable") if person["vulnerable"] else ""),),
        )
        for person in _shown(to)
    )
    table = Table(
        to.say("victims.table"),
        to.columns("victims", code=0.7, role=2.4, unit=1.2, part=1.3, level=1.3, care=1.3),
        rows,
        "persons",
    )
    blocks: list[Block] = [to.paragraph("victims.intro"), table]
    counted = [
        one
        for one in to.material.release.withheld
        if one.noun == "person" and one.reason == "aggregate"
    ]
    if counted:
        blocks.append(to.paragraph("victims.aggregate", count=len(counted)))
    return Section("victims", to.say("title.victims"), tuple(blocks))


def _shown(to: Wording) -> list[Row]:
    """Persons that may appear; an alleged perpetrator only with an involvement that may too."""
    involved = {row["person"] for row in to.case.all("involvement")}
    levels = to.material.release.levels
    return [
        person
        for person in to.case.all("person")
        if levels.get(person.code) != ALLEGED or person.code in involved
    ]


def _parts(to: Wording, code: str) -> list[str]:
    parts: list[str] = []
    if any(act["victim"] == code for act in to.case.all("act")):
        parts.append("victim")
    if any(source["person"] == code for source in to.case.all("source")):
        parts.append("source")
    if any(row["person"] == code for row in to.case.all("involvement")):
        parts.append("alleged")
    return [to.words.term("parts", part) for part in parts or ["mentioned"]]
