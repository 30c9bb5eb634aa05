"""Pages saved as MHTML: the page like any other, its pictures and frames as children."""

from __future__ import annotations

import email
import email.policy
from email.message import Message

from amparo.intake.readers import html, markup
from amparo.intake.readers.draft import Corrupt, Draft, Input, LimitReached
from amparo.intake.readers.eml import header_value, leaves_of, note_cut


def preload() -> None:
    """Import what pages need."""
    html.preload()


def read(source: Input, draft: Draft) -> None:
    """Parts as for HTML; where and when it was saved, as the browser stated it."""
    data = source.all()
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for key, name in (
        ("Snapshot-Content-Location", "saved_from"),
        ("Content-Location", "saved_from"),
        ("Date", "saved_on_as_stated"),
        ("From", "saved_by"),
        ("Subject", "title"),
    ):
        draft.meta(name, header_value(message, key))
    leaves, _ = leaves_of(message, data)
    page = next((leaf for leaf in leaves if leaf.get_content_type() == "text/html"), None)
    if page is None:
        raise Corrupt("no page inside")
    draft.meta("saved_from", header_value(page, "Content-Location"))
    decoded = markup.decode_page(_payload(page), str(page.get_content_charset() or ""))
    html.emit_page(decoded.text, draft)
    note_cut(message, draft)
    if source.depth >= draft.budget.depth:
        raise LimitReached("depth")
    for number, leaf in enumerate((leaf for leaf in leaves if leaf is not page), 1):
        draft.expected += 1
        draft.child(_name(leaf, number), leaf.get_content_type(), _payload(leaf))


def _payload(leaf: Message) -> bytes:
    payload = leaf.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _name(leaf: Message, number: int) -> str:
    """The last piece of the address, behind a number that keeps the order."""
    last = header_value(leaf, "Content-Location").split("?")[0].rstrip("/").rpartition("/")[2]
    extension = leaf.get_content_type().rpartition("/")[2].split("+")[0]
    return f"{number}-{last or 'part.' + extension}"
