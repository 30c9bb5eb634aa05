from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.errors import BadInput
from amparo.law import dates


def _days(text: str) -> tuple[str, str]:
    span = dates.parse(text)
    return dates.show(span.first), dates.show(span.last)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2017-03-20", "2017-03-20", "2017-03-20"),
        ("2017-02", "2017-02-01", "2017-02-28"),
        ("2017", "2017-01-01", "2017-12-31"),
        ("201X", "2010-01-01", "2019-12-31"),
        ("20XX", "2000-01-01", "2099-12-31"),
        ("2016-02-XX", "2016-02-01", "2016-02-29"),
        ("2016-XX-XX", "2016-01-01", "2016-12-31"),
        ("2017-21", "2017-03-01", "2017-06-21"),
        ("2017-24", "2016-12-01", "2018-03-21"),
        ("2017-03/2017-05", "2017-03-01", "2017-05-31"),
        ("2017-03/..", "2017-03-01", ""),
        ("/2017-05", "", "2017-05-31"),
        ("2017-03-20?", "2017-03-19", "2017-03-21"),
        ("2017-03~", "2017-02-01", "2017-04-30"),
        ("2017%", "2016-01-01", "2018-12-31"),
    ],
)
def test_partial_date_is_a_range_of_days(text: str, first: str, last: str) -> None:
    assert _days(text) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", "20170320", "2017-13", "2017-02-30", "17", "2017-3", "spring", "2017-05/2017-03",
     "201X-03", "2017-XX-05", "2017-21-05", "2017-03-20T10:00", "0000"],
)  # fmt: skip
def test_what_is_not_a_date_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(BadInput) as error:
        dates.parse(text)
    assert error.value.remedy


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-10-01", 4, "2027-02-01"),
        ("2022-10-31", 4, "2023-02-28"),
        ("2023-10-31", 4, "2024-02-29"),
        ("2022-01-31", 6, "2022-07-31"),
        ("2021-08-31", 6, "2022-02-28"),
    ],
)
def test_months_are_calendar_months(start: str, months: int, end: str) -> None:
    assert dates.add_months(date.fromisoformat(start), months).isoformat() == end


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 120), st.integers(0, 120))
def test_later_by_more_months_is_never_earlier(start: date, few: int, more: int) -> None:
    assert dates.add_months(start, few) <= dates.add_months(start, few + more)


@pytest.mark.parametrize(
    "text", ["2017-21", "2017-22", "2017-23", "2017-24", "2017", "2017-02", "201X"]
)
def test_law_and_record_bound_a_date_alike(text):
    from amparo.casefile.dates import parse_date

    span, held = dates.parse(text), parse_date(text)
    assert (dates.show(span.first), dates.show(span.last)) == (
        held.earliest.isoformat(),
        held.latest.isoformat(),
    )
