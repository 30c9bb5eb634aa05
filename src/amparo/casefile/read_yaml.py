"""Read YAML strictly: plain values only, no key twice, every value with its line.

Anchors and tags are refused: a case file is data that people read, and aliases can
grow without bound.
"""

from __future__ import annotations

from typing import Any

import yaml

from amparo.errors import BadInput
from amparo.filled import filled

MAX_BYTES = 20_000_000
MAX_DEPTH = 12


class Lined(dict[str, Any]):
    """A mapping that knows the line of each key (1-based) and its own."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """Line of a key, or of the mapping where the key is absent."""
        return self.lines.get(key, self.line)


def _refuse(cause: str, name: str, mark: Any, remedy: str) -> BadInput:
    line = f", line {mark.line + 1}" if mark else ""
    return BadInput(cause, value=f"{name}{line}", remedy=remedy)


def _scalar(node: yaml.ScalarNode, name: str) -> Any:
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return node.value.lower() in ("true", "yes", "on")
    if kind in ("int", "float"):
        try:
            return int(node.value) if kind == "int" else float(node.value)
        except ValueError:
            return node.value
    if kind in ("str", "timestamp"):
        return node.value
    raise _refuse("tags are not used in this file", name, node.start_mark, "write plain values")


def _build(node: yaml.Node, name: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise _refuse("nested too deep", name, node.start_mark, "flatten the file")
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, name)
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, name, depth + 1) for child in node.value]
    found = Lined(node.start_mark.line + 1)
    for key_node, value_node in node.value:
        key = str(getattr(key_node, "value", ""))
        if not isinstance(key_node, yaml.ScalarNode) or key in found:
            raise _refuse(
                filled("key '{key}' stands twice", key=key),
                name,
                key_node.start_mark,
                "keep one of them",
            )
        found[key] = _build(value_node, name, depth + 1)
        found.lines[key] = key_node.start_mark.line + 1
    return found


def _refuse_aliases(text: str, name: str) -> None:
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _refuse(
                "anchors and aliases are not used here", name, event.start_mark, "repeat the value"
            )


def read_yaml(text: str, name: str) -> Lined:
    """The mapping in `text`; `name` is the file's name for messages.

    Raises BadInput naming file and line for anything that is not a plain mapping.
    """
    if len(text) > MAX_BYTES:
        raise BadInput("the file is too large", value=name, remedy="at most 20 MB")
    try:
        _refuse_aliases(text, name)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise _refuse(
            "this is not valid YAML", name, mark, "check indentation and quotes there"
        ) from None
    except yaml.YAMLError:
        raise BadInput(
            "this is not valid YAML", value=name, remedy="save it as UTF-8 text"
        ) from None
    if not isinstance(node, yaml.MappingNode):
        raise BadInput("the file holds no keys", value=name, remedy="see the format in the guide")
    built: Lined = _build(node, name, 0)
    return built
