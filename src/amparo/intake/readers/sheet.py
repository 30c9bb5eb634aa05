"""Spreadsheets (xlsx, xls, xlsb, ods) by calamine: one part a sheet, a line a row, tabs between."""

from __future__ import annotations

import datetime
import io
import re
import struct
import zipfile
from typing import Any

from amparo.intake.readers import office
from amparo.intake.readers.docx import emit_embedded, note_properties
from amparo.intake.readers.draft import (
    LOCKED_HERE,
    Corrupt,
    Draft,
    Encrypted,
    Input,
    LimitReached,
    Stop,
)
from amparo.intake.readers.msg import open_ole
from amparo.intake.readers.xml import parse_xml
from amparo.intake.readers.zipped import open_zip, read_member

MOST_UNPACKED = 200 << 20
MOST_EMPTY = 2_000_000
MOST_CELLS = 10_000_000
SPARSE = 20
FILEPASS = 0x2F
FIRST_RECORDS = 4_096
_CELL = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")


def preload() -> None:
    """Import calamine, and olefile for what it cannot read."""
    import lxml.etree
    import olefile
    import python_calamine

    del lxml, olefile, python_calamine


def read(source: Input, draft: Draft) -> None:
    """Parts `sheet:Name` with line n for row n; cell notes; embedded files as children."""
    import python_calamine as calamine

    data = source.all()
    if data[:2] == b"PK":
        _check_size(source, draft)
    try:
        book = calamine.load_workbook(io.BytesIO(data))
    except (calamine.CalamineError, OSError, ValueError) as error:
        if not isinstance(error, calamine.PasswordError) and not _is_locked(source):
            raise Corrupt("the workbook cannot be read") from None
        _unlock(source, draft)
        return
    states = {sheet.name: str(sheet.visible).rpartition(".")[2] for sheet in book.sheets_metadata}
    draft.expected += len(book.sheet_names)
    for name in book.sheet_names:
        hidden = states.get(name, "Visible") != "Visible"
        _emit_sheet(book, name, hidden, draft)
    if data[:2] == b"PK":
        _emit_package(source, draft)


def _is_locked(source: Input) -> bool:
    """Whether an old workbook is under a password, of which calamine only says that it cannot be
    read: FILEPASS is among its first records ([MS-XLS] 2.4.117)."""
    if source.head[:2] == b"PK":
        return False
    ole = open_ole(source)
    name = next((name for name in ("Workbook", "Book") if ole.exists(name)), "")
    records = bytes(ole.openstream(name).read(FIRST_RECORDS)) if name else b""
    at = 0
    while at + 4 <= len(records):
        kind, size = struct.unpack_from("<HH", records, at)
        if kind == FILEPASS:
            return True
        at += 4 + size
    return False


def _unlock(source: Input, draft: Draft) -> None:
    if source.head[:2] == b"PK":
        raise Encrypted(LOCKED_HERE)
    office.unlock(source, draft, "unlocked.xls")


def _check_size(source: Input, draft: Draft) -> None:
    """The reader unpacks on its own, so what the archive declares is checked before."""
    with open_zip(source) as archive:
        members = archive.infolist()
        if len(members) > draft.budget.members:
            raise LimitReached("members")
        if sum(info.file_size for info in members) > MOST_UNPACKED:
            raise LimitReached("output")
        for info in members:
            if info.file_size > max(1 << 20, info.compress_size * draft.budget.ratio):
                raise LimitReached("ratio")
        for info in members:
            if info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml"):
                _check_area(read_member(archive, info, draft))


def _check_area(sheet: bytes) -> None:
    """Refuse cells so far apart that the rectangle around them would fill the memory."""
    places = _CELL.findall(sheet)
    if not places:
        return
    width = max(_column(letters) for letters in {letters for letters, _ in places})
    height = max(int(row) for _, row in places)
    if width * height > MOST_EMPTY + SPARSE * len(places):
        raise LimitReached("output")


def _column(letters: bytes) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _emit_sheet(book: Any, name: str, hidden: bool, draft: Draft) -> None:
    try:
        sheet = book.get_sheet_by_name(name)
        row, column = sheet.end or (0, 0)
        if (row + 1) * (column + 1) > MOST_CELLS:
            draft.fail("limit: output")
            return
        rows = sheet.to_python(skip_empty_area=False)
    except Exception:  # calamine raises its own kinds of errors for a broken sheet
        draft.fail("sheet is broken")
        return
    text = "\n".join("\t".join(map(_cell, row)).rstrip("\t") for row in rows).rstrip("\n")
    label = f"sheet {name}" + (" (hidden)" if hidden else "")
    draft.part(f"sheet:{name}", text, label)
    draft.emitted += 1


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return " ".join(str(value).split()) if value is not None else ""


def _emit_package(source: Input, draft: Draft) -> None:
    """What a workbook holds besides cells: properties, notes, pictures."""
    with open_zip(source) as archive:
        members = archive.infolist()
        note_properties(archive, draft)
        draft.part("notes", "\n".join(_notes(archive, members, draft)), "notes on cells")
        emit_embedded(archive, members, r"(?:xl/(?:media|embeddings)|Pictures)/.+", draft)
        if any(info.filename.endswith("vbaProject.bin") for info in members):
            draft.meta("macros", "present, never run")


def _notes(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], draft: Draft) -> list[str]:
    found: list[str] = []
    for info in members:
        if not info.filename.startswith("xl/comments"):
            continue
        try:
            root = parse_xml(read_member(archive, info, draft))
        except Stop:
            continue
        for note in root.iter("{*}comment"):
            text = "".join(node.text or "" for node in note.iter("{*}t"))
            found.append(f"{note.get('ref') or ''}\t{text}")
    return found
