"""Filters of the templates: how facts are worded and marked."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from amparo.casefile.terms import OPEN, our_vocabularies
from amparo.web.forms import words as _words
from amparo.web.language import language as page_language
from amparo.web.language import say
from amparo.web.retell import retell, retell_whole

register = template.Library()
DECIMAL_MARKS = {"fr": ","}

OUTCOMES = {
    "ok": "read completely",
    "partial": "read in part",
    "encrypted": "protected by a password: held, not read",
    "corrupt": "damaged: held as received, not readable",
    "unsupported": "held, not read",
    "refused": "held; not opened because it looks dangerous",
    "crashed": "held; the reader failed on it",
    "timed-out": "held; reading took too long and was stopped",
    "empty": "read; it holds no text",
    "unread": "held; not read yet",
}


@register.filter
def outcome(value: str) -> str:
    """The outcome of reading, said plainly in the language of the page."""
    return say(OUTCOMES.get(value, value))


@register.filter
def words(name: str) -> str:
    """A field's name as people read it."""
    return say(_words(str(name)))


@register.filter(name="say")
def say_filter(text: object) -> str:
    """A text of the program in the language of the page."""
    return say(text)


register.filter("retell", retell)
register.filter("retell_whole", retell_whole)

# What readers say of a file, among what the file says of itself.
REMARKS = frozenset((
    "archive", "article_basis", "attachments", "attachments_not_in_export", "capture:cookies",
    "capture:detail", "comments", "content_credentials", "cookies", "detail", "digests",
    "encoding_basis", "enclosed mails", "exif", "failures", "frames", "gps", "macros", "names",
    "objects", "ocr", "ocr_confidence", "opened", "rows", "saved_by", "scripts", "senders",
    "signatures", "structure", "times", "unlocked_copy",
))  # fmt: skip
OF_A_SIGNATURE = "signature: "


@register.filter
def remark(value: object, key: str) -> str:
    """What metadata hold: words of a reader in the language of the page, of the file as it is."""
    ours = key in REMARKS or key.startswith(OF_A_SIGNATURE)
    return retell(value) if ours else str(value)


@register.filter
def term(value: object) -> str:
    """A term of our closed vocabularies in the language of the page; other words as they are."""
    return _labels(page_language()).get(str(value)) or say(value)


@cache
def _labels(lang: str) -> dict[str, str]:
    closed = (held for held in our_vocabularies().values() if held.kind != OPEN)
    return {} if lang == "en" else {t.term: t.label(lang) for held in closed for t in held.terms}


@register.filter
def stamp(at: datetime | None) -> SafeString | str:
    """A moment in UTC, to the minute."""
    if at is None:
        return ""
    shown = at.strftime("%Y-%m-%d %H:%M UTC")
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), shown)


@register.filter
def room(size: int) -> str:
    """A number of bytes as people read it."""
    number, _, unit = filesizeformat(size).partition("\N{NO-BREAK SPACE}")
    comma = number.replace(".", DECIMAL_MARKS.get(page_language(), "."))
    return f"{comma}\N{NO-BREAK SPACE}{say(unit)}"


@register.filter
def get(mapping: object, key: object) -> object:
    """A value of a mapping by a key held in a variable."""
    return mapping.get(key, "") if hasattr(mapping, "get") else ""


@register.simple_tag
def marked(text: str, spans: object) -> SafeString:
    """Text with the spans (start, end) in <mark>; everything is escaped."""
    pieces: list[tuple[str, str, str]] = []
    at = 0
    for start, end in spans:  # type: ignore[attr-defined]
        if start >= at:
            pieces.append((text[at:start], text[start:end], ""))
            at = end
    body = format_html_join("", "{}<mark>{}</mark>{}", pieces)
    return format_html("{}{}", body, text[at:])


@register.simple_tag
def language(code: str) -> SafeString:
    """The lang attribute of text in a known language, and the direction of any."""
    if code and code.replace("-", "").isalnum() and len(code) <= 8:
        return format_html(' lang="{}" dir="auto"', code)
    return format_html(' dir="{}"', "auto")
