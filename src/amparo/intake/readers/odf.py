"""OpenDocument texts and presentations: body or slides, notes, comments, deletions, pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amparo.intake.readers.docx import emit_embedded
from amparo.intake.readers.draft import LOCKED_HERE, Corrupt, Draft, Encrypted, Input, Stop
from amparo.intake.readers.xml import parse_xml
from amparo.intake.readers.zipped import open_zip, read_member

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_APART = frozenset(
    (TEXT + "note", OFFICE + "annotation", TEXT + "tracked-changes", PRESENTATION + "notes")
)
_PARAGRAPHS = (TEXT + "p", TEXT + "h")


def preload() -> None:
    """Import lxml."""
    import lxml.etree  # noqa: F401


def read(source: Input, draft: Draft) -> None:
    """Part `text`, or `slide:1` and on; `footnotes`, `comments`, `deletions`, `header`..."""
    with open_zip(source) as archive:
        names = {info.filename: info for info in archive.infolist()}
        if "content.xml" not in names:
            raise Corrupt("no content in the document")
        if b"encryption-data" in _member(archive, names, "META-INF/manifest.xml", draft):
            raise Encrypted(LOCKED_HERE)
        root = parse_xml(read_member(archive, names["content.xml"], draft), draft)
        slides = list(root.iter(DRAW + "page"))
        if draft.kind == "odp" and slides:
            _emit_slides(slides, draft)
        else:
            draft.part("text", "\n".join(_texts(root)), "text")
        _emit_apart(root, draft)
        _emit_margins(_member(archive, names, "styles.xml", draft), draft)
        _note_properties(_member(archive, names, "meta.xml", draft), draft)
        emit_embedded(archive, archive.infolist(), r"(?:Pictures|media)/.+|Object \d+", draft)
        if any(name.startswith("Basic/") for name in names):
            draft.meta("macros", "present, never run")


def _member(archive: Any, names: dict[str, Any], name: str, draft: Draft) -> bytes:
    try:
        return read_member(archive, names[name], draft) if name in names else b""
    except Stop:
        return b""


def _emit_slides(slides: list[Any], draft: Draft) -> None:
    draft.expected += len(slides)
    for number, slide in enumerate(slides, 1):
        draft.part(f"slide:{number}", "\n".join(_texts(slide)), f"slide {number}")
        notes = [text for note in slide.iter(PRESENTATION + "notes") for text in _texts(note, True)]
        draft.part(f"notes:{number}", "\n".join(notes), f"notes to slide {number}")
        draft.emitted += 1


def _texts(root: Any, inside: bool = False) -> Iterator[str]:
    """Paragraphs of a tree, without what stands apart (notes, comments, deletions)."""
    for node in root.iter(*_PARAGRAPHS):
        if not inside and any(
            above.tag in _APART for above in node.iterancestors() if above is not root
        ):
            continue
        text = "".join(_runs(node, inside))
        if text.strip():
            yield text


def _runs(node: Any, inside: bool) -> Iterator[str]:
    yield node.text or ""
    for child in node:
        if child.tag == TEXT + "s":
            yield " " * min(100, _number(child.get(TEXT + "c")))
        elif child.tag == TEXT + "tab":
            yield "\t"
        elif child.tag == TEXT + "line-break":
            yield "\n"
        elif (inside or child.tag not in _APART) and child.tag not in _PARAGRAPHS:
            yield from _runs(child, inside)
        yield child.tail or ""


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() else 1


def _emit_apart(root: Any, draft: Draft) -> None:
    for tag, name, label in (
        (TEXT + "note-body", "footnotes", "notes"),
        (OFFICE + "annotation", "comments", "reviewers' comments"),
        (TEXT + "deletion", "deletions", "text deleted in the document but still in it"),
    ):
        found = [text for node in root.iter(tag) for text in _texts(node, True)]
        draft.part(name, "\n".join(found), label)


def _emit_margins(styles: bytes, draft: Draft) -> None:
    if not styles:
        return
    try:
        root = parse_xml(styles)
    except Stop:
        return
    for tag, name in ((STYLE + "header", "header"), (STYLE + "footer", "footer")):
        lines = dict.fromkeys(text for node in root.iter(tag) for text in _texts(node))
        draft.part(name, "\n".join(lines), f"page {name}")


def _note_properties(meta: bytes, draft: Draft) -> None:
    if not meta:
        return
    try:
        root = parse_xml(meta)
    except Stop:
        return
    for node in list(root.iter())[:80]:
        if isinstance(node.tag, str) and node.text and node.text.strip() and not len(node):
            draft.meta(node.tag.rpartition("}")[2].lower(), node.text)
