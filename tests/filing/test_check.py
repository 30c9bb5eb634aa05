"""The gate: absent consent means no, and takes with it everything that speaks of the person."""

from __future__ import annotations

import pytest

from amparo.filing.check import Decision, recheck_quotes, release

CODED = Decision("coded", "")


def only(*persons, items=None):
    """Consent of these persons, for these items or all."""

    def covers(subject, item):
        if subject not in persons:
            return Decision("", "none")
        if item and items is not None and item not in items:
            return Decision("", "other item")
        return CODED

    return covers


def reasons(found):
    return {one.code: one.reason for one in found.withheld}


def test_without_any_consent_only_the_public_word_is_left(case):
    found = release(case, only())
    assert {row.code for row in found.case.all("statement")} == {"ST3"}
    assert {row.code for row in found.case.all("act")} == set()
    assert reasons(found)["V-1"] == "none"


def test_what_speaks_of_a_person_without_consent_stays_behind(case):
    found = release(case, only("V-1"))
    held = reasons(found)
    for code in ("V-2", "S2", "A2", "P2", "I2", "ST2", "ST4", "INV2"):
        assert code in held, code
    for code in ("V-1", "S1", "A1", "P1", "I1", "ST1", "ST5", "INV1", "AP-1"):
        assert code in found.case.rows, code


def test_every_record_of_a_guarded_noun_is_kept_or_listed(case):
    found = release(case, only("V-1"))
    guarded = ("person", "source", "event", "act", "proposition", "item", "statement")
    for noun in guarded:
        for row in case.all(noun):
            assert (row.code in found.case.rows) != (row.code in reasons(found)), row.code


def test_a_sentence_that_names_a_hidden_person_stays_behind(case_with):
    spoken = {"id": "P9", "text": "V-1 heard V-2 cry.", "act": "A1"}
    found = release(case_with(proposition=[spoken]), only("V-1"))
    assert reasons(found)["P9"] == "speaks"


def test_consent_for_one_item_does_not_cover_another(case):
    found = release(case, only("V-1", items=["I9"]))
    assert reasons(found)["I1"] == "other item"
    assert "ST1" not in found.case.rows
    assert "V-1" in found.case.rows


def test_who_agreed_to_be_counted_only_is_not_described(case):
    def covers(subject, item):
        return Decision("aggregate", "lower level") if subject == "V-1" else Decision("", "none")

    found = release(case, covers)
    assert reasons(found)["V-1"] == "aggregate"
    assert not found.case.all("act")


def test_named_consent_still_appears_by_code(case):
    found = release(case, lambda subject, item: Decision("named", ""))
    assert set(found.levels.values()) == {"coded", "alleged"}


def test_an_item_nobody_is_tied_to_is_not_tendered(case):
    assert reasons(release(case, only("V-1", "V-2")))["I4"] == "uncited"


def test_a_confidential_item_about_nobody_has_no_consent(case_with):
    more = {
        "item": [{"id": "I9", "confidentiality": "confidential"}],
        "statement": [
            {"id": "ST9", "source": "S3", "item": "I9", "proposition": "P3", "quote": "x"}
        ],
    }
    assert reasons(release(case_with(**more), only("V-1")))["I9"] == "nobody"


def test_an_alleged_perpetrator_who_is_also_a_source_is_asked_like_anybody(case_with):
    source = [{"id": "S9", "kind": "person", "title": "AP-1", "person": "AP-1"}]
    found = release(case_with(source=source), only("V-1"))
    assert reasons(found)["AP-1"] == "none"


def test_a_group_of_unknown_size_appears_as_a_group_with_a_warning(case_with):
    group = [{"id": "V-9", "counting_unit": "group of unknown size"}]
    found = release(case_with(person=group), only("V-1"))
    assert found.levels["V-9"] == "group"
    assert any(one.where == "V-9" and one.severity == "warn" for one in found.findings)


def test_a_third_person_who_refused_is_held_back_and_one_not_asked_is_coded(case_with):
    more = {
        "source": [
            {"id": "S8", "kind": "person", "title": "physician"},
            {"id": "S9", "kind": "person", "title": "neighbour"},
        ]
    }

    def covers(subject, item):
        return Decision("", "withdrawn") if subject == "S9" else only("V-1")(subject, item)

    found = release(case_with(**more), covers)
    assert reasons(found)["S9"] == "withdrawn"
    assert "S8" in found.case.rows


