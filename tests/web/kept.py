"""Every English sentence that is kept and shown again: remarks, results, findings, values.

They are read out of the source as they are written there, f-strings as patterns with a place
for each value, so that a new one without French is found on the day it is written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .told import _constants, _errors, _named, _trees

STOPS = {"Stop", "Corrupt", "Encrypted", "Unsupported", "LimitReached", "BadAnswer"}
BEFORE = {"LimitReached": "limit: ", "BadAnswer": "bad answer: "}
# Functions that give back a remark or a finding, or the place of one.
GIVING = {
    "check_pages", "notes", "check_requests", "check_identities", "check_grants", "_state",
    "_unreadable", "_check_object", "_beside_the_record", "why_not", "_special", "_reason",
    "where", "at", "_at", "_date_order", "_said", "_shape",
}  # fmt: skip
LISTS = {"faults", "notes", "checked", "flags", "label", "_STORIES", "CHECKED"}
# Names that hold the like in single modules.
MORE = {
    "access/requests.py": {"made"}, "casefile/verify.py": {"digests", "terms"},
    "custody/tiles.py": {"found"}, "vault/identity.py": {"result", "as_asked"},
    "casefile/coding.py": {"told"}, "vault/erase.py": {"how"},
}  # fmt: skip
# Calls that keep some of their arguments: their places.
KEPT_AT = {
    "Fault": (0, 1), "fail": (0,), "_without_answer": (3,), "Stamp": (5,), "_settle": (0,),
    "_refusal": (1,), "_save": (3,), "_change": (2,), "_write": (2,), "_enter": (3,),
    "_entered": (1,), "meta": (1,), "work": (1,), "part": (2,),
    "_strict": (2,), "Decoded": (2,),
}  # fmt: skip
KEYWORDS = {"result", "reason", "flags"}


def shown(node: ast.expr, known: dict[str, ast.expr]) -> Iterator[str]:
    """The texts that an expression can be; f-strings as patterns."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr():
            yield pattern_of(node, known)
        case ast.IfExp():
            yield from shown(node.body, known)
            yield from shown(node.orelse, known)
        case ast.BoolOp():
            for one in node.values:
                yield from shown(one, known)
        case ast.Tuple() | ast.List():
            for one in node.elts:
                yield from shown(one, known)
        case ast.ListComp() | ast.GeneratorExp():
            yield from shown(node.elt, known)
        case ast.Dict():
            for one in node.values:
                yield from shown(one, known)
        case ast.DictComp():
            yield from shown(node.value, known)
        case ast.BinOp(op=ast.BitOr() | ast.Add(), left=left, right=right):
            yield from shown(left, known)
            yield from shown(right, known)
        case ast.Name(id=name) if name in known:
            if isinstance(known[name], ast.Constant | ast.JoinedStr):
                yield from shown(known[name], known)
        case ast.Call() if _named(node.func) == "filled":
            yield from shown(node.args[0], known)


def pattern_of(node: ast.JoinedStr, known: dict[str, ast.expr]) -> str:
    """`f"{row.code}: erased"` as `{code}: erased`; a value without a name is `{value}`.

    What stands at the top of a module is put in.
    """
    pattern = ""
    for piece in node.values:
        if isinstance(piece, ast.FormattedValue):
            name = _named(piece.value)
            texts = list(shown(piece.value, known)) if name.isupper() else []
            pattern += texts[0] if texts else "{" + (name.strip("_") or "value") + "}"
        elif isinstance(piece, ast.Constant):
            pattern += str(piece.value)
    return pattern


def _of_call(call: ast.Call, name: str) -> Iterator[tuple[ast.expr, str]]:
    """What a call keeps, and what is put before it."""
    called = _named(call.func)
    kept_at = (0, 1) if called == "add" and len(call.args) == 2 else KEPT_AT.get(called, ())
    yield from ((call.args[at], "") for at in kept_at if at < len(call.args))
    yield from ((one.value, "") for one in call.keywords if one.arg in KEYWORDS)
    if called in STOPS and name.startswith("intake/"):
        yield from ((one, BEFORE.get(called, "")) for one in call.args[:1])
    if called in _errors():
        yield from ((one.value, "") for one in call.keywords if one.arg == "value")
    if called == "append" and isinstance(call.func, ast.Attribute):
        held = _named(call.func.value)
        yield from ((one, "") for one in call.args if held in LISTS | MORE.get(name, set()))


def _of_node(node: ast.AST, name: str) -> Iterator[tuple[ast.expr, str]]:
    listed = LISTS | MORE.get(name, set())
    match node:
        case ast.Call():
            yield from _of_call(node, name)
        case ast.Assign(targets=[target], value=value) if _named(target) in {"detail", *listed}:
            yield value, ""
        case ast.AnnAssign(target=target, value=ast.expr() as value) if _named(target) in listed:
            yield value, ""
        case ast.Assign(targets=[ast.Tuple(elts=elts)], value=ast.Tuple(elts=values)):
            pairs = zip(elts, values, strict=False)
            yield from ((v, "") for t, v in pairs if _named(t) == "detail")
        case ast.For(target=ast.Tuple(elts=elts), iter=ast.Tuple(elts=rows)):
            at = [_named(one) for one in elts]
            whole = [one for one in rows if isinstance(one, ast.Tuple)]
            yield from ((one.elts[at.index("label")], "") for one in whole if "label" in at)
        case ast.AugAssign(target=target, value=value) if _named(target) in listed:
            yield value, ""
        case ast.FunctionDef(name=made):
            arguments = node.args.args[::-1], node.args.defaults[::-1]
            defaults = [*zip(*arguments, strict=False)]
            defaults += zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            yield from ((d, "") for a, d in defaults if d and a.arg in KEYWORDS)
            returned = [n.value for n in ast.walk(node) if type(n) is ast.Return and n.value]
            yield from ((one, "") for one in returned if made in GIVING)


def kept() -> dict[str, str]:
    """Each text or pattern, with the module it was first found in."""
    everywhere, found = dict[str, ast.expr](), dict[str, str]()
    for tree in _trees().values():
        everywhere |= _constants(tree)
    for name, tree in _trees().items():
        known = everywhere | _constants(tree)
        for node in ast.walk(tree):
            for expression, before in _of_node(node, name):
                for text in shown(expression, known):
                    if text.strip():
                        found.setdefault(before + text, name)
    return found


def _notes(call: ast.Call) -> bool:
    """Whether a call writes metadata."""
    match call.func:
        case ast.Attribute(attr="meta"):
            return len(call.args) == 2
        case ast.Attribute(attr="setdefault", value=ast.Attribute(attr="metadata")):
            return True
    return False


def noted() -> dict[str, set[str]]:
    """Each key of the metadata that readers write, with their own texts that can stand there."""
    everywhere, found = dict[str, ast.expr](), dict[str, set[str]]()
    for tree in _trees().values():
        everywhere |= _constants(tree)
    for name, tree in _trees().items():
        calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and _notes(n)]
        for call in calls if name.startswith("intake/") else ():
            for key in shown(call.args[0], everywhere):
                found.setdefault(key, set()).update(shown(call.args[1], everywhere))
    return found
