"""Mails by the standard library: header, body, and attachments as children, bytes exact."""

from __future__ import annotations

import email
import email.errors
import email.message
import email.policy
import re
from typing import Any

from amparo.intake.readers import markup
from amparo.intake.readers.decode import decode
from amparo.intake.readers.draft import Draft, Input, LimitReached
from amparo.intake.reading import clean_line

SHOWN = (
    "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Date", "Subject", "Message-ID",
    "In-Reply-To", "References", "X-Mailer", "User-Agent",
)  # fmt: skip
LONGEST_HEADER = 20_000
_BOUNDARY = re.compile(rb"^--.{1,200}$", re.MULTILINE)


def preload() -> None:
    """Import the parser's parts that the standard library loads late."""
    message = email.message_from_bytes(b"From: a@b.example\n\nx", policy=email.policy.default)
    str(message["From"])
    markup.parse("<p>preload</p>")


def read(source: Input, draft: Draft) -> None:
    """Parts `header` and `body` (`body-html` where it says something else)."""
    read_message(source.all(), draft, source.depth)


def read_message(data: bytes, draft: Draft, depth: int) -> None:
    """Add one mail to the draft."""
    if len(_BOUNDARY.findall(data)) > 2 * draft.budget.members:
        raise LimitReached("members")
    message = email.message_from_bytes(data, policy=email.policy.default)
    draft.part("header", header_text(message), "header of the mail", "")
    for key in ("Subject", "From", "To", "Date", "Message-ID"):
        draft.meta(key.lower(), header_value(message, key))
    leaves = _leaves(message)
    plain, html = _bodies(leaves)
    _emit_bodies(plain, html, draft)
    for leaf in leaves:
        if leaf is not plain and leaf is not html:
            _emit_attachment(leaf, data, draft, depth)
    if any(leaf.defects for leaf in leaves) or message.defects:
        draft.meta("defects", ", ".join(sorted(_defects(message, leaves)))[:500])


def header_value(message: Any, key: str) -> str:
    """A header decoded, as far as it can be; damaged ones come back raw."""
    try:
        return str(message[key] or "")[:LONGEST_HEADER]
    except Exception:  # the header parser raises many things on damaged headers
        raw = next(
            (value for name, value in message.raw_items() if name.lower() == key.lower()), ""
        )
        return str(raw)[:LONGEST_HEADER]


def header_text(message: Any) -> str:
    """The headers a reader sees first, then how the mail travelled."""
    lines = [
        f"{key}: {clean_line(header_value(message, key), 4_000)}" for key in SHOWN if key in message
    ]
    travelled = [
        f"Received: {clean_line(str(value), 2_000)}"
        for key, value in list(message.raw_items())[:500]
        if key.lower() == "received"
    ]
    return "\n".join(lines + travelled[:50])


def _leaves(message: Any) -> list[Any]:
    """Parts that are not containers, in order, without going into forwarded mails."""
    found: list[Any] = []
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting = [*part.get_payload(), *waiting]
        else:
            found.append(part)
    return found


def _bodies(leaves: list[Any]) -> tuple[Any, Any]:
    """The first plain and the first HTML text that are not attachments."""
    texts = [leaf for leaf in leaves if not _is_attached(leaf)]
    plain = next((leaf for leaf in texts if leaf.get_content_type() == "text/plain"), None)
    html = next((leaf for leaf in texts if leaf.get_content_type() == "text/html"), None)
    return plain, html


def _is_attached(leaf: Any) -> bool:
    try:
        return leaf.get_content_disposition() == "attachment" or bool(leaf.get_filename())
    except Exception:  # a damaged disposition header: better a child than a lost part
        return True


def _emit_bodies(plain: Any, html: Any, draft: Draft) -> None:
    text = decode(_payload(plain), _charset(plain)).text if plain is not None else ""
    page = ""
    if html is not None:
        tree_text = markup.decode_page(_payload(html), _charset(html)).text
        page = markup.text_of_html(tree_text)
    if not text.strip():
        draft.part("body", page, "body of the mail (HTML)")
        return
    draft.part("body", text, "body of the mail")
    if page and _words(page) - _words(text):
        draft.part("body-html", page, "body of the mail as HTML, where it differs")


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _payload(leaf: Any) -> bytes:
    payload = leaf.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _charset(leaf: Any) -> str:
    try:
        return str(leaf.get_content_charset() or "")
    except Exception:  # a damaged content type
        return ""


def _emit_attachment(leaf: Any, data: bytes, draft: Draft, depth: int) -> None:
    draft.expected += 1
    if depth >= draft.budget.depth:
        draft.fail("limit: depth")
        return
    try:
        name = str(leaf.get_filename() or "")
    except Exception:  # a damaged file name
        name = ""
    media_type = leaf.get_content_type()
    if media_type == "message/rfc822":
        draft.child(name or "forwarded.eml", media_type, _forwarded(leaf, data))
        return
    payload = _payload(leaf)
    broken = any(
        isinstance(defect, email.errors.InvalidBase64CharactersDefect) for defect in leaf.defects
    )
    if broken and not payload:
        draft.fail("attachment is damaged")
        return
    extension = media_type.rpartition("/")[2].split("+")[0]
    draft.child(name or f"part-{draft.expected}.{extension}", media_type, payload)


def _forwarded(leaf: Any, data: bytes) -> bytes:
    """A forwarded mail's bytes with the line ends of the mail that carries it."""
    inner = leaf.get_payload()
    inner = inner[0] if isinstance(inner, list) and inner else inner
    if not isinstance(inner, email.message.Message):
        return _payload(leaf)
    ends = "\r\n" if b"\r\n" in data[:4_000] else "\n"
    policy = email.policy.compat32.clone(linesep=ends, max_line_length=None)
    return inner.as_bytes(policy=policy)


def _defects(message: Any, leaves: list[Any]) -> set[str]:
    return {type(defect).__name__ for part in (message, *leaves) for defect in part.defects}
