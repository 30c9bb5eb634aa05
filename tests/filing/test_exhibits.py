"""Numbers that stay, names that tell nothing, an index that a spreadsheet can open safely."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.filing.exhibits import FIELDS, assign_numbers, name_file, write_index

ITEMS = st.lists(st.sampled_from("abcdefghij"))


@given(ITEMS, ITEMS)
def test_an_exhibit_keeps_its_number_and_no_number_is_given_twice(first, second):
    earlier = assign_numbers(first, {})
    later = assign_numbers(second, earlier)
    assert all(later[item] == earlier[item] for item in later if item in earlier)
    fresh = [number for item, number in later.items() if item not in earlier]
    assert len(set(fresh)) == len(fresh)
    assert not set(fresh) & set(earlier.values())


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("application/pdf", "E0007.pdf"),
        ("text/plain; charset=utf-8", "E0007.txt"),
        ("IMAGE/JPEG", "E0007.jpg"),
        ("application/x-Ivan.Petrov", "E0007.bin"),
    ],
)
def test_the_file_name_is_number_and_type(media_type, expected):
    assert name_file(7, media_type) == expected


def test_the_index_has_a_row_for_each_exhibit(make_document):
    rows = list(csv.DictReader(io.StringIO(write_index(make_document()).decode("utf-8"))))
    assert tuple(rows[0]) == FIELDS
    assert [row["exhibit"] for row in rows] == ["1", "2"]
    assert all(len(row["sha256"]) == 64 for row in rows)


def test_a_title_cannot_become_a_formula(make_document):
    document = make_document()
    evil = replace(document.exhibits[0], title='=HYPERLINK("http://x")\x00\r\n')
    index = write_index(replace(document, exhibits=(evil,))).decode("utf-8")
    row = next(csv.DictReader(io.StringIO(index)))
    assert row["title"].startswith("'=")
    assert "\x00" not in index


def test_a_withheld_exhibit_names_no_file(make_document):
    document = make_document()
    held = replace(document.exhibits[0], withheld="no consent")
    row = next(
        csv.DictReader(io.StringIO(write_index(replace(document, exhibits=(held,))).decode()))
    )
    assert row["file"] == ""
    assert row["withheld"] == "no consent"
