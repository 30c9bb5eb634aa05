"""Fields with which the form of a new record begins, from ids in its address.

The gate's page leads here: a consent for that person and recipient, a translation of that field,
a limit on that section. An address carries ids only, never a word of the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amparo.casefile.records import OWN_WORDS, SUMMARY
from amparo.filing.words import FORUMS, LANGUAGES, load_forum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amparo.casefile.records import CaseFile
    from amparo.casefile.schema import Noun


def begin_with(noun: Noun, known: CaseFile, asked: Mapping[str, str]) -> dict[str, Any]:
    """Values for the form; what the address does not name, or names wrongly, stays empty."""
    if noun.name == SUMMARY:
        return {name: known.body[name] for name in OWN_WORDS if known.body.get(name)}
    forum = asked.get("forum", "")
    if forum not in FORUMS:
        return {}
    about = asked.get("about", "")
    row = known.get(about)
    match noun.name:
        case "consent":
            rules = load_forum(forum)
            told = {"purpose": rules.purpose, "recipient": rules.recipient}
            return told | ({"subject": about} if row and row.noun in ("person", "source") else {})
        case "translation":
            lang = asked.get("lang", "")
            told = {"language": lang} if lang in LANGUAGES else {}
            field = noun.field("statement" if row and row.noun == "statement" else "record")
            if row and field and row.noun in field.to:
                told[field.name] = about
            return told | (
                {"field": asked["field"]} if asked.get("field", "").isidentifier() else {}
            )
        case "limit":
            places = load_forum(forum).sections
            place = asked.get("place", "")
            return {"forum": forum} | ({"place": place} if place in places else {})
        case "remedy" | "procedure" | "consultation" | "measure":
            return {"forum": forum} if noun.field("forum") else {}
    return {}
