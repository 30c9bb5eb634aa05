"""Bulk entry: the template read back, each row's outcome, all or nothing."""

from __future__ import annotations

import io
import json

import pytest
import xlsxwriter

from amparo.casefile.models import Record
from amparo.casefile.records import CaseFile, load_case
from amparo.casefile.revise import check_drafts
from amparo.casefile.schema import BY_PLURAL, NOUNS
from amparo.errors import BadInput
from amparo.intake import sandbox
from amparo.intake.tabulate import enter, make_template, preview, read_table


def workbook(**sheets) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for title, rows in sheets.items():
        sheet = book.add_worksheet(title)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


GOOD = {
    "persons": [("id", "role", "vulnerable", "nationalities"), ("V-90", "a tailor", "yes", "XV, XW")],
    "places": [("id", "name", "names", "lat"), ("PL90", "Harn", "ru: Харн; fr: Harn", 12.5)],
    "events": [("id", "title", "began", "places"), ("E90", "A raid", "2019-03~", "PL90")],
    "acts": [("id", "kind", "event", "victim", "place"), ("A90", "beating", "E90", "V-90", "PL90")],
}  # fmt: skip


def test_template_has_every_field_and_reads_back_as_nothing(demo_vault):
    made = make_template(load_case("KARV"))
    reading = sandbox.read(made, name="entry.xlsx")
    parts = {p.name: p.text for p in reading.untrusted_parts}
    for noun in NOUNS:
        heads = parts[f"sheet:{noun.plural}"].split("\n")[0].split("\t")
        assert heads == ["id", *(field.name for field in noun.fields)]
    with pytest.raises(BadInput, match="holds no rows"):
        read_table(made, "entry.xlsx")


def test_rows_become_records_all_at_once(demo_vault):
    lines = read_table(workbook(**GOOD), "entry.xlsx")
    found = preview("KARV", lines)
    assert not found.faults and len(found.lines) == 4
    assert load_case("KARV").get("A90") is None
    enter("M-1", "KARV", lines)
    case = load_case("KARV")
    assert case.get("V-90").body == {
        "role": "a tailor", "vulnerable": True, "nationalities": ["XV", "XW"],
    }  # fmt: skip
    assert (
        case.get("PL90")["names"] == {"ru": "Харн", "fr": "Harn"}
        and case.get("PL90")["lat"] == 12.5
    )
    assert case.get("E90")["began"] == "2019-03~" and case.get("A90")["victim"] == "V-90"
    entries = {r.entry_sequence for r in Record.objects.filter(code__in=("V-90", "A90", "E90"))}
    assert len(entries) == 1


def test_every_fault_is_told_with_its_row_and_nothing_is_written(demo_vault):
    bad = {
        "persons": [("id", "role", "size"), ("V-91", "x", "many"), ("V-92", "ok", 3), ("V-1", "taken", "")],
        "acts": [("id", "kind", "victim"), ("A91", "beating", "V-99"), ("A92", "beating", "V-92")],
    }  # fmt: skip
    before = Record.objects.count()
    lines = read_table(workbook(**bad), "entry.xlsx")
    found = preview("KARV", lines)
    told = {(one.sheet, one.number): one.fault for one in found.faults}
    assert set(told) == {("persons", 2), ("persons", 4), ("acts", 2)}
    assert "whole number" in told["persons", 2] and "taken" in told["persons", 4]
    with pytest.raises(BadInput):
        enter("M-1", "KARV", lines)
    assert Record.objects.count() == before


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"people": [("id",), ("V-1",)]}, "not of a noun"),
        ({"persons": [("id", "name"), ("V-1", "x")]}, "heading is unknown"),
        ({"persons": [("id", "role", "role"), ("V-1", "x", "y")]}, "stands twice"),
    ],
)
def test_what_is_not_of_the_template_is_refused(sheets, said):
    with pytest.raises(BadInput, match=said):
        read_table(workbook(**sheets), "entry.xlsx")


def test_a_row_without_an_id_and_a_quotation_that_is_not_there_are_named(demo_vault):
    sheets = {
        "persons": [("id", "role"), ("", "nobody")],
        "statements": [
            ("id", "source", "item", "part", "quote"),
            ("ST90", "S5", "I8", "article", "words that stand nowhere in it"),
            ("ST91", "S5", "I8", "page:99", "words"),
            ("ST92", "S5", "I-9999", "text", "words"),
        ],
    }  # fmt: skip
    found = preview("KARV", read_table(workbook(**sheets), "entry.xlsx"))
    assert {(one.sheet, one.number) for one in found.faults} == {
        ("persons", 2), ("statements", 2), ("statements", 3), ("statements", 4),
    }  # fmt: skip


def test_a_stray_cell_is_not_dropped(demo_vault):
    lines = read_table(workbook(persons=[("id", "role"), ("V-93", "x", "stray")]), "entry.xlsx")
    assert "without a heading" in preview("KARV", lines).faults[0].fault


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not really", b"id,role\nV-1,x\n", b"\x00" * 64])
def test_other_files_are_refused_without_a_traceback(data):
    with pytest.raises(BadInput):
        read_table(data, "entry.xlsx")


def test_checking_writes_nothing(demo_vault):
    before = Record.objects.count()
    lines = read_table(workbook(**GOOD), "entry.xlsx")
    check_drafts(load_case("KARV"), [line.draft for line in lines])
    assert Record.objects.count() == before


def test_a_date_cell_of_the_spreadsheet_is_a_day(demo_vault):
    import datetime

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("events")
    sheet.write_row(0, 0, ("id", "title", "began"))
    sheet.write_row(1, 0, ("E94", "x"))
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_datetime(1, 2, datetime.datetime(2019, 3, 4), day)
    book.close()
    lines = read_table(out.getvalue(), "entry.xlsx")
    assert lines[0].draft.raw["began"] == "2019-03-04"


def test_template_of_an_unknown_case_needs_no_case_data():
    made = make_template(CaseFile("X", {}, ""))
    assert made[:2] == b"PK" and b"V-1" not in made
    assert set(BY_PLURAL)


def test_commands_check_first_and_commit_on_request(run, demo_vault_folder, tmp_path):
    out = tmp_path / "entry.xlsx"
    run("case", "template", demo_vault_folder, "KARV", "--out", out)
    assert out.read_bytes()[:2] == b"PK"
    filled = tmp_path / "filled.xlsx"
    filled.write_bytes(workbook(**GOOD))
    done = run("case", "add-table", demo_vault_folder, "KARV", filled)
    assert "nothing was written" in done.stderr and done.stdout.count("new") == 4
    told = json.loads(run("case", "add-table", demo_vault_folder, "KARV", filled, "--commit",
                          "--json").stdout)  # fmt: skip
    assert told["entered"] and len(told["rows"]) == 4
    again = run("case", "add-table", demo_vault_folder, "KARV", filled, "--commit", expect=2)
    assert "nothing was written" in again.stderr and "taken" in again.stdout
    run("case", "add-table", demo_vault_folder, "KARV", tmp_path / "none.xlsx", expect=3)
