"""The proof chart as a picture and as a table for spreadsheets (CSV).

One row for each element and claim; for and against are two columns and never netted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from amparo.casefile.draw_scope import OWN_EYES
from amparo.casefile.picture import ENGLISH, Picture, Tongue, number, safe, sheet, short, words
from amparo.casefile.proof_chart import Chart, ElementLine

HEADINGS = (
    "crime", "element", "asks", "state", "claim", "words", "for at least", "for at most",
    "against at least", "against at most", "items for", "items against", "gaps",
)  # fmt: skip
_KEY = (
    "[a, b]: independent chains, at least and at most. Not a probability, not a finding. "
    "For and against are never set off against each other."
)
_FILL = {"supported": "#cfe8d6", "asserted": "#fdf1cf", "missing": "#ffffff"}
_WIDE, _ROW, _EDGE, _TOP = 1080, 30, 14, 92
_AT = {"element": 14, "state": 110, "asks": 210, "for": 720, "against": 800, "claims": 890}


def scope_of_chart(chart: Chart, tongue: Tongue = ENGLISH) -> str:
    """For whom the chart was counted, in words."""
    if chart.purpose:
        counted = tongue.say("For {use}: only what consent allows is counted.")
        return counted.format(use=chart.purpose)
    return tongue.say(OWN_EYES)


def rows_of_chart(chart: Chart, tongue: Tongue = ENGLISH) -> list[tuple[str, ...]]:
    """One row for each claim under each element, and one for an element without a claim."""
    found: list[tuple[str, ...]] = []
    for crime, elements, gaps in _groups(chart, tongue):
        for element in elements:
            found += _element_rows(crime, element, tongue)
        found += [(crime, "", "", "", "", "", "", "", "", "", "", "", gap) for gap in gaps]
    return found


def _groups(
    chart: Chart, tongue: Tongue = ENGLISH
) -> Iterator[tuple[str, tuple[ElementLine, ...], tuple[str, ...]]]:
    if chart.context:
        yield tongue.say("context"), chart.context, ()
    for crime in chart.crimes:
        yield f"{crime.crime} {crime.label}", crime.elements, crime.gaps


def _element_rows(crime: str, line: ElementLine, tongue: Tongue) -> list[tuple[str, ...]]:
    head = (crime, line.element, line.text, tongue.say(line.state))
    if not line.claims:
        return [(*head, "", "", "", "", "", "", "", "", "")]
    return [
        (
            *head, claim.proposition, claim.text, str(claim.strict), str(claim.generous),
            str(claim.denied_strict), str(claim.denied_generous),
            " ".join(claim.items), " ".join(claim.against), "",
        )
        for claim in line.claims
    ]  # fmt: skip


def write_csv(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    """CSV (RFC 4180) in UTF-8 with a mark, as spreadsheets expect it.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([_inert(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _inert(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def chart_csv(chart: Chart) -> bytes:
    """The chart as CSV, its scope and the version of the book in the last row."""
    foot = ("", "", scope_of_chart(chart), "", "", f"book of law {chart.book}", *[""] * 7)
    return write_csv(HEADINGS, [*rows_of_chart(chart), foot])


def draw_chart(chart: Chart, tongue: Tongue = ENGLISH) -> Picture:
    """The chart as a picture: one line for each element, its state by words and by shade."""
    lines = [(crime, element) for crime, elements, _ in _groups(chart) for element in elements]
    counted = {
        state: sum(element.state == state for _, element in lines)
        for state in ("supported", "asserted", "missing")
    }
    say = tongue.say
    title = say("Proof chart of {case}").format(case=chart.case)
    told = ", ".join(f"{count} {say(state)}" for state, count in counted.items())
    book = say("Book of law {book}.").format(book=chart.book)
    scope = f"{scope_of_chart(chart, tongue)} {book}"
    elements = say("Of {count} elements: {told}. Not a probability, not a finding.")
    spoken = f"{elements.format(count=len(lines), told=told)} {scope}"
    return Picture(
        title,
        scope,
        tuple(map(say, HEADINGS)),
        tuple(rows_of_chart(chart, tongue)),
        _draw((title, spoken), chart, scope, tongue),
    )


def _draw(spoken: tuple[str, str], chart: Chart, scope: str, tongue: Tongue) -> str:
    body = [words(_EDGE, 24, spoken[0], size=16, more=' font-weight="bold"'), _key(tongue)]
    heads = ("element", "state", "asks", "for", "against", "claims")
    body += [
        words(_AT[head], _TOP - 14, tongue.say(head), more=' font-weight="bold"') for head in heads
    ]
    y = float(_TOP)
    for crime, elements, _ in _groups(chart, tongue):
        body.append(words(_EDGE, y + 18, short(crime, 120), size=14, more=' font-weight="bold"'))
        y += _ROW
        for element in elements:
            body.append(_element(element, y, tongue))
            y += _ROW
        y += 8
    body.append(words(_EDGE, y + 14, scope, size=11))
    return sheet("proof-chart", (_WIDE, y + 28), spoken, "".join(body))


def _key(tongue: Tongue) -> str:
    return words(_EDGE, 46, tongue.say(_KEY))


def _element(line: ElementLine, y: float, tongue: Tongue) -> str:
    claims = line.claims
    most = max(claims, key=lambda c: (c.strict, c.generous), default=None)
    worst = max(claims, key=lambda c: (c.denied_strict, c.denied_generous), default=None)
    supported = f"[{most.strict}, {most.generous}]" if most else ""
    denied = (
        f"[{worst.denied_strict}, {worst.denied_generous}]" if line.is_contested and worst else ""
    )
    dash = ' stroke-dasharray="4 3"' if line.state != "supported" else ""
    cells = (
        words(_AT["element"], y + 16, line.element),
        f'<rect x="{_AT["state"] - 6}" y="{number(y + 2)}" width="92" height="20" rx="4" '
        f'fill="{_FILL[line.state]}" stroke="#222"{dash}/>',
        words(_AT["state"], y + 16, tongue.say(line.state)),
        words(_AT["asks"], y + 16, short(line.text, 78)),
        words(_AT["for"], y + 16, supported),
        words(_AT["against"], y + 16, denied),
        words(_AT["claims"], y + 16, short(", ".join(c.proposition for c in claims), 26)),
    )
    return f"<g><title>{safe(line.element)}: {safe(line.text)}</title>{''.join(cells)}</g>"
