"""Which fields a list of records shows; the rest stands on the record's own page."""

from __future__ import annotations

from amparo.casefile.schema import Field, Noun

_COLUMNS = {
    "item": ("title", "file", "dated", "confidentiality"),
    "place": ("name", "precision", "published_precision", "state"),
    "person": ("role", "counting_unit", "nationalities"),
    "source": ("title", "kind", "grade"),
    "event": ("title", "began", "ended"),
    "act": ("kind", "crime", "victim", "began", "ended", "attribution"),
    "involvement": ("person", "act", "degree", "capacity", "basis"),
    "proposition": ("text", "act", "elements"),
    "statement": ("source", "quote", "proposition", "stance", "knows_by"),
    "contamination": ("statements", "certain", "why"),
    "crossing": ("person", "from", "to", "on"),
    "intervention": ("on", "of", "asked", "about"),
    "response": ("on", "by", "answer", "to", "intervention"),
    "remedy": ("body", "decided_on", "final"),
    "consent": ("subject", "purpose", "identity_level", "given_on", "withdrawn_on"),
    "label": ("label", "by", "status"),
    "note": ("text", "about"),
    "task": ("text", "for", "about", "due", "done_on"),
    "redaction": ("item", "part", "reason", "forum"),
}


def columns_of(noun: Noun) -> list[Field]:
    """The fields shown in a list of this noun: its first five, where none are chosen."""
    names = _COLUMNS.get(noun.name) or tuple(field.name for field in noun.fields[:5])
    return [field for name in names if (field := noun.field(name))]
