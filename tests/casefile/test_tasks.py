"""Tasks and remarks that call a member."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.casefile.records import load_case
from amparo.casefile.revise import Draft, add_records, change_record, retire_record
from amparo.casefile.tasks import add_task, called_in, finish_task, list_mentions, list_tasks
from amparo.errors import BadInput, NotFound


@pytest.mark.parametrize(
    ("text", "called"),
    [("@M-2 please", {"M-2"}), ("see @M-12, @M-2.", {"M-12", "M-2"}), ("mail x@M-2", set()),
     ("@M-0", set()), ("@@M-3", set()), ("(@M-3)", {"M-3"}), ("M-2", set())],
)  # fmt: skip
def test_who_is_called(text, called):
    assert called_in(text) == called


@given(st.text())
def test_any_text_can_be_looked_through(text):
    assert all(code.startswith("M-") for code in called_in(text))


def test_a_task_is_done_once_and_leaves_the_list(demo_vault):
    row = add_task("M-1", "KARV", "Check ST4", whom="M-1", due="2026-12", about=("ST4",))
    add_task("M-1", "KARV", "Ask @M-1 about Ordun")
    assert [one.code for one in list_tasks(member="M-1")] == [row.code, "T2"]
    assert finish_task("M-1", "KARV", row.code)["done_by"] == "M-1"
    assert [one.code for one in list_tasks(member="M-1")] == ["T2"]
    assert len(list_tasks(done=True)) == 2
    with pytest.raises(BadInput):
        finish_task("M-1", "KARV", row.code)
    with pytest.raises(NotFound):
        finish_task("M-1", "KARV", "ST4")


def test_calls_are_found_where_the_team_writes_and_nowhere_else(demo_vault):
    add_records(
        "M-1", "KARV", [Draft("note", "N1", {"text": "@M-1 look", "about": ["P1"]})], reason="t"
    )
    held = load_case("KARV").get("P1")
    change_record("M-1", "KARV", "P1", {**held.body, "note": "and @M-1 here"}, seen_version=1)
    assert {(one.code, one.field) for one in list_mentions("M-1")} == {
        ("N1", "text"),
        ("P1", "note"),
    }
    assert list_mentions("M-2") == []


def test_a_task_names_members_and_records_that_are_there_and_binds_neither(demo_vault):
    with pytest.raises(NotFound):
        add_task("M-1", "KARV", "x", whom="M-9")
    with pytest.raises(NotFound):
        add_task("M-1", "KARV", "x", about=("ST999",))
    add_task("M-1", "KARV", "retire it", about=("L1",))
    retire_record("M-1", "KARV", "L1", why="done")
    assert load_case("KARV").get("L1") is None
