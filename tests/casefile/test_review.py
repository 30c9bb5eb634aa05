"""Review: the steps, the lock, four eyes; every state is a version that the ledger covers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.casefile.models import Record
from amparo.casefile.records import load_case, versions
from amparo.casefile.review import (
    DRAFT,
    FINAL,
    IN_REVIEW,
    REVISIT,
    STEPS,
    author_of,
    move,
    reviewer_of,
    status_of_word,
    steps_for,
)
from amparo.casefile.revise import change_record, retire_record
from amparo.errors import BadInput, NotFound, Refused


@pytest.fixture
def team(demo_vault):
    """M-1 entered the demo case; M-2 and M-3 are others of the team."""
    from amparo.access.members import join
    from amparo.custody.work import work

    with work("M-1", "test") as custody:
        join(custody, "M-2", "member")
        join(custody, "M-3", "member")
    return demo_vault


def change(actor, code, **fields):
    held = load_case("KARV").get(code)
    return change_record(actor, "KARV", code, {**held.body, **fields}, seen_version=held.version)


def test_the_whole_way(team):
    assert move("M-2", "KARV", "E1", IN_REVIEW).status == IN_REVIEW
    assert reviewer_of(versions("KARV", "E1")) == "M-2"
    assert move("M-2", "KARV", "E1", REVISIT).status == REVISIT
    assert change("M-1", "E1", note="corrected").status == DRAFT
    move("M-2", "KARV", "E1", IN_REVIEW)
    row = move("M-2", "KARV", "E1", FINAL)
    assert load_case("KARV").get("E1") == row
    assert row.version == 6 and row["note"] == "corrected"
    assert [v.status for v in versions("KARV", "E1")] == [
        DRAFT, IN_REVIEW, REVISIT, DRAFT, IN_REVIEW, FINAL,
    ]  # fmt: skip


def test_nobody_reviews_their_own_change(team):
    with pytest.raises(Refused, match="their own"):
        move("M-1", "KARV", "E1", IN_REVIEW)
    move("M-2", "KARV", "E1", IN_REVIEW)
    change("M-2", "E1", note="the reviewer's own words")
    with pytest.raises(Refused, match="their own"):
        move("M-2", "KARV", "E1", FINAL)
    assert author_of(versions("KARV", "E1")) == "M-2"


def test_in_review_it_is_locked_to_its_reviewer(team):
    move("M-2", "KARV", "E1", IN_REVIEW)
    for who in ("M-1", "M-3"):
        with pytest.raises(Refused, match="locked"):
            change(who, "E1", note="x")
        with pytest.raises(Refused, match="locked"):
            retire_record(who, "KARV", "E1", why="x")
        with pytest.raises(Refused):
            move(who, "KARV", "E1", FINAL)
    with pytest.raises(Refused, match="owner"):
        move("M-3", "KARV", "E1", DRAFT)
    assert change("M-2", "E1", note="seen").status == IN_REVIEW
    assert move("M-1", "KARV", "E1", DRAFT).status == DRAFT, "an owner may give it back"


def test_final_is_not_changed_but_revisited(team):
    move("M-2", "KARV", "E1", IN_REVIEW)
    move("M-2", "KARV", "E1", FINAL)
    for who in ("M-1", "M-2"):
        with pytest.raises(Refused, match="final"):
            change(who, "E1", note="x")
    move("M-1", "KARV", "E1", REVISIT)
    assert change("M-1", "E1", note="x").status == DRAFT


def test_a_stale_step_is_refused(team):
    with pytest.raises(Refused, match="meantime"):
        move("M-2", "KARV", "E1", IN_REVIEW, seen_version=7)


@pytest.mark.parametrize("to", [FINAL, REVISIT, DRAFT])
def test_steps_that_do_not_exist(team, to):
    with pytest.raises(Refused, match="cannot become"):
        move("M-2", "KARV", "E1", to)


def test_unknown_names(team):
    with pytest.raises(NotFound):
        move("M-2", "KARV", "E99", IN_REVIEW)
    with pytest.raises(BadInput, match="no such state"):
        status_of_word("approved")


def test_steps_offered_are_the_steps_allowed(team):
    assert steps_for("M-2", versions("KARV", "E1")) == ["review"]
    assert steps_for("M-1", versions("KARV", "E1")) == []
    move("M-2", "KARV", "E1", IN_REVIEW)
    assert set(steps_for("M-2", versions("KARV", "E1"))) == {"draft", "revisit", "final"}
    assert set(steps_for("M-3", versions("KARV", "E1"))) == set()


def test_verify_sees_a_state_that_was_tampered_with(team):
    from django.db import connection

    from amparo.casefile.verify import check_record
    from amparo.store import guard
    from amparo.vault.verify import Report

    move("M-2", "KARV", "E1", IN_REVIEW)
    sound = Report()
    check_record(sound)
    assert not sound.faults
    with guard.permit(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Record._meta.db_table} SET status = 'final' WHERE code = 'E1' AND current"
        )
    forged = Report()
    check_record(forged)
    assert any("E1" in fault for fault in forged.faults)


class Version:
    def __init__(self, by, status, body):
        self.by, self.status, self.body, self.retired = by, status, body, False


@given(st.lists(st.tuples(st.sampled_from(["M-1", "M-2"]), st.sampled_from(list(STEPS)),
                          st.integers(0, 2)), min_size=1, max_size=8))  # fmt: skip
def test_author_is_who_wrote_what_stands(history):
    listed = [Version(by, status, body) for by, status, body in history]
    at = len(listed) - 1
    while at and listed[at - 1].body == listed[at].body:
        at -= 1
    assert author_of(listed) == listed[at].by


def test_command(run, demo_vault_folder):
    done = run("case", "review", demo_vault_folder, "KARV", "E1", "--to", "review", expect=9)
    assert "their own" in done.stderr
    run("case", "review", demo_vault_folder, "KARV", "E1", "--to", "done", expect=2)
