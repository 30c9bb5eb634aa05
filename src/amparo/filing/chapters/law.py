"""Jurisdiction, contextual elements, and a chapter for each crime with its proof chart."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from amparo.casefile.ends import ends_of
from amparo.filing.address import OPEN_FORUM
from amparo.filing.document import (
    Block,
    Bullets,
    Note,
    Paragraph,
    Ref,
    Run,
    Runs,
    Section,
    Table,
    Text,
)
from amparo.filing.material import UNVERIFIED, LawAnswer
from amparo.filing.wording import Wording
from amparo.filing.words import load_forum

if TYPE_CHECKING:
    from amparo.casefile.proof_chart import ClaimLine, CrimeLine, ElementLine
    from amparo.casefile.records import Row


def jurisdiction(to: Wording) -> Section:
    """Subject matter, the law engine's answers with reasons and gaps, and mere context."""
    intro = to.paragraph(
        "jurisdiction.book",
        version=to.material.chart.book,
        as_of=to.date(to.material.as_of.isoformat()),
    )
    return Section(
        "jurisdiction",
        to.say("title.jurisdiction"),
        (intro,),
        (_subject(to), _routes(to), _outside(to)),
    )


def _subject(to: Wording) -> Section:
    """The acts with the provision proposed for each: of the treaty, where the forum has one."""
    forum, closed = load_forum(to.words.forum), closed_acts(to)
    is_told = bool(forum.rights_of) or "crimes" in forum.sections
    rows: list[tuple[Runs, ...]] = []
    for act in to.case.all("act"):
        crime = str(act["crime"] or "")
        provision = articles_of(to, act, closed) if forum.rights_of else (Text(crime),)
        rows.append(
            (
                (Text(act.code, "bold"),),
                (Text(act.title),),
                *([provision] if is_told else []),
                (Text(to.victim(act)),),
                (Text(to.when(act)),),
                (Text(to.where(act["place"])),),
            )
        )
    widths = {"act": 0.6, "kind": 1.6, "provision": 1.3, "victim": 0.8, "when": 2.0, "where": 2.0}
    if not is_told:
        del widths["provision"]
    columns = to.columns("jurisdiction", **widths)
    table = Table(to.say("jurisdiction.subject_table"), columns, tuple(rows), "acts")
    intro = to.paragraph("jurisdiction.subject" if is_told else "jurisdiction.subject_plain")
    return Section("jurisdiction.subject", to.say("title.subject"), (intro, table))


def articles_of(to: Wording, act: Row, closed: Collection[str]) -> Runs:
    """Articles of the forum's treaty proposed for an act; else that it is context, as one of the
    `closed_acts` is, or open."""
    forum = load_forum(to.words.forum)
    if articles := forum.right(str(act["crime"] or "")):
        return (Text(f"{to.words.term('treaties', forum.rights_of)} {articles}"),)
    if act.code in closed:
        return to.weave("claims.context", ref=Ref("jurisdiction.outside"))
    return (Text(to.say("claims.open"), "mark"),)


def closed_acts(to: Wording) -> list[str]:
    """Acts for which the book of law finds every route to this forum closed."""
    return best_results(to.material.answers).get("closed", [])


BEST = ("open", "arguable", "unknown", "closed")


def best_results(answers: Iterable[LawAnswer]) -> dict[str, list[str]]:
    """Acts by the best answer that any route gives for them, best first."""
    best: dict[str, str] = {}
    for answer in answers:
        held = best.get(answer.act, BEST[-1])
        best[answer.act] = min(held, answer.result, key=BEST.index)
    found = {result: [act for act, one in best.items() if one == result] for result in BEST}
    return {result: acts for result, acts in found.items() if acts}


def group_answers(answers: Iterable[LawAnswer]) -> list[tuple[LawAnswer, list[str]]]:
    """Answers that say the same, once, with the acts they are about, in order."""
    groups: dict[tuple[object, ...], tuple[LawAnswer, list[str]]] = {}
    for answer in answers:
        key = (answer.route, answer.result, answer.reasons, answer.missing, answer.sources)
        groups.setdefault(key, (answer, []))[1].append(answer.act)
    return list(groups.values())


def _routes(to: Wording) -> Section:
    blocks = _addressed(to)
    cited: dict[str, str] = {}
    for answer, acts in group_answers(to.material.answers):
        blocks += _answer(to, answer, acts, cited)
    if not to.material.answers:
        key = "none" if to.material.has_statute else "no_statute"
        blocks.append(to.paragraph(f"jurisdiction.{key}"))
    if any(answer.is_unverified for answer in to.material.answers):
        blocks.append(to.paragraph("jurisdiction.unverified"))
    return Section("jurisdiction.routes", to.say("title.routes"), tuple(blocks))


