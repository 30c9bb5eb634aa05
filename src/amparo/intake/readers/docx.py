"""Word documents, complete: body, headers, footers, notes, comments, deletions, pictures.

Read from the XML inside by lxml, because libraries for editing leave out headers,
notes and tracked changes. Deleted text that the file still carries is a part of its own.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any

from amparo.intake.readers.draft import (
    LOCKED_HERE,
    Corrupt,
    Draft,
    Encrypted,
    Input,
    LimitReached,
    Stop,
)
from amparo.intake.readers.xml import parse_xml
from amparo.intake.readers.zipped import open_zip, read_member

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STORIES: tuple[tuple[str, str, str], ...] = (
    (r"word/document\d*\.xml", "text", "text"),
    (r"word/header\d*\.xml", "header", "page header"),
    (r"word/footer\d*\.xml", "footer", "page footer"),
    (r"word/footnotes\.xml", "footnotes", "footnotes"),
    (r"word/endnotes\.xml", "endnotes", "endnotes"),
    (r"word/comments\.xml", "comments", "reviewers' comments"),
)
_PLAIN = {W + "tab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}


def preload() -> None:
    """Import lxml."""
    import lxml.etree  # noqa: F401


def read(source: Input, draft: Draft) -> None:
    """One part a story of the document; embedded files as children."""
    with open_zip(source) as archive:
        members = archive.infolist()
        if len(members) > draft.budget.members:
            raise LimitReached("members")
        if any(info.filename == "EncryptedPackage" for info in members):
            raise Encrypted(LOCKED_HERE)
        deletions: list[str] = []
        for pattern, name, label in _STORIES:
            for info in members:
                if re.fullmatch(pattern, info.filename):
                    _emit_story(archive, info, name, label, deletions, draft)
        draft.part(
            "deletions", "\n".join(deletions), "text deleted in the document but still in it"
        )
        note_properties(archive, draft)
        emit_embedded(archive, members, "word/(?:media|embeddings)/.+", draft)
        if any(info.filename.endswith("vbaProject.bin") for info in members):
            draft.meta("macros", "present, never run")


def _emit_story(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    name: str,
    label: str,
    deletions: list[str],
    draft: Draft,
) -> None:
    try:
        root = parse_xml(read_member(archive, info, draft), draft)
    except Stop as reason:
        if name == "text":
            raise
        draft.outcome, draft.detail = "partial", f"{name}: {reason.detail}"
        return
    paragraphs = list(_paragraphs(root, name == "comments"))
    draft.part(name, "\n".join(paragraphs), label)
    deletions.extend(node.text for node in root.iter(W + "delText") if node.text)


def _paragraphs(root: Any, with_author: bool) -> Iterator[str]:
    """Paragraphs in order; table cells are paragraphs too; comments begin with their author."""
    for node in root.iter(W + "p", W + "comment"):
        if node.tag == W + "comment":
            if with_author:
                yield f"[{node.get(W + 'author') or ''} {node.get(W + 'date') or ''}]".strip()
            continue
        text = "".join(_runs(node))
        if text.strip():
            yield text


def _runs(paragraph: Any) -> Iterator[str]:
    for node in paragraph.iter():
        if node.tag == W + "t" and _nearest(node) is paragraph:
            yield node.text or ""
        elif node.tag in _PLAIN and _nearest(node) is paragraph:
            parent = node.getparent()
            if parent is not None and parent.tag == W + "r":
                yield _PLAIN[node.tag]


def _nearest(node: Any) -> Any:
    """The paragraph a run belongs to: text boxes hold paragraphs inside paragraphs."""
    return next(node.iterancestors(W + "p"), None)


def note_properties(archive: zipfile.ZipFile, draft: Draft) -> None:
    """Author, last author, dates, application, as the file states them."""
    for part in ("docProps/core.xml", "docProps/app.xml"):
        try:
            root = parse_xml(read_member(archive, archive.getinfo(part), draft))
        except (KeyError, Stop):
            continue
        for node in list(root)[:60]:
            if isinstance(node.tag, str) and node.text and not len(node):
                draft.meta(node.tag.rpartition("}")[2].lower(), node.text)


def emit_embedded(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], pattern: str, draft: Draft
) -> None:
    """Pictures and embedded files as children with exact bytes."""
    for info in members:
        if not re.fullmatch(pattern, info.filename):
            continue
        draft.expected += 1
        try:
            draft.child(info.filename, "", read_member(archive, info, draft))
        except LimitReached as reason:
            if reason.detail != "limit: ratio":
                raise
            draft.fail(reason.detail)
        except (Corrupt, Stop) as reason:
            draft.fail(reason.detail)
