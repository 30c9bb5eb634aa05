"""Numbers of sections and paragraphs, and what a document says it cites."""

from __future__ import annotations

import pytest

from amparo.filing.document import (
    Column,
    Paragraph,
    Table,
    Text,
    cites_of,
    number_document,
    words_of,
)


def test_paragraphs_number_on_through_all_sections(make_document):
    numbered = number_document(make_document(chapters=3))
    numbers = [
        block.number
        for section in numbered.walk()
        for block in section.blocks
        if isinstance(block, Paragraph)
    ]
    assert numbers == list(range(1, 10))
    assert [s.number for s in numbered.walk()] == ["1", "1.1", "2", "2.1", "3", "3.1"]


def test_cites_are_found_in_paragraphs_bullets_and_tables(make_document):
    cites = list(cites_of(make_document(chapters=1)))
    assert [cite.exhibit for cite in cites] == [1, 2, 1, 2, 2]


def test_words_include_notes_captions_and_exhibit_titles(make_document):
    words = list(words_of(make_document(chapters=1)))
    for expected in ("Chart", "Element", "A label of others", "Statement of V-2", "E0001.txt"):
        assert expected in words
    assert any("задержали" in word for word in words)


def test_a_row_that_does_not_fit_its_columns_is_refused():
    with pytest.raises(ValueError, match="2 cells under 1 columns"):
        Table("x", (Column("a"),), (((Text("1"),), (Text("2"),)),))
