"""Agreement of coders: Krippendorff's alpha with a bootstrap interval.

K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011). The interval
draws units with replacement (A. Zapf and others, BMC Medical Research Methodology
16:93, 2016). Coders who left a unit out are allowed; units with one value say nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from amparo.errors import BadInput
from amparo.filled import filled

Level = Literal["nominal", "ordinal", "interval"]
Array: TypeAlias = Any  # a numpy array
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")


class Agreement(NamedTuple):
    """`alpha` is None where it is not defined (`why` says so): nothing varies or too little.

    `low` and `high` bound the share `confidence` of the bootstrap draws. `units` are those
    with two values or more, `values` the values in them.
    """

    alpha: float | None
    low: float | None
    high: float | None
    level: Level
    units: int
    values: int
    confidence: float
    why: str = ""

    def as_dict(self) -> dict[str, float | int | str | None]:
        """JSON shape."""
        return self._asdict()


def krippendorff_alpha(
    units: Sequence[Mapping[str, Hashable] | Sequence[Hashable]],
    level: Level = "nominal",
    *,
    order: Sequence[Hashable] = (),
    draws: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> Agreement:
    """Alpha over units, each the values given to it (by coder, or a list; None is no value).

    Ordinal values are ranked by `order`, or by size if all are numbers; interval
    values are numbers. BadInput for an unknown level or values that do not fit it.
    """
    if level not in LEVELS:
        raise BadInput(
            "No such level of measurement", value=str(level), remedy="nominal, ordinal or interval"
        )
    rows = [_given(unit) for unit in units]
    rows = [row for row in rows if len(row) > 1]
    known = _ranked({value for row in rows for value in row}, level, order)
    count = sum(len(row) for row in rows)
    empty = Agreement(None, None, None, level, len(rows), count, confidence)
    if not rows:
        return empty._replace(why="no unit has two values")
    if len(known) == 1:
        return empty._replace(why="all values are the same: there is nothing to agree on")
    table = _Pairs(rows, known, level)
    everything = np.ones(len(rows))
    alpha = table.alpha(everything)
    low, high = _interval(table, len(rows), draws, confidence, seed)
    return Agreement(alpha, low, high, level, len(rows), count, confidence)


def _given(unit: Mapping[str, Hashable] | Sequence[Hashable]) -> list[Hashable]:
    values = unit.values() if isinstance(unit, Mapping) else unit
    return [value for value in values if value is not None]


def _ranked(values: set[Hashable], level: Level, order: Sequence[Hashable]) -> dict[Hashable, int]:
    if level == "nominal":
        return {value: place for place, value in enumerate(sorted(values, key=repr))}
    if level == "ordinal" and order:
        missing = values - set(order)
        if missing:
            raise BadInput("A value is not in the order given", value=repr(min(missing, key=repr)))
        return {value: place for place, value in enumerate(v for v in order if v in values)}
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) != len(values) or not all(np.isfinite(v) for v in numbers):
        raise BadInput(
            filled("Values of {level} level must be numbers", level=level),
            remedy="Give an order, or use nominal",
        )
    return {value: place for place, value in enumerate(sorted(numbers))}


class _Pairs:
    """Every pair of values within a unit, as rows: unit, value, value, weight 1/(m-1)."""

    def __init__(
        self, rows: Sequence[Sequence[Hashable]], known: Mapping[Hashable, int], level: Level
    ) -> None:
        self.size = len(known)
        self.known = known
        self.level = level
        unit: list[int] = []
        cell: list[int] = []
        weight: list[float] = []
        for at, row in enumerate(rows):
            ranks = np.bincount([known[value] for value in row], minlength=self.size)
            used = np.flatnonzero(ranks)
            for one in used:
                for other in used:
                    pairs = int(ranks[one]) * int(ranks[other] - (one == other))
                    if pairs:
                        unit.append(at)
                        cell.append(int(one) * self.size + int(other))
                        weight.append(pairs / (len(row) - 1))
        self.unit = np.array(unit)
        self.cell = np.array(cell)
        self.weight = np.array(weight)

    def alpha(self, times: Array) -> float | None:
        """1 - observed / expected disagreement, each unit taken `times` times."""
        found = np.bincount(
            self.cell, self.weight * times[self.unit], minlength=self.size * self.size
        ).reshape(self.size, self.size)
        margin = found.sum(axis=1)
        distance = self.distances(margin)
        expected = float(margin @ distance @ margin)
        if expected == 0.0:
            return None
        return 1.0 - float(margin.sum() - 1.0) * float((found * distance).sum()) / expected

    def distances(self, margin: Array) -> Array:
        """Squared distance of each two values at this level."""
        if self.level == "nominal":
            return 1.0 - np.eye(self.size)
        if self.level == "interval":
            numbers = np.array(list(self.known), dtype=np.float64)
            return np.asarray((numbers[:, None] - numbers[None, :]) ** 2, dtype=np.float64)
        # Ordinal: all values between the two, and half of each end.
        middle = np.cumsum(margin) - margin / 2.0
        return np.asarray((middle[:, None] - middle[None, :]) ** 2, dtype=np.float64)


def _interval(
    table: _Pairs, units: int, draws: int, confidence: float, seed: int
) -> tuple[float | None, float | None]:
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        times = np.bincount(chance.integers(0, units, units), minlength=units).astype(np.float64)
        alpha = table.alpha(times)
        # A draw in which nothing varies has nothing to disagree on.
        found.append(1.0 if alpha is None else alpha)
    if not found:
        return None, None
    tail = (1.0 - confidence) / 2.0
    bounds: Array = np.quantile(found, (tail, 1.0 - tail))
    return float(bounds[0]), float(bounds[1])
