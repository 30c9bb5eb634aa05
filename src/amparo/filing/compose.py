"""From the material to the document: chapters in the order the forum expects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.metadata import version

from amparo.filing.chapters import form, law, method, opening, people, weight
from amparo.filing.document import Document, Section
from amparo.filing.material import Material
from amparo.filing.plan import CODED
from amparo.filing.wording import Wording
from amparo.filing.words import Words, load_forum

CHAPTERS: Mapping[str, Callable[[Wording], Section]] = {
    "sender": opening.sender,
    "particulars": form.particulars,
    "summary": opening.summary,
    "confidentiality": opening.confidentiality,
    "background": opening.background,
    "facts": form.facts,
    "claims": form.claims,
    "jurisdiction": law.jurisdiction,
    "context": law.context,
    "crimes": law.crimes,
    "structures": people.structures,
    "complementarity": weight.complementarity,
    "earlier": form.earlier,
    "interim": form.interim,
    "gravity": weight.gravity,
    "interests": weight.interests,
    "victims": people.victims,
    "method": method.method,
    "contrary": method.contrary,
    "labels": opening.labels,
    "gaps": method.gaps,
    "requests": weight.requests,
    "signature": form.signature,
    "index": method.index,
}


def compose(material: Material, words: Words, made_at: datetime) -> Document:
    """The filing of one case for the forum and in the language of `words`.

    `made_at` (UTC) dates it. Only `material.release.case` is read, so nothing that the
    gate held back can be worded.
    """
    to = Wording(material, words)
    say = words.say
    return Document(
        forum=words.forum,
        lang=words.lang,
        code=material.case.code,
        title=str(material.case.body.get("title") or material.case.code),
        subtitle=_subtitle(to),
        addressee=_addressee(material, words),
        sender=material.sender or (say("forum.no_sender"),),
        date=to.date(made_at.date().isoformat()),
        made_at=made_at,
        confidentiality=words.term("versions", material.version)
        if material.version != CODED
        else say("forum.level"),
        basis=(
            say("forum.law", version=material.chart.book),
            say("forum.program", version=version("amparo")),
        ),
        remark=say("forum.remark"),
        sections=tuple(CHAPTERS[name](to) for name in load_forum(words.forum).sections),
        exhibits=to.exhibits(),
        gaps=method.find_gaps(to),
    )


def _subtitle(to: Wording) -> str:
    name = to.say("forum.name")
    if not to.material.supplements:
        return name
    date, _, receipt = to.material.supplements.partition(" ")
    told = to.say("supplement_receipt", receipt=receipt) if receipt else ""
    return to.say("supplement", name=name, date=to.date(date), receipt=told)


def _addressee(material: Material, words: Words) -> tuple[str, ...]:
    lines = tuple(words.say("forum.addressee").split("|"))
    state = material.states.get(material.state, "")
    return (*lines, *(one for one in (material.recipient, state) if one))
