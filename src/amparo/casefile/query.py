"""The query language: text to a tree, or a refusal that names the place and not the words.

    torture "secret prison" (arrest* OR detained) -rumour near/5 kind:pdf date:2017-03..2017-05

Described for users in docs/guide/query.md. Nothing here touches a database.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from amparo.casefile.dates import parse_date
from amparo.casefile.script import fold_text
from amparo.errors import BadInput
from amparo.filled import filled

FIELDS = ("kind", "source", "lang", "date", "part", "item", "case")
LONGEST = 2000
MOST_WORDS = 64
DEEPEST = 20
NEAR_USUAL = 10
NEAR_MOST = 200
_REMEDY = "See docs/guide/query.md"


@dataclass(frozen=True, slots=True)
class Word:
    """One word; found in all its forms. `sounds`: also as a name however spelt."""

    text: str
    capital: bool = False
    sounds: bool = False


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of a word."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words one after the other, in exactly these forms."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Words or phrases at most `distance` words apart, in any order."""

    parts: tuple[Word | Prefix | Phrase, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class AllOf:
    """Everything in `wanted` and nothing in `unwanted`."""

    wanted: tuple[Node, ...]
    unwanted: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of them."""

    parts: tuple[Node, ...]


Node = Word | Prefix | Phrase | Near | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Filter:
    """`field:value,value`; for `date` the bounds of a range, None being open."""

    field: str
    values: tuple[str, ...]
    negated: bool = False
    earliest: date | None = None
    latest: date | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for and where; `root` is None when there are only filters."""

    root: Node | None
    filters: tuple[Filter, ...] = ()


def parse_query(text: str) -> Query:
    """Read a query; BadInput says what is wrong and at which character."""
    if not isinstance(text, str) or not text.strip():
        raise BadInput("There is nothing to look for", remedy="Give at least one word")
    if len(text) > LONGEST:
        raise BadInput("The query is too long", value=f"{len(text)} characters", remedy=_REMEDY)
    parser = _Parser(_lex(text))
    root = parser.whole()
    if root is None and not parser.filters:
        raise BadInput("There is no word to look for", remedy="Give at least one letter or figure")
    return Query(root, tuple(parser.filters))


def split_words(text: str) -> tuple[str, ...]:
    """Folded words as the text index cuts them: runs of letters and figures."""
    letters = (char if unicodedata.category(char)[0] in "LN" else " " for char in fold_text(text))
    return tuple("".join(letters).split())


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # word, phrase, filter, open, close, minus, and, or, not, near
    text: str
    at: int
    number: int = 0


_QUOTES = {'"': '"', "“": "”", "„": "“”", "«": "»", "”": "”"}
_FIELD = re.compile(r"([A-Za-z]{2,12}):(?=[^\s/])")
_NEAR = re.compile(r"(?i:near)/([0-9]{1,6})(?=[\s()]|$)|NEAR(?=[\s()]|$)")
_SCHEMES = frozenset({"http", "https", "ftp", "mailto", "tel", "file"})
_OPERATORS = {"AND": "and", "OR": "or", "NOT": "not"}


def _stop(cause: str, at: int) -> NoReturn:
    raise BadInput(cause, value=f"character {at + 1} of the query", remedy=_REMEDY)


def _lex(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        char = text[at]
        near = _NEAR.match(text, at)
        if char.isspace():
            at += 1
        elif char in "()":
            tokens.append(_Token("open" if char == "(" else "close", char, at))
            at += 1
        elif char == "-" and text[at + 1 : at + 2].strip():
            tokens.append(_Token("minus", char, at))
            at += 1
        elif char in _QUOTES:
            at = _lex_phrase(text, at, tokens)
        elif near:
            tokens.append(_Token("near", near[0], at, int(near[1]) if near[1] else NEAR_USUAL))
            at = near.end()
        else:
            at = _lex_word(text, at, tokens)
        if len(tokens) > 4 * MOST_WORDS:
            _stop("The query has too many parts", at)
    return tokens


def _lex_phrase(text: str, at: int, tokens: list[_Token]) -> int:
    closing = _QUOTES[text[at]]
    end = next((n for n in range(at + 1, len(text)) if text[n] in closing), -1)
    if end < 0:
        _stop("A quotation mark is not closed", at)
    tokens.append(_Token("phrase", text[at + 1 : end], at))
    return end + 1


def _lex_word(text: str, at: int, tokens: list[_Token]) -> int:
    field = _FIELD.match(text, at)
    if field and field[1].lower() not in _SCHEMES:
        return _lex_filter(text, at, field, tokens)
    end = at
    while end < len(text) and not text[end].isspace() and text[end] not in '()"“„«”':
        end += 1
    word = text[at:end]
    tokens.append(_Token(_OPERATORS.get(word, "word"), word, at))
    return end


def _lex_filter(text: str, at: int, field: re.Match[str], tokens: list[_Token]) -> int:
    name = field[1].lower()
    if name not in FIELDS:
        _stop(filled("There is no such field; fields are {names}", names=", ".join(FIELDS)), at)
    start = field.end()
    if text[start] in _QUOTES:
        found: list[_Token] = []
        end = _lex_phrase(text, start, found)
        value = found[0].text
    else:
        end = start
        while end < len(text) and not text[end].isspace() and text[end] not in "()":
            end += 1
        value = text[start:end]
    tokens.append(_Token("filter", f"{name}:{value}", at))
    return end


class _Parser:
    """Recursive descent; depth and number of words are limited."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.words = 0
        self.filters: list[Filter] = []

    def whole(self) -> Node | None:
        found = self.any_of(outermost=True)
        if self.at < len(self.tokens):
            _stop("A closing bracket has no opening one", self.tokens[self.at].at)
        return found

    def peek(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else "end"

    def place(self) -> int:
        if self.at < len(self.tokens):
            return self.tokens[self.at].at
        last = self.tokens[-1]
        return last.at + len(last.text) - 1

    def any_of(self, *, outermost: bool = False) -> Node | None:
        parts = [self.all_of(outermost=outermost)]
        while self.peek() == "or":
            here = self.place()
            self.at += 1
            if self.filters and outermost:
                _stop("A filter holds for the whole search and cannot stand beside OR", here)
            parts.append(self.all_of(outermost=False))
            if parts[-2] is None or parts[-1] is None:
                _stop("OR needs a word on both sides", here)
        found = tuple(part for part in parts if part is not None)
        if len(found) > 1:
            return AnyOf(found)
        return found[0] if found else None

    def all_of(self, *, outermost: bool) -> Node | None:
        wanted: list[Node] = []
        unwanted: list[Node] = []
        joined = False
        while True:
            kind = self.peek()
            if kind in ("end", "close", "or"):
                break
            here = self.place()
            if kind == "and":
                if joined or not (wanted or unwanted or self.filters):
                    _stop("AND needs a word on both sides", here)
                joined = True
                self.at += 1
                continue
            if kind == "near":
                _stop("near needs a word on both sides", here)
            negated = self.negations()
            self.one(wanted, unwanted, negated=negated, outermost=outermost)
            joined = False
        if joined:
            _stop("AND needs a word on both sides", self.place())
        return self.joined(wanted, unwanted)

    def joined(self, wanted: list[Node], unwanted: list[Node]) -> Node | None:
        if unwanted and not wanted:
            _stop("There are only words that are not wanted; add one that is", self.place())
        if not wanted:
            return None
        return (
            wanted[0]
            if len(wanted) == 1 and not unwanted
            else AllOf(tuple(wanted), tuple(unwanted))
        )

    def negations(self) -> bool:
        negated = False
        while self.peek() in ("minus", "not"):
            negated = not negated
            self.at += 1
            if self.peek() in ("end", "close", "or", "and", "near"):
                _stop("NOT needs a word after it", self.place())
        return negated

    def one(
        self, wanted: list[Node], unwanted: list[Node], *, negated: bool, outermost: bool
    ) -> None:
        token = self.tokens[self.at]
        if token.kind == "filter":
            if not outermost or self.depth:
                _stop("A filter holds for the whole search: put it outside of OR and ()", token.at)
            self.at += 1
            self.filters.append(_filter(token, negated))
            return
        found = self.group() if token.kind == "open" else self.leaf_or_near()
        if found is not None:
            (unwanted if negated else wanted).append(found)

    def group(self) -> Node | None:
        start = self.place()
        self.at += 1
        self.depth += 1
        if self.depth > DEEPEST:
            _stop("The query has brackets within brackets too deep", start)
        found = self.any_of()
        if self.peek() != "close":
            _stop("A bracket is not closed", start)
        self.at += 1
        self.depth -= 1
        if self.peek() == "near":
            _stop("near joins words and phrases, not brackets", self.place())
        return found

    def leaf_or_near(self) -> Node | None:
        first = self.leaf()
        if self.peek() != "near":
            return first
        parts = [first]
        distance = 0
        while self.peek() == "near":
            token = self.tokens[self.at]
            self.at += 1
            if self.peek() not in ("word", "phrase"):
                _stop("near needs a word on both sides", token.at)
            if not 0 <= token.number <= NEAR_MOST:
                _stop(filled("near allows at most {most} words", most=NEAR_MOST), token.at)
            distance = max(distance, token.number)
            parts.append(self.leaf())
        found = tuple(part for part in parts if part is not None)
        if len(found) < 2:
            _stop("near needs a word on both sides", self.place())
        if len(found) > 4:
            _stop("near joins at most four words", self.place())
        return Near(found, distance)

    def leaf(self) -> Word | Prefix | Phrase | None:
        token = self.tokens[self.at]
        self.at += 1
        words = split_words(token.text)
        self.words += len(words)
        if self.words > MOST_WORDS:
            _stop(filled("The query has more than {most} words", most=MOST_WORDS), token.at)
        if not words:
            return None
        if token.kind == "phrase":
            return Phrase(words)
        if token.text.endswith("*"):
            if len(words) > 1:
                return Phrase(words)
            if len(words[0]) < 2:
                _stop("The beginning of a word needs two letters or more", token.at)
            return Prefix(words[0])
        if len(words) > 1:
            return Phrase(words)
        bare = token.text.lstrip("~'’([{«")
        return Word(words[0], bare[:1].isupper(), token.text.startswith("~"))


def _filter(token: _Token, negated: bool) -> Filter:
    field, _, value = token.text.partition(":")
    if field == "date":
        return _date_filter(value, token.at, negated)
    values = tuple(part.strip() for part in value.split(",") if part.strip())
    if not values:
        _stop(filled("{field}: has no value", field=field), token.at)
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
        _stop(filled("{field}: holds a character that is no text", field=field), token.at)
    return Filter(field, values, negated)


def _date_filter(value: str, at: int, negated: bool) -> Filter:
    low, dots, high = value.strip().partition("..")
    try:
        first = parse_date(low) if low else None
        last = parse_date(high) if high else (None if dots else first)
    except BadInput as refusal:
        _stop(filled("date: is not a date or range ({cause})", cause=refusal.cause), at)
    if first is None and last is None:
        _stop("date: has no value", at)
    earliest = first.earliest if first else None
    latest = last.latest if last else None
    if earliest and latest and latest < earliest:
        _stop("date: ends before it begins", at)
    return Filter("date", (value,), negated, earliest, latest)
