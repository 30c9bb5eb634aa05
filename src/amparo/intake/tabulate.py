"""Bulk entry: a workbook with one sheet for each noun, made here and read back.

What comes back is read in the sandbox like any other file; only its cells as text are used.
Nothing is written by the preview, and all of it or nothing by the entry itself.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from amparo.casefile.records import CaseFile, Row, load_case
from amparo.casefile.revise import Draft, add_records, check_drafts
from amparo.casefile.schema import BY_PLURAL, NOUNS, Field, Noun
from amparo.errors import AmparoError, BadInput
from amparo.filled import filled
from amparo.intake import sandbox

MOST_ROWS = 20_000
MOST_FAULTS = 50
_HELP_ROWS = 1_000
_MANY = {"refs", "texts", "names"}


@dataclass(frozen=True)
class Line:
    """One row of a sheet: where it stands, the record it makes, and what is wrong with it."""

    sheet: str
    number: int
    draft: Draft
    fault: str = ""
    remedy: str = ""

    @property
    def outcome(self) -> str:
        """`new`, or `refused` where the row has a fault."""
        return "refused" if self.fault else "new"


@dataclass(frozen=True)
class Preview:
    """Every row with its outcome; nothing was written."""

    lines: tuple[Line, ...]

    @property
    def faults(self) -> tuple[Line, ...]:
        """Rows that cannot be entered."""
        return tuple(line for line in self.lines if line.fault)


def make_template(case: CaseFile) -> bytes:
    """An empty workbook (XLSX): headings from the schema, closed vocabularies to choose from."""
    import xlsxwriter  # type: ignore[import-untyped]

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False,
                                     "strings_to_numbers": False})  # fmt: skip
    book.set_properties({"title": f"Entry for {case.code}", "author": "", "comments": ""})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    for noun in NOUNS:
        sheet = book.add_worksheet(noun.plural)
        sheet.freeze_panes(1, 1)
        for column, name in enumerate(_columns(noun)):
            sheet.set_column(column, column, 22, text)
            field = noun.field(name)
            sheet.write_string(0, column, name, bold)
            sheet.write_comment(0, column, _hint(noun, field))
            if field and (choices := _choices(field)):
                sheet.data_validation(1, column, _HELP_ROWS, column,
                                      {"validate": "list", "source": list(choices)})  # fmt: skip
    book.close()
    return out.getvalue()


def _columns(noun: Noun) -> tuple[str, ...]:
    return ("id", *(field.name for field in noun.fields))


def _choices(field: Field) -> tuple[str, ...]:
    """Terms for a list in the sheet; a workbook holds at most 255 characters of them."""
    choices = ("yes", "no") if field.kind == "flag" else field.choices
    return choices if len(",".join(choices)) <= 255 else ()


def _hint(noun: Noun, field: Field | None) -> str:
    if field is None:
        return f"Id of the {noun.name}, such as {noun.prefix}1; needed."
    said = [field.help + ("; needed" if field.required else "")]
    if field.kind in _MANY:
        said.append("several with commas" if field.kind != "names" else "ru: Имя; fr: Nom")
    if field.to:
        said.append("id of: " + ", ".join(field.to))
    if field.choices:
        said.append("one of: " + ", ".join(field.choices))
    return ". ".join(said)


def read_table(source: Path | bytes, name: str) -> list[Line]:
    """The rows of a workbook, read in the sandbox. Raises BadInput when it is none of ours."""
    reading = sandbox.read(source, name=name)
    if reading.kind not in ("xlsx", "ods", "xls") or reading.outcome != "ok":
        raise BadInput(
            "this is not a workbook that can be read",
            value=f"{name}: {reading.kind}, {reading.outcome}",
            remedy="fill in the workbook of `amparo case template` and save it as .xlsx",
        )
    lines: list[Line] = []
    for part in reading.untrusted_parts:
        title = part.name.removeprefix("sheet:")
        if part.name.startswith("sheet:") and part.text.strip():
            lines += _read_sheet(title, part.text, name)
    if not lines:
        raise BadInput("the workbook holds no rows", value=name, remedy="fill in a sheet")
    if len(lines) > MOST_ROWS:
        raise BadInput("the workbook holds too many rows", value=name,
                       remedy=filled("at most {most} at once", most=MOST_ROWS))  # fmt: skip
    return lines


def _read_sheet(title: str, text: str, name: str) -> Iterator[Line]:
    noun = BY_PLURAL.get(title)
    if noun is None:
        raise BadInput(
            "this sheet is not of a noun",
            value=f"{name}, sheet {title[:40]}",
            remedy=filled("name sheets as in the template: {names}", names=", ".join(BY_PLURAL)),
        )
    head, *rows = (line.split("\t") for line in text.split("\n"))
    heads = [cell.strip() for cell in head]
    known = _columns(noun)
    for cell in heads:
        if cell and (cell not in known or heads.count(cell) > 1):
            raise BadInput("this heading is unknown or stands twice",
                           value=f"{name}, sheet {title}, {cell[:40]}",
                           remedy=filled("known headings: {names}",
                                         names=', '.join(known)))  # fmt: skip
    for number, row in enumerate(rows, 2):
        if any(cell.strip() for cell in row):
            yield _line(noun, heads, row, number)


def _line(noun: Noun, heads: list[str], row: list[str], number: int) -> Line:
    cells = dict(zip(heads, (cell.strip() for cell in row), strict=False))
    beyond = [cell for cell in row[len(heads) :] if cell.strip()]
    unnamed = cells.pop("", "")
    code = cells.pop("id", "")
    raw: dict[str, object] = {}
    for key, cell in cells.items():
        field = noun.field(key)
        if cell and field:
            # A spreadsheet turns a typed day into a moment at midnight.
            day = cell.removesuffix("T00:00:00") if field.kind == "date" else cell
            raw[key] = _names(day) if field.kind == "names" else day
    where = f"sheet {noun.plural}, row {number}"
    draft = Draft(noun.name, code, raw, lambda key: f"{where}, {key}")
    if beyond or unnamed:
        return Line(noun.plural, number, draft, "a cell stands in a column without a heading",
                    "move it, or give the column its heading")  # fmt: skip
    return Line(noun.plural, number, draft)


def _names(cell: str) -> dict[str, str]:
    """`ru: Имя; fr: Nom` as a mapping; what has no colon is kept for the check to refuse."""
    pairs = (piece.partition(":") for piece in cell.split(";") if piece.strip())
    return {code.strip(): value.strip() for code, _, value in pairs}


def preview(case_code: str, lines: list[Line]) -> Preview:
    """Every row with what is wrong with it, checked against the case as it stands.

    The sheets are checked together first; when that fails, each row is asked for its own
    fault, so that all can be put right in one go. Writes nothing.
    """
    known = load_case(case_code)
    if any(line.fault for line in lines):
        return Preview(tuple(lines))
    try:
        check_drafts(known, [line.draft for line in lines])
        return Preview(tuple(lines))
    except AmparoError:
        return Preview(tuple(_find_faults(known, lines)))


def _find_faults(known: CaseFile, lines: list[Line]) -> list[Line]:
    """Take out one faulty row after another, until what is left fits together."""
    left = list(range(len(lines)))
    found: dict[int, AmparoError] = {}
    while left:
        try:
            check_drafts(known, [lines[at].draft for at in left])
            break
        except AmparoError as error:
            guilty = _guilty(lines, left, error)
            if guilty is None:
                raise
            found[guilty] = error
            left.remove(guilty)
            if len(found) >= MOST_FAULTS:
                break
    return [
        Line(line.sheet, line.number, line.draft, found[at].cause, found[at].remedy)
        if at in found
        else line
        for at, line in enumerate(lines)
    ]


def _guilty(lines: list[Line], left: list[int], error: AmparoError) -> int | None:
    """The row that an error names, by the place in its value; None where it names none."""
    for at in left:
        if f"sheet {lines[at].sheet}, row {lines[at].number}," in f"{error.value},":
            return at
    return None


def enter(actor: str, case_code: str, lines: list[Line]) -> list[Row]:
    """Add every row, all or none, in one Work. Raises BadInput for the first that does not fit."""
    for line in lines:
        if line.fault:
            raise BadInput(line.fault, value=f"sheet {line.sheet}, row {line.number}",
                           remedy=line.remedy)  # fmt: skip
    return add_records(actor, case_code, [line.draft for line in lines], reason="bulk entry")
