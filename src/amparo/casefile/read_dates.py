"""Dates as people write them, read into proposals that a person accepts or refuses.

A part that was not written is never filled in: each text is read twice with
opposite defaults, and only what stays the same was really said. The order of
day and month comes from the language, never from a default of the machine.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from amparo.casefile.dates import PartialDate, from_days, parse_date
from amparo.errors import BadInput

LONGEST = 160
ORDERS = {"en": ("DMY", "MDY"), "fr": ("DMY",), "ru": ("DMY",), "ar": ("DMY",)}

_SEASONS = {
    21: "spring printemps весна весной весны весне ربيع الربيع",
    22: "summer été ete лето летом лета лете صيف الصيف",
    23: "autumn fall automne осень осенью осени خريف الخريف",
    24: "winter hiver зима зимой зимы зиме شتاء الشتاء",
}
_SEASON_OF = {word: code for code, words in _SEASONS.items() for word in words.split()}
_ABOUT = re.compile(
    r"\b(about|around|circa|ca|approximately|environ|vers|autour|около|примерно|"
    r"приблизительно|حوالي|نحو|تقريبا)\b\.?",
    re.IGNORECASE,
)
_PERHAPS = re.compile(
    r"\b(perhaps|probably|maybe|possibly|peut-être|probablement|возможно|вероятно|"
    r"наверное|кажется|ربما|لعل)\b",
    re.IGNORECASE,
)
_PART_OF = re.compile(
    r"\b(early|late|mid|(?:the )?(?:beginning|start|middle|end) of|(?:au |le )?début|"
    r"(?:la |à la )?fin|(?:la )?mi|courant|(?:в )?(?:начале|середине|конце)|начало|"
    r"середина|конец|أوائل|منتصف|أواخر|بداية|نهاية)\b[ -]*",
    re.IGNORECASE,
)
# Month names of the Levant and Iraq, which dateparser does not know.
_LEVANT = {
    "كانون الثاني": "يناير",
    "شباط": "فبراير",
    "آذار": "مارس",
    "نيسان": "أبريل",
    "أيار": "مايو",
    "حزيران": "يونيو",
    "تموز": "يوليو",
    "آب": "أغسطس",
    "أيلول": "سبتمبر",
    "تشرين الأول": "أكتوبر",
    "تشرين الثاني": "نوفمبر",
    "كانون الأول": "ديسمبر",
}
_NIGHT_TO = re.compile(r"\bночь\s+на\s+([0-9]{1,2})\s+(.+)", re.IGNORECASE)
_TWO_DAYS = re.compile(
    r"\b([0-9]{1,2})(?:st|nd|rd|th|er)?\s*(?:to|or|and|ou|et|au|или|на|и|по|أو|إلى|و|-|–|—|/)"
    r"\s*([0-9]{1,2})(?:st|nd|rd|th|er)?\s+(?:of\s+)?([^\W\d_].*)",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"\b(?:between|from|entre|de|du|depuis|между|с|со|от|из|بين|من)\s+(.+?)\s+"
    r"(?:and|to|until|till|et|à|au|jusqu'à|jusqu'en|и|по|до|إلى|حتى|و)\s+(.+)",
    re.IGNORECASE,
)
_NUMERIC = re.compile(r"\b([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})\b")
_YEAR = re.compile(r"\b(1[89][0-9]{2}|20[0-9]{2})\b")
_ONLY_YEAR = re.compile(
    r"(?:in|en|l'an|année|в|во|за|год|году|года|г|عام|سنة|في|the year|year|\W|_)*"
)
_RELATIVE = re.compile(
    r"\b(ago|yesterday|today|tomorrow|last|next|now|hier|demain|aujourd|il y a|prochain|"
    r"dernier|dernière|вчера|сегодня|завтра|назад|прошл\w*|следующ\w*|через|أمس|اليوم|غدا|قبل|منذ)\b",
    re.IGNORECASE,
)


class DateProposal(NamedTuple):
    """One reading. `date.basis` says by which rule; a person decides."""

    date: PartialDate
    order: str


def propose_dates(text: str, lang: str) -> tuple[DateProposal, ...]:
    """Readings of a date as written in `lang` (en, fr, ru, ar), best first; may be empty.

    Two readings are returned where the order of day and month is open (English
    numerals). Words that need a day of reference ("yesterday") give none.
    """
    stated = " ".join(text.split())
    if not stated or len(stated) > LONGEST or lang not in ORDERS:
        return ()
    try:
        return (DateProposal(parse_date(stated).stated(stated, "written as EDTF"), "YMD"),)
    except BadInput:
        pass
    plain = unicodedata.normalize("NFKC", stated).translate(_DIGITS)
    if _RELATIVE.search(plain):
        return ()
    mark = _mark(plain)
    plain = " ".join(_PERHAPS.sub(" ", _ABOUT.sub(" ", plain)).split())
    part = _PART_OF.search(plain)
    plain = _PART_OF.sub(" ", plain).strip()
    for name, known in _LEVANT.items() if lang == "ar" else ():
        plain = re.sub(rf"\b{name}\b", known, plain)
    found: dict[str, DateProposal] = {}
    for order in ORDERS[lang]:
        for edtf, basis in _readings(plain, lang, order):
            try:
                read = parse_date(_marked(edtf, mark)).stated(stated, basis + _WIDER[bool(part)])
            except BadInput:
                continue
            found.setdefault(read.edtf, DateProposal(read, order))
            break
    return tuple(found.values())


_DIGITS = {
    **{0x0660 + n: str(n) for n in range(10)},
    **{0x06F0 + n: str(n) for n in range(10)},
    0x2019: "'",
}


_WIDER = {False: "", True: "; early, middle or late is kept only in the words"}


def _mark(text: str) -> str:
    about, perhaps = bool(_ABOUT.search(text)), bool(_PERHAPS.search(text))
    return "%" if about and perhaps else "~" if about else "?" if perhaps else ""


def _marked(edtf: str, mark: str) -> str:
    return "/".join(side + mark if side else side for side in edtf.split("/"))


def _readings(text: str, lang: str, order: str) -> Iterator[tuple[str, str]]:
    night = _NIGHT_TO.search(text)
    if night:
        day = _day(f"{night[1]} {night[2]}", lang, order)
        if day and day > date.min:
            yield f"{day - timedelta(days=1)}/{day}", "the night between two days"
        return
    two = _TWO_DAYS.search(text)
    if two:
        days = [_day(f"{number} {two[3]}", lang, order) for number in two.group(1, 2)]
        if days[0] and days[1] and days[0] < days[1]:
            yield f"{days[0]}/{days[1]}", "two days named with one month"
        return
    span = _RANGE.search(text)
    if span:
        yield from _range(span[1], span[2], lang, order)
        return
    yield from _one(text, lang, order)


def _range(low: str, high: str, lang: str, order: str) -> Iterator[tuple[str, str]]:
    year = _YEAR.search(high)
    if year and not _YEAR.search(low):
        low = f"{low} {year[0]}"
    for first, _ in _one(low, lang, order):
        for last, _ in _one(high, lang, order):
            yield f"{first}/{last}", "from and to named"
            return


def _one(text: str, lang: str, order: str) -> Iterator[tuple[str, str]]:
    year = _YEAR.search(text)
    if not year:
        return
    numeric = _NUMERIC.search(text)
    if numeric:
        first, second, whole = numeric.groups()
        day, month = (first, second) if order == "DMY" else (second, first)
        yield f"{whole}-{int(month):02d}-{int(day):02d}", f"figures in the order {order}"
        return
    for word in re.findall(r"[^\W\d_]+", text.lower()):
        if word in _SEASON_OF:
            yield f"{year[0]}-{_SEASON_OF[word]}", "a season named"
            return
    rest = text.replace(year[0], " ", 1)
    if _ONLY_YEAR.fullmatch(rest.lower()):
        yield year[0], "a year alone"
        return
    bounds = _both_readings(text, lang, order)
    if bounds:
        yield from_days(*bounds).edtf, f"words in {lang}"


def _day(text: str, lang: str, order: str) -> date | None:
    bounds = _both_readings(text, lang, order)
    return bounds[0] if bounds and bounds[0] == bounds[1] else None


def _both_readings(text: str, lang: str, order: str) -> tuple[date, date] | None:
    """First and last day the words allow; None if not read or no whole unit."""
    import dateparser  # slow to import, seldom needed

    ends = []
    for prefer, base in (("first", datetime(2001, 1, 1)), ("last", datetime(2002, 12, 31))):
        try:
            read = dateparser.parse(
                text,
                languages=[lang],
                settings={
                    "DATE_ORDER": order,
                    "PREFER_LOCALE_DATE_ORDER": False,
                    "PREFER_DAY_OF_MONTH": prefer,
                    "PREFER_MONTH_OF_YEAR": prefer,
                    "RELATIVE_BASE": base,
                    "REQUIRE_PARTS": ["year"],
                    "PARSERS": ["absolute-time"],
                },
            )
        except (ValueError, OverflowError, TypeError, AttributeError, IndexError):
            return None
        if read is None:
            return None
        ends.append(read.date())
    low, high = ends
    # A year nobody wrote would differ between the two bases.
    return (low, high) if low <= high and low.year == high.year else None
