"""Dates, places and sentences as a reader sees them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from amparo.filing.document import Ref, Text
from amparo.filing.wording import Wording
from amparo.filing.words import load_words


@pytest.fixture
def wording(case):
    def make(lang="en", found=case):
        material = SimpleNamespace(case=found, earlier_numbers={}, states={"XV": "Velmora"})
        return Wording(material, load_words("icc-15", lang))

    return make


@pytest.mark.parametrize(
    ("edtf", "en", "fr"),
    [
        ("2019-02-07", "7 February 2019", "7 février 2019"),
        ("2019-02", "February 2019", "février 2019"),
        ("2019", "2019", "2019"),
        ("2019-02~", "about February 2019", "vers février 2019"),
        ("2019-04/2019-07-18", "between April 2019 and 18 July 2019", None),
        ("201X", "201X", "201X"),
        ("", "date not recorded", "date non enregistrée"),
    ],
)
def test_partial_dates_are_not_made_more_exact(wording, edtf, en, fr):
    assert wording("en").date(edtf) == en
    if fr:
        assert wording("fr").date(edtf) == fr


@pytest.mark.parametrize(
    ("precision", "published", "shown"),
    [
        ("building", "building", "Depot 6"),
        ("building", "town", "in Karvesh, Velmora"),
        ("building", "country", "in Velmora"),
        ("region", "point", "Depot 6"),
        ("building", "unknown", "in Velmora"),
    ],
)
def test_a_place_shows_what_may_be_published(wording, make_case, precision, published, shown):
    place = {
        "id": "PL1",
        "name": "Depot 6",
        "precision": precision,
        "published_precision": published,
        "state": "XV",
        "region": "Karvesh",
    }
    assert wording("en", make_case(place=[place])).where("PL1") == shown


def test_a_sentence_weaves_references_in(wording):
    runs = wording("en").weave("structures.knowledge", ref=Ref("gaps"))
    assert runs[1] == Ref("gaps")
    assert isinstance(runs[0], Text)
    assert runs[0].text.endswith("; ")


@pytest.mark.parametrize(
    ("lang", "began", "ended", "said"),
    [
        ("en", "2019-02-24", "2019-03", "24 February 2019 to March 2019"),
        ("fr", "2019-02-24", "2019-03", "du 24 février 2019 à mars 2019"),
        ("fr", "2019-04", "2019-06-01", "d’avril 2019 au 1er juin 2019"),
        ("fr", "2019", "2020", "de 2019 à 2020"),
    ],
)
def test_a_span_has_the_small_words_that_days_and_months_need(wording, lang, began, ended, said):
    assert wording(lang).span(began, ended) == said


@pytest.mark.parametrize(
    ("lang", "edtf", "said"),
    [
        ("en", "2019-05-03", "on 3 May 2019"),
        ("en", "2019-05", "in May 2019"),
        ("en", "", "on a day not recorded"),
        ("fr", "2019-05-03", "le 3 mai 2019"),
        ("fr", "2019-05", "en mai 2019"),
        ("fr", "2019-04/2019-05-02", "entre avril 2019 et le 2 mai 2019"),
        ("fr", "2019-05~", "vers mai 2019"),
    ],
)
def test_a_date_in_a_sentence(wording, lang, edtf, said):
    assert wording(lang).on(edtf) == said


def test_days_in_sentences_of_the_law_are_spelt(wording):
    said = wording("fr").spell_dates("signé le 2000-12-20, règle 12-3")
    assert said == "signé le 20 décembre 2000, règle 12-3"
