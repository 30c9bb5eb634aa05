"""Check what a user gives for a noun against its description; refuse with the place named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from amparo.casefile.dates import parse_date
from amparo.casefile.schema import Field, Noun
from amparo.errors import BadInput
from amparo.filled import filled

CODE = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
CASE_CODE = re.compile(r"[A-Z][A-Z0-9-]{0,31}")
MAX_TEXT = 2_000
MAX_LONG = 100_000
MAX_NUMBER = 1e15
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}

Where = Callable[[str], str]


def _nowhere(key: str) -> str:
    return key


def check_code(code: object, where: Where = _nowhere) -> str:
    """The id of a record: a letter, then letters, digits, dot, dash, underscore."""
    if not isinstance(code, str) or not CODE.fullmatch(code):
        raise BadInput(
            "an id must begin with a letter and hold only letters, digits, '.', '-' and '_'",
            value=where("id"),
            remedy="give the record an id such as ST1",
        )
    return code


def _as_text(value: object, limit: int) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("must be text")
    text = str(value).strip()
    if len(text) > limit:
        raise ValueError(filled("is longer than {most} characters", most=limit))
    if any(ord(c) < 32 and c not in "\n\t" for c in text):
        raise ValueError("holds control characters")
    return text


def _as_list(value: object) -> list[str]:
    if isinstance(value, str):
        value = [piece for piece in re.split(r"\s*,\s*", value) if piece]
    if not isinstance(value, list | tuple):
        raise ValueError("must be a list")
    return [_as_text(entry, MAX_TEXT) for entry in value]


def _as_flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    lowered = str(value).lower()
    if lowered in _TRUE | _FALSE:
        return lowered in _TRUE
    raise ValueError("must be true or false")


def _as_integer(value: object) -> int:
    if isinstance(value, bool):
        raise ValueError("must be a whole number")
    try:
        return int(str(value))
    except ValueError:
        raise ValueError("must be a whole number") from None


def _as_number(value: object) -> float:
    if isinstance(value, bool):
        raise ValueError("must be a number")
    try:
        number = float(str(value))
    except ValueError:
        raise ValueError("must be a number") from None
    if not abs(number) < MAX_NUMBER:
        raise ValueError("must be a number")
    return number + 0.0  # no minus before zero: not every database keeps it


def _as_names(value: object) -> dict[str, str]:
    if isinstance(value, str):
        pairs = (piece.partition(":") for piece in re.split(r"[;\n]", value) if piece.strip())
        value = {key.strip(): name.strip() for key, _, name in pairs}
    if not isinstance(value, Mapping) or not all(str(entry).strip() for entry in value.values()):
        raise ValueError("must give a name for each language code, such as ru: Название")
    return {str(key): _as_text(entry, MAX_TEXT) for key, entry in value.items()}


def _as_date(value: object) -> str:
    text = _as_text(value, 60)
    parse_date(text)
    return text


_CLEANERS: dict[str, Callable[[object], Any]] = {
    "text": lambda value: _as_text(value, MAX_TEXT),
    "long": lambda value: _as_text(value, MAX_LONG),
    "choice": lambda value: _as_text(value, MAX_TEXT),
    "ref": lambda value: _as_text(value, 80),
    "refs": _as_list,
    "texts": _as_list,
    "names": _as_names,
    "date": _as_date,
    "integer": _as_integer,
    "number": _as_number,
    "flag": _as_flag,
}


def clean_field(field: Field, value: object, where: Where = _nowhere) -> Any:
    """The stored form of one value. Raises BadInput naming field and place."""
    try:
        cleaned = _CLEANERS[field.kind](value)
    except BadInput as error:
        raise BadInput(
            filled("{name}: {cause}", name=field.name, cause=error.cause),
            value=where(field.name),
            remedy=error.remedy,
        ) from None
    except ValueError as error:
        raise BadInput(
            filled("{name} {error}", name=field.name, error=error.args[0]),
            value=where(field.name),
            remedy=field.help,
        ) from None
    told = cleaned if isinstance(cleaned, list) else [cleaned]
    strange = [one for one in told if one not in field.choices] if field.choices else []
    if any(not _is_own_term(field, one) for one in strange):
        raise BadInput(
            filled("{name} is not one of the known terms", name=field.name),
            value=where(field.name),
            remedy=filled("use one of: {names}", names=", ".join(field.choices)),
        )
    return cleaned


def _is_own_term(field: Field, value: Any) -> bool:
    """Whether the organisation added the term; asked only for what is none of ours."""
    from amparo.casefile.terms import is_own_term

    return is_own_term(field, str(value))


def clean_body(
    fields: tuple[Field, ...], raw: Mapping[str, object], what: str, where: Where = _nowhere
) -> dict[str, Any]:
    """The stored body of a record: known keys only, empty ones dropped, required ones there.

    Raises BadInput for an unknown key, a missing field or a value that does not fit.
    """
    known = {field.name: field for field in fields}
    for key in raw:
        if key not in known:
            raise BadInput(
                filled("unknown key '{key}' in {what}", key=key, what=what),
                value=where(str(key)),
                remedy=filled("known keys: {names}", names=", ".join(known)),
            )
    body = {
        key: clean_field(known[key], value, where)
        for key, value in raw.items()
        if value is not None and value != ""
    }
    body = {key: value for key, value in body.items() if value != ""}
    for field in fields:
        if field.required and body.get(field.name) in (None, "", []):
            raise BadInput(
                filled("{what} needs '{name}'", what=what, name=field.name),
                value=where(field.name),
                remedy=field.help,
            )
    return body


def references(noun: Noun, body: Mapping[str, Any]) -> list[tuple[Field, str]]:
    """Every (field, id) by which this body points at another record."""
    found: list[tuple[Field, str]] = []
    for field in noun.fields:
        value = body.get(field.name)
        if field.kind == "ref" and value:
            found.append((field, value))
        elif field.kind == "refs" and value:
            found.extend((field, code) for code in value)
    return found
