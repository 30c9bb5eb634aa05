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
