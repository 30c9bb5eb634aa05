"""Plain text in any common encoding; trailing reader comments of a saved page kept apart."""

from __future__ import annotations

from amparo.intake.readers.comments import split_comments
from amparo.intake.readers.decode import Decoded, decode
from amparo.intake.readers.draft import Draft, Input
from amparo.intake.reading import clean_text


def preload() -> None:
    """Import what decoding needs."""
    import charset_normalizer  # noqa: F401


def read(source: Input, draft: Draft) -> None:
    """One part `text`, or `article` and `comments` when comments follow the text."""
    decoded = decode(source.all())
    note_encoding(decoded, draft)
    emit(clean_text(decoded.text), draft)


def emit(text: str, draft: Draft) -> None:
    """Add a text, split where reader comments begin."""
    split = split_comments(text)
    if split.cut < 0:
        draft.part("text", text, "text")
        if not draft.parts:
            draft.outcome = "empty"
        return
    draft.part("article", text[: split.cut].rstrip("\n"), "article without reader comments")
    draft.part("comments", text[split.cut :].lstrip("\n"), "comments of readers under the article")
    draft.meta("comments", "kept apart")
    draft.meta("comment_count", split.comments)


def note_encoding(decoded: Decoded, draft: Draft) -> None:
    """Say which encoding was taken and why; damage makes the outcome partial."""
    draft.meta("encoding", decoded.encoding)
    draft.meta("encoding_basis", decoded.basis)
    if decoded.replaced:
        draft.meta("undecodable", decoded.replaced)
        draft.outcome, draft.detail = "partial", "some bytes could not be decoded"
