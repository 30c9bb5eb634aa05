"""Partial dates: Extended Date/Time Format, level 1 (ISO 8601-2:2019, annex A).

A date says no more than was said. `earliest` and `latest` bound it by days;
`as_stated` keeps the words of the source and `basis` why it was read so.
Meaning of every form: docs/spec/dates.md.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from amparo.errors import BadInput

Precision = Literal["day", "month", "season", "year", "decade", "century", "interval"]
End = Literal["dated", "open", "unknown"]

_REMEDY = "Write it as EDTF level 1, for example 2017, 2017-03, 2017-03-04, 2017-21, 201X, 2017-03~"
_POINT = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{3}X|[0-9]{2}XX)"
    r"(?:-(?P<month>[0-9]{2}|XX)(?:-(?P<day>[0-9]{2}|XX))?)?(?P<mark>[~?%])?"
)
_LONG_YEAR = re.compile(r"Y?-?[0-9]{5,}(?:E[0-9]+)?|Y.*")
_SPRING, _WINTER = 21, 24
# The seasons of the northern half, meteorological and astronomical reckoning together:
# nobody who says "spring" says which of the two is meant.
_SEASONS = {21: ((3, 1), (6, 21)), 22: ((6, 1), (9, 23)), 23: ((9, 1), (12, 22))}


@dataclass(frozen=True, slots=True)
class PartialDate:
    """One date or interval as far as it is known.

    `earliest` and `latest` are whole days and None where that side is open or
    unknown. They bound what was stated; `approximate` does not widen them.
    """

    edtf: str
    earliest: date | None
    latest: date | None
    precision: Precision
    uncertain: bool = False
    approximate: bool = False
    start: End = "dated"
    end: End = "dated"
    as_stated: str = ""
    basis: str = ""

    def __str__(self) -> str:
        return self.edtf

    @property
    def is_one_day(self) -> bool:
        """Whether both bounds are the same day."""
        return self.earliest is not None and self.earliest == self.latest

    def certainly_before(self, other: PartialDate) -> bool:
        """Whether every day this can be lies before every day `other` can be."""
        return (
            self.latest is not None and other.earliest is not None and self.latest < other.earliest
        )

    def may_overlap(self, other: PartialDate) -> bool:
        """Whether the two can share a day."""
        return not (self.certainly_before(other) or other.certainly_before(self))

    def may_be_within(self, earliest: date | None, latest: date | None) -> bool:
        """Whether some day this can be lies in the closed range (None is no bound)."""
        too_early = self.latest is not None and earliest is not None and self.latest < earliest
        too_late = self.earliest is not None and latest is not None and self.earliest > latest
        return not (too_early or too_late)

    @property
    def sort_key(self) -> tuple[date, date, str]:
        """Order by the earliest day it can be, then the latest; unknown sides go outward."""
        return (self.earliest or date.min, self.latest or date.max, self.edtf)

    def stated(self, as_stated: str, basis: str = "") -> PartialDate:
        """The same date with the words of the source and the reason for this reading."""
        return replace(self, as_stated=as_stated, basis=basis)

    def as_dict(self) -> dict[str, str | bool | None]:
        """JSON shape."""
        return {
            "edtf": self.edtf,
            "earliest": self.earliest.isoformat() if self.earliest else None,
            "latest": self.latest.isoformat() if self.latest else None,
            "precision": self.precision,
            "uncertain": self.uncertain,
            "approximate": self.approximate,
            "as_stated": self.as_stated,
            "basis": self.basis,
        }


def parse_date(text: str, *, as_stated: str = "", basis: str = "") -> PartialDate:
    """Read EDTF level 1; BadInput says what is wrong with the text."""
    if not isinstance(text, str) or not text.strip():
        raise _bad("The date is empty", "")
    wanted = text.strip()
    if len(wanted) > 40:
        raise _bad("The date is too long", wanted[:40] + "...")
    found = _interval(wanted) if "/" in wanted else _point(wanted, wanted)
    return replace(found, as_stated=as_stated, basis=basis)


def from_days(earliest: date, latest: date) -> PartialDate:
    """The shortest form for a range of days: a day, a month, a year or an interval."""
    if latest < earliest:
        raise _bad("The date ends before it begins", f"{earliest}/{latest}")
    if earliest == latest:
        return parse_date(earliest.isoformat())
    last_of_month = monthrange(latest.year, latest.month)[1]
    if earliest.day == 1 and latest.day == last_of_month:
        if (earliest.year, earliest.month) == (latest.year, latest.month):
            return parse_date(earliest.isoformat()[:7])
        if (earliest.year, earliest.month, latest.month) == (latest.year, 1, 12):
            return parse_date(f"{earliest.year:04d}")
    return parse_date(f"{earliest.isoformat()}/{latest.isoformat()}")


def _bad(cause: str, value: str) -> BadInput:
    return BadInput(cause, value=value, remedy=_REMEDY)


def _point(text: str, whole: str) -> PartialDate:
    match = _POINT.fullmatch(text)
    if not match:
        raise _bad(_why_not(text), whole)
    year, month, day, mark = match.group("year", "month", "day", "mark")
    if "X" in year and month:
        raise _bad("A date with an unknown digit in the year has no month", whole)
    if month == "XX" and day not in (None, "XX"):
        raise _bad("A day in an unknown month is not level 1", whole)
    low, high, precision = _bounds(year, month, day, whole)
    return PartialDate(
        edtf=text,
        earliest=low,
        latest=high,
        precision=precision,
        uncertain=mark in ("?", "%"),
        approximate=mark in ("~", "%"),
    )


def _why_not(text: str) -> str:
    if text[:1] == "-":
        return "Years before the year 1 are not kept"
    if _LONG_YEAR.fullmatch(text):
        return "Years after 9999 are not kept"
    if "T" in text or ":" in text:
        return "A date holds no time of day"
    if re.search(r"[\[\]{},]|\.\.|[~?%].", text):
        return "This form belongs to EDTF level 2, which is not kept"
    return "Not a date"


def _bounds(
    year: str, month: str | None, day: str | None, whole: str
) -> tuple[date, date, Precision]:
    first, last = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if last == 0:
        raise _bad("There is no year 0 here", whole)
    first = max(first, 1)
    if month is None or (month == "XX"):
        unknown = year.count("X")
        words: tuple[Precision, ...] = ("year", "decade", "century")
        return date(first, 1, 1), date(last, 12, 31), words[unknown]
    number = int(month)
    if _SPRING <= number <= _WINTER:
        if day:
            raise _bad("A season has no day", whole)
        return (*_season(first, number), "season")
    if not 1 <= number <= 12:
        raise _bad("There is no such month", whole)
    length = monthrange(first, number)[1]
    if day is None or day == "XX":
        return date(first, number, 1), date(first, number, length), "month"
    if not 1 <= int(day) <= length:
        raise _bad("There is no such day", whole)
    exact = date(first, number, int(day))
    return exact, exact, "day"


def _season(year: int, number: int) -> tuple[date, date]:
    if number == _WINTER:
        # "Winter 2017" is said both of its beginning and of its end.
        low = date(year - 1, 12, 1) if year > 1 else date.min
        return low, (date(year + 1, 3, 21) if year < 9999 else date.max)
    begins, ends = _SEASONS[number]
    return date(year, *begins), date(year, *ends)


def _interval(text: str) -> PartialDate:
    sides = text.split("/")
    if len(sides) != 2:
        raise _bad("An interval has one stroke", text)
    low = None if sides[0] in ("", "..") else _point(sides[0], text)
    high = None if sides[1] in ("", "..") else _point(sides[1], text)
    if low is None and high is None:
        raise _bad("An interval without any date says nothing", text)
    if low and high and low.earliest and high.latest and low.earliest > high.latest:
        raise _bad("The interval ends before it begins", text)
    dated = [side for side in (low, high) if side]
    return PartialDate(
        edtf=text,
        earliest=low.earliest if low else None,
        latest=high.latest if high else None,
        precision="interval",
        uncertain=any(side.uncertain for side in dated),
        approximate=any(side.approximate for side in dated),
        start=_end(sides[0]),
        end=_end(sides[1]),
    )


def _end(text: str) -> End:
    return "unknown" if text == "" else "open" if text == ".." else "dated"


_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_WORDS = {
    "en": {
        "seasons": "spring summer autumn winter",
        "~": "about {0}",
        "?": "{0} (uncertain)",
        "%": "about {0} (uncertain)",
        "decade": "the {0}s",
        "century": "the years {0}00 to {0}99",
        "both": "from {0} to {1}",
        "unknown-start": "until {0}, beginning not known",
        "open-start": "at any time until {0}",
        "unknown-end": "from {0}, end not known",
        "open-end": "from {0} on",
    },
    "fr": {
        "seasons": "printemps été automne hiver",
        "~": "vers {0}",
        "?": "{0} (incertain)",
        "%": "vers {0} (incertain)",
        "decade": "les années {0}",
        "century": "les années {0}00 à {0}99",
        "both": "de {0} à {1}",
        "unknown-start": "jusqu'à {0}, début inconnu",
        "open-start": "à tout moment jusqu'à {0}",
        "unknown-end": "à partir de {0}, fin inconnue",
        "open-end": "depuis {0}",
    },
}


def date_in_words(found: PartialDate, lang: str = "en") -> str:
    """What a filing or page shows, English or French."""
    lang = lang if lang in _WORDS else "en"
    words = _WORDS[lang]
    if "/" not in found.edtf:
        return _point_in_words(found.edtf, lang)
    low, high = (side.strip() for side in found.edtf.split("/"))
    if found.start != "dated":
        return words[f"{found.start}-start"].format(_point_in_words(high, lang))
    if found.end != "dated":
        return words[f"{found.end}-end"].format(_point_in_words(low, lang))
    return words["both"].format(_point_in_words(low, lang), _point_in_words(high, lang))


def _point_in_words(edtf: str, lang: str) -> str:
    words = _WORDS[lang]
    mark = edtf[-1] if edtf[-1] in "~?%" else ""
    year, month, day = [*edtf.rstrip("~?%").replace("-XX", "").split("-"), "", ""][:3]
    if year.endswith("XX"):
        said = words["century"].format(year[:2])
    elif year.endswith("X"):
        said = words["decade"].format(year[:3] + "0")
    elif month and int(month) >= _SPRING:
        said = f"{words['seasons'].split()[int(month) - _SPRING]} {int(year)}"
    elif month:
        name = _MONTHS[lang].split()[int(month) - 1]
        number = "1er" if (lang, day) == ("fr", "01") else str(int(day)) if day else ""
        said = f"{number} {name} {int(year)}".strip()
    else:
        said = str(int(year))
    return words[mark].format(said) if mark else said


def days_between(one: PartialDate, other: PartialDate) -> tuple[int, int] | None:
    """Least and greatest number of days from `one` to `other`; None if a side is not bounded."""
    if None in (one.earliest, one.latest, other.earliest, other.latest):
        return None
    assert one.earliest and one.latest and other.earliest and other.latest
    return (other.earliest - one.latest).days, (other.latest - one.earliest).days
