"""EDTF level 1: what is written comes back, bounds are honest, the rest is refused."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.casefile.dates import date_in_words, days_between, from_days, parse_date
from amparo.errors import BadInput

years = st.integers(1, 9999).map("{:04d}".format)
months = st.builds("{}-{:02d}".format, years, st.integers(1, 12))
days = st.dates().map(date.isoformat)
seasons = st.builds("{}-{}".format, years, st.integers(21, 24))
blurred = st.one_of(
    st.integers(1, 999).map("{:03d}X".format),
    st.integers(1, 99).map("{:02d}XX".format),
    years.map("{}-XX".format),
    years.map("{}-XX-XX".format),
    months.map("{}-XX".format),
)
points = st.builds(
    "{}{}".format,
    st.one_of(years, months, days, seasons, blurred),
    st.sampled_from(["", "~", "?", "%"]),
)
dates = st.one_of(
    points,
    st.builds("{}/{}".format, st.one_of(points, st.sampled_from(["", ".."])), points),
    st.builds("{}/{}".format, points, st.sampled_from(["", ".."])),
)


def read(text: str) -> object:
    try:
        return parse_date(text)
    except BadInput as refusal:
        assert refusal.cause == "The interval ends before it begins"
        return None


@given(dates)
def test_what_is_written_comes_back(text: str) -> None:
    found = read(text)
    if found is not None:
        assert str(found) == text
        assert parse_date(str(found)) == found


@given(points)
def test_bounds_contain_the_date_and_marks_do_not_move_them(text: str) -> None:
    found = parse_date(text)
    assert found.earliest is not None and found.latest is not None
    assert found.earliest <= found.latest
    plain = parse_date(text.rstrip("~?%"))
    assert (plain.earliest, plain.latest) == (found.earliest, found.latest)
    assert found.approximate == (text[-1] in "~%") and found.uncertain == (text[-1] in "?%")


@given(st.lists(dates, min_size=2, max_size=2))
def test_order_agrees_with_the_days(texts: list[str]) -> None:
    one, other = (read(text) for text in texts)
    if one is None or other is None:
        return
    assert not (one.certainly_before(other) and other.certainly_before(one))  # type: ignore[attr-defined]
    if one.certainly_before(other):  # type: ignore[attr-defined]
        assert one.sort_key < other.sort_key  # type: ignore[attr-defined]
        assert not one.may_overlap(other)  # type: ignore[attr-defined]
    if one.edtf == other.edtf:  # type: ignore[attr-defined]
        assert one.may_overlap(other)  # type: ignore[attr-defined]


@given(st.dates(), st.integers(0, 800))
def test_days_to_edtf_and_back(first: date, length: int) -> None:
    last = first + timedelta(days=min(length, (date.max - first).days))
    found = from_days(first, last)
    assert (found.earliest, found.latest) == (first, last)


@given(years, st.integers(1, 12))
def test_a_whole_month_is_written_as_a_month(year: str, month: int) -> None:
    first = date(int(year), month, 1)
    last = date(int(year), month, monthrange(int(year), month)[1])
    assert str(from_days(first, last)) == f"{year}-{month:02d}"


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision"),
    [
        ("2017", "2017-01-01", "2017-12-31", "year"),
        ("2017-02", "2017-02-01", "2017-02-28", "month"),
        ("2016-02-XX", "2016-02-01", "2016-02-29", "month"),
        ("2017-03-04", "2017-03-04", "2017-03-04", "day"),
        ("2017-XX-XX", "2017-01-01", "2017-12-31", "year"),
        ("201X", "2010-01-01", "2019-12-31", "decade"),
        ("19XX", "1900-01-01", "1999-12-31", "century"),
        ("2017-21", "2017-03-01", "2017-06-21", "season"),
        ("2017-24", "2016-12-01", "2018-03-21", "season"),
        ("2017-03-03/2017-03-04", "2017-03-03", "2017-03-04", "interval"),
        ("2017-03/..", "2017-03-01", None, "interval"),
        ("/2017-03~", None, "2017-03-31", "interval"),
    ],
)
def test_bounds(text: str, earliest: str, latest: str, precision: str) -> None:
    found = parse_date(text).as_dict()
    assert (found["earliest"], found["latest"], found["precision"]) == (earliest, latest, precision)


def test_open_and_unknown_ends_are_told_apart() -> None:
    assert parse_date("2017/..").end == "open"
    assert parse_date("2017/").end == "unknown"
    assert parse_date("../2017").start == "open"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("spring 2017", "Not a date"),
        ("-0044", "before the year 1"),
        ("0000", "no year 0"),
        ("Y170000002", "after 9999"),
        ("17000", "after 9999"),
        ("2017-13", "no such month"),
        ("2017-02-29", "no such day"),
        ("2017-21-03", "no day"),
        ("2017-03-04T10:00:00Z", "no time of day"),
        ("201X-03", "has no month"),
        ("2017-XX-03", "not level 1"),
        ("?2017", "level 2"),
        ("2017?-03", "level 2"),
        ("[2017,2018]", "level 2"),
        ("2017/2016", "ends before"),
        ("2017/2018/2019", "one stroke"),
        ("/", "says nothing"),
        ("../..", "says nothing"),
        ("٢٠١٧", "Not a date"),
        ("2017-3", "Not a date"),
        ("2" * 500, "too long"),
    ],
)
def test_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_date(text)
    assert reason in refusal.value.cause
    assert refusal.value.remedy if text else True


@given(st.text(alphabet="0123456789X-/.~?%YE T:", max_size=24))
def test_nothing_but_bad_input_is_raised(text: str) -> None:
    try:
        parse_date(text)
    except BadInput:
        pass


def test_words_of_the_source_are_kept() -> None:
    found = parse_date("2017-21", as_stated="весной 2017", basis="statement ST3")
    assert found.as_dict()["as_stated"] == "весной 2017"
    assert found.basis == "statement ST3"


@pytest.mark.parametrize(
    ("text", "english", "french"),
    [
        ("2017-03-01", "1 March 2017", "1er mars 2017"),
        ("2017-03~", "about March 2017", "vers mars 2017"),
        ("2017-21", "spring 2017", "printemps 2017"),
        ("2017-03-XX", "March 2017", "mars 2017"),
        ("201X?", "the 2010s (uncertain)", "les années 2010 (incertain)"),
        ("2017-03/..", "from March 2017 on", "depuis mars 2017"),
        ("2017-03/2017-05", "from March 2017 to May 2017", "de mars 2017 à mai 2017"),
    ],
)
def test_in_words(text: str, english: str, french: str) -> None:
    found = parse_date(text)
    assert (date_in_words(found, "en"), date_in_words(found, "fr")) == (english, french)


@given(dates)
def test_every_date_has_words(text: str) -> None:
    found = read(text)
    if found is not None:
        assert date_in_words(found, "en") and date_in_words(found, "fr")  # type: ignore[arg-type]


def test_days_between_is_a_range() -> None:
    one, other = parse_date("2017-03"), parse_date("2017-04-02")
    assert days_between(one, other) == (2, 32)
    assert days_between(one, parse_date("2017/..")) is None
