"""What every drawn picture of a case is: SVG with a text alternative, and the same as a table.

Nothing is fetched, no script, no font file, no style rule; meaning is carried by shape and
line as well as by colour. Positions follow from the record alone: the same record gives
the same picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import NamedTuple


@dataclass(frozen=True)
class Picture:
    """One picture. `rows` say all that `svg` shows, under `headings`; `scope` says for whom;
    `told` are sentences that belong beside it, `counts` its chains for and against, each at
    least and at most."""

    title: str
    scope: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    svg: str
    left_out: int = 0
    told: tuple[str, ...] = ()
    counts: tuple[tuple[int, int], ...] = ()


class Tongue(NamedTuple):
    """The language of a picture: its code, and what turns our English words into it."""

    code: str = "en"
    say: Callable[[str], str] = str


ENGLISH = Tongue()
IN_TABLE = "Everything shown stands in the table."


def more_in_table(count: int, tongue: Tongue) -> str:
    """How many things are too many to be drawn; nothing where all are."""
    more = tongue.say("{count} more stand in the table only.")
    return f" {more.format(count=count)}" if count > 0 else ""


def safe(text: object) -> str:
    """Escaped, and without the control characters that XML forbids."""
    kept = (c for c in str(text) if c in "\t\n" or (ord(c) >= 32 and c not in "\ufffe\uffff"))
    return escape("".join(kept).encode("utf-8", "replace").decode(), quote=True)


def short(text: str, most: int) -> str:
    """The text, cut with an ellipsis where it is longer than `most` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def words(x: float, y: float, text: str, *, size: int = 12, more: str = "") -> str:
    """A line of text; `more` holds further attributes."""
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{size}" unicode-bidi="plaintext"'
        f"{more}>{safe(text)}</text>"
    )


def in_box(x: float, y: float, text: str, most: int, *, size: int = 12) -> str:
    """A label around a middle: two lines of at most `most` characters, cut where it is longer."""
    first, rest = _broken(text, most)
    lines = [first, short(rest, most)] if rest else [first]
    lift = (len(lines) - 1) * (size + 3) / 2 - size / 3
    middle = ' text-anchor="middle"'
    return "".join(
        words(x, y - lift + place * (size + 3), line, size=size, more=middle)
        for place, line in enumerate(lines)
    )


def _broken(text: str, most: int) -> tuple[str, str]:
    """The text in two, at a space or behind a hyphen where there is one."""
    if len(text) <= most:
        return text, ""
    cuts = [at for at in range(1, most + 1) if text[at] == " " or text[at - 1] in " -/"]
    at = cuts[-1] if cuts else most
    return text[:at].rstrip(), text[at:].lstrip()


def way_through(stops: Sequence[tuple[float, float, float]]) -> str:
    """The path of a line from left to right by way of `stops`: x where it comes in and goes out
    again, and y; the first is only left and the last only reached."""
    found = f"M{number(stops[0][1])} {number(stops[0][2])}"
    for (_, x1, y1), (x2, out, y2) in pairwise(stops):
        middle = number((x1 + x2) / 2)
        found += f"C{middle} {number(y1)} {middle} {number(y2)} {number(x2)} {number(y2)}"
        found += f"H{number(out)}" if out > x2 else ""
    return found


def number(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def sheet(
    name: str, size: tuple[float, float], spoken: tuple[str, str], body: str, defs: str = ""
) -> str:
    """The SVG around `body`; `spoken` is the title and the description read aloud."""
    width, height = (number(side) for side in size)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{safe(spoken[0])}</title>'
        f'<desc id="{name}-desc">{safe(spoken[1])}</desc>'
        f"<defs>{defs}</defs>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f'<g font-family="sans-serif" fill="#111">{body}</g></svg>'
    )
