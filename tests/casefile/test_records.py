"""The record: checked as a whole, versions kept, stale saves refused."""

from __future__ import annotations

import pytest

from amparo.casefile.records import load_case, versions
from amparo.casefile.revise import Draft, add_records, change_record, create_case, retire_record
from amparo.casefile.verify import check_record
from amparo.custody.models import LedgerEntry
from amparo.errors import BadInput, NotFound, Refused
from amparo.intake.receive import receive_bytes
from amparo.store.guard import permit
from amparo.vault.verify import Report

TEXT = "On 3 March they took him away. He came back on 9 March.\n\nThey took  him\nagain in May."


@pytest.fixture
def case(vault):
    receive_bytes(vault, "M-1", [("note.txt", TEXT.encode())])
    create_case("M-1", {"code": "TEST", "title": "A case"})
    add_records(
        "M-1", "TEST", [Draft("source", "S1", {"kind": "person", "title": "W"})], reason="t"
    )
    return "TEST"


def statement(**given):
    raw = {
        "source": "S1",
        "item": "note.txt",
        "part": "text",
        "quote": "They took him again in May.",
    }
    return Draft("statement", "ST1", {**raw, **given})


def test_a_statement_is_anchored_where_its_words_stand(case):
    add_records("M-1", case, [statement()], reason="t")
    held = load_case(case).get("ST1")
    assert held["quote"] == "They took  him\nagain in May."
    assert TEXT[held["start"] :].startswith(held["quote"])
    assert load_case(case).get("I-0001").noun == "item"


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"quote": "They never took him"}, "not in that part"),
        ({"quote": "took"}, "more than once"),
        ({"quote": "They took him again in May.", "start": 3}, "does not stand at that place"),
        ({"quote": "   "}, "needs 'quote'"),
        ({"part": "page:9"}, "no part of that name"),
        ({"item": "I-0099"}, "no such item"),
        ({"source": "S9"}, "no source of this case"),
        ({"proposition": "S1"}, "no proposition of this case"),
        ({"stance": "maybe"}, "not one of the known terms"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"grade": "high"}, "must be a whole number"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(case, change, cause):
    entries = LedgerEntry.objects.count()
    with pytest.raises((BadInput, NotFound), match=cause):
        add_records("M-1", case, [statement(**change)], reason="t")
    assert LedgerEntry.objects.count() == entries
    assert load_case(case).get("ST1") is None


def test_one_bad_draft_keeps_all_out(case):
    good = Draft("person", "V-1", {"role": "a man"})
    with pytest.raises(BadInput):
        add_records("M-1", case, [good, statement(quote="never said")], reason="t")
    assert load_case(case).get("V-1") is None


def test_ids_are_used_once(case):
    with pytest.raises(BadInput, match="taken"):
        add_records("M-1", case, [Draft("person", "S1", {"role": "x"})], reason="t")


def test_every_version_can_be_read_and_a_stale_save_is_refused(case):
    change_record("M-1", case, "S1", {"kind": "person", "title": "W, later"}, seen_version=1)
    with pytest.raises(Refused, match="version 1"):
        change_record("M-1", case, "S1", {"kind": "person", "title": "stale"}, seen_version=1)
    assert [v.body["title"] for v in versions(case, "S1")] == ["W", "W, later"]
    assert load_case(case).get("S1")["title"] == "W, later"


def test_a_cited_record_is_not_retired(case):
    add_records("M-1", case, [statement()], reason="t")
    with pytest.raises(Refused, match="point at this"):
        retire_record("M-1", case, "S1", why="mistake")
    retire_record("M-1", case, "ST1", why="mistake")
    assert load_case(case).get("ST1") is None
    assert len(versions(case, "ST1")) == 2


def test_a_row_changed_behind_our_back_is_found(case):
    from amparo.casefile.models import Record

    report = Report()
    check_record(report)
    assert report.faults == []
    with permit():
        Record.objects.filter(code="S1").update(body={"kind": "person", "title": "forged"})
    check_record(report)
    assert any("S1" in fault for fault in report.faults)


def test_a_row_dropped_behind_our_back_is_found(case):
    from amparo.casefile.models import Record

    with permit():
        Record.objects.filter(code="S1").delete()
    report = Report()
    check_record(report)
    assert any("gone" in fault for fault in report.faults)


def test_an_older_version_shown_as_current_is_found(case):
    from amparo.casefile.models import Record

    change_record("M-1", case, "S1", {"kind": "person", "title": "W, later"}, seen_version=1)
    with permit():
        Record.objects.filter(code="S1", version=2).update(current=False)
        Record.objects.filter(code="S1", version=1).update(current=True)
    report = Report()
    check_record(report)
    assert any("older version" in fault for fault in report.faults)


def test_unknown_case_and_taken_code(case):
    with pytest.raises(NotFound):
        load_case("NONE")
    with pytest.raises(BadInput, match="exists"):
        create_case("M-1", {"code": "TEST", "title": "again"})
    with pytest.raises(BadInput, match="capitals"):
        create_case("M-1", {"code": "lower", "title": "x"})


def full_record(item="I-0001"):
    said = {"source": "S7", "item": item, "part": "text", "quote": "On 3 March they took him away."}
    return [
        Draft("place", "PL7", {"name": "Third street"}),
        Draft("person", "V-7", {"role": "a resident"}),
        Draft("person", "AP-7", {"role": "a man in uniform"}),
        Draft("source", "S7", {"kind": "person", "title": "Neighbour"}),
        Draft("event", "E7", {"title": "Taken from home", "places": ["PL7"]}),
        Draft("act", "A7", {"event": "E7", "kind": "abduction", "victim": "V-7", "place": "PL7"}),
        Draft("statement", "ST7", said),
        Draft("involvement", "INV7", {"act": "A7", "person": "AP-7", "basis": "ST7"}),
    ]


@pytest.fixture
def traced(vault):
    """Every statement that reaches the database, as the database itself sees them."""
    from django.db import connection

    told: list[str] = []
    connection.ensure_connection()
    connection.connection.set_trace_callback(told.append)
    yield told
    connection.connection.set_trace_callback(None)


def test_a_full_record_takes_eight_statements_and_one_commit(case, traced):
    add_records("M-1", case, [statement()], reason="t")
    traced.clear()
    add_records("M-1", case, full_record(), reason="t")
    assert traced.count("COMMIT") == 1
    assert len([one for one in traced if one not in ("COMMIT",)]) <= 8, traced


def test_a_change_reads_no_more_of_a_case_than_it_names(case, traced):
    drafts = [Draft("person", f"V-{n}", {"role": f"person {n}"}) for n in range(300)]
    add_records("M-1", case, drafts, reason="t")
    traced.clear()
    change_record("M-1", case, "V-7", {"role": "another"}, seen_version=1)
    assert len(traced) <= 10 and not any("V-8" in one for one in traced)


def test_an_id_is_given_inside_the_work(case):
    drafts = [Draft("person", "", {"role": f"person {n}"}) for n in range(3)]
    made = add_records("M-1", case, [*drafts, Draft("person", "V-2", {"role": "x"})], reason="t")
    assert [row.code for row in made] == ["V-1", "V-3", "V-4", "V-2"]


def test_an_item_under_an_id_of_the_case_is_found_again(case):
    add_records("M-1", case, [Draft("item", "LETTER", {"file": "note.txt"})], reason="t")
    add_records("M-1", case, [statement()], reason="t")
    assert load_case(case).get("ST1")["item"] == "LETTER"
    assert load_case(case).get("I-0001") is None
