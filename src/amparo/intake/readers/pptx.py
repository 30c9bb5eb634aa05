"""PowerPoint presentations: one part a slide and its notes, comments, pictures as children."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any

from amparo.intake.readers.docx import emit_embedded, note_properties
from amparo.intake.readers.draft import Draft, Input, LimitReached, Stop
from amparo.intake.readers.xml import parse_xml
from amparo.intake.readers.zipped import open_zip, read_member

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SLIDE = re.compile(r"ppt/slides/slide(\d{1,6})\.xml")
_NOTES = re.compile(r"ppt/notesSlides/notesSlide(\d{1,6})\.xml")
_COMMENTS = re.compile(r"ppt/comments/.*\.xml")


def preload() -> None:
    """Import lxml."""
    import lxml.etree  # noqa: F401


def read(source: Input, draft: Draft) -> None:
    """Parts `slide:1` and on, numbered as the files are; `notes:1`, `comments`."""
    with open_zip(source) as archive:
        members = archive.infolist()
        if len(members) > draft.budget.members:
            raise LimitReached("members")
        slides = _numbered(members, _SLIDE)
        draft.expected += len(slides)
        for number, info in slides:
            _emit(archive, info, f"slide:{number}", f"slide {number}", draft, counts=True)
        for number, info in _numbered(members, _NOTES):
            _emit(archive, info, f"notes:{number}", f"notes, page {number}", draft)
        for info in members:
            if _COMMENTS.fullmatch(info.filename):
                _emit(archive, info, "comments", "reviewers' comments", draft)
        note_properties(archive, draft)
        emit_embedded(archive, members, r"ppt/(?:media|embeddings)/.+", draft)
        if any(info.filename.endswith("vbaProject.bin") for info in members):
            draft.meta("macros", "present, never run")


def _numbered(
    members: list[zipfile.ZipInfo], pattern: re.Pattern[str]
) -> list[tuple[int, zipfile.ZipInfo]]:
    found = [
        (int(match[1]), info) for info in members if (match := pattern.fullmatch(info.filename))
    ]
    return sorted(found, key=lambda pair: pair[0])


def _emit(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    name: str,
    label: str,
    draft: Draft,
    *,
    counts: bool = False,
) -> None:
    try:
        root = parse_xml(read_member(archive, info, draft), draft)
    except Stop as reason:
        if counts:
            draft.fail(reason.detail)
        return
    draft.part(name, "\n".join(_paragraphs(root)), label)
    if counts:
        draft.emitted += 1


def _paragraphs(root: Any) -> Iterator[str]:
    for paragraph in root.iter(A + "p"):
        text = "".join(_run(node) for node in paragraph.iter(A + "t", A + "br"))
        if text.strip():
            yield text
    for node in root.iter("{*}text"):
        if node.text and node.text.strip():
            yield node.text


def _run(node: Any) -> str:
    return "\n" if node.tag == A + "br" else node.text or ""
