"""What the redaction list takes out of one item for one forum and version, as plain values.

The list is made of records (noun `redaction`). A time range holds for sound and video: a voice
is silenced, a face filled; without a kind both are done.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amparo.casefile.schema import VERSIONS
from amparo.crypto.digest import digest_bytes
from amparo.errors import BadInput

if TYPE_CHECKING:
    from amparo.casefile.records import CaseFile, Row

MARK = "\u2588\u2588\u2588\u2588\u2588"
CODED = "coded"
WHOLE = (0.0, 0.0, 1.0, 1.0)
Box = tuple[float, ...]


@dataclass(frozen=True)
class Plan:
    """What is to be taken out of one item for one forum.

    `passages` are characters, `areas` boxes, by part; `silent` are seconds of sound, `scenes`
    seconds of a picture with the box to fill in them.
    """

    rows: tuple[Row, ...]
    passages: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    whole: tuple[str, ...] = ()
    areas: dict[str, list[Box]] = field(default_factory=dict)
    silent: tuple[tuple[float, float], ...] = ()
    scenes: tuple[tuple[float, float, Box], ...] = ()

    @property
    def digest(self) -> str:
        """Changes whenever the list does."""
        told = [[row.code, row.version, row.body] for row in self.rows]
        return digest_bytes(json.dumps(told, sort_keys=True, ensure_ascii=False).encode())


def holds(row: Row, forum: str, version: str) -> bool:
    """Whether a redaction or omission holds for this forum and version.

    One that the coded version may show holds in the public one only.
    """
    shown = row["version"]
    is_open = VERSIONS.index(version) > VERSIONS.index(shown) if shown in VERSIONS else True
    return row["forum"] in (None, "", forum) and is_open


def plan_for(case: CaseFile, item: str, forum: str, version: str = CODED) -> Plan:
    """The redactions of an item that hold here. Raises BadInput for one that is torn."""
    rows = tuple(
        row for row in case.all("redaction") if row["item"] == item and holds(row, forum, version)
    )
    plan = Plan(rows)
    whole: list[str] = []
    silent: list[tuple[float, float]] = []
    scenes: list[tuple[float, float, Box]] = []
    for row in rows:
        part, box = str(row["part"]), read_box(str(row["box"]), row.code) if row["box"] else None
        if is_timed(row):
            begin, end = _seconds(row)
            if row["kind"] == "voice" or (not row["kind"] and box is None):
                silent.append((begin, end))
            if row["kind"] != "voice":
                scenes.append((begin, end, box or WHOLE))
        elif box is not None:
            plan.areas.setdefault(part, []).append(box)
        elif row["start"] is None and row["end"] is None:
            whole.append(part)
        else:
            plan.passages.setdefault(part, []).append(span_of(row))
    return Plan(rows, plan.passages, tuple(whole), plan.areas, tuple(silent), tuple(scenes))


def is_timed(row: Row) -> bool:
    """Whether a redaction is of a stretch of sound or video."""
    seconds = (row["begin_seconds"], row["end_seconds"])
    return row["kind"] == "voice" or any(one is not None for one in seconds)


def _seconds(row: Row) -> tuple[float, float]:
    """From which second to which; a voice or face without an end is taken out to the end."""
    begin = float(row["begin_seconds"] or 0)
    end = math.inf if row["end_seconds"] is None else float(row["end_seconds"])
    if not 0 <= begin < end:
        raise BadInput(
            "a stretch of a recording begins before it ends",
            value=row.code,
            remedy="correct begin_seconds and end_seconds",
        )
    return begin, end


def span_of(row: Row) -> tuple[int, int]:
    """First character and the one after the last. Raises BadInput."""
    if row["start"] is None or row["end"] is None or not 0 <= row["start"] < row["end"]:
        raise BadInput(
            "a redaction needs start and end, start before end",
            value=row.code,
            remedy="correct the record; leave both out to take out the whole part",
        )
    return int(row["start"]), int(row["end"])


def read_box(text: str, where: str) -> Box:
    """Four numbers from 0 to 1: left, top, right, bottom. Raises BadInput naming the record."""
    try:
        box = tuple(float(one) for one in text.replace(",", " ").split())
    except ValueError:
        box = ()
    if len(box) != 4 or not (0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1):
        raise BadInput(
            "a box is left, top, right, bottom as fractions of the page",
            value=where,
            remedy="for example 0.1, 0.2, 0.5, 0.25",
        )
    return box


def take_out(text: str, spans: Sequence[tuple[int, int]], where: str = "") -> str:
    """The text with a mark of fixed length for each run of redacted characters."""
    if any(end > len(text) for _, end in spans):
        raise BadInput(
            "a redaction ends after its text", value=where, remedy="correct start and end"
        )
    pieces, done = [], 0
    for start, end in merged(spans):
        pieces += [text[done:start], MARK]
        done = end
    return "".join((*pieces, text[done:]))


def merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that touch or overlap joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


@dataclass(frozen=True)
class KeyLine:
    """One line of the redaction key: what was taken out, where, and why."""

    redaction: str
    part: str
    place: str
    words: str
    reason: str

    def as_dict(self) -> dict[str, str]:
        """Shape under `--json`."""
        return {
            "redaction": self.redaction,
            "part": self.part,
            "place": self.place,
            "words": self.words,
            "reason": self.reason,
        }


def key_of(plan: Plan, parts: dict[str, str]) -> Iterator[KeyLine]:
    """What each redaction of the plan takes out; `parts` are the texts of the original."""
    for row in plan.rows:
        part = str(row["part"])
        words = ""
        if is_timed(row):
            begin, end = _seconds(row)
            place = f"from {begin:g} s" + ("" if math.isinf(end) else f" to {end:g} s")
            place += f", box {row['box']}" if row["box"] else ""
        elif row["box"]:
            place = f"box {row['box']}"
        elif row["start"] is None:
            place, words = "the whole part", parts.get(part, "")
        else:
            start, last = span_of(row)
            place, words = f"characters {start}-{last}", parts.get(part, "")[start:last]
        yield KeyLine(row.code, part, place, words, str(row["reason"]))
