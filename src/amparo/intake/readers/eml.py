"""Mails by the standard library: header, body, and attachments as children, bytes exact."""

from __future__ import annotations

import email
import email.errors
import email.header
import email.message
import email.policy
import email.utils
import re
from email.message import Message

from amparo.intake.detect import APPLE_MAIL
from amparo.intake.readers import markup
from amparo.intake.readers.decode import decode
from amparo.intake.readers.draft import Draft, Input, LimitReached
from amparo.intake.reading import clean_line

SHOWN = (
    "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Date", "Subject", "Message-ID",
    "In-Reply-To", "References", "X-Mailer", "User-Agent",
)  # fmt: skip
LONGEST_HEADER = 40_000
MOST_HOPS = 50
CUT = "cut short: the end of the last part is missing"
_BOUNDARY = re.compile(rb"^--.{1,200}$", re.MULTILINE)


def preload() -> None:
    """Import what the standard library loads late."""
    header_value(email.message_from_bytes(b"From: =?utf-8?b?YQ==?= <a@b.example>\n\nx"), "From")
    markup.parse("<p>preload</p>")


def read(source: Input, draft: Draft) -> None:
    """Parts `header` and `body` (`body-html` where it says something else).

    What Apple Mail notes behind a mail becomes the part `apple-mail`.
    """
    data = source.all()
    counted = APPLE_MAIL.match(data)
    if counted is None:
        read_message(data, draft, source.depth)
        return
    end = counted.end() + int(counted[1])
    read_message(data[counted.end() : end], draft, source.depth)
    draft.part("apple-mail", decode(data[end:]).text, "what Apple Mail noted of it", "")


def read_message(data: bytes, draft: Draft, depth: int) -> None:
    """Add one mail to the draft."""
    if len(_BOUNDARY.findall(data)) > 2 * draft.budget.members + 2:
        raise LimitReached("members")
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    draft.part("header", header_text(message), "header of the mail", "")
    for key in ("Subject", "From", "To", "Date", "Message-ID"):
        draft.meta(key.lower(), header_value(message, key))
    leaves, raw = leaves_of(message, data)
    plain, html = _bodies(leaves)
    _emit_bodies(plain, html, draft)
    for leaf, bytes_of_leaf in zip(leaves, raw, strict=True):
        if leaf is not plain and leaf is not html:
            _emit_attachment(leaf, bytes_of_leaf, draft, depth)
    note_cut(message, draft)
    defects = {type(defect).__name__ for part in (message, *leaves) for defect in part.defects}
    if defects:
        draft.meta("defects", ", ".join(sorted(defects)))


def note_cut(message: Message, draft: Draft) -> None:
    """A mail of several parts that does not end as it must: its last part may be half of it."""
    if any(isinstance(one, email.errors.CloseBoundaryNotFoundDefect) for one in message.defects):
        draft.outcome, draft.detail = "partial", CUT


def header_value(message: Message, key: str) -> str:
    """A header's first value decoded (RFC 2047, or raw bytes guessed), "" without one."""
    return next((decoded(value) for name, value in raw_headers(message) if name == key.lower()), "")


def raw_headers(message: Message) -> list[tuple[str, str]]:
    """Names in lower case and values with bytes as surrogate escapes, as they came."""
    return [(name.lower(), str(value)) for name, value in message.raw_items()]


def decoded(value: str) -> str:
    """A header value in words, folded lines joined."""
    value = re.sub(r"\r?\n[ \t]", " ", value[:LONGEST_HEADER])
    value = decode(value.encode("utf-8", "surrogateescape")).text
    if "=?" not in value:
        return value
    try:
        pieces = email.header.decode_header(value)
    except (email.errors.HeaderParseError, ValueError):  # a damaged encoded word stays raw
        return value
    return "".join(_word(piece, charset) for piece, charset in pieces)


