"""The timeline of a case: what happened when, as far as it is known.

A bar is full where the day lies for certain inside, and fades over the days on which the
beginning or the end may lie. A date that is said to be uncertain or about has a broken
line; an open or unknown end runs to the edge with an arrow. What has no date stands below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from amparo.casefile.claim_graph import Use
from amparo.casefile.dates import PartialDate, date_in_words, parse_date
from amparo.casefile.draw_scope import scope_of
from amparo.casefile.picture import (
    ENGLISH,
    IN_TABLE,
    Picture,
    Tongue,
    more_in_table,
    number,
    safe,
    sheet,
    short,
    words,
)
from amparo.casefile.records import CaseFile, Row

MOST_BARS = 400
_WIDE, _NAMES, _ROW, _TOP, _EDGE = 1080, 330, 24, 62, 14
_DATES = {
    "event": ("began", "ended"),
    "act": ("began", "ended"),
    "crossing": ("on", ""),
    "intervention": ("on", ""),
    "response": ("on", ""),
    "remedy": ("decided_on", ""),
}
_FILL = {
    "event": "#274b7a", "act": "#8a1c1c", "crossing": "#1f6b4f", "response": "#6b4b1f",
    "intervention": "#6b1f5a", "remedy": "#5b3b7a",
}  # fmt: skip

_LEGEND = (
    "Full: surely then · fading: may lie there · broken line: the date is not sure · "
    "arrow: no bound known"
)


@dataclass(frozen=True)
class Bar:
    """When one record lies: outer bounds, and the span that is certain where there is one.

    All days; None is a side without bound. `core` is None when no day is certain.
    """

    row: Row
    label: str
    began: PartialDate | None
    ended: PartialDate | None
    first: date | None
    last: date | None
    core: tuple[date, date] | None

    @property
    def is_vague(self) -> bool:
        """True when the source itself was not sure of a date."""
        return any(d is not None and (d.uncertain or d.approximate)
                   for d in (self.began, self.ended))  # fmt: skip

    def said(self, tongue: Tongue = ENGLISH) -> str:
        """How sure the dates are, in words."""
        say = tongue.say
        if self.first is None and self.last is None:
            return say("not dated")
        vague = [say("said to be uncertain or about")] if self.is_vague else []
        if self.first is None or self.last is None:
            vague.append(say("one side is open or not known"))
        elif not vague and self.core != (self.first, self.last):
            somewhere = say("somewhere from {first} to {last}")
            vague.append(somewhere.format(first=self.first, last=self.last))
        return "; ".join(vague) or say("to the day")


def draw_timeline(case: CaseFile, use: Use | None = None, tongue: Tongue = ENGLISH) -> Picture:
    """The timeline of what may be drawn for `use`, and the same as a table."""
    scope = scope_of(case, use)
    say, told = tongue.say, scope.tell(tongue)
    bars = bars_of(scope.case, tongue)
    dated = [bar for bar in bars if bar.first or bar.last]
    undated = [bar for bar in bars if not (bar.first or bar.last)]
    shown = dated[:MOST_BARS]
    title = say("Timeline of {case}").format(case=case.code)
    left = more_in_table(len(dated) - len(shown), tongue)
    dated_or_not = say("{dated} dated records and {undated} without a date.")
    spoken = (
        f"{dated_or_not.format(dated=len(dated), undated=len(undated))} "
        f"{say(IN_TABLE)}{left} {told}"
    )
    return Picture(
        title,
        told,
        tuple(map(say, ("Record", "What", "From", "To", "As stated", "How sure"))),
        tuple(_as_row(bar, tongue) for bar in bars),
        _draw((title, spoken), shown, undated, told + left, tongue),
        scope.left_out,
    )


def bars_of(case: CaseFile, tongue: Tongue = ENGLISH) -> list[Bar]:
    """Every dated noun of the case, earliest first; those without a date last."""
    bars = [_bar(row, tongue) for noun in _DATES for row in case.all(noun)]
    return sorted(bars, key=lambda bar: (
        not (bar.first or bar.last), bar.first or bar.last or date.max, bar.last or date.max,
        list(_DATES).index(bar.row.noun), bar.row.code,
    ))  # fmt: skip


def _bar(row: Row, tongue: Tongue) -> Bar:
    first, last = _DATES[row.noun]
    began = parse_date(row[first]) if row[first] else None
    ended = parse_date(row[last]) if last and row[last] else None
    if not last:
        ended = began
    low = began.earliest if began else None
    high = ended.latest if ended else None
    return Bar(row, _label(row, tongue), began, ended, low, high, _core(began, ended))


def _core(began: PartialDate | None, ended: PartialDate | None) -> tuple[date, date] | None:
    """Days on which it was surely going on: after the latest beginning, before the earliest end."""
    if began is None or ended is None or began.latest is None or ended.earliest is None:
        return None
    if any(end.uncertain or end.approximate for end in (began, ended)):
        return None
    if began is ended:
        return (began.latest, began.latest) if began.is_one_day else None
    return (began.latest, ended.earliest) if began.latest <= ended.earliest else None


def _label(row: Row, tongue: Tongue) -> str:
    say = tongue.say
    if row.noun == "act":
        kind = say(row["kind"])
        of = say("{act} of {victim}").format(act=kind, victim=row["victim"])
        return f"{row.code} {of if row['victim'] else kind}"
    if row.noun == "crossing":
        way = say("{one} to {other}").format(one=row["from"], other=row["to"])
        return f"{row.code} {row['person']}: {way}"
    if row.noun == "intervention":
        return f"{row.code} {row['of']}: {row['asked']}"
    if row.noun == "response":
        return f"{row.code} {row['by']}: {say(row['answer'])}"
    return f"{row.code} {row.title}"


def _as_row(bar: Bar, tongue: Tongue) -> tuple[str, ...]:
    ends = (bar.began, bar.ended if bar.row.noun in ("event", "act") else None)
    stated = "; ".join(
        str(bar.row[f"{end}_as_stated"])
        for end in ("began", "ended")
        if bar.row[f"{end}_as_stated"]
    )
    return (
        bar.row.code,
        f"{tongue.say(bar.row.noun)}: {bar.label.removeprefix(bar.row.code).strip()}",
        *(date_in_words(end, tongue.code) if end else "" for end in ends),
        stated,
        bar.said(tongue),
    )


def _draw(
    heads: tuple[str, str], bars: list[Bar], undated: list[Bar], scope: str, tongue: Tongue
) -> str:
    scale = _Scale([day for bar in bars for day in (bar.first, bar.last) if day])
    foot = _TOP + len(bars) * _ROW + 14
    height = foot + 18 * (len(undated) + bool(undated)) + 44
    body = [words(_EDGE, 22, heads[0], size=16, more=' font-weight="bold"'), *_axis(scale, foot)]
    for place, bar in enumerate(bars):
        body.append(_draw_bar(scale, bar, _TOP + place * _ROW, tongue))
    if undated:
        body.append(words(_EDGE, foot + 20, tongue.say("Not dated:"), more=' font-weight="bold"'))
    body += [
        words(_EDGE, foot + 38 + 18 * place, short(bar.label, 150))
        for place, bar in enumerate(undated)
    ]
    body.append(words(_EDGE, height - 24, tongue.say(_LEGEND), size=11))
    body.append(words(_EDGE, height - 8, scope, size=11))
    return sheet("timeline", (_WIDE, height), heads, "".join(body), _fades())


class _Scale:
    """Days to x; a margin on both sides keeps what is open apart from what begins."""

    def __init__(self, days: list[date]) -> None:
        low, high = (min(days), max(days)) if days else (date(2000, 1, 1), date(2000, 12, 31))
        margin = timedelta(days=max(7, (high - low).days // 20))
        self.low = max(date.min + margin, low) - margin
        self.high = min(date.max - margin, high) + margin

    def x(self, day: date) -> float:
        """Left edge of a day."""
        whole = (self.high - self.low).days or 1
        part = ((day - self.low).days) / whole
        return _NAMES + min(1.0, max(0.0, part)) * (_WIDE - _NAMES - _EDGE)

    def ticks(self) -> Iterator[date]:
        """First days of months, quarters or years, so that at most 14 are drawn."""
        months = (self.high.year - self.low.year) * 12 + self.high.month - self.low.month
        step = next((s for s in (1, 2, 3, 6, 12, 24, 60, 120) if months / s <= 14), 1200)
        for month in range(self.low.year * 12, self.high.year * 12 + 12):
            day = date(month // 12, month % 12 + 1, 1)
            if month % step == 0 and self.low <= day <= self.high:
                yield day


def _axis(scale: _Scale, foot: float) -> Iterator[str]:
    for day in scale.ticks():
        x = number(scale.x(day))
        yield f'<path d="M{x} {_TOP - 8}V{number(foot)}" stroke="#ccc" stroke-width="1"/>'
        if scale.x(day) + 48 < _WIDE:
            yield words(scale.x(day) + 3, _TOP - 12, day.strftime("%Y-%m"), size=11)


def _draw_bar(scale: _Scale, bar: Bar, top: float, tongue: Tongue) -> str:
    fill = _FILL[bar.row.noun]
    y, high = top + 4, _ROW - 9
    left = scale.x(bar.first) if bar.first else float(_NAMES)
    right = _right(scale, bar)
    right = max(right, left + 5)
    pieces = [f"<title>{safe(bar.label)}: {safe(bar.said(tongue))}</title>"]
    if bar.core:
        inner = max(left, scale.x(bar.core[0]))
        outer = min(right, max(inner + 5, scale.x(bar.core[1] + timedelta(days=1))))
        spans = [(left, inner, "in"), (inner, outer, ""), (outer, right, "out")]
    else:
        middle = (left + right) / 2
        spans = [(left, middle, "in"), (middle, right, "out")]
    for x1, x2, soft in spans:
        if x2 - x1 > 0.4:
            paint = f"url(#fade-{soft}-{bar.row.noun})" if soft else fill
            pieces.append(f'<rect x="{number(x1)}" y="{number(y)}" width="{number(x2 - x1)}" '
                          f'height="{high}" fill="{paint}"/>')  # fmt: skip
    if bar.is_vague or bar.core != (bar.first, bar.last):
        dash = ' stroke-dasharray="4 3"' if bar.is_vague else ' stroke-dasharray="1 2"'
        pieces.append(f'<rect x="{number(left)}" y="{number(y)}" width="{number(right - left)}" '
                      f'height="{high}" fill="none" stroke="{fill}"{dash}/>')  # fmt: skip
    pieces += [_arrow(left, y, high, -1)] if bar.first is None else []
    pieces += [_arrow(right, y, high, 1)] if bar.last is None else []
    name = words(_EDGE, top + 16, short(bar.label, 46), size=12)
    return f"<g>{name}{''.join(pieces)}</g>"


def _right(scale: _Scale, bar: Bar) -> float:
    """Right edge; an end that nobody stated is a stub behind the beginning."""
    edge = float(_WIDE - _EDGE)
    if bar.last:
        return scale.x(bar.last + timedelta(days=1)) if bar.last < date.max else edge
    if bar.ended is None and bar.began and bar.began.latest:
        return min(edge, scale.x(bar.began.latest) + 14)
    return edge


def _arrow(x: float, y: float, high: float, way: int) -> str:
    points = pairwise([(x, y), (x + 7 * way, y + high / 2), (x, y + high)])
    line = "".join(f"M{number(a)} {number(b)}L{number(c)} {number(d)}" for (a, b), (c, d) in points)
    return f'<path d="{line}" stroke="#111" stroke-width="1.5" fill="none"/>'


def _fades() -> str:
    """Gradients for the soft ends, one pair a noun."""
    made = []
    for noun, colour in _FILL.items():
        for way, (one, other) in (("in", (0.08, 0.7)), ("out", (0.7, 0.08))):
            made.append(
                f'<linearGradient id="fade-{way}-{noun}">'
                f'<stop offset="0" stop-color="{colour}" stop-opacity="{one}"/>'
                f'<stop offset="1" stop-color="{colour}" stop-opacity="{other}"/></linearGradient>'
            )
    return "".join(made)
