"""Complementarity, gravity, interests of justice and requests."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from amparo.casefile.answers import answers_in_order, find_contradictions
from amparo.casefile.ends import ends_of
from amparo.filing.chapters.form import views_on
from amparo.filing.chapters.opening import count_victims
from amparo.filing.document import (
    Block,
    Bullets,
    Paragraph,
    Ref,
    Runs,
    Section,
    Table,
    Text,
)
from amparo.filing.wording import Wording
from amparo.filing.words import load_forum

if TYPE_CHECKING:
    from amparo.casefile.records import Row


def complementarity(to: Wording) -> Section:
    """What authorities answered, where the answers contradict each other, remedies tried."""
    return Section(
        "complementarity",
        to.say("title.complementarity"),
        (to.paragraph("complementarity.question"),),
        (_responses(to), _remedies(to)),
    )


def _responses(to: Wording) -> Section:
    found = answers_in_order(to.case)
    title = to.say("title.responses")
    if not found:
        return Section("responses", title, (to.paragraph("complementarity.none"),))
    table = Table(
        to.say("complementarity.table"),
        to.columns("complementarity", on=1.1, by=2.0, answer=1.5, to=0.6, note=2.2),
        tuple(_response_row(to, row) for row in found),
        "responses.table",
    )
    contradictions = tuple(
        _contradiction(to, one.first, one.second) for one in find_contradictions(to.case)
    )
    intro = to.paragraph("complementarity.intro")
    blocks: tuple[Block, ...] = (intro, table, *contradictions, *_closings(to, found))
    return Section("responses", title, blocks)


def _closings(to: Wording, found: list[Row]) -> list[Paragraph]:
    """Inquiries that were opened and closed again: one after the other is no contradiction."""
    opened: dict[str, Row] = {}
    blocks: list[Paragraph] = []
    for row in found:
        if row["answer"] in ("opens inquiry", "prosecutes"):
            opened[str(row["to"])] = row
        elif row["answer"] == "inquiry closed" and (first := opened.pop(str(row["to"]), None)):
            blocks.append(
                to.paragraph(
                    "complementarity.closed",
                    opener=first["by"],
                    opened=to.on(first["on"]),
                    closed=to.on(row["on"]),
                    body=row["by"],
                )
            )
    return blocks


def _response_row(to: Wording, row: Row) -> tuple[Runs, ...]:
    return (
        (Text(to.date(row["on"])),),
        (Text(str(row["by"])),),
        (Text(to.words.term("answers", row["answer"])), *to.basis(row["statement"])),
        (Text(str(row["to"] or "")),),
        (Text(str(row["note"] or "")),),
    )


def _contradiction(to: Wording, first: Row, second: Row) -> Paragraph:
    return to.paragraph(
        "complementarity.contradiction",
        first_by=first["by"],
        first_on=to.date(first["on"]),
        first=to.words.term("answers", first["answer"]),
        second_by=second["by"],
        second_on=to.date(second["on"]),
        second=to.words.term("answers", second["answer"]),
        event=first["to"] or to.say("words.none"),
    )


def _remedies(to: Wording) -> Section:
    found = to.case.all("remedy")
    blocks: list[Block] = [_remedy(to, row) for row in found]
    if not blocks:
        blocks.append(to.paragraph("complementarity.no_remedies"))
    return Section("remedies", to.say("title.remedies"), tuple(blocks))


def _remedy(to: Wording, row: Row) -> Paragraph:
    key = "complementarity.remedy" if row["decided_on"] else "complementarity.remedy_undated"
    final = "unknown" if row["final"] is None else ("yes" if row["final"] else "no")
    return to.paragraph(
        key,
        body=row["body"] or "…",
        on=to.on(row["decided_on"]),
        about=to.acts([str(row["act"])]) if row["act"] else to.say("words.any_act"),
        final=to.words.term("yes_no", final),
    )


def gravity(to: Wording) -> Section:
    """Scale, nature, manner and impact, in counts of the record only."""
    acts = to.case.all("act")
    kinds = list(dict.fromkeys(act.title for act in acts))
    methods = list(dict.fromkeys(one for act in acts for one in act["methods"] or ()))
    statuses = Counter(end for act in acts for end in ends_of(act))
    places = {act["place"] for act in acts if act["place"]}
    blocks = [
        to.paragraph(
            "gravity.scale",
            acts=to.counted("words.acts", len(acts)),
            victims=count_victims(to),
            places=to.counted("words.places", len(places)),
        )
    ]
    if methods:
        blocks.append(
            to.paragraph("gravity.nature", kinds=", ".join(kinds), methods=", ".join(methods))
        )
    else:
        blocks.append(to.paragraph("gravity.nature_plain", kinds=to.joined(kinds)))
    if statuses:
        counts = [
            to.say("gravity.status", status=status, count=count)
            for status, count in statuses.items()
        ]
        blocks.append(to.paragraph("gravity.impact", statuses="; ".join(counts)))
    suffered = {act["victim"] for act in acts}
    groups = [
        person.code
        for person in to.case.all("person")
        if person["counting_unit"] == "group of unknown size" and person.code in suffered
    ]
    if groups:
        blocks.append(to.paragraph("gravity.groups", groups=", ".join(groups)))
    return Section("gravity", to.say("title.gravity"), tuple(blocks))


def interests(to: Wording) -> Section:
    """The victims' views as they were recorded; nothing is said for those nobody asked."""
    views = views_on(to.case.all("consultation"), to.words.forum)
    blocks = tuple(
        to.paragraph(
            "interests.view",
            persons=to.joined([str(one) for one in row["persons"] or ()]),
            on=to.on(row["on"]),
            how=row["how"] or to.say("interests.how_unknown"),
            view=row["view"],
        )
        for row in views
    )
    title = to.say("title.interests")
    return Section("interests", title, blocks or (to.paragraph("interests.none"),))


def requests(to: Wording) -> Section:
    """What is asked of the Office."""
    say = to.say
    open_acts = [
        act
        for act in dict.fromkeys(answer.act for answer in to.material.answers)
        if any(a.result != "closed" for a in to.material.answers if a.act == act)
    ]
    acts = to.acts(open_acts or [act.code for act in to.case.all("act")])
    points: list[Runs] = [(Text(say("requests.examine", acts=acts)),)]
    if any(answer.result == "arguable" for answer in to.material.answers):
        points.append(to.weave("requests.arguable", ref=Ref("jurisdiction.routes")))
    if "seek" in load_forum(to.words.forum).requests:
        points.append((Text(say("requests.seek")),))
    points += [
        (Text(say("requests.preserve")),),
        to.weave("requests.protect", ref=Ref("confidentiality")),
        (Text(say("requests.informed")),),
    ]
    return Section(
        "requests",
        say("title.requests"),
        (to.paragraph("requests.intro"), Bullets(tuple(points))),
    )
