"""Method and standard of proof, contrary evidence, gaps, index and what is held back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from amparo.filing.chapters.law import missing, sentences
from amparo.filing.document import Block, Gap, Paragraph, Runs, Section, Table, Text
from amparo.filing.exhibits import index_table
from amparo.filing.translate import translations_of
from amparo.filing.wording import Wording
from amparo.filing.words import load_forum

if TYPE_CHECKING:
    from amparo.casefile.records import Row


def method(to: Wording) -> Section:
    """How the record is kept, the standard used, the sources and how they hang together."""
    copies = any(to.material.items[row.code].copy for row in to.case.all("item"))
    limits = "limits_redacted" if copies else "limits"
    told = any(code in to.translated for code in to.case.rows)
    languages = "languages_translated" if told else "languages"
    blocks: list[Block] = [
        to.paragraph(f"method.{key}")
        for key in ("record", "standard", "custody", languages, limits)
    ]
    counts = Counter(str(row["source"]) for row in to.case.all("statement"))
    rows = tuple(
        (
            (Text(row.code, "bold"),),
            (Text(to.words.term("source_kinds", str(row["kind"]))),),
            (Text(to.say("coded_source") if to.is_protected(row) else to.source(row.code)),),
            (Text(str(row["grade"] or to.say("method.ungraded"))),),
            (Text(str(counts[row.code])),),
        )
        for row in to.case.all("source")
        if counts[row.code]
    )
    table = Table(
        to.say("method.sources_table"),
        to.columns("method", source=0.7, kind=1.2, title=3.0, grade=0.7, count=0.9),
        rows,
        "sources",
    )
    blocks += _described(to)
    blocks += [to.paragraph("method.sources"), table]
    blocks += [_contamination(to, row) for row in to.case.all("contamination")]
    return Section("method", to.say("title.method"), tuple(blocks))


def _described(to: Wording) -> list[Block]:
    """Who translated the descriptions of the record, and how many nobody translated."""
    if to.case.body.get("language") in (None, "", to.words.lang):
        return []
    held = translations_of(to.case, to.words.lang)
    language = to.words.language(str(to.case.body["language"]))
    if not held:
        return [to.paragraph("method.own_words", language=language)]
    by = list(dict.fromkeys(to.translator(row) for row in held.values()))
    blocks: list[Block] = [to.paragraph("method.described", language=language, by=to.joined(by))]
    if left := to.material.untranslated:
        blocks.append(to.paragraph("method.described_left", count=left))
    return blocks


def _contamination(to: Wording, row: Row) -> Paragraph:
    accounts = [one for code in row["statements"] if (one := to.case.get(code)) is not None]
    said = to.say(
        "method.contamination",
        kind=to.say("method.certain" if row["certain"] else "method.suspected"),
        sources=to.joined(list(dict.fromkeys(to.source(one["source"]) for one in accounts))),
        why=row["why"],
    )
    return Paragraph((Text(said), *to.note(accounts)))


def contrary(to: Wording) -> Section:
    """Every statement that denies or qualifies a proposition that is tendered."""
    blocks: list[Block] = []
    told = {code for codes in to.told_at.values() for code in codes}
    for proposition in to.case.all("proposition"):
        if proposition.code not in told:
            continue
        anchor = f"contrary.{proposition.code}"
        for stance in ("denies", "qualifies"):
            for row in to.statements_on(proposition.code, stance):
                said = to.say(
                    f"contrary.{stance}",
                    source=to.source(row["source"]),
                    proposition=proposition["text"],
                )
                runs: Runs = (Text(said), *to.note([row]))
                if row["basis"]:
                    runs = (
                        *runs,
                        Text(f" {to.say('contrary.basis', basis='')}"),
                        *_own(to, row["basis"]),
                    )
                blocks.append(Paragraph(runs, anchor))
                anchor = ""
    first = to.paragraph("contrary.intro" if blocks else "contrary.none")
    return Section("contrary", to.say("title.contrary"), (first, *blocks))


def _own(to: Wording, words: object) -> Runs:
    """Words of the record that have no translation of their own, and in which language they are."""
    lang = str(to.case.body.get("language") or "")
    own = Text(str(words), lang=lang)
    if lang in ("", to.words.lang):
        return (own,)
    return (own, Text(to.say("cite.original", language=to.words.language(lang))))


def find_gaps(to: Wording) -> tuple[Gap, ...]:
    """What charts, acts and jurisdiction lack, once each: elements, then acts, then routes."""
    chart = to.material.chart
    lines = []
    if "crimes" in load_forum(to.words.forum).sections:
        lines = [(to.say("title.context"), line) for line in chart.context]
        lines += [(crime.label, line) for crime in chart.crimes for line in crime.elements]
    found = [
        Gap(to.say("gaps.element", crime=label, element=line.element), lacking)
        for label, line in lines
        if (lacking := missing(to, line))
    ]
    for act in to.case.all("act"):
        found += [Gap(act.code, to.say(f"gaps.{key}")) for key in _act_lacks(act)]
    lacks: dict[tuple[str, str], list[str]] = {}
    for answer in to.material.answers:
        for one in answer.missing:
            lacks.setdefault((answer.route, one), []).append(answer.act)
    for (route, one), acts in lacks.items():
        named = to.words.term("routes", route)
        about = to.say("gaps.jurisdiction", route=named, acts=", ".join(dict.fromkeys(acts)))
        found.append(Gap(about, one))
    return tuple(dict.fromkeys(found))


def _act_lacks(act: Row) -> Iterator[str]:
    if act["attribution"] != "state":
        yield "attribution"
    if not act["began"]:
        yield "date"
    if not act["place"]:
        yield "place"


def gaps(to: Wording) -> Section:
    """The open gaps as a table."""
    found = find_gaps(to)
    title = to.say("title.gaps")
    if not found:
        return Section("gaps", title, (to.paragraph("gaps.none"),))
    table = Table(
        to.say("gaps.table"),
        to.columns("gaps", about=1.2, missing=2.4),
        _gap_rows(found),
        "gaps.table",
    )
    return Section("gaps", title, (to.paragraph("gaps.intro"), table))


def _gap_rows(found: tuple[Gap, ...]) -> tuple[tuple[Runs, ...], ...]:
    by_place: dict[str, list[str]] = {}
    for gap in found:
        by_place.setdefault(gap.about, []).append(gap.missing)
    return tuple(
        ((Text(about),), (Text(sentences(lacking)),)) for about, lacking in by_place.items()
    )


def index(to: Wording) -> Section:
    """The index of exhibits, and below it what is held and not tendered."""
    return Section(
        "index",
        to.say("title.index"),
        (to.paragraph("index.intro"), index_table(to.exhibits(), to.words, "exhibits")),
        (_withheld(to),),
    )


def _told_reason(reason: str) -> str:
    """What a recipient is told: never how somebody decided, nor for whom else."""
    return reason if reason == "uncited" else "uncovered"


def _withheld(to: Wording) -> Section:
    held = [one for one in to.material.release.withheld if one.noun == "item"]
    title = to.say("title.withheld")
    if not held:
        return Section("withheld", title, (to.paragraph("withheld.none"),))
    rows = tuple(
        (
            (Text(one.code, "bold"),),
            (Text(to.words.term("kinds", to.material.items[one.code].kind)),),
            (Text(to.words.term("withheld_reasons", _told_reason(one.reason))),),
        )
        for one in held
    )
    table = Table(
        to.say("withheld.table"),
        to.columns("withheld", code=0.8, kind=1.2, reason=3),
        rows,
    )
    return Section("withheld", title, (to.paragraph("withheld.intro"), table))
