"""What a form asks for: particulars, facts act by act, rights, earlier procedures, signature."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from amparo.filing.chapters.law import articles_of, closed_acts, tell_act, tell_all
from amparo.filing.check import ALLEGED, GROUP
from amparo.filing.document import Block, Paragraph, Ref, Runs, Section, Table, Text
from amparo.filing.wording import Wording
from amparo.filing.words import load_forum

if TYPE_CHECKING:
    from amparo.casefile.records import Row


CODED = "coded"


def particulars(to: Wording) -> Section:
    """The least that the forum asks for, each field answered from the record or left open."""
    rows = tuple(
        ((Text(to.say(f"particulars.{name}"), "bold"),), _ANSWERS.get(name, _blank)(to))
        for name in load_forum(to.words.forum).particulars
    )
    table = Table(
        to.say("particulars.table"), to.columns("particulars", field=1.2, answer=2.6), rows, "form"
    )
    first = to.paragraph("particulars.intro")
    return Section("particulars", to.say("title.particulars"), (first, table))


def _blank(to: Wording) -> Runs:
    return (Text(to.say("particulars.blank"), "mark"),)


def _shown(to: Wording, found: list[str]) -> Runs:
    listed = list(dict.fromkeys(one for one in found if one))
    return (Text("; ".join(listed)),) if listed else _blank(to)


def _victims(to: Wording) -> Runs:
    codes = _victim_codes(to)
    if not codes:
        return _blank(to)
    if load_forum(to.words.forum).identity != "named":
        return (Text(", ".join(codes)),)
    levels = to.material.release.levels
    groups = [code for code in codes if levels.get(code) == GROUP]
    persons = [code for code in codes if code not in groups]
    told = [("particulars.name_apart", persons), ("particulars.group", groups)]
    return _shown(to, [to.say(key, codes=", ".join(some)) for key, some in told if some])


def _victim_codes(to: Wording) -> list[str]:
    return list(dict.fromkeys(str(act["victim"]) for act in to.case.all("act") if act["victim"]))


def _alleged(to: Wording) -> Runs:
    levels = to.material.release.levels
    codes = [code for code, level in levels.items() if level == ALLEGED]
    return (Text(", ".join(codes) or to.say("particulars.none")),)


def _states(to: Wording) -> Runs:
    return _shown(to, [to.state(code) for code in states_of(to.case.all("act"), to.case.get)])


def states_of(acts: list[Row], get: Callable[[str | None], Row | None]) -> list[str]:
    """ISO codes of the states in which the acts took place."""
    places = (get(act["place"]) for act in acts)
    return list(dict.fromkeys(str(one["state"]) for one in places if one and one["state"]))


def _rights(to: Wording) -> Runs:
    forum = load_forum(to.words.forum)
    found = [forum.right(str(act["crime"] or "")) for act in to.case.all("act")]
    articles = dict.fromkeys(one for text in found for one in text.split(", ") if one)
    if not articles:
        return _blank(to)
    listed = ", ".join(sorted(articles, key=_by_number))
    return (Text(f"{to.words.term('treaties', forum.rights_of)} {listed}"),)


def _by_number(article: str) -> tuple[int, str]:
    digits = article.partition("(")[0]
    return (int(digits) if digits.isdigit() else 0, article)


def _days(to: Wording) -> Runs:
    return _shown(
        to,
        [
            f"{act.code}{to.say('cite.colon')}{to.when(act)}"
            for act in to.case.all("act")
            if act["began"]
        ],
    )


def _places(to: Wording) -> Runs:
    return _shown(to, [to.where(act["place"]) for act in to.case.all("act") if act["place"]])


def _remedies(to: Wording) -> Runs:
    found = [_remedy(to, row) for row in to.case.all("remedy")]
    return (Text("; ".join(found) or to.say("particulars.none")),)


def _remedy(to: Wording, row: Row) -> str:
    return ", ".join(filter(None, (str(row["body"] or ""), to.date(row["decided_on"]))))


def _authority(to: Wording) -> Runs:
    """Whose consent is recorded; a signed authority is paper and has to be annexed."""
    agreed = [code for code in _victim_codes(to) if to.material.release.levels.get(code) == CODED]
    if not agreed:
        return _blank(to)
    return (Text(to.say("particulars.consents", persons=to.joined(agreed))),)


def _said(field: str) -> Callable[[Wording], Runs]:
    """A field of the acts, act by act."""
    return lambda to: _shown(
        to,
        [
            f"{act.code}{to.say('cite.colon')}{act[field]}"
            for act in to.case.all("act")
            if act[field]
        ],
    )


def _limit(to: Wording) -> Runs:
    """The day on which the time limit ends by the book of law; it knows which rule held when."""
    ends: dict[str, list[str]] = {}
    for answer in to.material.answers:
        if answer.deadline:
            ends.setdefault(answer.deadline, []).append(answer.act)
    told = [
        to.say("particulars.deadline", last=to.date(day), acts=to.acts(acts))
        for day, acts in sorted(ends.items())
    ]
    return _shown(to, told) if told else to.weave("particulars.see", ref=Ref("jurisdiction.routes"))


def _annexes(to: Wording) -> Runs:
    decisions = [_remedy(to, row) for row in to.case.all("remedy") if row["decided_on"]]
    if not decisions:
        return _blank(to)
    return (Text(to.say("particulars.annexed", decisions="; ".join(decisions))),)


def _finals(to: Wording) -> list[Row]:
    return [row for row in to.case.all("remedy") if row["final"]]


def _family(to: Wording) -> Runs:
    """Steps and answers: remedies tried, and what authorities said."""
    told = [_remedy(to, row) for row in to.case.all("remedy")]
    told += [
        f"{row['by']}, {to.date(row['on'])} ({to.words.term('answers', row['answer'])})"
        for row in to.case.all("response")
    ]
    return _shown(to, told)


def _final(to: Wording) -> Runs:
    return _shown(to, [_remedy(to, row) for row in _finals(to)])


def _sender(to: Wording) -> Runs:
    return _shown(to, list(to.material.sender))


def _recipient(to: Wording) -> Runs:
    state = to.state(to.material.state) if to.material.state else ""
    return _shown(to, [one for one in (to.material.recipient, state) if one])


def _circumstances(to: Wording) -> Runs:
    """Where the facts are told; a dossier tells them under each crime."""
    told = "facts" if "facts" in load_forum(to.words.forum).sections else "crimes"
    return _see(told)(to)


def _see(anchor: str) -> Callable[[Wording], Runs]:
    return lambda to: to.weave("particulars.see", ref=Ref(anchor))


def _signed(to: Wording) -> Runs:
    return to.weave("particulars.by_hand", ref=Ref("signature"))


_ANSWERS: dict[str, Callable[[Wording], Runs]] = {
    "victim": _victims,
    "applicant": _victims,
    "author": _sender,
    "sender": _sender,
    "recipient": _recipient,
    "state": _states,
    "rights": _rights,
    "when": _days,
    "where": _places,
    "alleged": _alleged,
    "remedies": _remedies,
    "final": _final,
    "authority": _authority,
    "legal_basis": _said("legal_basis"),
    "last_seen": _said("last_seen"),
    "family": _family,
    "limit": _limit,
    "annexes": _annexes,
    "circumstances": _circumstances,
    "elsewhere": lambda to: _see("earlier")(to),
    "interim": _see("interim"),
    "signature": _signed,
    "publish": lambda to: _publish(to),
}


def facts(to: Wording) -> Section:
    """The facts act by act, without the elements of any crime."""
    blocks: list[Block] = [to.paragraph("facts.intro")]
    told = {key: codes for key, codes in to.told_at.items() if key[0] != "background"}
    for act in to.case.all("act"):
        blocks += tell_act(to, act)
        for place, about in told:
            if about == act.code:
                blocks += tell_all(to, place, about)
    rest = [block for place, about in told if not about for block in tell_all(to, place)]
    below = (Section("facts.rest", to.say("facts.rest"), tuple(rest)),) if rest else ()
    return Section("facts", to.say("title.facts"), tuple(blocks), below)


def claims(to: Wording) -> Section:
    """The articles proposed for each act, from the kind of act alone."""
    title, acts = to.say("title.claims"), to.case.all("act")
    closed = closed_acts(to)
    if not acts:
        return Section("claims", title, (to.paragraph("claims.none"),))
    rows = tuple(
        (
            (Text(act.code, "bold"),),
            (Text(act.title),),
            articles_of(to, act, closed),
        )
        for act in acts
    )
    table = Table(
        to.say("claims.table"), to.columns("claims", act=0.6, kind=1.8, provision=2), rows, "rights"
    )
    return Section("claims", title, (to.paragraph("claims.intro"), table))


def earlier(to: Wording) -> Section:
    """Other international procedures as recorded; where none is, the author has to say so."""
    blocks: list[Block] = []
    for row in to.case.all("procedure"):
        if str(row["body"]).lower() == "none":
            blocks.append(to.paragraph("earlier.no_other"))
            continue
        blocks.append(
            to.paragraph(
                "earlier.procedure",
                body=row["body"],
                on=to.on(row["opened_on"]),
                reference=row["reference"] or to.say("words.none"),
                acts=", ".join(row["acts"] or ()) or to.say("earlier.all"),
                state=to.words.term("procedure_states", str(row["state"] or "unknown")),
            )
        )
    section = (*blocks,) or (to.paragraph("earlier.none"),)
    return Section("earlier", to.say("title.earlier"), section)


def interim(to: Wording) -> Section:
    """Interim measures that somebody recorded; nothing is asked for that nobody wrote."""
    asked = [one for one in to.case.all("measure") if one["forum"] in (None, "", to.words.forum)]
    if not asked:
        return Section("interim", to.say("title.interim"), (to.paragraph("interim.none"),))
    blocks = (
        to.paragraph("interim.intro"),
        *(
            to.paragraph(
                "interim.measure",
                person=row["person"] or to.say("words.unnamed"),
                asked=row["asked"],
                danger=row["danger"],
            )
            for row in asked
        ),
    )
    return Section("interim", to.say("title.interim"), blocks)


def views_on(rows: list[Row], forum: str) -> list[Row]:
    """Consultations about this forum, or about none in particular."""
    return [row for row in rows if row["forum"] in (None, "", forum)]


def publication_of(consents: list[Row], person: str, purpose: str) -> bool | None:
    """Whether the name of a person may be published; None where nobody decided."""
    given = [
        row["publish_name"]
        for row in consents
        if row["subject"] == person and row["purpose"] == purpose and not row["withdrawn_on"]
    ]
    told = [one for one in given if one is not None]
    return all(told) if told else None


def _publish(to: Wording) -> Runs:
    purpose = load_forum(to.words.forum).purpose
    shown = []
    for code in dict.fromkeys(str(act["victim"]) for act in to.case.all("act") if act["victim"]):
        answer = publication_of(to.case.all("consent"), code, purpose)
        if answer is not None:
            said = to.words.term("yes_no", "yes" if answer else "no")
            shown.append(f"{code}{to.say('cite.colon')}{said}")
    return _shown(to, shown)


def signature(to: Wording) -> Section:
    """Declaration and the line to sign on."""
    blocks: tuple[Paragraph, ...] = (
        to.paragraph("signature.declaration"),
        to.paragraph("signature.lines"),
        to.paragraph("signature.sign"),
    )
    return Section("signature", to.say("title.signature"), blocks)
