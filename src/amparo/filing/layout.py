"""From a Document to the lines both printers set: references resolved, notes worded.

Doing this once keeps PDF and DOCX the same in every word and number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from amparo.filing.document import (
    Block,
    Bullets,
    Cite,
    Document,
    Note,
    Notice,
    Paragraph,
    Quote,
    Ref,
    Runs,
    Section,
    Table,
    Text,
)
from amparo.filing.spacing import set_sentence
from amparo.filing.words import Words

QUOTE_LIMIT = 700

_SPACES = re.compile("[ \t\r\n\f\v\u0085\u2028\u2029]+")
# Embeddings, overrides and isolates can make a line read other than it is stored.
_DIRECTION = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "ckb", "yi"})


@dataclass(frozen=True)
class Span:
    """Words in one style; `target` is the anchor they lead to; `note` makes it a footnote."""

    text: str
    style: str = "plain"
    lang: str = ""
    target: str = ""
    note: tuple[Span, ...] = ()


Line = tuple[Span, ...]


@dataclass(frozen=True)
class Piece:
    """One thing to set, from top to bottom; which fields count depends on `kind`."""

    kind: Literal["heading", "numbered", "point", "box", "table"]
    level: int = 0
    number: str = ""
    title: str = ""
    anchor: str = ""
    line: Line = ()
    widths: tuple[float, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = field(default=())


def clean(untrusted_text: str) -> str:
    """Text safe to set: no control characters, no direction tricks, single spaces.

    Lone surrogates become U+FFFD. Joiners and direction marks that scripts need stay.
    """
    text = _SPACES.sub(" ", untrusted_text).translate(_DIRECTION)
    if text.isprintable():
        return text
    return _SPACES.sub(" ", "".join(_clean_character(character) for character in text))


def _clean_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs" or (ord(character) & 0xFFFE) == 0xFFFE:
        return "\ufffd"
    return "" if category == "Cc" else character


def lay_out(document: Document, words: Words) -> tuple[Piece, ...]:
    """Pieces of a numbered document, in reading order; KeyError for a reference to nothing."""
    return tuple(_Setter(document, words).pieces())


def labels_of(document: Document, words: Words) -> dict[str, str]:
    """What a reference to each anchor says: "para. 12", "section 5.2", "Table 3"."""
    labels: dict[str, str] = {}
    tables = 0
    for section in document.walk():
        labels[section.anchor] = words.say("refer.section", number=section.number)
        for block in section.blocks:
            if isinstance(block, Table):
                tables += 1
                if block.anchor:
                    labels[block.anchor] = words.say("refer.table", number=tables)
            elif isinstance(block, Paragraph) and block.anchor:
                labels[block.anchor] = words.say("refer.paragraph", number=block.number)
    return labels


def word_cite(cite: Cite, words: Words) -> Line:
    """A citation as a reader sees it: exhibit, place, quotation, language of the original."""
    exhibit = words.say("cite.exhibit", number=cite.exhibit)
    place = _word_place(cite, words)
    lead = f"{exhibit}, {place}" if place else exhibit
    if not cite.quote:
        return (Span(clean(lead)),)
    shown = clean(cite.quote)
    if len(shown) > QUOTE_LIMIT:
        shown = shown[:QUOTE_LIMIT].rsplit(" ", 1)[0] + " […]"
    lang = _language(cite.lang, words.lang)
    tail = words.say("cite.original", language=words.language(lang)) if lang else ""
    return (
        Span(clean(lead + words.say("cite.colon"))),
        Span(words.say("cite.open")),
        Span(shown, lang=lang),
        Span(words.say("cite.close") + tail),
        *_word_translation(cite, words),
    )


def _word_translation(cite: Cite, words: Words) -> Line:
    if not cite.translation:
        return ()
    return (
        Span(words.say("cite.translated", by=cite.translator)),
        Span(words.say("cite.open")),
        Span(clean(cite.translation)),
        Span(words.say("cite.close") + "]"),
    )


def word_seconds(first: float, last: float, words: Words) -> str:
    """A stretch of a recording: "00:01:12 to 00:01:30"; empty where it is not known."""
    if first < 0:
        return ""
    if last < 0:
        return _clock(first)
    return words.say("cite.span", first=_clock(first), last=_clock(last))


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _word_place(cite: Cite, words: Words) -> str:
    name, _, rest = cite.part.partition(":")
    known = words.term("places", name)
    told = ["" if name in {"", "text"} else f"{known} {rest}".strip()]
    if cite.start >= 0:
        told.append(words.say("cite.characters", start=cite.start, end=cite.end))
    if cite.recording and cite.recording != cite.exhibit:
        told.append(words.say("cite.recording", number=cite.recording))
    told.append(word_seconds(*cite.seconds, words))
    return ", ".join(filter(None, told))


def _language(lang: str, around: str) -> str:
    return lang if _LANGUAGE.match(lang) and lang != around else ""


class _Setter:
    def __init__(self, document: Document, words: Words) -> None:
        self.document = document
        self.words = words
        self.labels = labels_of(document, words)
        self.tables = 0

    def pieces(self) -> Iterator[Piece]:
        for section in self.document.sections:
            yield from self.section(section, 1)

    def section(self, section: Section, level: int) -> Iterator[Piece]:
        yield Piece(
            "heading",
            level=level,
            number=section.number,
            title=self.text(section.title),
            anchor=section.anchor,
        )
        for block in section.blocks:
            yield from self.block(block)
        for below in section.sections:
            yield from self.section(below, level + 1)

    def block(self, block: Block) -> Iterator[Piece]:
        match block:
            case Paragraph():
                yield Piece(
                    "numbered",
                    number=str(block.number),
                    anchor=block.anchor,
                    line=self.line(block.runs),
                )
            case Bullets():
                for item in block.items:
                    yield Piece("point", line=self.line(item))
            case Notice():
                yield Piece("box", title=self.text(block.title), line=self.line(block.runs))
            case Table():
                yield self.table(block)

    def table(self, table: Table) -> Piece:
        self.tables += 1
        caption = self.words.say("refer.caption", number=self.tables, caption=table.caption)
        return Piece(
            "table",
            title=self.text(caption),
            anchor=table.anchor,
            widths=tuple(column.width for column in table.columns),
            heads=tuple(self.text(column.title) for column in table.columns),
            rows=tuple(tuple(self.line(cell) for cell in row) for row in table.rows),
        )

    def text(self, untrusted_text: str, lang: str = "") -> str:
        """Words in the language of the filing as they are set; others only cleaned."""
        french = self.words.lang == "fr" and not lang
        shown = clean(untrusted_text)
        return set_sentence(shown, "fr") if french else shown

    def line(self, runs: Runs) -> Line:
        return tuple(span for run in runs for span in self.spans(run))

    def spans(self, run: Text | Quote | Ref | Note) -> Line:
        match run:
            case Text():
                lang = _language(run.lang, self.words.lang)
                return (Span(self.text(run.text, lang), style=run.style, lang=lang),)
            case Quote():
                lang = _language(run.lang, self.words.lang)
                opening, closing = self.words.say("cite.open"), self.words.say("cite.close")
                return (Span(opening), Span(clean(run.text), lang=lang), Span(closing))
            case Ref():
                return (Span(self.labels[run.anchor], target=run.anchor),)
            case Note():
                return (Span("", note=self.note(run)),)

    def note(self, note: Note) -> Line:
        spans: list[Span] = [Span(self.text(note.text))] if note.text else []
        for position, cite in enumerate(note.cites):
            if position:
                spans.append(Span(self.text("; ")))
            elif note.text:
                spans.append(Span(" "))
            spans += word_cite(cite, self.words)
        if not self._is_closed(spans):
            spans.append(Span("."))
        return tuple(spans)

    def _is_closed(self, spans: list[Span]) -> bool:
        """Whether the note ends with a sentence that brought its own full stop."""
        if not spans:
            return False
        quoted = len(spans) > 1 and spans[-1].text == self.words.say("cite.close")
        return spans[-2 if quoted else -1].text.rstrip().endswith((".", "!", "?", "…"))
