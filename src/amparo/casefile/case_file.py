"""Read and write a whole case as one YAML file (format amparo-case/1, docs/guide/case-yaml.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from amparo.access.members import refuse_unless_owner
from amparo.casefile.consent import Use
from amparo.casefile.models import Case
from amparo.casefile.read_yaml import Lined, read_yaml
from amparo.casefile.records import CaseFile, Row, load_case
from amparo.casefile.release import released
from amparo.casefile.review import DRAFT, STEPS
from amparo.casefile.revise import Draft, add_records, open_case
from amparo.casefile.schema import BY_PLURAL, CASE_FIELDS, NOUNS, Field
from amparo.casefile.terms import missing_terms, used_terms
from amparo.errors import BadInput, NotFound
from amparo.filled import filled
from amparo.law.book import load_text

FORMAT = "amparo-case/1"
MAX_OVERLAY = 2_000_000


def import_case(actor: str, path: Path, *, with_review: bool = False) -> tuple[str, list[Row]]:
    """Import the file at `path`, and the overlay that it names from beside it."""

    def overlay_of(name: str) -> str:
        target = path.parent / name
        return read_text(target)

    return import_text(actor, read_text(path), path.name, overlay_of, with_review=with_review)


def import_text(
    actor: str,
    text: str,
    name: str,
    overlay_of: Callable[[str], str],
    *,
    with_review: bool = False,
) -> tuple[str, list[Row]]:
    """Open the case that the text describes, or add to it when it exists; all or nothing.

    `overlay_of(file name)` gives the text of the overlay of the law book where the case
    names one. Returns the code of the case and the rows added. Raises BadInput naming
    file and line for the first thing that does not fit.

    Every record comes in as a draft. With `with_review` the states of review that the file
    tells are taken over: an owner vouches for them, since nobody here reviewed anything.
    """
    tree = read_yaml(text, name)
    _check_top(tree, name)
    about = tree["case"]
    _check_terms(tree, name)
    states = _states(tree, name) if with_review else {}
    if states:
        refuse_unless_owner(actor)
    drafts = [replace(d, status=states.get(d.code, DRAFT)) for d in _drafts(tree, name)]
    reason = "import case file" + (", states of review as in the file" if states else "")
    code = str(about.get("code", ""))
    if Case.objects.filter(code=code).exists():
        return code, add_records(actor, code, drafts, reason=reason)
    overlay = _overlay(tree, name, overlay_of)
    return code, open_case(actor, about, drafts, overlay=overlay, where=_where(about, name))[1]


def _states(tree: Lined, name: str) -> dict[str, str]:
    """State of review by id, as the file tells it."""
    told = tree.get("review") or {}
    if not isinstance(told, dict) or not set(told.values()) <= set(STEPS):
        raise BadInput(
            "'review' gives a state for each id", value=f"{name}, line {tree.line_of('review')}",
            remedy=filled("states: {names}", names=', '.join(STEPS)),
        )  # fmt: skip
    return {str(code): str(state) for code, state in told.items()}


def _check_terms(tree: Lined, name: str) -> None:
    """Raises BadInput where the case uses terms of an organisation that this vault lacks."""
    told = tree.get("vocabularies") or {}
    where = f"{name}, line {tree.line_of('vocabularies')}"
    if not isinstance(told, dict):
        raise BadInput("'vocabularies' must have keys", value=where, remedy="degree: {...}")
    lacking = missing_terms(told, where)
    if lacking:
        raise BadInput(
            filled(
                "this vault lacks {count} terms that the case uses, the first: {first}",
                count=len(lacking), first=lacking[0],
            ),
            value=where, remedy="first: amparo vocabulary import VAULT FILE, with this very file",
        )  # fmt: skip


def _overlay(tree: Lined, name: str, overlay_of: Callable[[str], str]) -> str:
    """Text of the overlay that the case brings, checked before it is kept."""
    named = tree.get("overlay")
    if not named:
        return ""
    where = f"{name}, line {tree.line_of('overlay')}"
    if "\n" in str(named):
        return check_overlay(str(named), where)
    if "/" in str(named) or "\\" in str(named):
        raise BadInput("the overlay has a path", value=where, remedy="put it beside the case file")
    return check_overlay(overlay_of(str(named)), str(named))


def check_overlay(text: str, name: str) -> str:
    """The text of an overlay, once the book takes it. Raises BadInput naming its line."""
    if len(text) > MAX_OVERLAY:
        raise BadInput("the overlay is too large", value=name, remedy="at most 2 MB")
    load_text(text, name)
    return text


def read_text(path: Path) -> str:
    """The text of a file the user named. Raises NotFound, BadInput."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise NotFound("no such file", value=str(path), remedy="check the path") from None
    except IsADirectoryError:
        raise BadInput("this is a folder", value=str(path), remedy="name the YAML file") from None
    except UnicodeDecodeError:
        raise BadInput(
            "the file is not UTF-8 text", value=str(path), remedy="save it as UTF-8"
        ) from None


