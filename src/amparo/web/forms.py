"""Forms for the nouns of the record, made from `casefile.schema` and read back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from amparo.casefile.records import CaseFile, Row
from amparo.casefile.same import ASKED, TELLING
from amparo.casefile.schema import Field, Noun
from amparo.casefile.terms import Vocabulary, list_vocabularies, vocabulary_of
from amparo.vault.models import Item
from amparo.web.cards import title_of
from amparo.web.drafts import detours
from amparo.web.language import language, say

MOST_OPTIONS = 300
MOST_LABEL = 70
_WIDGETS = {
    "text": "line",
    "long": "area",
    "date": "line",
    "number": "line",
    "integer": "line",
    "choice": "select",
    "flag": "select",
    "ref": "select",
    "refs": "checks",
    "texts": "lines",
    "names": "lines",
}
_SELDOM = {
    "start", "note", "as_stated", "lat", "lon", "names", "interpreter", "told", "gazetteer",
    "script", "translation_of", "translator", "instigation_basis", "began_as_stated", "began_basis",
    "ended_as_stated", "ended_basis", "on_as_stated", "on_basis",
}  # fmt: skip
_HINTS = {
    "date": "Year, month or day: 2019, 2019-03, 2019-03-08; ~ approximate, ? uncertain, "
    "2019-03/2019-05 a span",
    "texts": "One to a line",
    "names": "One to a line, language code first: ru: Название",
    "number": "A number, with a point",
    "integer": "A whole number",
}


@dataclass(frozen=True)
class Option:
    """One choice."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Input:
    """One field as a form shows it. `widget` is line, area, lines, select or checks."""

    name: str
    label: str
    help: str
    hint: str
    widget: str
    required: bool
    value: str = ""
    lang: str = ""
    options: tuple[Option, ...] = ()
    makes: tuple[str, ...] = ()
    same: str = ""
    pickable: bool = False

    @property
    def is_seldom(self) -> bool:
        """True for fields that most records do without: they stand folded away."""
        return self.name in _SELDOM and not self.value

    @property
    def rows(self) -> int:
        """Height of a text area."""
        return min(14, max(3, len(self.value) // 80 + self.value.count("\n") + 1))


def words(name: str) -> str:
    """A field's name as people read it."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def make_inputs(noun: Noun, known: CaseFile, values: Mapping[str, Any]) -> list[Input]:
    """The form of a noun, filled with `values` (a stored body, or what was posted)."""
    makes = detours(noun)
    telling = TELLING.get(noun.name, ()) if noun.name in ASKED else ()
    terms = {one.name: one for one in list_vocabularies()}
    made = (
        _with_terms(_input(field, known, values, noun), field, values, terms.get(held))
        if (held := vocabulary_of(noun.name, field.name))
        else _input(field, known, values, noun)
        for field in noun.fields
    )
    return [
        replace(
            one,
            makes=makes.get(one.name, ()),
            same=noun.name if one.name in telling else one.same,
        )
        for one in made
    ]


def _with_terms(
    made: Input, field: Field, values: Mapping[str, Any], held: Vocabulary | None
) -> Input:
    """The field with the terms of its vocabulary: to choose from, or proposed for free words."""
    if held is None:
        return made
    value = values.get(field.name)
    if field.choices:
        shown = [one for one in held.terms if not one.retired_in or one.term == value]
        options = (Option(one.term, one.label(language()), one.term == value) for one in shown)
        return replace(made, options=tuple(options))
    offered = tuple(Option(one.term, one.label(language())) for one in held.offered())
    hint = made.hint
    if made.widget == "lines":
        hint = f"{say(hint)}. {say('Such as')}: " + ", ".join(one.value for one in offered)
    return replace(made, hint=hint, options=offered)


def make_sheet_inputs(noun: str, fields: Iterable[Field], values: Mapping[str, Any]) -> list[Input]:
    """A sheet of variables of a noun, with the terms of their vocabularies, own ones too."""
    terms = {one.name: one for one in list_vocabularies()}
    return [
        _with_terms(
            _plain(field, values), field, values, terms.get(vocabulary_of(noun, field.name))
        )
        for field in fields
    ]


def make_plain_inputs(fields: Iterable[Field], values: Mapping[str, Any]) -> list[Input]:
    """A form of fields that point at nothing."""
    return [_plain(field, values) for field in fields]


def _plain(field: Field, values: Mapping[str, Any]) -> Input:
    value = values.get(field.name)
    options: tuple[Option, ...] = ()
    if field.kind == "choice":
        options = tuple(Option(c, say(c), c == value) for c in field.choices)
    elif field.kind == "flag":
        options = (
            Option("yes", say("yes"), value in _TRUE),
            Option("no", say("no"), value in _FALSE),
        )
    return Input(
        field.name,
        words(field.name),
        field.help,
        _HINTS.get(field.kind, ""),
        _WIDGETS[field.kind],
        field.required,
        _as_text(value),
        options=options,
    )


_TRUE: tuple[object, ...] = (True, "yes", "true")
_FALSE: tuple[object, ...] = (False, "no", "false")


def _input(field: Field, known: CaseFile, values: Mapping[str, Any], noun: Noun) -> Input:
    if noun.name == "item" and field.name == "sha256":
        return _choose_item(field, values)
    made = _plain(field, values)
    if field.kind in ("ref", "refs"):
        return _choose_records(field, made, known, values.get(field.name))
    if field.name == "quote":
        return replace(made, lang=str(values.get("language") or ""))
    return made


def _choose_records(field: Field, made: Input, known: CaseFile, value: object) -> Input:
    chosen = [str(code) for code in value] if isinstance(value, list | tuple) else []
    if isinstance(value, str) and value:
        chosen = [value]
    rows = in_order(row for noun in field.to for row in known.all(noun))
    if len(rows) > MOST_OPTIONS:
        hint = "Id of the record" if field.kind == "ref" else "Ids, one to a line"
        widget = "line" if field.kind == "ref" else "lines"
        return replace(
            made, hint=hint, widget=widget, same=",".join(field.to), pickable=True,
            value="\n".join(chosen),
        )  # fmt: skip
    labels = {row.code: label_of(row.code, title_of(row)) for row in rows}
    # What is chosen comes first, in its own order: a list goes through the form unchanged.
    options = [Option(code, labels.get(code, code), True) for code in chosen]
    options += [Option(code, text) for code, text in labels.items() if code not in chosen]
    return replace(made, options=tuple(options))


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Records by id as people count: ST9 before ST10, whenever they were changed."""
    return sorted(rows, key=lambda row: _counted(row.code))


def _counted(code: str) -> list[tuple[int, int, str]]:
    pieces = re.split(r"(\d+)", code)
    return [(1, int(piece), "") if piece.isdecimal() else (0, 0, piece) for piece in pieces]


def _choose_item(field: Field, values: Mapping[str, Any]) -> Input:
    """The deposited item behind a case's item; its file name follows from it."""
    label, chosen = "Deposited item", str(values.get("sha256") or "")
    if Item.objects.count() > MOST_OPTIONS:
        hint = "Its code, such as I-0301, or its SHA-256"
        return Input(field.name, label, "the item of the vault", hint, "line", True, chosen)
    held = Item.objects.order_by("number").only("number", "sha256", "file_name")
    options = tuple(
        Option(i.sha256, label_of(i.code, i.file_name), i.sha256 == chosen) for i in held
    )
    return Input(field.name, label, "the item of the vault", "", "select", True, options=options)


def label_of(code: str, title: str, most: int = MOST_LABEL) -> str:
    """Code and title in one line of at most about `most` characters."""
    title = " ".join(title.split())
    if title == code or not title:
        return code
    return f"{code} · {title[: most - 1] + '…' if len(title) > most else title}"


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {entry}" for key, entry in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(str(entry) for entry in value)
    return str(value)


def read_inputs(noun: Noun, posted: QueryDict) -> dict[str, object]:
    """What a person entered, by field, unchecked: `casefile.validate` checks it."""
    raw: dict[str, object] = {}
    for field in noun.fields:
        value = _read(field, posted)
        if value not in ("", [], {}):
            raw[field.name] = value
    return raw


def read_plain(fields: Iterable[Field], posted: QueryDict) -> dict[str, object]:
    """The same for fields outside a noun."""
    return {field.name: value for field in fields if (value := _read(field, posted)) != ""}


def _read(field: Field, posted: QueryDict) -> object:
    text = posted.get(field.name, "").replace("\r\n", "\n").strip()
    if field.kind in ("refs", "texts"):
        lines = [line.strip() for one in posted.getlist(field.name) for line in one.split("\n")]
        return [line for line in lines if line]
    if field.kind == "names":
        pairs = [line.partition(":") for line in text.split("\n") if line.strip()]
        return {key.strip(): value.strip() for key, _, value in pairs}
    return text
