"""Vocabularies: ours are whole and fit the record; an organisation's are versioned in the vault."""

from __future__ import annotations

import pytest

from amparo.casefile import schema
from amparo.casefile.case_file import export_case, import_text
from amparo.casefile.records import load_case
from amparo.casefile.revise import Draft, add_records, change_record
from amparo.casefile.terms import (
    CLOSED,
    FIXED,
    LANGUAGES,
    OPEN,
    add_term,
    changed_terms,
    find_vocabulary,
    import_terms,
    our_vocabularies,
    retire_term,
    vocabulary_of,
)
from amparo.casefile.verify import check_record
from amparo.errors import BadInput, NotFound, Refused
from amparo.vault.verify import Report


@pytest.mark.parametrize("name", our_vocabularies())
def test_ours_fit_the_fields_they_name_and_are_told_in_four_languages(name):
    one = our_vocabularies()[name]
    assert one.kind in (FIXED, CLOSED, OPEN) and set(one.labels) == set(LANGUAGES)
    for at in one.fields:
        noun, _, field = at.partition(".")
        described = schema.BY_NAME[noun].field(field)
        if one.kind != OPEN:
            assert tuple(t.term for t in one.terms) == described.choices, at
        else:
            assert described.choices == ()
    for term in one.terms:
        assert set(term.labels) == set(LANGUAGES), term.term
        assert not term.huridocs or term.huridocs[:2] == "MT"


def test_every_term_of_the_demo_is_proposed_or_free(demo_vault):
    case = load_case("KARV")
    kinds = {row["kind"] for row in case.all("act")}
    assert kinds <= {term.term for term in find_vocabulary("kind-of-act").terms}


def test_a_closed_field_takes_a_term_once_the_organisation_has_it(demo_vault):
    body = {"act": "A1", "person": "AP-1", "degree": "drove the car"}
    with pytest.raises(BadInput):
        add_records("M-1", "KARV", [Draft("involvement", "INV90", body)], reason="t")
    made = add_term("M-1", "degree", "drove the car", {"en": "drove the car", "fr": "conduisait"})
    assert made.told == "2+1" and made.find("drove the car").label("fr") == "conduisait"
    add_records("M-1", "KARV", [Draft("involvement", "INV90", body)], reason="t")
    assert changed_terms(load_case("KARV")) == []
    retire_term("M-1", "degree", "drove the car")
    told = changed_terms(load_case("KARV"))
    assert [(t.record, t.field, t.what, t.version) for t in told] == [
        ("INV90", "involvement.degree", "retired", "2+2")
    ]
    held = find_vocabulary("degree")
    assert held.find("drove the car") and "drove the car" not in [t.term for t in held.offered()]
    add_term("M-1", "degree", "drove the car", {"en": "drove a car"})
    assert [t.what for t in changed_terms(load_case("KARV"))] == ["defined anew"]
    row = load_case("KARV").get("INV90")
    change_record("M-1", "KARV", "INV90", row.body, seen_version=row.version)
    assert changed_terms(load_case("KARV")) == []
    report = Report()
    check_record(report)
    assert report.faults == []


def test_what_the_program_reasons_with_is_not_added_to(vault):
    with pytest.raises(Refused):
        add_term("M-1", "stance", "perhaps", {"en": "perhaps"})
    with pytest.raises(NotFound):
        add_term("M-1", "colours", "red", {"en": "red"})
    with pytest.raises(BadInput):
        add_term("M-1", "degree", "present", {"en": "present"})
    with pytest.raises(BadInput):
        add_term("M-1", "degree", "x\ny", {"en": "x"})
    with pytest.raises(NotFound):
        retire_term("M-1", "degree", "present")


def test_a_case_with_own_terms_goes_to_another_vault_after_they_did(demo_vault, tmp_path):
    add_term("M-1", "capacity", "militia", {"en": "militia", "ar": "ميليشيا"})
    add_records(
        "M-1",
        "KARV",
        [Draft("involvement", "INV90", {"act": "A1", "person": "AP-1", "capacity": "militia"})],
        reason="t",
    )
    text = export_case("KARV").replace("code: KARV", "code: TWO")
    assert "vocabularies:" in text and "1+1" in text
    unknown = text.replace("term: militia", "term: warband").replace(
        "capacity: militia", "capacity: warband"
    )
    with pytest.raises(BadInput) as told:
        import_text("M-1", unknown, "two.yaml", lambda name: "")
    assert "vocabulary import" in told.value.remedy and "line" in told.value.value
    assert import_terms("M-1", unknown, "two.yaml") == {"capacity": 1}
    import_text("M-1", unknown, "two.yaml", lambda name: "")
    assert load_case("TWO").get("INV90")["capacity"] == "warband"


def test_fields_find_their_vocabulary():
    assert vocabulary_of("act", "methods") == "method" and vocabulary_of("act", "note") == ""
    assert vocabulary_of("place", "published_precision") == "precision"
