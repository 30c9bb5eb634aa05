"""Tables as text (csv, tsv): the text as it stands, with delimiter and number of rows."""

from __future__ import annotations

import csv
import io

from amparo.intake.readers.decode import decode
from amparo.intake.readers.draft import Draft, Input
from amparo.intake.readers.text import note_encoding
from amparo.intake.reading import clean_text


def read(source: Input, draft: Draft) -> None:
    """One part `text`: quotations point into the file's own lines."""
    decoded = decode(source.all())
    note_encoding(decoded, draft)
    text = clean_text(decoded.text)
    draft.part("text", text, "table")
    delimiter = _delimiter(text, source.suffix)
    draft.meta("delimiter", {"\t": "tab"}.get(delimiter, delimiter))
    csv.field_size_limit(1 << 24)
    try:
        draft.meta("rows", sum(1 for _ in csv.reader(io.StringIO(text), delimiter=delimiter)))
    except csv.Error:
        draft.meta("rows", "cannot be counted")


def _delimiter(text: str, suffix: str) -> str:
    if suffix == "tsv":
        return "\t"
    try:
        return csv.Sniffer().sniff(text[:8_000], ",;\t|").delimiter
    except csv.Error:
        return ","