def _addressed(to: Wording) -> list[Block]:
    """Where the forum leaves the State open: which it is, and what the record ties to it."""
    state, ties = to.material.state, to.material.ties
    if to.words.forum != OPEN_FORUM:
        return []
    if state:
        told = _told_ties(to, ties.get(state, ()))
        key = "tied" if told else "untied"
        return [to.paragraph(f"jurisdiction.{key}", state=to.state(state), ties=told)]
    touched = "; ".join(
        to.say("jurisdiction.touched", state=to.state(one), ties=_told_ties(to, kinds))
        for one, kinds in ties.items()
    )
    return [to.paragraph("jurisdiction.unaddressed", states=touched or to.say("chart.none"))]


def _told_ties(to: Wording, kinds: Iterable[str]) -> str:
    return ", ".join(to.words.term("ties", one) for one in kinds)


def _answer(to: Wording, answer: LawAnswer, acts: list[str], cited: dict[str, str]) -> list[Block]:
    """One answer; `cited` holds the paragraph that gives each list of sources already told."""
    sources, anchor = _sources(to, answer) if answer.sources else "", ""
    head = to.say(
        "jurisdiction.route",
        route=to.words.term("routes", answer.route),
        result=to.words.term("results", answer.result),
    )
    about = list(dict.fromkeys(acts))
    listed = to.counted("jurisdiction.acts", len(about), acts=", ".join(about))
    runs: list[Run] = [Text(f"{head}. ", "bold"), Text(listed)]
    said = to.spell_dates(sentences(answer.reasons))
    if answer.reasons:
        runs.append(Text(f" {to.say('jurisdiction.reasons')} {said}"))
    if sources in cited:
        runs += [Text(" "), *to.weave("jurisdiction.same_sources", ref=Ref(cited[sources]))]
    elif sources:
        anchor = cited[sources] = f"route.{len(cited) + 1}"
        runs.append(Note(text=sources))
    if answer.missing:
        runs.append(Text(f" {to.say('jurisdiction.missing')}", "italic"))
    blocks: list[Block] = [Paragraph(tuple(runs), anchor)]
    if answer.missing:
        blocks.append(Bullets(tuple((Text(to.spell_dates(one)),) for one in answer.missing)))
    return blocks


def sentences(said: Iterable[str]) -> str:
    """Sentences in a row, each with its full stop."""
    return " ".join(f"{one.rstrip('. ')}." for one in said)


def _sources(to: Wording, answer: LawAnswer) -> str:
    lead = (
        to.say("jurisdiction.source")
        if len(answer.sources) == 1
        else to.say("jurisdiction.sources")
    )
    # Two titles of one row are parted as French parts them, and programs look for English words.
    told = [
        one.replace(" ; ", "; ").replace(f"non vérifiée, {UNVERIFIED}", "non vérifiée")
        for one in answer.sources
    ]
    return f"{lead} {to.spell_dates('; '.join(told))}"


def _outside(to: Wording) -> Section:
    closed = closed_acts(to)
    if not closed:
        block = to.paragraph("jurisdiction.no_outside")
    elif len(closed) == len({answer.act for answer in to.material.answers}):
        block = to.paragraph("jurisdiction.all_closed")
    else:
        block = to.paragraph("jurisdiction.outside", acts=to.acts(closed))
    return Section("jurisdiction.outside", to.say("title.outside"), (block,))


def context(to: Wording) -> Section:
    """The contextual elements, once for the case."""
    lines = to.material.chart.context
    blocks: list[Block] = []
    if not lines:
        blocks.append(to.paragraph("context.none"))
    else:
        blocks.append(to.paragraph("context.intro"))
        blocks += tell_all(to, "context")
        table = chart_table(to, "context", lines, to.say("context.table"))
        blocks += [table, to.paragraph("chart.key")]
    return Section("context", to.say("title.context"), tuple(blocks))


def tell_all(to: Wording, place: str, act: str = "") -> list[Block]:
    """The propositions told in this chapter: those about one act, or those about none."""
    return [block for code in to.told_at.get((place, act), ()) for block in tell(to, code)]


def crimes(to: Wording) -> Section:
    """One chapter for each crime that an act of the case is proposed to fall under."""
    chapters = tuple(_crime(to, chart) for chart in to.material.chart.crimes)
    blocks = () if chapters else (to.paragraph("crime.none"),)
    return Section("crimes", to.say("title.crimes"), blocks, chapters)


def _crime(to: Wording, chart: CrimeLine) -> Section:
    anchor = f"crime.{chart.crime}"
    elements = tuple(
        (Text(f"{e.element}{to.say('cite.colon')}", "bold"), Text(e.text)) for e in chart.elements
    )
    law: tuple[Block, ...] = (to.paragraph("crime.law", crime=chart.crime),)
    if elements:
        law = (*law, Bullets(elements))
    facts: list[Block] = []
    for code in chart.acts:
        act = to.case.get(code)
        if act is not None:
            facts += _act(to, act, chart.crime)
    facts += tell_all(to, chart.crime)
    caption = to.say("chart.caption", crime=chart.crime)
    table = chart_table(to, chart.crime, chart.elements, caption)
    return Section(
        anchor,
        to.say("title.crime", label=chart.label, crime=chart.crime),
        (),
        (
            Section(f"{anchor}.law", to.say("title.law"), law),
            Section(f"{anchor}.facts", to.say("title.facts"), tuple(facts)),
            Section(
                f"{anchor}.chart",
                to.say("title.analysis"),
                (table,),
            ),
        ),
    )


