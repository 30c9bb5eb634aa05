"""The load file: columns by name and order, cells that cannot break the line, refusals by line."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amparo.errors import BadInput
from amparo.filing.load_file import COLUMNS, read_columns, write_load_file


def read_dat(data: bytes) -> list[list[str]]:
    lines = data.decode("utf-8-sig").split("\r\n")
    assert lines.pop() == ""
    return [[cell[1:-1] for cell in line.split("\x14")] for line in lines]


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


READERS = {"dat": read_dat, "csv": read_csv}


@pytest.mark.parametrize("form", READERS)
def test_every_exhibit_has_a_line_under_the_default_columns(make_document, form):
    document = make_document()
    head, *rows = READERS[form](write_load_file(document, form))
    assert head == list(COLUMNS.values())
    assert len(rows) == len(document.exhibits)
    first = dict(zip(head, rows[0], strict=True))
    assert first["DOCID"] == "KARV-0001" and first["SHA256"] == document.exhibits[0].sha256
    assert first["FILEPATH"] == "package/data/exhibits/E0001.txt"


@pytest.mark.parametrize("form", READERS)
def test_columns_come_in_the_order_and_under_the_names_given(make_document, form):
    columns = read_columns("file: NATIVE\ndocument_id: BEGDOC\n", "columns.yaml")
    head, row, _ = READERS[form](write_load_file(make_document(), form, columns))
    assert head == ["NATIVE", "BEGDOC"] and row[1] == "KARV-0001"


def test_a_range_of_dates_fills_both_ends(make_document):
    document = make_document()
    exhibit = replace(document.exhibits[0], date="2017-03/2017-05")
    columns = {"date_from": "F", "date_to": "T"}
    written = write_load_file(replace(document, exhibits=(exhibit,)), "dat", columns)
    assert read_dat(written)[1] == ["2017-03", "2017-05"]


def test_an_attachment_is_of_the_family_of_its_mail(make_document):
    document = make_document()
    mail, attached = document.exhibits[:2]
    columns = {"document_id": "D", "family": "F"}
    written = write_load_file(document, "dat", columns, {attached.item: mail.item})
    head, first, second, *_ = read_dat(written)
    assert first[0] == first[1] == second[1] != second[0]
    around = {attached.item: mail.item, mail.item: attached.item}
    assert read_dat(write_load_file(document, "dat", columns, around))


def test_a_redacted_copy_is_marked(make_document):
    document = make_document()
    same = replace(document.exhibits[0], item=document.exhibits[0].sha256)
    written = write_load_file(
        replace(document, exhibits=(same, document.exhibits[1])), "csv", {"redacted": "R"}
    )
    assert read_csv(written) == [["R"], ["N"], ["Y"]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text())
def test_no_title_breaks_a_line_or_a_cell(make_document, title):
    document = make_document()
    one = replace(document, exhibits=(replace(document.exhibits[0], title=title),))
    for form, reader in READERS.items():
        rows = reader(write_load_file(one, form, {"title": "T", "type": "K"}))
        assert [len(row) for row in rows] == [2, 2]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("document_id: A\nbates: B\n", "line 2"),
        ("document_id:\n", "line 1"),
        ("document_id: A\nfile: A\n", "c.yaml"),
        ("[]", "c.yaml"),
        ("a: [", "c.yaml"),
    ],
)
def test_a_column_file_that_does_not_fit_is_refused_with_its_place(text, place):
    with pytest.raises(BadInput) as caught:
        read_columns(text, "c.yaml")
    assert place in caught.value.value


def test_an_unknown_form_is_refused(make_document):
    with pytest.raises(BadInput):
        write_load_file(make_document(), "xls")
