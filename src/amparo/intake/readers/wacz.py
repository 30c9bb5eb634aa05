"""Web archive collections (WACZ): the WARCs inside as children, their digests checked."""

from __future__ import annotations

import hashlib
import json
import zipfile
from typing import Any

from amparo.intake.readers.draft import Draft, Input, LimitReached, Stop
from amparo.intake.readers.zipped import open_zip, read_member


def read(source: Input, draft: Draft) -> None:
    """Part `pages`; all members as children; `digests` says whether the package is whole."""
    if source.depth >= draft.budget.depth:
        raise LimitReached("depth")
    with open_zip(source) as archive:
        members = [info for info in archive.infolist() if not info.filename.endswith("/")]
        stated = _stated(archive, draft)
        listed = len(stated)
        draft.expected = len(members)
        wrong: list[str] = []
        for number, info in enumerate(members, 1):
            if number > draft.budget.members:
                raise LimitReached("members")
            try:
                data = read_member(archive, info, draft)
                draft.child(info.filename, "", data)
            except Stop as reason:
                draft.fail(reason.detail)
                continue
            digest = stated.pop(info.filename, None)
            if digest and digest != "sha256:" + hashlib.sha256(data).hexdigest():
                wrong.append(info.filename)
            if info.filename.startswith("pages/") and info.filename.endswith(".jsonl"):
                draft.part("pages", _pages(data), "pages of the collection", "")
        missing = [name for name in stated if stated[name]]
        _judge(listed, wrong, missing, draft)


def _stated(archive: zipfile.ZipFile, draft: Draft) -> dict[str, str]:
    """Digests by member, as the package's own list states them."""
    try:
        listed: Any = json.loads(read_member(archive, archive.getinfo("datapackage.json"), draft))
    except (KeyError, ValueError, RecursionError, Stop):
        return {}
    if not isinstance(listed, dict):
        return {}
    for key in ("title", "created", "software", "wacz_version"):
        draft.meta(f"wacz:{key}", listed.get(key) or "")
    rows = listed.get("resources")
    return _sealed(archive, draft) | {
        str(row.get("path")): str(row.get("hash") or "")
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    }


def _sealed(archive: zipfile.ZipFile, draft: Draft) -> dict[str, str]:
    """The digest of the package's list itself, where a member states it."""
    try:
        data = read_member(archive, archive.getinfo("datapackage-digest.json"), draft)
        row: Any = json.loads(data)
    except (KeyError, ValueError, RecursionError, Stop):
        return {}
    if not isinstance(row, dict) or row.get("path") != "datapackage.json":
        return {}
    return {"datapackage.json": str(row.get("hash") or "")}


def _judge(listed: int, wrong: list[str], missing: list[str], draft: Draft) -> None:
    if not listed:
        draft.meta("digests", "the package states none")
        return
    if wrong or missing:
        draft.meta("digests", f"do not match: {len(wrong)}; members missing: {len(missing)}")
        draft.outcome, draft.detail = "partial", "digests of the package do not match"
    else:
        draft.meta("digests", "match the package's own list")


def _pages(data: bytes) -> str:
    lines: list[str] = []
    for line in data.decode("utf-8", "replace").splitlines()[:20_000]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict) and row.get("url"):
            lines.append("\t".join(str(row.get(key) or "") for key in ("ts", "title", "url")))
    return "\n".join(lines)