def test_who_speaks_and_decided_nothing_is_held_back_with_the_words(case_with):
    said = {"source": "S8", "item": "I1", "part": "text", "quote": "x", "proposition": "P1"}
    told = {**said, "source": "S1", "from": ["S9"]}
    more = {
        "source": [{"id": code, "kind": "person", "title": "neighbour"} for code in ("S8", "S9")],
        "statement": [{"id": "ST91", **said}, {"id": "ST92", **told}],
    }
    found = release(case_with(**more), only("V-1"))
    assert reasons(found)["S8"] == "none" and reasons(found)["ST91"] == "depends"
    assert "S9" in found.case.rows and "ST92" in found.case.rows
    assert [one.where for one in found.findings if one.rule == "undecided"] == ["S9"]


def test_nothing_to_file_blocks(make_case):
    found = release(make_case(person=[{"id": "V-1"}]), only())
    assert [one.severity for one in found.blocks] == ["block"]
    assert found.blocks[0].step


def test_the_summary_must_not_speak_of_a_hidden_person(make_case):
    case = make_case({"summary": "V-2 was held too."}, person=[{"id": "V-2"}])
    blocked = [one for one in release(case, only()).blocks if "summary" in one.where]
    assert blocked


def test_a_place_named_too_exactly_is_warned_of(case_with):
    event = [{"id": "E2", "title": "Raid on Depot 6, Quarry Street"}]
    found = release(case_with(event=event), only("V-1"))
    assert any(one.where == "E2" for one in found.findings)


def test_a_second_account_of_a_vulnerable_person_is_warned_of(case_with):
    more = {
        "person": [{"id": "V-5", "vulnerable": True}],
        "source": [{"id": "S5", "kind": "person", "person": "V-5"}],
        "statement": [
            {"id": f"ST{n}", "source": "S5", "item": item, "quote": "x", "knows_by": "perceived"}
            for n, item in ((51, "I1"), (52, "I2"))
        ],
    }
    found = release(case_with(**more), only("V-1", "V-2", "V-5"))
    assert [one.where for one in found.findings if "more than one" in one.cause] == ["V-5"]


def test_a_quotation_that_moved_blocks_and_names_its_place(case):
    found = release(case, only("V-1"))
    blocks = recheck_quotes(found.case, lambda digest, part, quote, start: "двенадцать" in quote)
    assert [one.where.split(":")[0] for one in blocks] == ["ST1", "ST3"]
    assert "part text, from 10" in blocks[0].where
    assert "Меня" not in str(blocks[0])


@pytest.mark.parametrize(
    ("noun", "record"),
    [
        ("proposition", {"text": "witness.3 was there", "act": "A1"}),
        ("response", {"by": "Ministry", "answer": "silence", "note": "asked by witness.3"}),
        ("statement", {"source": "S1", "item": "I1", "quote": "x", "basis": "Witness.3 says so"}),
        ("involvement", {"act": "A1", "person": "AP-1", "unit": "unit of witness.3"}),
    ],
)
def test_a_hidden_code_of_any_form_in_any_printed_field_holds_the_record_back(
    case_with, noun, record
):
    more = {"person": [{"id": "witness.3"}], noun: [{"id": "X9", **record}]}
    assert reasons(release(case_with(**more), only("V-1")))["X9"] == "speaks"


def test_an_alleged_perpetrator_left_alone_by_the_gate_is_not_listed(case_with):
    more = {
        "person": [{"id": "AP-5", "role": "guard"}],
        "involvement": [
            {"id": "INV9", "act": "A2", "person": "AP-5", "degree": "present", "basis": "ST2"}
        ],
    }
    found = release(case_with(**more), only("V-1"))
    assert reasons(found)["AP-5"] == "depends"
    assert "AP-5" not in found.case.rows and "AP-5" not in found.levels
    assert "AP-1" in found.case.rows


def test_an_alleged_perpetrator_of_whom_a_sentence_speaks_stays(case_with):
    more = {
        "person": [{"id": "AP-5", "role": "guard"}],
        "involvement": [{"id": "INV9", "act": "A2", "person": "AP-5", "basis": "ST2"}],
        "proposition": [{"id": "P9", "text": "AP-5 opened the door.", "act": "A1"}],
    }
    assert "AP-5" in release(case_with(**more), only("V-1")).case.rows
