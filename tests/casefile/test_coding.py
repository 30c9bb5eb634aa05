"""Blind double coding: nobody sees the other before both are done; then alpha is measured."""

from __future__ import annotations

import pytest

from amparo.casefile.coding import code_record, list_subjects, measure, subject_of
from amparo.casefile.verify import check_record
from amparo.custody.models import LedgerEntry
from amparo.errors import BadInput, NotFound, Refused
from amparo.vault.verify import Report

ONE = {"knows_by": "perceived", "stance": "supports", "grade": "2"}
OTHER = {"knows_by": "told by", "stance": "supports", "grade": "3"}


def test_blind_until_both_are_final(demo_vault):
    code_record("M-1", "KARV", "ST1", ONE, final=True)
    code_record("M-2", "KARV", "ST1", {"knows_by": "quotes"})
    for member in ("M-1", "M-2", "M-3"):
        assert subject_of(member, "KARV", "ST1").others == ()
    code_record("M-2", "KARV", "ST1", OTHER, final=True)
    assert [s.coder for s in subject_of("M-1", "KARV", "ST1").others] == ["M-2"]
    assert [s.values["grade"] for s in subject_of("M-2", "KARV", "ST1").others] == [2]
    assert len(subject_of("M-3", "KARV", "ST1").others) == 2


def test_whoever_began_sees_nothing_until_they_are_done(demo_vault):
    code_record("M-3", "KARV", "ST1", {"stance": "denies"})
    code_record("M-1", "KARV", "ST1", ONE, final=True)
    code_record("M-2", "KARV", "ST1", OTHER, final=True)
    assert subject_of("M-3", "KARV", "ST1").others == () == tuple(measure("M-3", "KARV"))
    code_record("M-3", "KARV", "ST1", ONE, final=True)
    assert len(subject_of("M-3", "KARV", "ST1").others) == 2


def test_final_stays_and_nobody_begins_after_seeing(demo_vault):
    code_record("M-1", "KARV", "ST1", ONE, final=True)
    with pytest.raises(Refused):
        code_record("M-1", "KARV", "ST1", OTHER)
    code_record("M-2", "KARV", "ST1", OTHER, final=True)
    with pytest.raises(Refused):
        code_record("M-3", "KARV", "ST1", ONE)


def test_the_sheet_takes_its_variables_and_terms_only(demo_vault):
    for wrong in ({"colour": "red"}, {"stance": "maybe"}, {"grade": "9"}):
        with pytest.raises(BadInput):
            code_record("M-1", "KARV", "ST1", wrong)
    with pytest.raises(BadInput):
        code_record("M-1", "KARV", "ST1", {"stance": "denies"}, final=True)
    with pytest.raises(BadInput):
        code_record("M-1", "KARV", "P1", {})
    with pytest.raises(NotFound):
        code_record("M-1", "KARV", "ST999", {})
    assert list_subjects("M-1", "KARV") == []


def test_agreement_by_variable_and_where_they_differ(demo_vault):
    for place in range(1, 9):
        first = {
            **ONE,
            "grade": str(1 + place % 4),
            "stance": "denies" if place % 3 else "supports",
        }
        code_record("M-1", "KARV", f"ST{place}", first, final=True)
        second = {**first, "knows_by": "quotes"} if place == 5 else first
        code_record("M-2", "KARV", f"ST{place}", second, final=True)
    told = {one.variable: one for one in measure("M-1", "KARV")}
    assert told["stance"].agreement.alpha == told["grade"].agreement.alpha == 1.0
    assert told["knows_by"].differing == ("ST5",) and told["knows_by"].agreement.alpha < 1
    assert told["grade"].agreement.level == "ordinal" and told["grade"].agreement.units == 8
    report = Report()
    check_record(report)
    assert report.faults == []


def test_the_ledger_tells_no_value(demo_vault):
    code_record("M-1", "KARV", "ST1", ONE)
    code_record("M-1", "KARV", "ST2", ONE)
    entries = [bytes(e.body).decode() for e in LedgerEntry.objects.order_by("-sequence")[:2]]
    assert not any("perceived" in one for one in entries)
    assert len({one.split('"changes":"')[1][:64] for one in entries}) == 2
