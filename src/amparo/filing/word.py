"""Document to DOCX: real footnotes, numbered paragraphs, cross references as fields.

python-docx writes the package; footnotes, numbering and fields, which it lacks, are the
elements of ECMA-376 part 1, section 17. The same Document gives the same bytes: the zip is
written stored, in name order, with one fixed time, and the properties hold `made_at`.
"""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph as DocxParagraph

from amparo.filing.document import Document, number_document
from amparo.filing.layout import RIGHT_TO_LEFT, Line, Piece, Span, clean, lay_out
from amparo.filing.ooxml import (
    HEAD_FONT,
    add_field,
    code_field,
    drop_unused_styles,
    mark_field,
    normalise_zip,
    serialise,
    set_borders,
    set_font,
    set_widths,
    shade,
)
from amparo.filing.words import Words

FONT = "Times New Roman"
ACCENT = RGBColor(0x1F, 0x3A, 0x5F)
LINE = 8957  # 15.8 cm in twentieths of a point
NUMBERING = 71
FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"


def write_word(document: Document, words: Words) -> bytes:
    """The DOCX as bytes."""
    numbered = number_document(document)
    with _uncollected():
        return _Writer(numbered, words).write(lay_out(numbered, words))


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage: every element lives to the end, and each search looks at all."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Writer:
    def __init__(self, document: Document, words: Words) -> None:
        self.document = document
        self.words = words
        self.file = docx.Document()
        self.end = self.file.sections[0]._sectPr
        self.notes: list[Any] = []
        self.bookmarks: dict[str, str] = {}
        self.heading_styles: dict[int, str] = {}
        self.body_style, self.point_style, self.note_style = self._styles()
        self._numbering()

    def write(self, pieces: tuple[Piece, ...]) -> bytes:
        anchors = [piece.anchor for piece in pieces if piece.anchor]
        self.bookmarks = {anchor: f"a{place}" for place, anchor in enumerate(anchors, 1)}
        self._title_page()
        self._contents(pieces)
        for piece in pieces:
            getattr(self, f"_set_{piece.kind}")(piece)
        self._frame()
        self._add_notes()
        self._properties()
        drop_unused_styles(self.file.styles.element, {"TableNormal"})
        stream = io.BytesIO()
        self.file.save(stream)
        return normalise_zip(stream.getvalue())

    def _paragraph(self, style: str = "") -> Any:
        """A new last paragraph, with the id of its style. python-docx looks through all
        paragraphs for the place of each, and through all styles for an id."""
        made = DocxParagraph(OxmlElement("w:p"), self.file._body)
        self.end.addprevious(made._p)
        if style:
            made._p.style = style
        return made

    # Styles, numbering, page frame

    def _styles(self) -> tuple[str, str, str]:
        """Ids of the styles of a numbered paragraph, a point and a note."""
        styles = self.file.styles
        normal = styles["Normal"]
        set_font(normal, FONT, 11)
        normal.paragraph_format.space_after = Pt(7)
        for level, size in ((1, 15), (2, 12), (3, 11), (4, 11)):
            style = styles[f"Heading {level}"]
            set_font(style, HEAD_FONT, size, bold=True)
            style.font.color.rgb = ACCENT
            style.paragraph_format.space_before = Pt(16 if level == 1 else 11)
            style.paragraph_format.space_after = Pt(6)
            self.heading_styles[level] = style.style_id
        numbered = styles.add_style("Numbered paragraph", 1)
        numbered.base_style = normal
        numbered.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        note = styles.add_style("Footnote Text", 1)
        set_font(note, FONT, 9)
        note.paragraph_format.space_after = Pt(2)
        return numbered.style_id, styles["List Bullet"].style_id, note.style_id

    def _numbering(self) -> None:
        root = self.file.part.numbering_part.element
        abstract = parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{NUMBERING}">'
            '<w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0"><w:start w:val="1"/>'
            '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/><w:lvlJc w:val="left"/>'
            '<w:pPr><w:ind w:left="567" w:hanging="567"/></w:pPr></w:lvl></w:abstractNum>'
        )
        root.insert(len(root.findall(qn("w:abstractNum"))), abstract)
        number = parse_xml(
            f'<w:num {nsdecls("w")} w:numId="{NUMBERING}">'
            f'<w:abstractNumId w:val="{NUMBERING}"/></w:num>'
        )
        root.append(number)

    def _frame(self) -> None:
        page = self.file.sections[0]
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.left_margin = page.right_margin = Cm(2.6)
        page.top_margin, page.bottom_margin = Cm(2.7), Cm(2.5)
        page.different_first_page_header_footer = True
        header = page.header.paragraphs[0]
        footer = page.footer.paragraphs[0]
        for line in (header, footer):
            line.style = self.file.styles["Normal"]
            line.paragraph_format.tab_stops.add_tab_stop(Cm(15.8), WD_TAB_ALIGNMENT.RIGHT)
        self._small(header, f"{clean(self.document.confidentiality)}\t{self.document.code}")
        self._small(footer, f"{clean(self.document.subtitle)}\t{self.words.say('page.page')} ")
        add_field(footer, "PAGE", "1")
        self._small(footer, f" {self.words.say('page.between')} ")
        add_field(footer, "NUMPAGES", "1")

    def _small(self, paragraph: Any, text: str) -> None:
        run = paragraph.add_run(text)
        run.font.size, run.font.name = Pt(8), HEAD_FONT

    # Front matter

    def _title_page(self) -> None:
        document, say = self.document, self.words.say
        self._plain(document.confidentiality, 9, bold=True)
        self._plain(document.subtitle, 12, before=110)
        self._plain(document.title, 24, bold=True, after=30)
        facts = (
            (say("page.submitted_to"), document.addressee),
            (say("page.submitted_by"), document.sender),
            (say("page.reference"), (document.code,)),
            (say("page.date"), (document.date,)),
            (say("page.basis"), document.basis),
        )
        shown = [(name, lines) for name, lines in facts if lines]
        table = self.file.add_table(len(shown), 2)
        for row, (name, lines) in zip(table.rows, shown, strict=True):
            row.cells[0].paragraphs[0].add_run(name).italic = True
            row.cells[1].paragraphs[0].add_run("\n".join(map(clean, lines)))
        set_widths(table, (LINE // 4, LINE * 3 // 4))
        self._plain(document.remark, 10, before=60)
        self.file.paragraphs[-1].paragraph_format.left_indent = Cm(0.4)
        self.file.add_page_break()

    def _plain(
        self, text: str, size: float, *, bold: bool = False, before: float = 0, after: float = 6
    ) -> None:
        paragraph = self._paragraph()
        paragraph.paragraph_format.space_before = Pt(before)
        paragraph.paragraph_format.space_after = Pt(after)
        run = paragraph.add_run(clean(text))
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, HEAD_FONT
        run.font.color.rgb = ACCENT

    def _contents(self, pieces: tuple[Piece, ...]) -> None:
        """A contents field with its entries filled in, so that it reads before any update."""
        self._plain(self.words.say("page.contents"), 15, bold=True)
        entries = [p for p in pieces if p.kind == "heading" and p.level <= 2]
        for place, entry in enumerate(entries):
            paragraph = self._paragraph()
            paragraph.paragraph_format.left_indent = Cm(0.8 * (entry.level - 1))
            paragraph.paragraph_format.space_after = Pt(3)
            if place == 0:
                mark_field(paragraph, "begin")
                code_field(paragraph, r'TOC \o "1-2" \n \h')
                mark_field(paragraph, "separate")
            self._link(paragraph, f"{entry.number}  {entry.title}", entry.anchor)
            if place == len(entries) - 1:
                mark_field(paragraph, "end")
        self.file.add_page_break()

    # Pieces

    def _set_heading(self, piece: Piece) -> None:
        paragraph = self._paragraph(self.heading_styles[min(piece.level, 4)])
        self._bookmark(paragraph, piece.anchor)
        paragraph.add_run(f"{piece.number}  {piece.title}")

    def _set_numbered(self, piece: Piece) -> None:
        paragraph = self._paragraph(self.body_style)
        properties = paragraph._p.get_or_add_pPr()
        properties.append(
            parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/>'
                f'<w:numId w:val="{NUMBERING}"/></w:numPr>'
            )
        )
        self._bookmark(paragraph, piece.anchor)
        self._line(paragraph, piece.line)

    def _set_point(self, piece: Piece) -> None:
        paragraph = self._paragraph(self.point_style)
        paragraph.paragraph_format.left_indent = Cm(1.8)
        self._line(paragraph, piece.line)

    def _set_box(self, piece: Piece) -> None:
        table = self.file.add_table(1, 1)
        set_borders(table, "top left bottom right")
        set_widths(table, (LINE,))
        cell = table.rows[0].cells[0]
        shade(cell._tc, "F6F7F9")
        title = cell.paragraphs[0].add_run(piece.title)
        title.bold = True
        self._line(cell.add_paragraph(), piece.line)
        self._paragraph()

    def _set_table(self, piece: Piece) -> None:
        caption = self._paragraph()
        caption.paragraph_format.keep_with_next = True
        self._bookmark(caption, piece.anchor)
        caption.add_run(piece.title).bold = True
        table = self.file.add_table(1 + len(piece.rows), len(piece.heads))
        rows = table._tbl.tr_lst
        rows[0].get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        heads = tuple((Span(head, style="bold"),) for head in piece.heads)
        for row, cells in zip(rows, (heads, *piece.rows), strict=True):
            row.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
            for cell, line in zip(row.tc_lst, cells, strict=True):
                paragraph = DocxParagraph(cell.p_lst[0], table)
                self._line(paragraph, line, size=8.5)
                paragraph.paragraph_format.space_after = Pt(2)
        for cell in rows[0].tc_lst:
            shade(cell, "E9EDF3")
        set_borders(table, "top bottom insideH")
        set_widths(table, tuple(int(LINE * one / sum(piece.widths)) for one in piece.widths))
        self._paragraph()

    # Lines

    def _line(self, paragraph: Any, line: Line, size: float = 0) -> None:
        for span in line:
            if span.note:
                self._note(paragraph, span.note)
            elif span.target:
                self._link(paragraph, span.text, span.target, size)
            else:
                self._span(paragraph, span, size)

    def _span(self, paragraph: Any, span: Span, size: float = 0) -> None:
        run = paragraph.add_run(span.text)
        run.bold = span.style in ("bold", "mark") or None
        run.italic = span.style == "italic" or None
        if size:
            run.font.size = Pt(size)
        if span.lang:
            language = OxmlElement("w:lang")
            right_to_left = span.lang in RIGHT_TO_LEFT
            language.set(qn("w:bidi") if right_to_left else qn("w:val"), span.lang)
            properties = run._r.get_or_add_rPr()
            if right_to_left:
                properties.append(OxmlElement("w:rtl"))
            properties.append(language)

    def _link(self, paragraph: Any, text: str, anchor: str, size: float = 0) -> None:
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), self.bookmarks[anchor])
        paragraph._p.append(link)
        run = paragraph.add_run(text)
        run.font.color.rgb = ACCENT
        if size:
            run.font.size = Pt(size)
        link.append(run._r)

    def _bookmark(self, paragraph: Any, anchor: str) -> None:
        if not anchor:
            return
        name = self.bookmarks[anchor]
        for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
            mark = OxmlElement(tag)
            mark.set(qn("w:id"), name[1:])
            if tag == "w:bookmarkStart":
                mark.set(qn("w:name"), name)
            paragraph._p.append(mark)

    def _note(self, paragraph: Any, line: Line) -> None:
        number = len(self.notes) + 1
        run = paragraph.add_run()
        run.font.superscript = True
        reference = OxmlElement("w:footnoteReference")
        reference.set(qn("w:id"), str(number))
        run._r.append(reference)
        holder = DocxParagraph(OxmlElement("w:p"), self.file._body)
        holder._p.style = self.note_style
        mark = holder.add_run()
        mark.font.superscript = True
        mark._r.append(OxmlElement("w:footnoteRef"))
        holder.add_run(" ")
        for span in line:
            self._span(holder, span)
        note = OxmlElement("w:footnote")
        note.set(qn("w:id"), str(number))
        note.append(holder._p)
        self.notes.append(note)

    def _add_notes(self) -> None:
        root = parse_xml(
            f"<w:footnotes {nsdecls('w')}>"
            '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p>'
            '</w:footnote><w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r>'
            "<w:continuationSeparator/></w:r></w:p></w:footnote></w:footnotes>"
        )
        for note in self.notes:
            root.append(note)
        part = Part(
            PackURI("/word/footnotes.xml"),
            FOOTNOTES_TYPE,
            serialise(root),
            self.file.part.package,
        )
        self.file.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)

    def _properties(self) -> None:
        properties = self.file.core_properties
        made = self.document.made_at.replace(tzinfo=None, microsecond=0)
        properties.title = clean(self.document.title)
        properties.author = clean(self.document.sender[0]) if self.document.sender else ""
        properties.last_modified_by = ""
        properties.comments = ""
        properties.language = self.document.lang
        properties.created = properties.modified = made
        properties.revision = 1
