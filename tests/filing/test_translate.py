"""The record's words in the language of the filing, and what stands untranslated."""

from __future__ import annotations

import pytest

from amparo.store.settings import configure

configure()

RECORDS = {
    "event": [{"id": "E1", "title": "Detentions", "description": "Men were held."}],
    "act": [{"id": "A1", "kind": "torture", "methods": ["beating", "told to leave"]}],
    "proposition": [{"id": "P1", "text": "V-1 was beaten."}],
    "person": [{"id": "V-1", "role": "baker"}],
    "translation": [
        {"id": "TR1", "record": "P1", "field": "text", "language": "fr", "text": "Battu.", "by": "T"},
        {"id": "TR2", "field": "title", "language": "fr", "text": "Un dossier", "by": "T"},
        {"id": "TR3", "record": "A1", "field": "methods", "language": "fr", "text": "coups; chassé",
         "by": "T"},
        {"id": "TR4", "record": "P1", "field": "text", "language": "ru", "text": "Били.", "by": "T"},
    ],
}  # fmt: skip


@pytest.fixture
def case(make_case, monkeypatch):
    from amparo.casefile import terms
    from amparo.filing import translate

    monkeypatch.setattr(
        translate, "list_vocabularies", lambda: list(terms.our_vocabularies().values())
    )
    return make_case({"summary": "Men were held."}, **RECORDS)


def test_translations_and_labels_stand_in_the_place_of_the_records_words(case):
    from amparo.filing.translate import translate

    done, places = translate(case, "fr")
    assert done.body["title"] == "Un dossier" and done.body["summary"] == "Men were held."
    assert done.get("P1")["text"] == "Battu."
    assert done.get("A1")["methods"] == ["coups", "chassé"]
    assert done.get("A1").title == "torture" and done.get("V-1")["role"] == "baker"
    assert ("P1", "text") in places and ("V-1", "role") not in places
    assert case.get("P1")["text"] == "V-1 was beaten."


def test_what_has_no_translation_is_listed_by_record_and_field(case):
    from amparo.filing.translate import untranslated

    left = untranslated(case, "fr")
    assert left == ["KARV, summary", "E1, title", "E1, description", "V-1, role"]
    assert untranslated(case, "en") == [] and untranslated(case, "") == []


def test_a_filing_in_the_language_of_the_record_is_left_alone(case):
    from amparo.filing.translate import translate

    assert translate(case, "en") == (case, frozenset())


def test_a_translation_does_not_put_back_what_an_omission_took_out(case):
    from amparo.casefile.records import Row
    from amparo.filing.omit import omit, omitted_words
    from amparo.filing.translate import translate

    omission = Row(
        "omission", "OM1", 1, "draft", {"record": "P1", "field": "text", "instead": "[x]"}
    )
    done, _ = translate(omit(case, [omission]), "fr")
    assert done.get("P1")["text"] == "[x]"
    assert omitted_words(case, [omission]) == ["V-1 was beaten.", "Battu.", "Били."]


def test_the_designation_of_a_source_in_other_languages_goes_with_it(case_with):
    from amparo.casefile.records import Row
    from amparo.filing.check import Decision, release
    from amparo.filing.omit import omit, omitted_words

    outlet = {"id": "S7", "kind": "outlet", "title": "The Page", "titles": {"fr": "La Feuille"}}
    case = case_with(source=[outlet])
    omission = Row("omission", "OM1", 1, "draft", {"record": "S7", "field": "title"})
    assert omit(case, [omission]).get("S7")["titles"] is None
    assert omitted_words(case, [omission]) == ["The Page", "La Feuille"]
    named = case_with(source=[{**outlet, "titles": {"fr": "La Feuille de V-2"}}])
    level = {"V-1": Decision("coded")}
    found = release(named, lambda subject, item: level.get(subject, Decision("", "none")))
    assert {one.code: one.reason for one in found.withheld}["S7"] == "speaks"


def test_a_translation_that_names_somebody_held_back_stays_behind(case_with):
    from amparo.filing.check import Decision, release

    case = case_with(
        translation=[
            {"id": "TR1", "record": "P3", "field": "text", "language": "fr", "text": "V-2 le dit."},
            {"id": "TR2", "record": "P2", "field": "text", "language": "fr", "text": "Battu."},
            {"id": "TR3", "record": "P1", "field": "text", "language": "fr", "text": "Détenu."},
        ]
    )
    level = {"V-1": Decision("coded")}
    found = release(case, lambda subject, item: level.get(subject, Decision("", "none")))
    kept = {row.code for row in found.case.all("translation")}
    assert kept == {"TR3"}
    assert {one.code: one.reason for one in found.withheld}["TR2"] == "depends"
