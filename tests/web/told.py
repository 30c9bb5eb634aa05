"""Every sentence that the program may tell on a page: errors, findings of the gate, patterns.

They are read out of the source, so that a new one is found on the day it is written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import amparo
from amparo.access.roles import ACTIONS, COMPARTMENTS, ROLES
from amparo.errors import AmparoError
from amparo.filing.rulebook import RULES
from amparo.filing.words import FIRST, load_words
from amparo.web.templatetags.words import OUTCOMES

SOURCE = Path(amparo.__file__).parent
# Raised by a cleaner of a field, and told inside the error of the field.
INNER = {"casefile/validate.py": "ValueError"}
TOLD = ("remedy", "cause")


def _named(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


@cache
def _trees() -> dict[str, ast.Module]:
    """Every module that pages can come to, by its path; the command line is English."""
    paths = sorted(SOURCE.rglob("*.py"))
    told = {path.relative_to(SOURCE).as_posix(): path.read_text("utf-8") for path in paths}
    return {name: ast.parse(text) for name, text in told.items() if not name.startswith("cli/")}


@cache
def _errors() -> frozenset[str]:
    names = {AmparoError.__name__}
    classes = [n for tree in _trees().values() for n in ast.walk(tree) if type(n) is ast.ClassDef]
    while more := {c.name for c in classes if names & {_named(b) for b in c.bases}} - names:
        names |= more
    return frozenset(names)


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """What stands at the top of a module, by name."""
    return {_named(one.targets[0]): one.value for one in tree.body if isinstance(one, ast.Assign)}


class _Reader:
    """Sentences of one module; what cannot be read is listed as `unread`."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name, self.tree, self.known = name, tree, _constants(tree)
        self.found: set[str] = set()
        self.unread: set[str] = set()
        # Functions that hand one of their arguments on as a cause or remedy: its place.
        self.helpers: dict[str, set[int]] = {}

    def read(self) -> _Reader:
        """All of it: calls first, then those of the helpers that the calls lie in."""
        for function in [n for n in ast.walk(self.tree) if type(n) is ast.FunctionDef]:
            for call in [n for n in ast.walk(function) if type(n) is ast.Call]:
                self._call(call, [one.arg for one in function.args.args], function.name)
        for call in [n for n in ast.walk(self.tree) if type(n) is ast.Call]:
            self._call(call, [], "")
            shift = isinstance(call.func, ast.Attribute)
            for place in self.helpers.get(_named(call.func), ()):
                if place - shift < len(call.args):
                    self._text(call.args[place - shift], [], "")
        return self

    def _call(self, call: ast.Call, arguments: list[str], function: str) -> None:
        called = _named(call.func)
        if called in _errors() or called == INNER.get(self.name):
            for one in [*call.args[:1], *(k.value for k in call.keywords if k.arg in TOLD)]:
                self._text(one, arguments, function)
        if called == "filled":
            self._text(call.args[0], arguments, function)

    def _text(self, node: ast.expr, arguments: list[str], function: str) -> None:
        match node:
            case ast.Constant(value=str(text)):
                self.found.add(text)
            case ast.IfExp():
                self._text(node.body, arguments, function)
                self._text(node.orelse, arguments, function)
            case ast.BoolOp():
                for one in node.values:
                    self._text(one, arguments, function)
            case ast.Name(id=name) if name in arguments:
                self.helpers.setdefault(function, set()).add(arguments.index(name))
            case ast.Name(id=name) if name in self.known:
                self._text(self.known[name], arguments, function)
            case ast.JoinedStr() | ast.BinOp():
                self.unread.add(f"{self.name}:{node.lineno}")


@cache
def _read() -> tuple[_Reader, ...]:
    return tuple(_Reader(name, tree).read() for name, tree in _trees().items())


def sentences() -> Iterator[str]:
    """Every sentence, and every pattern of one."""
    for one in _read():
        yield from one.found - {""}
    for rule in RULES.values():
        yield from (rule.cause, rule.step)
    yield from (*OUTCOMES.values(), *COMPARTMENTS, *ACTIONS)
    yield from (text for role in ROLES.values() for text in (role.name, role.help))
    told = load_words(FIRST, "en").sentences.items()
    yield from (text for key, text in told if key.startswith("withheld_reasons."))


def unread() -> list[str]:
    """Places of causes and remedies put together so that no page can tell them otherwise."""
    return sorted(place for one in _read() for place in one.unread)