def _where(tree: Lined, name: str) -> Any:
    return lambda key: f"{name}, line {tree.line_of(key)}"


def _check_top(tree: Lined, name: str) -> None:
    known = {"format", "case", "overlay", "vocabularies", "review", *BY_PLURAL}
    for key in tree:
        if key not in known:
            raise BadInput(
                filled("unknown key '{key}'", key=key),
                value=f"{name}, line {tree.line_of(key)}",
                remedy=filled("known keys: {names}", names=", ".join(sorted(known))),
            )
    if tree.get("format") != FORMAT:
        raise BadInput(
            "the file does not say which format it has",
            value=f"{name}, line {tree.line_of('format')}",
            remedy=filled("begin it with 'format: {format}'", format=FORMAT),
        )
    if not isinstance(tree.get("case"), Lined):
        raise BadInput(
            "the file says nothing of the case",
            value=f"{name}, line {tree.line_of('case')}",
            remedy="add 'case:' with code and title",
        )


def _drafts(tree: Lined, name: str) -> list[Draft]:
    drafts: list[Draft] = []
    for noun in NOUNS:
        entries = tree.get(noun.plural) or []
        if not isinstance(entries, list):
            raise BadInput(
                filled("'{plural}' must be a list", plural=noun.plural),
                value=f"{name}, line {tree.line_of(noun.plural)}",
                remedy="begin each record with a dash",
            )
        for entry in entries:
            drafts.append(_draft(noun.name, entry, name, tree.line_of(noun.plural)))
    return drafts


def _draft(noun: str, entry: object, name: str, line: int) -> Draft:
    if not isinstance(entry, Lined):
        raise BadInput(
            filled("a {noun} must have keys", noun=noun),
            value=f"{name}, line {line}",
            remedy="write id: ... and so on",
        )
    raw = {key: value for key, value in entry.items() if key != "id"}
    return Draft(noun, entry.get("id") or "", raw, _where(entry, name))


class _Dumper(yaml.SafeDumper):
    """Long texts as blocks, as people write them."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def export_case(code: str, use: Use | None = None) -> str:
    """The case as YAML, its overlay inside; importing it into a vault with the same items
    gives the same record. For a use: what consent lets leave for it, without the overlay."""
    tree = _as_tree(released(load_case(code), use or Use()))
    return yaml.dump(tree, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def _as_tree(case: CaseFile) -> dict[str, Any]:
    tree: dict[str, Any] = {"format": FORMAT, "case": _ordered(CASE_FIELDS, case.body)}
    if case.overlay:
        tree["overlay"] = case.overlay
    if terms := used_terms(case):
        tree["vocabularies"] = terms
    if states := {row.code: row.status for row in case.rows.values() if row.status != DRAFT}:
        tree["review"] = states
    for noun in NOUNS:
        rows = case.all(noun.name)
        if rows:
            tree[noun.plural] = [
                {"id": row.code, **_ordered(noun.fields, row.body)} for row in rows
            ]
    return tree


def _ordered(fields: tuple[Field, ...], body: Mapping[str, Any]) -> dict[str, Any]:
    """The body in the order of its fields: not every database keeps the order of keys."""
    known = {field.name: body[field.name] for field in fields if field.name in body}
    whole = {**known, **body}
    return {
        key: dict(sorted(value.items())) if isinstance(value, dict) else value
        for key, value in whole.items()
    }
