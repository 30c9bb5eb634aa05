"""From the material to the document: chapters in the order the forum expects."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version

from amparo.filing.chapters import law, method, opening, people, weight
from amparo.filing.document import Document
from amparo.filing.material import Material
from amparo.filing.wording import Wording
from amparo.filing.words import Words

CHAPTERS = (
    opening.sender,
    opening.summary,
    opening.confidentiality,
    opening.background,
    law.jurisdiction,
    law.context,
    law.crimes,
    people.structures,
    weight.complementarity,
    weight.gravity,
    weight.interests,
    people.victims,
    method.method,
    method.contrary,
    opening.labels,
    method.gaps,
    weight.requests,
    method.index,
)


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
        subtitle=say("forum.name"),
        addressee=tuple(say("forum.addressee").split("|")),
        sender=material.sender or (say("forum.no_sender"),),
        date=to.date(made_at.date().isoformat()),
        made_at=made_at,
        confidentiality=say("forum.level"),
        basis=(
            say("forum.law", version=material.chart.book),
            say("forum.program", version=version("amparo")),
        ),
        remark=say("forum.remark"),
        sections=tuple(chapter(to) for chapter in CHAPTERS),
        exhibits=to.exhibits(),
        gaps=method.find_gaps(to),
    )
