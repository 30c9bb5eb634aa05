"""YAML as written: every scalar a text, every node with its line, keys checked.

Used for facts and overlays, where `no` is a country, `2017-10` is a month, and an
unknown key must be named with file and line.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

import yaml

from amparo.errors import BadInput
from amparo.filled import filled

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "yes", "True", "Yes", "TRUE", "YES"}
_FALSE = {"false", "no", "False", "No", "FALSE", "NO"}


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of a YAML document with the file's name and the line it begins on."""

    name: str
    raw: Any

    @property
    def line(self) -> int:
        return int(self.raw.start_mark.line) + 1

    def refuse(self, cause: str, remedy: str, shown: str = "") -> BadInput:
        value = f"{self.name}, line {self.line}" + (f": {shown}" if shown else "")
        return BadInput(cause, value=value, remedy=remedy)

    @property
    def is_null(self) -> bool:
        return (
            isinstance(self.raw, yaml.ScalarNode)
            and not self.raw.style
            and self.raw.value in _NULLS
        )

    def mapping(self, allowed: tuple[str, ...]) -> dict[str, Node]:
        """Its entries, null ones left out; unknown and repeated keys are refused."""
        if not isinstance(self.raw, yaml.MappingNode):
            raise self.refuse(
                "a mapping was expected", filled("Keys: {names}", names=", ".join(allowed))
            )
        out: dict[str, Node] = {}
        seen: set[str] = set()
        for key_node, value_node in self.raw.value:
            key = Node(self.name, key_node)
            word = key.text()
            if word not in allowed:
                raise key.refuse("unknown key", _known(word, allowed), word)
            if word in seen:
                raise key.refuse("a key given twice", "Keep one of them", word)
            seen.add(word)
            value = Node(self.name, value_node)
            if not value.is_null:
                out[word] = value
        return out

    def items(self) -> list[Node]:
        if not isinstance(self.raw, yaml.SequenceNode):
            raise self.refuse("a list was expected", "Begin each entry with `- `, or write []")
        return [Node(self.name, one) for one in self.raw.value]

    def text(self) -> str:
        if not isinstance(self.raw, yaml.ScalarNode):
            raise self.refuse("a single value was expected", "Write one word, date or code")
        return str(self.raw.value).strip()

    def text_or_blank(self) -> str:
        return "" if self.is_null else self.text()

    def truth(self) -> bool:
        word = self.text()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise self.refuse("neither true nor false", "Write true or false", word)

    def plain(self) -> Any:
        """As ordinary Python values, scalars as YAML would read them."""
        return yaml.load(yaml.serialize(self.raw), Loader=_LOADER)  # noqa: S506


def _known(word: str, allowed: tuple[str, ...]) -> str:
    names, near = ", ".join(allowed), difflib.get_close_matches(word, allowed, n=1)
    if not near:
        return filled("Known keys: {names}", names=names)
    return filled("Did you mean `{near}`? Known keys: {names}", near=near[0], names=names)


def compose(text: str, name: str) -> Node:
    """Parse YAML (JSON included) without giving types to scalars."""
    try:
        raw = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{name}, line {mark.line + 1}" if mark else name
        raise BadInput(
            "not valid YAML", value=where, remedy=error.problem or "Check indentation"
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise BadInput("not valid YAML", value=name, remedy="Save it as UTF-8 text") from error
    if raw is None:
        raise BadInput("the file is empty", value=name, remedy="Give it at least `acts:`")
    return Node(name, raw)
