"""Office files written by hand, so that the same text gives the same bytes on every machine."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

FIXED_TIME = (2019, 9, 30, 12, 0, 0)
_FOOTNOTE_MARK = re.compile(r"\[\^(\d+)\]")

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
_CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def zip_bytes(
    members: Iterable[tuple[str, bytes]],
    *,
    stored: Sequence[str] = (),
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A zip archive of named members, all dated FIXED_TIME; `stored` names stay uncompressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, FIXED_TIME)
            info.compress_type = zipfile.ZIP_STORED if name in stored else method
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, compresslevel=9)
    return buffer.getvalue()


def docx(text: str) -> bytes:
    """A Word document (ECMA-376) of the marked-up text.

    Blank lines part paragraphs, `# ` begins a heading, `[^1]` refers to a footnote
    and a paragraph `[^1]: ...` gives its text.
    """
    body, notes = _split_footnotes(text)
    document = "".join(_word_paragraph(paragraph) for paragraph in body)
    members = [
        ("[Content_Types].xml", _content_types(_word_parts(bool(notes)))),
        ("_rels/.rels", _relations([("officeDocument", "word/document.xml")])),
        (
            "word/_rels/document.xml.rels",
            _relations([("footnotes", "footnotes.xml")] if notes else []),
        ),
        (
            "word/document.xml",
            _xml(f'<w:document xmlns:w="{_WORD}"><w:body>{document}</w:body></w:document>'),
        ),
    ]
    if notes:
        members.append(("word/footnotes.xml", _word_footnotes(notes)))
    return zip_bytes(members)


def odt(text: str) -> bytes:
    """An OpenDocument text (ISO 26300) of the marked-up text, without footnotes."""
    body, _ = _split_footnotes(text)
    content = "".join(_odf_paragraph(paragraph) for paragraph in body)
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    words = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    kind = "application/vnd.oasis.opendocument.text"
    members = [
        ("mimetype", kind.encode()),
        (
            "content.xml",
            _xml(
                f'<office:document-content xmlns:office="{office}" xmlns:text="{words}" '
                f'office:version="1.2"><office:body><office:text>{content}'
                "</office:text></office:body></office:document-content>"
            ),
        ),
        (
            "META-INF/manifest.xml",
            _xml(
                f'<manifest:manifest xmlns:manifest="{manifest}" manifest:version="1.2">'
                f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
                '<manifest:file-entry manifest:full-path="content.xml" '
                'manifest:media-type="text/xml"/></manifest:manifest>'
            ),
        ),
    ]
    return zip_bytes(members, stored=("mimetype",))


def xlsx(rows: Sequence[Sequence[str]], sheet: str) -> bytes:
    """A workbook (ECMA-376) with one sheet of text cells."""
    cells = "".join(
        f'<row r="{number}">{"".join(_sheet_cell(value) for value in row)}</row>'
        for number, row in enumerate(rows, start=1)
    )
    book = (
        f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE_REL}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    types = {
        "/xl/workbook.xml": "spreadsheetml.sheet.main",
        "/xl/worksheets/sheet1.xml": "spreadsheetml.worksheet",
    }
    return zip_bytes(
        [
            ("[Content_Types].xml", _content_types(types)),
            ("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])),
            ("xl/_rels/workbook.xml.rels", _relations([("worksheet", "worksheets/sheet1.xml")])),
            ("xl/workbook.xml", _xml(book)),
            (
                "xl/worksheets/sheet1.xml",
                _xml(f'<worksheet xmlns="{_SHEET}"><sheetData>{cells}</sheetData></worksheet>'),
            ),
        ]
    )


def rtf(text: str) -> bytes:
    """A Rich Text Format document, one paragraph for each line."""
    lines = (line.translate({92: r"\\", 123: r"\{", 125: r"\}"}) for line in text.splitlines())
    escaped = "\\par\n".join(
        "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in line) for line in lines
    )
    return ("{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Times;}}\n" + escaped + "\\par\n}\n").encode()


def _split_footnotes(text: str) -> tuple[list[str], dict[str, str]]:
    body: list[str] = []
    notes: dict[str, str] = {}
    for paragraph in text.strip().split("\n\n"):
        mark = _FOOTNOTE_MARK.match(paragraph)
        if mark and paragraph[mark.end() :].startswith(": "):
            notes[mark.group(1)] = paragraph[mark.end() + 2 :]
        else:
            body.append(paragraph.replace("\n", " "))
    return body, notes


def _word_run(text: str, *, bold: bool = False) -> str:
    look = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""


def _word_paragraph(paragraph: str) -> str:
    bold = paragraph.startswith("# ")
    pieces = _FOOTNOTE_MARK.split(paragraph.removeprefix("# "))
    runs = [
        f'<w:r><w:footnoteReference w:id="{piece}"/></w:r>'
        if index % 2
        else _word_run(piece, bold=bold)
        for index, piece in enumerate(pieces)
    ]
    return f"<w:p>{''.join(runs)}</w:p>"


def _word_footnotes(notes: dict[str, str]) -> bytes:
    body = "".join(
        f'<w:footnote w:id="{number}"><w:p><w:r><w:footnoteRef/></w:r>'
        f"{_word_run(' ' + text)}</w:p></w:footnote>"
        for number, text in notes.items()
    )
    return _xml(f'<w:footnotes xmlns:w="{_WORD}">{body}</w:footnotes>')


def _word_parts(has_notes: bool) -> dict[str, str]:
    parts = {"/word/document.xml": "wordprocessingml.document.main"}
    if has_notes:
        parts["/word/footnotes.xml"] = "wordprocessingml.footnotes"
    return parts


def _odf_paragraph(paragraph: str) -> str:
    if paragraph.startswith("# "):
        return f'<text:h text:outline-level="1">{escape(paragraph[2:])}</text:h>'
    return f"<text:p>{escape(paragraph)}</text:p>"


def _sheet_cell(value: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def _content_types(parts: dict[str, str]) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument."
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="{kind}{suffix}+xml"/>'
        for name, suffix in parts.items()
    )
    return _xml(
        f'<Types xmlns="{_CONTENT_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> bytes:
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE_REL}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return _xml(f'<Relationships xmlns="{_PACKAGE_REL}">{rows}</Relationships>')


def _xml(body: str) -> bytes:
    return (_DECLARATION + body).encode()