def _word(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    return decode(piece, "" if charset in (None, "unknown-8bit") else str(charset)).text


def header_text(message: Message) -> str:
    """The headers a reader sees first, then how the mail travelled."""
    lines: list[str] = []
    headers = raw_headers(message)
    for key in SHOWN:
        values = [value for name, value in headers if name == key.lower()][:20]
        lines += [f"{key}: {clean_line(decoded(value), 4_000)}" for value in values]
    hops = [value for name, value in headers if name == "received"][:MOST_HOPS]
    return "\n".join([*lines, *(f"Received: {clean_line(value, 2_000)}" for value in hops)])


def leaves_of(message: Message, data: bytes) -> tuple[list[Message], list[bytes]]:
    """Parts that are not containers, in order, each with its bytes as they stand in the mail.

    Forwarded mails are leaves. The bytes are b"" where the mail's structure is damaged.
    """
    found: list[Message] = []
    raw: list[bytes] = []
    waiting = [(message, data)]
    while waiting:
        part, own = waiting.pop()
        payload = part.get_payload()
        if part.get_content_maintype() != "multipart" or not isinstance(payload, list):
            found.append(part)
            raw.append(own)
            continue
        inner = [piece for piece in payload if isinstance(piece, Message)]
        pieces = _segments(own, part.get_boundary() or "")
        if len(pieces) != len(inner):
            pieces = [b""] * len(inner)
        waiting.extend(zip(reversed(inner), reversed(pieces), strict=True))
    return found, raw


def _segments(data: bytes, boundary: str) -> list[bytes]:
    """What lies between the delimiter lines of a multipart body (RFC 2046, 5.1.1)."""
    if not boundary or not data:
        return []
    line = re.escape(boundary.encode("utf-8", "surrogateescape"))
    found: list[bytes] = []
    start = -1
    for match in re.finditer(rb"^--" + line + rb"(--)?[ \t]*\r?(?:\n|\Z)", data, re.MULTILINE):
        if start >= 0:
            found.append(re.sub(rb"\r?\n\Z", b"", data[start : match.start()]))
        start = match.end()
        if match[1]:
            return found
    return [*found, data[start:]] if start >= 0 else found


def _bodies(leaves: list[Message]) -> tuple[Message | None, Message | None]:
    """The first plain and the first HTML text that are not attachments."""
    plain = html = None
    for leaf in leaves:
        kind = leaf.get_content_type()
        if kind not in ("text/plain", "text/html") or _is_attached(leaf):
            continue
        if kind == "text/plain":
            plain = plain or leaf
        else:
            html = html or leaf
    return plain, html


def _is_attached(leaf: Message) -> bool:
    return leaf.get_content_disposition() == "attachment" or bool(name_of(leaf))


def name_of(leaf: Message) -> str:
    """The attachment's file name as the mail states it (RFC 2231 or RFC 2047)."""
    try:
        return decoded(str(leaf.get_filename() or ""))
    except (ValueError, LookupError):  # an unknown charset inside the name
        return ""


def _emit_bodies(plain: Message | None, html: Message | None, draft: Draft) -> None:
    text = decode(_payload(plain), _charset(plain)).text if plain is not None else ""
    page = ""
    if html is not None:
        page = markup.text_of_html(markup.decode_page(_payload(html), _charset(html)).text)
    if not text.strip():
        draft.part("body", page, "body of the mail (HTML)")
        return
    draft.part("body", text, "body of the mail")
    if page and _words(page) - _words(text):
        draft.part("body-html", page, "body of the mail as HTML, where it differs")


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _payload(leaf: Message) -> bytes:
    payload = leaf.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _charset(leaf: Message) -> str:
    try:
        return str(leaf.get_content_charset() or "")
    except (ValueError, LookupError):  # a damaged content type
        return ""


def _emit_attachment(leaf: Message, raw: bytes, draft: Draft, depth: int) -> None:
    draft.expected += 1
    if depth >= draft.budget.depth:
        draft.fail("limit: depth")
        return
    media_type = leaf.get_content_type()
    name = name_of(leaf)
    if media_type == "message/rfc822":
        draft.child(name or "forwarded.eml", media_type, _forwarded(leaf, raw))
        return
    payload = _payload(leaf)
    if not payload and any("Base64" in type(defect).__name__ for defect in leaf.defects):
        draft.fail("attachment is damaged")
        return
    extension = media_type.rpartition("/")[2].split("+")[0]
    draft.child(name or f"part-{draft.expected}.{extension}", media_type, payload)


def _forwarded(leaf: Message, raw: bytes) -> bytes:
    """A forwarded mail's bytes as they stand in the mail; written anew only when damaged."""
    head = re.search(rb"\r?\n\r?\n", raw)
    if head is not None:
        return raw[head.end() :]
    payload = leaf.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else payload
    if not isinstance(inner, Message):
        return _payload(leaf)
    return inner.as_bytes(policy=email.policy.compat32.clone(max_line_length=None))
