"""Krippendorff's alpha against the worked examples of his paper of 2011."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.casefile.agreement import Level, krippendorff_alpha
from amparo.errors import BadInput

# Example C of the paper: four observers, twelve units, values missing.
FOUR = [
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]
UNITS = [
    [None if cell == "." else int(cell) for cell in column]
    for column in zip(*(row.split() for row in FOUR), strict=True)
]


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_four_observers_with_gaps(level: Level, alpha: float) -> None:
    found = krippendorff_alpha(UNITS, level)
    assert found.alpha == pytest.approx(alpha, abs=0.0005)
    assert found.units == 11 and found.values == 40
    assert found.low is not None and found.high is not None
    assert found.low <= found.alpha <= found.high


def test_two_observers_binary() -> None:
    units = [list(pair) for pair in zip("0100000010", "1110010000", strict=True)]
    assert krippendorff_alpha(units).alpha == pytest.approx(0.095, abs=0.0005)


def test_two_observers_nominal() -> None:
    units = [list(pair) for pair in zip("aabbdcccedda", "babbbcccedda"[:11] + "d", strict=True)]
    assert krippendorff_alpha(units).alpha == pytest.approx(0.692, abs=0.0005)


def test_values_by_coder_and_an_order_of_words() -> None:
    named = [{"A": "low", "B": "mid"}, {"A": "high", "B": "high"}, {"A": "low", "B": "low"}]
    numbers = [[1, 2], [3, 3], [1, 1]]
    words = krippendorff_alpha(named, "ordinal", order=["low", "mid", "high"])
    assert words.alpha == krippendorff_alpha(numbers, "ordinal").alpha


def test_not_defined_is_said() -> None:
    assert krippendorff_alpha([]).why == "no unit has two values"
    assert krippendorff_alpha([["a"], [None, "b"]]).alpha is None
    assert "nothing to agree" in krippendorff_alpha([["a", "a"], ["a", "a"]]).why


@pytest.mark.parametrize(
    ("units", "level", "order"),
    [
        ([["a", "b"]], "interval", []),
        ([["a", "b"]], "ordinal", []),
        ([["a", "b"]], "ordinal", ["a"]),
        ([[1.0, float("nan")]], "interval", []),
        ([[1, 2]], "ratio", []),
    ],
)
def test_values_that_do_not_fit_are_refused(units: list, level: Level, order: list) -> None:
    with pytest.raises(BadInput):
        krippendorff_alpha(units, level, order=order)


rows = st.lists(st.lists(st.integers(1, 4) | st.none(), min_size=3, max_size=3), max_size=12)


@settings(max_examples=60, deadline=None)
@given(rows, st.sampled_from(["nominal", "ordinal", "interval"]), st.randoms())
def test_laws(units: list[list[int | None]], level: Level, chance: object) -> None:
    found = krippendorff_alpha(units, level, draws=20)
    if found.alpha is None:
        assert found.why
        return
    assert found.alpha <= 1.0
    assert found.low is not None and found.high is not None and found.low <= found.high
    mixed = [row[::-1] for row in units[::-1]]
    assert krippendorff_alpha(mixed, level, draws=0).alpha == pytest.approx(found.alpha)
    agreed = [[row[0] or 1] * 3 for row in units] + [[1, 1], [2, 2]]
    assert krippendorff_alpha(agreed, level, draws=0).alpha == pytest.approx(1.0)
