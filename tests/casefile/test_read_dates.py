"""Dates as people write them become proposals; what was not written is not filled in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.casefile.read_dates import propose_dates


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("12.06.2019", "ru", ["2019-06-12"]),
        ("May 2019", "en", ["2019-05"]),
        ("весной 2017 года", "ru", ["2017-21"]),
        ("в 2017 году", "ru", ["2017"]),
        ("14 апреля 2017 г.", "ru", ["2017-04-14"]),
        ("в начале марта 2017", "ru", ["2017-03"]),
        ("с марта по май 2017", "ru", ["2017-03/2017-05"]),
        ("в ночь с 3 на 4 марта 2017 года", "ru", ["2017-03-03/2017-03-04"]),
        ("в ночь на 4 марта 2017", "ru", ["2017-03-03/2017-03-04"]),
        ("the night of 3 or 4 March 2017", "en", ["2017-03-03/2017-03-04"]),
        ("March 5th, 2017", "en", ["2017-03-05"]),
        ("around March 2017", "en", ["2017-03~"]),
        ("perhaps about March 2017", "en", ["2017-03%"]),
        ("03/04/2017", "en", ["2017-04-03", "2017-03-04"]),
        ("25/12/2017", "en", ["2017-12-25"]),
        ("03/04/2017", "fr", ["2017-04-03"]),
        ("1er avril 2017", "fr", ["2017-04-01"]),
        ("vers le 3 mars 2017", "fr", ["2017-03-03~"]),
        ("entre mars et mai 2017", "fr", ["2017-03/2017-05"]),
        ("٣ مارس ٢٠١٧", "ar", ["2017-03-03"]),
        ("في ربيع عام 2017", "ar", ["2017-21"]),
        ("آذار 2017", "ar", ["2017-03"]),
        ("2017-03~", "en", ["2017-03~"]),
        ("yesterday", "en", []),
        ("three days ago, 2017", "en", []),
        ("3 March", "en", []),
        ("31 February 2017", "en", []),
        ("nothing here", "en", []),
        ("2017", "xx", []),
    ],
)
def test_readings(text: str, lang: str, expected: list[str]) -> None:
    found = propose_dates(text, lang)
    assert [str(proposal.date) for proposal in found] == expected
    assert all(proposal.date.as_stated == " ".join(text.split()) for proposal in found)
    assert all(proposal.date.basis for proposal in found)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["3", "31", "99", "2017", "March", "май", "mars", "مارس", "весной", "from", "to"]
            + ["or", "-", "/", ".", "с", "по", "ночь", "на", "2017-02", "~", "X"]
        )
        | st.text(max_size=4),
        max_size=7,
    ).map(" ".join),
    st.sampled_from(["en", "fr", "ru", "ar"]),
)
def test_never_raises(text: str, lang: str) -> None:
    for proposal in propose_dates(text, lang):
        assert proposal.date.edtf
