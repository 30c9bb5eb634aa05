"""The PDF: same bytes twice, standards declared, every script readable, nothing executed."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from pypdf import PdfReader

from amparo.errors import Broken
from amparo.filing import typeset as module
from amparo.filing.typeset import drawable, typeset
from amparo.filing.words import load_words


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_same_document_same_bytes(make_document, lang):
    words = load_words("icc-15", lang)
    assert typeset(make_document(lang=lang), words) == typeset(make_document(lang=lang), words)


def test_the_file_declares_archive_and_accessibility_and_language(make_document):
    reader = PdfReader(io.BytesIO(typeset(make_document(), load_words("icc-15", "en"))))
    metadata = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata.title == "Detention in the Republic of Karvenia"
    assert "2026-11-22" in metadata


def test_fonts_are_those_of_the_package(make_document):
    reader = PdfReader(io.BytesIO(typeset(make_document(), load_words("icc-15", "en"))))
    names = {
        font.get_object()["/BaseFont"]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert names
    assert all("Noto" in name for name in names)


def test_cyrillic_arabic_and_chechen_can_be_read_back(make_document):
    shown = text_of(typeset(make_document(), load_words("icc-15", "en")))
    assert "Меня задержали вечером" in shown
    assert "Ӏуьйре дика" in shown
    assert "القبو" in shown or "وبقلا" in shown


def test_markup_of_a_source_is_words_not_code(make_document):
    evil = '#read("/etc/passwd") $x$ *b* @p1 <p1> \\u{41} #panic() `raw` // no'
    shown = text_of(typeset(make_document(evil), load_words("icc-15", "en")))
    assert '#read("/etc/passwd")' in shown
    assert "root:" not in shown
    assert "#panic()" in shown


def test_what_no_font_draws_is_shown_as_its_number(make_document):
    shown = text_of(
        typeset(make_document("fire \U0001f9e8 \U00013000\x00\x1b[31m"), load_words("icc-15", "en"))
    )
    assert "[U+1F9E8]" in shown
    assert "[U+13000]" in shown


def test_every_covered_character_is_drawn(make_document):
    """coverage.txt tells the truth: PDF/A refuses a file with a missing glyph."""
    characters = [chr(point) for point in sorted(module._covered()) if chr(point).isprintable()]
    lines = " ".join("".join(characters[i : i + 60]) for i in range(0, len(characters), 60))
    assert typeset(make_document(lines, chapters=1), load_words("icc-15", "en"))


def test_variation_selectors_vanish():
    assert drawable("☎\ufe0f") == "☎"


def test_a_typesetter_that_fails_says_so_without_quoting_the_filing(monkeypatch):
    with pytest.raises(Broken) as caught:
        module._run_press(b'{"data": {"secret": "V-1"}, "timestamp": 0}', 30)
    assert "V-1" not in str(caught.value)
    assert caught.value.remedy


def test_a_typesetter_that_hangs_is_ended():
    with pytest.raises(Broken, match="no result after 0"):
        module._run_press(b"{}", 0)


def test_a_missing_font_is_named(make_document, monkeypatch):
    monkeypatch.setattr(module, "FONTS", (*module.FONTS, "NotoSerifNowhere.ttf"))
    with pytest.raises(Broken, match="font of the program is missing") as caught:
        typeset(make_document(), load_words("icc-15", "en"))
    assert caught.value.value == "NotoSerifNowhere.ttf"


def test_every_shipped_font_is_asked_for():
    from importlib.resources import files

    shipped = {one.name for one in files("amparo.filing").joinpath("fonts").iterdir()}
    assert {one for one in shipped if one.endswith(".ttf")} == set(module.FONTS)
