"""Read and write a whole case as one YAML file (format amparo-case/1, docs/guide/case-yaml.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from amparo.casefile.models import Case
from amparo.casefile.read_yaml import Lined, read_yaml
from amparo.casefile.records import CaseFile, Draft, Row, add_records, create_case, load_case
from amparo.casefile.schema import BY_PLURAL, NOUNS
from amparo.errors import BadInput, NotFound

FORMAT = "amparo-case/1"
MAX_OVERLAY = 2_000_000


def import_case(actor: str, path: Path) -> list[Row]:
    """Open the case that the file describes, or add to it when it exists; all or nothing.

    Raises BadInput naming file and line for the first thing that does not fit.
    """
    tree = read_yaml(_read_text(path), path.name)
    _check_top(tree, path.name)
    case_tree = tree["case"]
    drafts = _drafts(tree, path.name)
    code = str(case_tree.get("code", ""))
    fresh = not Case.objects.filter(code=code).exists()
    if fresh:
        overlay = _read_overlay(path, tree)
        create_case(actor, case_tree, overlay=overlay, where=_where(case_tree, path.name))
    return add_records(actor, code, drafts, reason="import case file")


def _read_text(path: Path) -> str:
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
    known = {"format", "case", "overlay", *BY_PLURAL}
    for key in tree:
        if key not in known:
            raise BadInput(
                f"unknown key '{key}'",
                value=f"{name}, line {tree.line_of(key)}",
                remedy="known keys: " + ", ".join(sorted(known)),
            )
    if tree.get("format") != FORMAT:
        raise BadInput(
            "the file does not say which format it has",
            value=f"{name}, line {tree.line_of('format')}",
            remedy=f"begin it with 'format: {FORMAT}'",
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
                f"'{noun.plural}' must be a list",
                value=f"{name}, line {tree.line_of(noun.plural)}",
                remedy="begin each record with a dash",
            )
        for entry in entries:
            drafts.append(_draft(noun.name, entry, name, tree.line_of(noun.plural)))
    return drafts


def _draft(noun: str, entry: object, name: str, line: int) -> Draft:
    if not isinstance(entry, Lined):
        raise BadInput(
            f"a {noun} must have keys",
            value=f"{name}, line {line}",
            remedy="write id: ... and so on",
        )
    raw = {key: value for key, value in entry.items() if key != "id"}
    return Draft(noun, entry.get("id") or "", raw, _where(entry, name))


def _read_overlay(path: Path, tree: Lined) -> str:
    """Text of the law book's overlay that the case brings, checked before it is kept."""
    named = tree.get("overlay")
    if not named:
        return ""
    where = f"{path.name}, line {tree.line_of('overlay')}"
    target = path.parent / str(named)
    if not target.is_file() or target.stat().st_size > MAX_OVERLAY:
        raise BadInput(
            "the overlay is not there", value=where, remedy="put it beside the case file"
        )
    from amparo.law.book import load

    load(target)
    return target.read_text("utf-8")


def export_case(code: str) -> str:
    """The case as YAML; importing it into a vault with the same items gives the same record."""
    return yaml.dump(
        _as_tree(load_case(code)),
        Dumper=yaml.SafeDumper,
        allow_unicode=True,
        sort_keys=False,
        width=100,
    )


def _as_tree(case: CaseFile) -> dict[str, Any]:
    tree: dict[str, Any] = {"format": FORMAT, "case": case.body}
    for noun in NOUNS:
        rows = case.all(noun.name)
        if rows:
            tree[noun.plural] = [{"id": row.code, **row.body} for row in rows]
    return tree
