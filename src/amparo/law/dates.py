"""Partial dates (EDTF level 1, ISO 8601-2:2019) as ranges of days, and calendar months.

A day is an `int`, the proleptic Gregorian ordinal of `datetime.date.toordinal`.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from amparo.errors import BadInput

FIRST = date.min.toordinal()
LAST = date.max.toordinal()

_DATE = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d{2}XX|\dXXX|XXXX)"
    r"(?:-(?P<month>\d{2}|XX)(?:-(?P<day>\d{2}|XX))?)?"
    r"(?P<doubt>[?~%])?"
)
# As wide as either reckoning of the seasons, by month or by equinox; "winter 2017" is said
# of its beginning and of its end. The same bounds as in casefile.dates.
_SEASONS = {
    21: ((0, 3, 1), (0, 6, 21)),
    22: ((0, 6, 1), (0, 9, 23)),
    23: ((0, 9, 1), (0, 12, 22)),
    24: ((-1, 12, 1), (1, 3, 21)),
}
_REMEDY = "Write 2017, 2017-03, 2017-03-20, 201X, 2017-03~ or 2017-03/2017-05"


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which something may have happened, first and last included."""

    first: int
    last: int
    stated: str

    @property
    def is_one_day(self) -> bool:
        return self.first == self.last


def parse(text: str, *, value: str = "") -> Span:
    """Read one EDTF level 1 date or interval; `value` is what an error names.

    An approximate (`~`), uncertain (`?`) or doubly qualified (`%`) date reaches one
    unit of its own precision further on either side: the standard leaves the width
    open, and a date in doubt must not decide a boundary it lies next to.
    """
    stated = text.strip()
    if "/" in stated:
        return _interval(stated, value or stated)
    first, last = _days(stated, value or stated)
    return Span(first, last, stated)


def _interval(stated: str, value: str) -> Span:
    left, _, right = stated.partition("/")
    first = FIRST if left in ("", "..") else _days(left, value)[0]
    last = LAST if right in ("", "..") else _days(right, value)[1]
    if last < first:
        raise BadInput("the interval ends before it begins", value=value, remedy=_REMEDY)
    return Span(first, last, stated)


def _days(text: str, value: str) -> tuple[int, int]:
    found = _DATE.fullmatch(text)
    if found is None:
        raise BadInput("not a date that can be read", value=value, remedy=_REMEDY)
    year, month, day = found["year"], found["month"], found["day"]
    if "X" in year and month is not None and set(month) != {"X"}:
        raise BadInput("a month without its year", value=value, remedy=_REMEDY)
    if year == "0000":
        raise BadInput("no such date in the calendar", value=value, remedy=_REMEDY)
    low, high = max(1, int(year.replace("X", "0"))), int(year.replace("X", "9"))
    try:
        if month is None or month == "XX":
            if day is not None and day != "XX":
                raise ValueError("day without month")
            unit, first, last = "year", date(low, 1, 1), date(high, 12, 31)
        elif int(month) in _SEASONS:
            if day is not None:
                raise ValueError("day in a season")
            start, end = _SEASONS[int(month)]
            unit, first = "month", date(max(1, low + start[0]), start[1], start[2])
            last = date(min(9999, low + end[0]), end[1], end[2])
        elif day is None or day == "XX":
            unit, first = "month", date(low, int(month), 1)
            last = month_end(low, int(month))
        else:
            unit, first = "day", date(low, int(month), int(day))
            last = first
    except ValueError as error:
        raise BadInput("no such date in the calendar", value=value, remedy=_REMEDY) from error
    return _widen(first, last, unit) if found["doubt"] else (first.toordinal(), last.toordinal())


def _widen(first: date, last: date, unit: str) -> tuple[int, int]:
    if unit == "day":
        return max(FIRST, first.toordinal() - 1), min(LAST, last.toordinal() + 1)
    months = 12 if unit == "year" else 1
    after = add_months(last.replace(day=1), months)
    low = add_months(first, -months).toordinal()
    return low, month_end(after.year, after.month).toordinal()


def month_end(year: int, month: int) -> date:
    """Last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def add_months(start: date, months: int) -> date:
    """The same day so many calendar months later; the month's last day if there is none.

    Source: ECHR practice on article 35(1): calendar months, whatever their length
    (Otto v. Germany, no. 21425/06; Ataykaya v. Turkey, no. 50275/08).
    """
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    if year < 1:
        return date.min
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def show(day: int) -> str:
    """A day as ISO 8601, or an empty text for the two ends of time."""
    return "" if day in (FIRST, LAST) else date.fromordinal(day).isoformat()
