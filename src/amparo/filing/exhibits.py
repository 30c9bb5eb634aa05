"""The index of exhibits: numbers that stay, file names that tell nothing, CSV and table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from amparo.filing.document import Column, Document, Exhibit, Table, Text
from amparo.filing.layout import clean
from amparo.filing.words import Words

# The suffix comes from the media type, since a file's own name may hold a person's name.
SUFFIXES = {
    "text/plain": "txt",
    "text/html": "html",
    "text/vnd.whatsapp": "txt",
    "application/vnd.telegram+json": "json",
    "image/bmp": "bmp",
    "text/csv": "csv",
    "application/pdf": "pdf",
    "application/json": "json",
    "application/zip": "zip",
    "application/rtf": "rtf",
    "application/msword": "doc",
    "application/warc": "warc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "message/rfc822": "eml",
    "application/mbox": "mbox",
    "multipart/related": "mhtml",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "image/gif": "gif",
    "image/webp": "webp",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/quicktime": "mov",
}
FIELDS = (
    "exhibit",
    "title",
    "date",
    "kind",
    "source",
    "language",
    "translation",
    "confidentiality",
    "media_type",
    "size",
    "sha256",
    "file",
    "withheld",
)
# A spreadsheet program takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def name_file(number: int, media_type: str) -> str:
    """The file name of an exhibit, such as "E0007.pdf"; ".bin" for a type not listed."""
    return f"E{number:04d}.{SUFFIXES.get(media_type.split(';')[0].strip().lower(), 'bin')}"


def assign_numbers(items: Iterable[str], earlier: Mapping[str, int]) -> dict[str, int]:
    """Exhibit number of each item (sha-256), in order; an item filed before keeps its number.

    New items number on after the highest number ever given, so a number is never used twice.
    """
    numbers: dict[str, int] = {}
    following = max(earlier.values(), default=0) + 1
    for item in items:
        if item in numbers:
            continue
        if item in earlier:
            numbers[item] = earlier[item]
        else:
            numbers[item] = following
            following += 1
    return numbers


def write_index(document: Document) -> bytes:
    """The index as CSV: UTF-8, RFC 4180, one header line, rows by exhibit number."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(FIELDS)
    for exhibit in sorted(document.exhibits, key=lambda one: one.number):
        writer.writerow([_cell(value) for value in _row(exhibit)])
    return stream.getvalue().encode("utf-8")


def _row(exhibit: Exhibit) -> tuple[str, ...]:
    return (
        str(exhibit.number),
        exhibit.title,
        exhibit.date,
        exhibit.kind,
        exhibit.source,
        exhibit.language,
        exhibit.translation,
        exhibit.confidentiality,
        exhibit.media_type,
        str(exhibit.size),
        exhibit.sha256,
        "" if exhibit.withheld else exhibit.file_name,
        exhibit.withheld,
    )


def _cell(value: str) -> str:
    value = clean(value)
    return f"'{value}" if value.startswith(_FORMULA) else value


def index_table(exhibits: Iterable[Exhibit], words: Words, anchor: str = "") -> Table:
    """The index as a table of the filing, digests whole so that they can be compared."""
    names = ("number", "title", "date", "kind", "source", "language", "level", "digest")
    widths = (0.45, 1.9, 1.0, 1.05, 0.7, 1.1, 1.1, 1.95)
    columns = tuple(
        Column(words.say(f"index.{name}"), width) for name, width in zip(names, widths, strict=True)
    )
    rows = tuple(_table_row(exhibit, words) for exhibit in exhibits)
    return Table(words.say("index.caption"), columns, rows, anchor)


def _table_row(exhibit: Exhibit, words: Words) -> tuple[tuple[Text, ...], ...]:
    withheld = exhibit.withheld
    shown = words.say("index.withheld", reason=withheld) if withheld else exhibit.file_name
    return (
        (Text(str(exhibit.number), "bold"),),
        (Text(f"{exhibit.title} ({shown})"),),
        (Text(exhibit.date),),
        (Text(words.term("kinds", exhibit.kind)),),
        (Text(exhibit.source),),
        (Text(_language(exhibit, words)),),
        (Text(words.term("levels", exhibit.confidentiality)),),
        (Text(_in_groups(exhibit.sha256)),),
    )


def _language(exhibit: Exhibit, words: Words) -> str:
    """The language of an exhibit, and into which its quotations are translated."""
    language = words.language(exhibit.language)
    if not exhibit.translation:
        return language
    into = ", ".join(words.language(one) for one in exhibit.translation.split(", "))
    return words.say("index.translated", language=language, into=into)


def _in_groups(digest: str) -> str:
    """Groups of eight let a reader compare by eye and let the line break."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
