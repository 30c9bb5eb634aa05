"""Elements of ECMA-376 part 1, section 17, that python-docx lacks, and the fixed zip."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from lxml import etree

HEAD_FONT = "Arial"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
# Word refuses a table whose properties stand in another order (17.4.59).
_AFTER_BORDERS = ("shd", "tblLayout", "tblCellMar", "tblLook", "tblCaption", "tblDescription")
# Parts of python-docx's template that a filing does not use: a picture of another document and
# a second copy of the styles for Word 2010.
UNUSED = ("thumbnail", "stylesWithEffects")


def set_font(style: Any, name: str, size: float, *, bold: bool = False) -> None:
    """One face for every script of a style; theme fonts would win over it."""
    style.font.name, style.font.size = name, Pt(size)
    if bold:
        style.font.bold = True
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), name)


def add_field(paragraph: Any, code: str, shown: str) -> None:
    """A field such as PAGE, with the text shown until it is updated."""
    first = len(paragraph.runs)
    mark_field(paragraph, "begin")
    code_field(paragraph, code)
    mark_field(paragraph, "separate")
    paragraph.add_run(shown)
    mark_field(paragraph, "end")
    for run in paragraph.runs[first:]:
        run.font.size, run.font.name = Pt(8), HEAD_FONT


def mark_field(paragraph: Any, kind: str) -> None:
    """The begin, separate or end mark of a field."""
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(mark)


def code_field(paragraph: Any, code: str) -> None:
    """The instruction of a field."""
    words = OxmlElement("w:instrText")
    words.set(qn("xml:space"), "preserve")
    words.text = f" {code} "
    paragraph.add_run()._r.append(words)


def serialise(root: Any) -> bytes:
    """XML with its declaration, as parts of a package are stored."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def normalise_zip(data: bytes) -> bytes:
    """The same package in name order, stored, at one time, without the parts not used.

    Stored, because what deflate makes of the same input differs between zlib versions.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        names = [name for name in old.namelist() if not any(part in name for part in UNUSED)]
        names.sort(key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            content = old.read(name)
            if name.endswith(".rels") or name == "[Content_Types].xml":
                content = _without_unused(content)
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            new.writestr(entry, content)
    return stream.getvalue()


def _without_unused(listing: bytes) -> bytes:
    root = etree.fromstring(listing)
    for entry in list(root):
        named = f"{entry.get('Target', '')}{entry.get('PartName', '')}"
        if any(part in named for part in UNUSED):
            root.remove(entry)
    return serialise(root)


def set_widths(table: Any, widths: tuple[int, ...]) -> None:
    """Column widths in twentieths of a point, on the grid and on every cell."""
    table.autofit = False
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.set(qn("w:w"), str(width))
    for row in table._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            properties = cell.get_or_add_tcPr()
            for old in properties.findall(qn("w:tcW")):
                properties.remove(old)
            size = OxmlElement("w:tcW")
            size.set(qn("w:w"), str(width))
            size.set(qn("w:type"), "dxa")
            properties.insert(0, size)


def set_borders(table: Any, sides: str, color: str = "8A8A8A") -> None:
    """Thin lines on the sides named ("top bottom insideH")."""
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{color}"/>'
        for side in sides.split()
    )
    borders = parse_xml(f"<w:tblBorders {nsdecls('w')}>{lines}</w:tblBorders>")
    properties = table._tbl.tblPr
    later = [one for one in properties if etree.QName(one).localname in _AFTER_BORDERS]
    if later:
        later[0].addprevious(borders)
    else:
        properties.append(borders)


def shade(cell: Any, color: str) -> None:
    """Fill a cell (a `w:tc` element)."""
    fill = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{color}"/>')
    cell.get_or_add_tcPr().append(fill)


def drop_unused_styles(styles: Any, kept: set[str]) -> None:
    """Remove the template's table styles, which make up most of an empty file."""
    for style in list(styles.findall(qn("w:style"))):
        if style.get(qn("w:type")) == "table" and style.get(qn("w:styleId")) not in kept:
            styles.remove(style)
