"""Sections that people wrote, kept as records: every saved text is a version that stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from amparo.casefile.records import load_case
from amparo.casefile.revise import Draft, add_records, change_record
from amparo.custody.log import current_log
from amparo.errors import Refused
from amparo.filing.document import Document
from amparo.filing.manuscript import Piece, write_draft
from amparo.filing.resolve import read_draft
from amparo.filing.wording import Wording
from amparo.store import lock

if TYPE_CHECKING:
    from amparo.casefile.records import CaseFile, Row
    from amparo.filing.material import Material
    from amparo.filing.words import Words

SECTION = "section"


def saved_rows(case: CaseFile, forum: str, lang: str) -> dict[str, Row]:
    """Saved sections of one filing by their id in the forum."""
    return {
        str(row["place"]): row
        for row in case.all(SECTION)
        if (row["forum"], row["language"]) == (forum, lang)
    }


def saved_pieces(case: CaseFile, forum: str, lang: str) -> tuple[Piece, ...]:
    """Saved sections as text."""
    rows = saved_rows(case, forum, lang)
    return tuple(
        Piece(place, str(row["title"]), str(row["text"] or ""), seen=row.version)
        for place, row in rows.items()
    )


def draft(document: Document, material: Material, words: Words) -> tuple[Piece, ...]:
    """Every section of the filing as text: as saved where it was, else as the case drafts it."""
    saved = {piece.anchor: piece for piece in saved_pieces(_whole(material), *_key(words))}
    drafted = write_draft(document, Wording(material, words))
    return tuple(saved.get(piece.anchor, piece) for piece in drafted)


def apply_text(
    document: Document, material: Material, words: Words, pieces: tuple[Piece, ...], name: str
) -> Document:
    """The document with these sections instead of the drafted ones, in the forum's order."""
    if not pieces:
        return document
    sections = read_draft(pieces, document, Wording(material, words), name)
    return replace(document, sections=sections)


def changed_pieces(
    document: Document, material: Material, words: Words, pieces: tuple[Piece, ...]
) -> tuple[Piece, ...]:
    """Those that differ from what the case drafts or from what was saved before."""
    saved = {piece.anchor: piece for piece in saved_pieces(_whole(material), *_key(words))}
    drafted = {piece.anchor: piece for piece in write_draft(document, Wording(material, words))}
    return tuple(
        piece
        for piece in pieces
        if not _same(piece, saved.get(piece.anchor) or drafted[piece.anchor])
    )


def _same(one: Piece, other: Piece) -> bool:
    return (one.title.strip(), one.text.strip()) == (other.title.strip(), other.text.strip())


def check_versions(case: CaseFile, forum: str, lang: str, pieces: tuple[Piece, ...]) -> None:
    """Raise Refused when somebody saved a section after this text was drafted."""
    rows = saved_rows(case, forum, lang)
    for piece in pieces:
        held = rows[piece.anchor].version if piece.anchor in rows else 0
        if held != piece.seen:
            raise Refused(
                "this section was saved by somebody else in the meantime",
                value=f"{piece.anchor}: the text is of version {piece.seen}, it is now {held}",
                remedy="draft again with `amparo filing draft` and make your change there",
            )


def save_pieces(
    actor: str, case_code: str, forum: str, lang: str, pieces: tuple[Piece, ...]
) -> int:
    """Save sections, each as a new version of its record; returns how many.

    Versions are those of the section: work on another one is in nobody's way. Raises Refused
    for a section that somebody saved since `piece.seen`, before anything is written.
    """
    with lock.hold(current_log().folder):
        check_versions(load_case(case_code), forum, lang, pieces)
        for piece in pieces:
            _save(actor, case_code, forum, lang, piece)
    return len(pieces)


def _save(actor: str, case_code: str, forum: str, lang: str, piece: Piece) -> None:
    case = load_case(case_code)
    held = saved_rows(case, forum, lang).get(piece.anchor)
    body = {
        "forum": forum,
        "language": lang,
        "place": piece.anchor,
        "title": piece.title,
        "text": piece.text,
    }
    if held is None:
        add_records(actor, case_code, [Draft(SECTION, "", body)], reason="write a section")
    else:
        change_record(actor, case_code, held.code, body, seen_version=piece.seen)


def _whole(material: Material) -> CaseFile:
    return load_case(material.case.code)


def _key(words: Words) -> tuple[str, str]:
    return words.forum, words.lang
