"""The DOCX: opens, real footnotes and numbers, the words of the PDF, same bytes twice."""

from __future__ import annotations

import io
import zipfile

import docx
from docx.oxml.ns import qn
from lxml import etree

from amparo.filing.document import Note, number_document, runs_of
from amparo.filing.layout import Piece, lay_out
from amparo.filing.word import write_word
from amparo.filing.words import load_words

WORDS = load_words("icc-15", "en")


def part(data: bytes, name: str):
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return etree.fromstring(package.read(name))


def spoken(root) -> str:
    return "".join(node.text or "" for node in root.iter(qn("w:t")))


def words_of_pieces(pieces: tuple[Piece, ...]) -> list[str]:
    found = []
    for piece in pieces:
        lines = [piece.line, *(cell for row in piece.rows for cell in row)]
        found += [span.text for line in lines for span in line if span.text]
        found += [note.text for line in lines for span in line for note in span.note]
    return found


def test_same_document_same_bytes(make_document):
    assert write_word(make_document(), WORDS) == write_word(make_document(), WORDS)


def test_it_opens_and_says_every_word_of_the_layout(make_document):
    document = make_document()
    data = write_word(document, WORDS)
    docx.Document(io.BytesIO(data))
    shown = spoken(part(data, "word/document.xml")) + spoken(part(data, "word/footnotes.xml"))
    missing = [
        w for w in words_of_pieces(lay_out(number_document(document), WORDS)) if w not in shown
    ]
    assert not missing


def test_each_note_is_a_footnote_referred_to_once_in_order(make_document):
    document = make_document()
    data = write_word(document, WORDS)
    expected = sum(
        isinstance(run, Note)
        for section in document.walk()
        for block in section.blocks
        for runs in runs_of(block)
        for run in runs
    )
    references = [
        int(node.get(qn("w:id")))
        for node in part(data, "word/document.xml").iter(qn("w:footnoteReference"))
    ]
    notes = [
        int(node.get(qn("w:id")))
        for node in part(data, "word/footnotes.xml")
        if node.get(qn("w:type")) is None
    ]
    assert expected == 8
    assert references == notes == list(range(1, expected + 1))


def test_paragraphs_use_one_running_list(make_document):
    body = part(write_word(make_document(chapters=3), WORDS), "word/document.xml")
    lists = [node.get(qn("w:val")) for node in body.iter(qn("w:numId"))]
    assert len(lists) == 9
    assert len(set(lists)) == 1


def test_every_link_leads_to_a_bookmark(make_document):
    body = part(write_word(make_document(), WORDS), "word/document.xml")
    marks = {node.get(qn("w:name")) for node in body.iter(qn("w:bookmarkStart"))}
    links = {node.get(qn("w:anchor")) for node in body.iter(qn("w:hyperlink"))}
    assert links
    assert links <= marks


def test_no_trace_of_the_template_or_of_now(make_document):
    data = write_word(make_document(), WORDS)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in package.namelist() if "thumbnail" in name]
        core = package.read("docProps/core.xml").decode()
    assert "python-docx" not in core
    assert "2026-11-22T12:00:00Z" in core
    assert "2013" not in core


def test_control_characters_do_not_break_the_file(make_document):
    data = write_word(make_document("a\x00b\x0b\ufffe\ud800c & <d>"), WORDS)
    assert "& <d>" in spoken(part(data, "word/document.xml"))


ORDERS = {
    "tblPr": ("tblStyle", "tblW", "jc", "tblBorders", "tblLayout", "tblLook"),
    "tcPr": ("tcW", "gridSpan", "tcBorders", "shd"),
    "pPr": ("pStyle", "keepNext", "numPr", "tabs", "spacing", "ind", "jc"),
    "rPr": (
        "rStyle", "rFonts", "b", "i", "color", "sz", "szCs", "vertAlign", "rtl", "cs", "lang",
    ),
}  # fmt: skip


def test_properties_stand_in_the_order_of_the_schema(make_document):
    """Word refuses a file whose properties stand in another order."""
    data = write_word(make_document(), WORDS)
    for name in ("word/document.xml", "word/footnotes.xml"):
        root = part(data, name)
        for tag, order in ORDERS.items():
            for node in root.iter(qn(f"w:{tag}")):
                found = [etree.QName(child).localname for child in node]
                assert found == sorted(found, key=order.index), (tag, found)
