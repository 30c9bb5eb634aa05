"""Sender, summary, confidentiality sheet and background."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from amparo.filing.chapters.law import best_results, sentences, tell_all
from amparo.filing.check import ALLEGED, GROUP
from amparo.filing.document import Block, Notice, Paragraph, Ref, Section, Table, Text
from amparo.filing.plan import CODED
from amparo.filing.wording import Wording
from amparo.filing.words import load_forum

if TYPE_CHECKING:
    from amparo.casefile.records import Row


def sender(to: Wording) -> Section:
    """Who sends, and how the sender may be reached."""
    named = to.material.sender
    blocks = [
        to.paragraph("sender.who", sender=", ".join(named))
        if named
        else to.paragraph("sender.missing")
    ]
    levels = to.material.release.levels
    agreed = [code for code, level in levels.items() if level not in (ALLEGED, GROUP)]
    if agreed:
        blocks.append(to.paragraph("sender.authority", persons=to.joined(agreed)))
    blocks += [_prior(to), to.paragraph("sender.channel")]
    return Section("sender", to.say("title.sender"), tuple(blocks))


def _prior(to: Wording) -> Paragraph:
    """What was handed over to this forum before, so that nobody says that there was nothing."""
    if not to.material.prior:
        return to.paragraph("sender.prior")
    sent = [
        to.say(
            "sender.prior_receipt" if one.receipt else "sender.prior_one",
            to=one.to,
            on=to.on(one.on),
            receipt=one.receipt,
        )
        for one in to.material.prior
    ]
    return to.paragraph("sender.prior_sent", sent="; ".join(sent))


def summary(to: Wording) -> Section:
    """What happened, to whom, what is tendered and what is asked."""
    case = to.case
    blocks: list[Paragraph] = []
    if case.body.get("summary"):
        summary = Text(str(case.body["summary"]), lang=to.lang_of("", "summary"))
        blocks.append(Paragraph((summary,)))
    blocks += _crimes(to)
    sources = {row["source"] for row in case.all("statement")}
    blocks.append(
        to.paragraph(
            "summary.people",
            victims=count_victims(to),
            statements=to.counted("words.statements", len(case.all("statement"))),
            sources=to.counted("words.sources", len(sources)),
            exhibits=to.counted("words.exhibits", len(to.exhibits())),
        )
    )
    if case.body.get("group"):
        blocks.append(to.paragraph("summary.group", group=case.body["group"]))
    if best := best_results(to.material.answers):
        counts = "; ".join(
            to.say("words.counts", result=to.words.term("results", result), acts=to.acts(acts))
            for result, acts in best.items()
        )
        blocks.append(
            Paragraph(to.weave("summary.law", ref=Ref("jurisdiction.routes"), counts=counts))
        )
    blocks.append(
        Paragraph(
            to.weave("summary.ask", ref=Ref("requests"), gaps=Ref("gaps"), contrary=Ref("contrary"))
        )
    )
    return Section("summary", to.say("title.summary"), tuple(blocks))


def _crimes(to: Wording) -> list[Paragraph]:
    acts = to.case.all("act")
    labels = [f"{chart.label} ({chart.crime})" for chart in to.material.chart.crimes]
    blocks = [
        Paragraph(
            (
                Text(
                    to.counted(
                        "summary.crimes", len(acts), span=_span(to, acts), crimes=to.joined(labels)
                    )
                ),
            )
        )
    ]
    places = list(dict.fromkeys(to.where(act["place"]) for act in acts if act["place"]))
    if places:
        blocks.append(to.paragraph("summary.places", places="; ".join(places)))
    return blocks


def _span(to: Wording, acts: list[Row]) -> str:
    """From the first day of an act to the last; bounds of a range count as days."""
    first = sorted(str(act["began"]).partition("/")[0] for act in acts if act["began"])
    last = sorted(
        str(act["ended"] or act["began"]).rpartition("/")[2]
        for act in acts
        if act["ended"] or act["began"]
    )
    if not first or not last:
        return to.say("words.undated")
    return to.date(first[0]) if first[0] == last[-1] else to.span(first[0], last[-1])


def count_victims(to: Wording) -> str:
    """How many persons the acts concern, groups of unknown size kept apart."""
    codes = dict.fromkeys(act["victim"] for act in to.case.all("act") if act["victim"])
    count = groups = 0
    for code in codes:
        person = to.case.get(code)
        if person is not None and person["counting_unit"] == "group of unknown size":
            groups += 1
        else:
            count += int((person["size"] if person is not None else None) or 1)
    shown = to.say("words.victims_one") if count == 1 else to.say("words.victims", count=count)
    if groups:
        shown += to.say("words.group_one") if groups == 1 else to.say("words.groups", count=groups)
    return shown


def confidentiality(to: Wording) -> Section:
    """Who may read what, which protection is asked for, and what was held back."""
    levels = Counter(exhibit.confidentiality for exhibit in to.exhibits())
    table = Table(
        to.say("confidentiality.levels"),
        to.columns("confidentiality", level=1, count=0.6, meaning=3),
        tuple(
            (
                (Text(to.words.term("levels", level), "bold"),),
                (Text(str(count)),),
                (Text(to.words.term("level_meaning", level)),),
            )
            for level, count in sorted(levels.items())
        ),
    )
    held = to.material.release.withheld
    items = [one for one in held if one.noun == "item" and one.reason != "uncited"]
    persons = [one for one in held if one.noun == "person"]
    if items or persons:
        last = to.weave(
            "confidentiality.withheld",
            count=len(items),
            persons=len(persons),
            ref=Ref("withheld"),
        )
    else:
        last = (Text(to.say("confidentiality.none_withheld")),)
    return Section(
        "confidentiality",
        to.say("title.confidentiality"),
        (
            to.paragraph(_version(to)),
            table,
            to.paragraph("confidentiality.exhibits"),
            to.paragraph("confidentiality.protection"),
            Paragraph(last),
        ),
    )


def _version(to: Wording) -> str:
    version = to.material.version
    return "confidentiality.version" if version == CODED else f"version_told.{version}"


def background(to: Wording) -> Section:
    """Events with their dates and places, and what is known of each."""
    events = sorted(to.case.all("event"), key=lambda row: str(row["began"] or "9999"))
    rows = tuple(
        (
            (Text(f"{event.code}. ", "bold"), Text(event.title)),
            (Text(to.when(event)),),
            (Text("; ".join(to.where(place) for place in event["places"] or ())),),
            (Text(", ".join(a.code for a in to.case.all("act") if a["event"] == event.code)),),
        )
        for event in events
    )
    table = Table(
        to.say("background.events"),
        to.columns("background", event=2.4, when=1.5, where=1.6, acts=0.9),
        rows,
        "events",
    )
    described = tuple(
        Paragraph(
            (
                Text(f"{event.code}. ", "bold"),
                Text(str(event["description"]), lang=to.lang_of(event.code, "description")),
            )
        )
        for event in events
        if event["description"]
    )
    others = tell_all(to, "background")
    sections = (Section("others", to.say("title.others"), tuple(others)),) if others else ()
    blocks: tuple[Block, ...] = (to.paragraph("background.intro"), table, *described, *_actors(to))
    return Section("background", to.say("title.background"), blocks, sections)


def _actors(to: Wording) -> list[Paragraph]:
    """Who acts in the record besides persons under codes: authorities, organisations, units."""
    heard = {row["source"] for row in to.case.all("statement")}
    named = [
        to.source(row.code)
        for row in to.case.all("source")
        if row["kind"] in ("authority", "organisation") and row.code in heard
    ]
    named += [str(row["unit"]) for row in to.case.all("involvement") if row["unit"]]
    listed = list(dict.fromkeys(named))
    return [to.paragraph("background.actors", actors="; ".join(listed))] if listed else []


def labels(to: Wording) -> Section:
    """Legal labels that others use, each with the reason why it is not adopted."""
    blocks: list[Notice | Paragraph] = []
    for row in to.material.chart.labels:
        by = to.source(row.by) if row.by else to.say("labels.others")
        parts = [to.say("labels.used", label=to.words.term("label_names", row.label), by=by)]
        if row.reasons:
            parts += [to.say("labels.because"), sentences(row.reasons)]
        else:
            parts.append(to.say("labels.unexamined"))
        # Crimes of the Statute are proposed only where crimes are charged.
        if row.proposed and "crimes" in load_forum(to.words.forum).sections:
            parts.append(to.say("labels.proposed", proposed="; ".join(row.proposed)))
        blocks.append(Notice(to.say("labels.title"), (Text(" ".join(parts)),)))
    if not blocks:
        blocks.append(to.paragraph("labels.none"))
    return Section("labels", to.say("title.labels"), tuple(blocks))
