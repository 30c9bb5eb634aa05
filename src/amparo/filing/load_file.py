"""The index of exhibits as a load file for review systems: DAT or CSV, columns named by the user.

DAT is the form most review systems read: fields between U+00FE, parted by U+0014, a line break
inside a field as U+00AE, lines ending CR LF, UTF-8 with a byte order mark.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import yaml

from amparo.errors import BadInput
from amparo.filing.layout import clean
from amparo.filled import filled

if TYPE_CHECKING:
    from amparo.filing.document import Document, Exhibit

FORMS = ("dat", "csv")
QUOTE, PART, BREAK = "\u00fe", "\u0014", "\u00ae"
_FORMULA = ("=", "+", "-", "@")
# Field of ours -> column as a load file names it where the user names none.
COLUMNS: Mapping[str, str] = {
    "document_id": "DOCID",
    "family": "FAMILYID",
    "date": "DOCDATE",
    "date_from": "DATEFROM",
    "date_to": "DATETO",
    "author": "AUTHOR",
    "recipient": "RECIPIENT",
    "custodian": "CUSTODIAN",
    "type": "DOCTYPE",
    "title": "TITLE",
    "language": "LANGUAGE",
    "translation": "TRANSLATION",
    "confidentiality": "CONFIDENTIALITY",
    "redacted": "REDACTED",
    "digest": "SHA256",
    "size": "FILESIZE",
    "media_type": "MIMETYPE",
    "file": "FILEPATH",
}


def read_columns(text: str, name: str) -> dict[str, str]:
    """Columns in the order of the file: our field to the column's name. Raises BadInput."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}, line {mark.line + 1}" if mark else name
        raise BadInput("the column file is not YAML", value=where) from None
    if not isinstance(found, dict) or not found:
        raise BadInput(
            "the column file names no columns",
            value=name,
            remedy="write lines such as `document_id: BEGDOC`",
        )
    lines = {line.partition(":")[0].strip(): n for n, line in enumerate(text.splitlines(), 1)}
    for field, column in found.items():
        if field not in COLUMNS or not isinstance(column, str) or not column.strip():
            raise BadInput(
                "this is no column of a load file",
                value=f"{name}, line {lines.get(str(field), 1)}: {field}",
                remedy=filled("use: {names}", names=", ".join(COLUMNS)),
            )
    if len(set(found.values())) < len(found):
        raise BadInput("two columns have one name", value=name, remedy="give each its own")
    return {str(field): column.strip() for field, column in found.items()}


def write_load_file(
    document: Document,
    form: str,
    columns: Mapping[str, str] = COLUMNS,
    parents: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """The index in one of FORMS, a line for each exhibit by number. Raises BadInput.

    `parents` are items (sha-256) of exhibits that came out of others, such as attachments: a
    family bears the document id of the exhibit it came out of.
    """
    if form not in FORMS:
        raise BadInput(
            "no load file of this form",
            value=form,
            remedy=filled("use one of: {names}", names=", ".join(FORMS)),
        )
    exhibits = sorted(document.exhibits, key=lambda one: one.number)
    numbers = {one.item: one.number for one in exhibits}
    rows = [_row(one, document, columns, _family(one, numbers, parents)) for one in exhibits]
    table = [tuple(columns.values()), *rows]
    return _dat(table) if form == "dat" else _csv(table)


def _family(one: Exhibit, numbers: Mapping[str, int], parents: Mapping[str, str]) -> int:
    item, seen = one.item, {one.item}
    while parents.get(item) in numbers and parents[item] not in seen:
        item = parents[item]
        seen.add(item)
    return numbers[item]


def _row(
    one: Exhibit, document: Document, columns: Mapping[str, str], family: int
) -> tuple[str, ...]:
    first, _, last = one.date.partition("/")
    facts = {
        "document_id": f"{document.code}-{one.number:04d}",
        "family": f"{document.code}-{family:04d}",
        "date": one.date,
        "date_from": first,
        "date_to": last or first,
        "author": one.source,
        "recipient": "; ".join(document.addressee[:1]),
        "custodian": "; ".join(document.sender[:1]),
        "type": one.kind,
        "title": one.title,
        "language": one.language,
        "translation": one.translation,
        "confidentiality": one.confidentiality,
        "redacted": "Y" if one.item != one.sha256 else "N",
        "digest": one.sha256,
        "size": str(one.size),
        "media_type": one.media_type,
        "file": "" if one.withheld else f"package/data/exhibits/{one.file_name}",
    }
    return tuple(clean(facts[field]) for field in columns)


def _dat(table: Iterable[tuple[str, ...]]) -> bytes:
    lines = (PART.join(f"{QUOTE}{_inner(cell)}{QUOTE}" for cell in row) for row in table)
    return b"\xef\xbb\xbf" + "".join(f"{line}\r\n" for line in lines).encode()


def _inner(cell: str) -> str:
    """A cell without the signs that part cells: `clean` has taken U+0014 and line breaks."""
    return cell.replace(QUOTE, "th").replace(BREAK, "(R)")


def _csv(table: Iterable[tuple[str, ...]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    for row in table:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return stream.getvalue().encode()
