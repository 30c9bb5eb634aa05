"""The gazetteer: any script, honest precision, small."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.casefile.gazetteer import find_places, list_places, place_of
from amparo.casefile.schema import PRECISIONS


@pytest.mark.parametrize("typed", ["Tbilisi", "Тбилиси", "تبليسي", "tbil", "Тбил", "Tbilissi"])
def test_a_city_in_any_script_or_half_typed(typed):
    found = find_places(typed)
    assert found[0].name == "Tbilisi" and found[0].state == "GE"
    assert found[0].lat == pytest.approx(41.7, abs=0.1) and found[0].precision == "town"


def test_a_state_has_no_point():
    found = next(one for one in find_places("Грузия") if one.precision == "country")
    assert found.state == "GE" and found.lat is None and "lat" not in found.fields()
    assert found.fields()["names"]["fr"] == "Géorgie"


def test_what_is_not_in_it_and_what_is_too_short():
    assert find_places("Selmar of Karvesh") == [] == find_places("T")
    assert place_of(-1) is None is place_of(10**6)


def test_its_data():
    for one in list_places():
        assert one.precision in PRECISIONS and one.names["en"]
        assert one.lat is None or (-90 <= one.lat <= 90 and -180 <= one.lon <= 180)
    file = files("amparo.casefile").joinpath("outlines", "gazetteer.json")
    assert len(file.read_bytes()) < 1_000_000 and "public domain" in file.read_text("utf-8")


@given(st.text(max_size=40))
def test_whatever_is_typed_is_answered(text):
    assert len(find_places(text)) <= 5


@pytest.mark.parametrize("typed", ["Chechnya", "Чечня", "Tchétchénie", "الشيشان", "чечн"])
def test_a_region_in_any_script(typed):
    found = find_places(typed)[0]
    assert (found.code, found.state, found.precision) == ("RU-CE", "RU", "region")
    told = found.fields()
    assert told["gazetteer"] == "RU-CE" and told["region"] == "Chechnya" and told["names"]["ar"]


def test_codes_are_given_once_and_the_data_names_its_sources():
    codes = [one.code for one in list_places()]
    assert len(codes) == len(set(codes))
    text = files("amparo.casefile").joinpath("outlines", "regions.json").read_text("utf-8")
    assert len(text.encode()) < 1_000_000 and "CC BY 4.0" in text and '"consulted"' in text
    regions = [one for one in list_places() if one.precision == "region"]
    assert len(regions) > 3_500 and sum("ru" in one.names for one in regions) > 3_000
