"""Transcripts beside audio and video (SRT, WebVTT): one part a cue, its time in the label."""

from __future__ import annotations

import re
from collections.abc import Iterator

from amparo.intake.readers.decode import decode
from amparo.intake.readers.draft import Corrupt, Draft, Input
from amparo.intake.readers.language import language_of
from amparo.intake.readers.text import note_encoding
from amparo.intake.reading import clean_text

_TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}"
_CUE = re.compile(rf"^\s*({_TIME})\s+-->\s+({_TIME})[^\n]*$")
_TAG = re.compile(r"</?[a-zA-Z][^>\n]{0,100}>|\{\\[^}\n]{0,60}\}")


def read(source: Input, draft: Draft) -> None:
    """Parts `cue:1` and on, label `00:00:01,000 --> 00:00:04,000`."""
    decoded = decode(source.all())
    note_encoding(decoded, draft)
    cues = list(parse_cues(clean_text(decoded.text)))
    if not cues:
        raise Corrupt("no cue found")
    language = language_of("\n".join(text for _, text in cues[:400]))
    draft.expected += len(cues)
    for number, (label, text) in enumerate(cues, 1):
        draft.part(f"cue:{number}", text or "[no text]", label, language)
        draft.emitted += 1


def parse_cues(text: str) -> Iterator[tuple[str, str]]:
    """Label and text of each cue, in order; a cue ends at an empty line or the next time."""
    label, lines = "", list[str]()
    for line in [*text.split("\n"), ""]:
        match = _CUE.match(line)
        if label and (match or not line.strip()):
            yield label, "\n".join(lines)
            label, lines = "", []
        if match:
            label = f"{match[1]} --> {match[2]}"
        elif label:
            lines.append(_TAG.sub("", line))
