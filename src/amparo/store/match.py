"""The language in which the text index is asked, read into a tree.

It is the part of FTS5's that `casefile.plan_query` writes: words between double quotes (several
are a phrase), `*` for a beginning, AND, OR, NOT, NEAR(... , n) and brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from amparo.errors import BadInput


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row; `begins`: the last may go on."""

    words: tuple[str, ...]
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """At most `distance` words between the first part's end and the last part's beginning."""

    parts: tuple[Phrase, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Without:
    wanted: Node
    unwanted: Node


Node = Phrase | Near | AllOf | AnyOf | Without
_TOKEN = re.compile(r'\s*(?:"([^"]*)"(\*?)|(AND|OR|NOT|NEAR\(|[(),])|(\d+))')


def read_match(text: str) -> Node:
    """The tree of an expression. Raises BadInput when it is none."""
    reader = _Reader(text)
    node = reader.expression()
    if reader.at != len(reader.tokens):
        raise _bad()
    return node


def _bad() -> BadInput:
    return BadInput("this is no question to the text index")


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, object]] = []
        self.at = 0
        place = 0
        text = text.rstrip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            if not found:
                raise _bad()
            place = found.end()
            words, star, mark, number = found.groups()
            if words is not None:
                if not words.split():
                    raise _bad()
                self.tokens.append(("phrase", Phrase(tuple(words.split()), bool(star))))
            elif mark:
                self.tokens.append((mark, mark))
            else:
                self.tokens.append(("number", int(number)))

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self, kind: str) -> object:
        if self.peek() != kind:
            raise _bad()
        self.at += 1
        return self.tokens[self.at - 1][1]

    def expression(self) -> Node:
        """OR binds least, then AND, then NOT, as in FTS5."""
        parts = [self.conjunction()]
        while self.peek() == "OR":
            self.take("OR")
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def conjunction(self) -> Node:
        parts = [self.exclusion()]
        while self.peek() == "AND":
            self.take("AND")
            parts.append(self.exclusion())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def exclusion(self) -> Node:
        node = self.term()
        while self.peek() == "NOT":
            self.take("NOT")
            node = Without(node, self.term())
        return node

    def term(self) -> Node:
        if self.peek() == "(":
            self.take("(")
            node = self.expression()
            self.take(")")
            return node
        if self.peek() == "NEAR(":
            return self.near()
        return self.phrase()

    def phrase(self) -> Phrase:
        found = self.take("phrase")
        assert isinstance(found, Phrase)
        return found

    def near(self) -> Near:
        self.take("NEAR(")
        parts = [self.phrase()]
        while self.peek() == "phrase":
            parts.append(self.phrase())
        self.take(",")
        distance = self.take("number")
        self.take(")")
        assert isinstance(distance, int)
        return Near(tuple(parts), distance)
