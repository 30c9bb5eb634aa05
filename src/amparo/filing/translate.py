"""The record's own words in the language of the filing, where people recorded a translation.

Terms of a vocabulary bring their own labels. What has no translation stands as it was written,
and the gate says how much that is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from amparo.casefile.ends import ENDS
from amparo.casefile.terms import list_vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from amparo.casefile.records import CaseFile, Row

# What a filing prints in the record's own language. Quotations have translations of their own.
# Sources, units and remarks on statements lie in compartments that a translation would open.
PRINTED = {
    "event": ("title", "description", "began_as_stated"),
    "act": ("kind", "methods", "targeted_for", *ENDS, "began_as_stated",
            "legal_basis", "last_seen"),
    "proposition": ("text",),
    "person": ("role",),
    "item": ("title",),
    "response": ("note",),
    "contamination": ("why",),
    "consultation": ("view", "how"),
    "measure": ("asked", "danger"),
}  # fmt: skip
OF_CASE = ("title", "summary", "group")
# Names of authorities: translated where somebody recorded it, else they stay.
NAMES = {"response": ("by",), "remedy": ("body",)}

Place = tuple[str, str]


def translations_of(case: CaseFile, lang: str) -> dict[Place, Row]:
    """Translations of descriptions into a language, by record ("" for the case) and field."""
    return {
        (str(row["record"] or ""), str(row["field"])): row
        for row in case.all("translation")
        if row["language"] == lang and row["field"]
    }


def translate(case: CaseFile, lang: str) -> tuple[CaseFile, frozenset[Place]]:
    """The case in this language as far as it is translated, and the places that are."""
    if not lang or case.body.get("language") == lang:
        return case, frozenset()
    known = {place: str(row["text"]) for place, row in translations_of(case, lang).items()}
    labels = _labels(lang)
    rows = {code: _translate_row(row, known, labels) for code, row in case.rows.items()}
    body = {**case.body}
    body |= {name: known[("", name)] for name in OF_CASE if body.get(name) and ("", name) in known}
    return replace(case, rows=rows, body=body), frozenset(known)


def untranslated(case: CaseFile, lang: str) -> list[str]:
    """Descriptions that a filing in this language prints in another: "P1, text"."""
    if not lang or case.body.get("language") in (None, "", lang):
        return []
    known, labels = set(translations_of(case, lang)), _labels(lang)
    left = [
        f"{case.code}, {name}"
        for name in OF_CASE
        if case.body.get(name) and ("", name) not in known
    ]
    for row in case.rows.values():
        left += [
            f"{row.code}, {name}"
            for name in _printed(row)
            if (row.code, name) not in known
            and not all((f"{row.noun}.{name}", one) in labels for one in _values(row[name]))
        ]
    return left


def _printed(row: Row) -> Iterator[str]:
    yield from (name for name in PRINTED.get(row.noun, ()) if row[name])


def _translate_row(row: Row, known: Mapping[Place, str], labels: Mapping[Place, str]) -> Row:
    body = dict(row.body)
    for name in (*_printed(row), *(one for one in NAMES.get(row.noun, ()) if row[one])):
        if (row.code, name) in known:
            body[name] = _shaped(row[name], known[(row.code, name)])
        else:
            shown = [labels.get((f"{row.noun}.{name}", one), one) for one in _values(row[name])]
            body[name] = shown if isinstance(row[name], list) else shown[0]
    return replace(row, body=body) if body != row.body else row


def _values(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _shaped(value: Any, text: str) -> Any:
    """A translated list has as many points as somebody wrote, parted by semicolons."""
    return [one.strip() for one in text.split(";")] if isinstance(value, list) else text


def _labels(lang: str) -> dict[Place, str]:
    """Labels of vocabulary terms in a language, by field ("act.kind") and term."""
    return {
        (at, term.term): term.labels[lang]
        for vocabulary in list_vocabularies()
        for at in vocabulary.fields
        for term in vocabulary.terms
        if term.labels.get(lang)
    }