def _act(to: Wording, act: Row, crime: str) -> list[Block]:
    told = tell_all(to, crime, act.code) or [to.paragraph("crime.no_facts")]
    return [*tell_act(to, act), *told]


def tell_act(to: Wording, act: Row) -> list[Block]:
    """One act in a paragraph: kind, victim, when, where, how, why, whose."""
    say = to.say
    sentences = [
        say(
            "crime.act",
            kind=act.title[:1].upper() + act.title[1:],
            victim=to.victim(act),
            when=to.when(act),
            where=to.where(act["place"]),
        )
    ]
    if act["methods"]:
        sentences.append(say("crime.methods", methods=", ".join(act["methods"])))
    if act["targeted_for"]:
        sentences.append(say("crime.targeted", grounds=", ".join(act["targeted_for"])))
    if ends := ends_of(act):
        sentences.append(say("crime.end", status="; ".join(ends)))
    sentences.append(say(f"crime.attribution_{act['attribution'] or 'unknown'}"))
    head = (Text(f"{act.code}. ", "bold"), Text(" ".join(sentences)))
    return [Paragraph(head, f"act.{act.code}")]


def tell(to: Wording, code: str) -> list[Block]:
    """A proposition with who supports it, its passages, its chains and what contradicts it."""
    row = to.case.get(code)
    supporting = to.statements_on(code, "supports")
    if row is None or not supporting:
        return []
    rests = to.joined(
        list(
            dict.fromkeys(
                f"{to.source(s['source'])} ({to.words.term('knows', s['knows_by'] or 'unknown')})"
                for s in supporting
            )
        )
    )
    runs: list[Run] = [
        Text(f"{code}. ", "bold"),
        Text(str(row["text"]), lang=to.lang_of(code, "text")),
        *to.note(supporting),
        Text(" " + to.say("crime.rests", sources=rests)),
    ]
    if code in to.material.chart.chains:
        runs.append(Text(" " + chains(to, *to.material.chart.chains[code])))
    if to.statements_on(code, "denies", "qualifies"):
        runs += [Text(" "), *to.weave("crime.contested", ref=Ref(f"contrary.{code}"))]
    return [Paragraph(tuple(runs), f"told.{code}")]


def chains(to: Wording, strict: int, generous: int) -> str:
    """ "Independent chains: 2." or the range from strict to generous."""
    if strict == generous:
        return to.say("crime.chains_one", strict=strict)
    return to.say("crime.chains_range", strict=strict, generous=generous)


def chart_table(to: Wording, anchor: str, lines: tuple[ElementLine, ...], caption: str) -> Table:
    """The proof chart: element, propositions, chains for and against, what is missing."""
    columns = to.columns(
        "chart", element=0.9, says=2.4, propositions=1.3, chains=0.8, denied=0.8, missing=2.0
    )
    rows = tuple(_chart_row(to, line) for line in lines)
    return Table(caption, columns, rows, f"chart.{anchor}")


def _chart_row(to: Wording, line: ElementLine) -> tuple[Runs, ...]:
    told = [c for c in line.claims if to.statements_on(c.proposition, "supports")]
    return (
        (Text(line.element, "bold"),),
        (Text(line.text),),
        _listed(to, [claim.proposition for claim in told]),
        (Text(_counted(to, told, "strict", "generous")),),
        (Text(_counted(to, told, "denied_strict", "denied_generous")),),
        (Text(missing(to, line)),),
    )


def _counted(to: Wording, claims: list[ClaimLine], least: str, most: str) -> str:
    """Chains of the best supported claim, "2" or "1 to 2"."""
    strict = max((getattr(claim, least) for claim in claims), default=0)
    generous = max((getattr(claim, most) for claim in claims), default=0)
    key = "chart.range" if strict == generous else "chart.wide"
    return to.say(key, strict=strict, generous=generous)


def missing(to: Wording, line: ElementLine) -> str:
    """What an element lacks, and what would show it; "" when it is supported."""
    if line.state == "supported":
        return ""
    said = to.say("chart.nothing" if line.state == "missing" else "chart.asserted")
    if line.evidence:
        said += " " + to.say("chart.evidence", evidence="; ".join(line.evidence))
    return said


def _listed(to: Wording, propositions: list[str]) -> Runs:
    """Propositions, each with the paragraph that tells it."""
    if not propositions:
        return (Text(to.say("chart.none")),)
    runs: list[Run] = []
    for place, code in enumerate(propositions):
        runs += [Text(f"{', ' if place else ''}{code} ("), Ref(f"told.{code}"), Text(")")]
    return tuple(runs)
