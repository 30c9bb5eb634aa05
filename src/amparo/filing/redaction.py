"""Redacted copies: what the redaction list takes out of an item, and the copy without it.

The list is made of records (noun `redaction`). The copy is an item of its own, derived from the
original, which is never changed. It is made anew when the list changes, and tendered instead.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from amparo.casefile.records import load_case
from amparo.casefile.vocabulary import INDEX_FORM
from amparo.crypto.digest import digest_bytes
from amparo.custody.work import work
from amparo.errors import BadInput, Broken, NotFound
from amparo.filing.plan import (
    CODED,
    MARK,
    WHOLE,
    KeyLine,
    Plan,
    key_of,
    plan_for,
    span_of,
    take_out,
)
from amparo.filing.rulebook import Finding, finding
from amparo.store import lock
from amparo.vault.deposit import Arrival, Extract, deposit
from amparo.vault.models import Derivation, Item
from amparo.vault.retrieve import find_item, list_parts
from amparo.vault.unlock import mark_writing

if TYPE_CHECKING:
    from amparo.casefile.records import CaseFile, Row
    from amparo.vault.unlock import Vault

RELATION = "redaction"
SECONDS = 400
FAILED = 70


def redact_item(
    vault: Vault, case_code: str, item_code: str, forum: str, version: str = CODED
) -> Item:
    """Make and deposit the redacted copy of an item of the case for a forum and version.

    Raises NotFound, BadInput when nothing is listed for it or a place does not exist in it.
    """
    case = load_case(case_code)
    row = case.get(item_code)
    if row is None or row.noun != "item":
        raise NotFound("no such item in this case", value=item_code)
    plan = plan_for(case, item_code, forum, version)
    if not plan.rows:
        raise BadInput(
            "no redaction of this item holds for this forum",
            value=item_code,
            remedy="add one: `amparo case add VAULT CASE redaction`",
        )
    original = find_item(str(row["sha256"]))
    made = _make(vault, original, plan)
    return _deposit(vault, case_code, original, plan, made, forum)


@dataclass(frozen=True)
class Made:
    """The bytes of a copy, with what is known of them."""

    data: bytes
    kind: str
    media_type: str
    suffix: str
    text: str = ""
    remark: str = ""


def _make(vault: Vault, original: Item, plan: Plan) -> Made:
    parts = {part.name: part.text for part in list_parts(original)}
    named = {*plan.passages, *plan.whole} | set(plan.areas)
    if original.kind == "image":
        if plan.passages:
            raise BadInput(
                "words cannot be taken out of a picture",
                value=original.code,
                remedy="give a box instead of start and end",
            )
        areas = [area for found in plan.areas.values() for area in found]
        whole = [(0.0, 0.0, 1.0, 1.0)] if plan.whole else []
        request: dict[str, Any] = {"op": "image", "areas": [*areas, *whole]}
        data = vault.packs.read(original.locator)
        count = int(ask({"op": "frames"}, data))
        remark = f", the first of {count} pictures alone" if count > 1 else ""
        return Made(ask(request, data), "image", "image/png", "png", remark=remark)
    if original.kind in RECORDINGS:
        return _make_recording(vault, original, plan)
    if plan.silent or plan.scenes:
        raise BadInput(
            "only sound and video are redacted by seconds",
            value=original.code,
            remedy="give a box, or start and end",
        )
    unknown = sorted(named - set(parts))
    if original.kind == "pdf":
        return _make_pdf(vault, original, plan, parts)
    if unknown or plan.areas or not parts:
        raise BadInput(
            "a redaction names a part that the item does not have",
            value=f"{original.code}, {', '.join(unknown or plan.areas)}",
            remedy="see the parts with `amparo item show`; a box fits pages and pictures only",
        )
    text = write_text(parts, plan)
    return Made(text.encode(), "text", "text/plain", "txt", text)


RECORDINGS = {
    "audio": ("sound", "audio", "audio/wav", "wav"),
    "video": ("stills", "archive", "application/zip", "zip"),
}


def _make_recording(vault: Vault, original: Item, plan: Plan) -> Made:
    """Silenced sound as WAV; of video, stills and silenced sound in a ZIP."""
    operation, kind, media_type, suffix = RECORDINGS[original.kind]
    if plan.passages:
        raise BadInput(
            "words cannot be taken out of a recording",
            value=original.code,
            remedy="give begin_seconds and end_seconds instead of start and end",
        )
    silent = "all" if plan.whole else [[begin, _end(end)] for begin, end in plan.silent]
    request = {"op": operation, "silent": silent, **scenes_of(plan)}
    return Made(ask(request, vault.packs.read(original.locator)), kind, media_type, suffix)


def scenes_of(plan: Plan) -> dict[str, Any]:
    """Areas of the picture to fill: in every still, and in the seconds of each scene."""
    areas = [area for found in plan.areas.values() for area in found]
    return {
        "areas": [*areas, *([WHOLE] if plan.whole else [])],
        "scenes": [[begin, _end(end), box] for begin, end, box in plan.scenes],
    }


def _end(end: float) -> float | None:
    return None if math.isinf(end) else end


def write_text(parts: dict[str, str], plan: Plan) -> str:
    """All parts of an item as text, one after another, without what the plan takes out.

    Labels stay out: those of messages may be telephone numbers.
    """
    shown = []
    for name, text in parts.items():
        left = MARK if name in plan.whole else take_out(text, plan.passages.get(name, ()), name)
        shown.append(left if len(parts) == 1 else f"[{name}]\n{left}")
    return "\n\n".join(shown) + "\n"


def _make_pdf(vault: Vault, original: Item, plan: Plan, parts: dict[str, str]) -> Made:
    words: dict[str, list[str]] = {}
    for name, spans in plan.passages.items():
        take_out(parts.get(name, ""), spans, name)
        words[_page(name, original)] = [parts[name][start:end] for start, end in spans]
    request = {
        "op": "pdf",
        "areas": {_page(name, original): found for name, found in plan.areas.items()},
        "words": words,
        "whole": [int(_page(name, original)) for name in plan.whole],
    }
    data = ask(request, vault.packs.read(original.locator))
    return Made(data, "pdf", "application/pdf", "pdf")


def _page(part: str, original: Item) -> str:
    number = part.removeprefix("page:")
    if not part.startswith("page:") or not number.isdigit():
        raise BadInput(
            "a redaction of a PDF names a page",
            value=f"{original.code}, {part}",
            remedy="write the part as page:1",
        )
    return str(int(number))


def ask(request: dict[str, Any], data: bytes) -> bytes:
    """The child's answer. Raises BadInput with its phrase, Broken when it fails otherwise."""
    command = [sys.executable, "-I", "-X", "utf8", "-m", "amparo.filing.blackout"]
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request).encode() + b"\n" + data,
            capture_output=True,
            timeout=SECONDS,
            env=kept,
        )
    except subprocess.TimeoutExpired:
        raise Broken("the item took too long", value=f"{SECONDS} s") from None
    if done.returncode == FAILED:
        phrase = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise BadInput(phrase[-1] if phrase else "the item cannot be read", value=request["op"])
    if done.returncode:
        raise Broken("the redaction process failed", value=f"exit code {done.returncode}")
    return done.stdout


def _deposit(vault: Vault, case: str, original: Item, plan: Plan, made: Made, forum: str) -> Item:
    with lock.hold(vault.folder), mark_writing(vault):
        held = dict(
            Item.objects.filter(sha256=digest_bytes(made.data)).values_list("sha256", "locator")
        )
        arrival = Arrival(
            stored=vault.packs.put(made.data, held=held.get),
            file_name=f"{original.code}-redacted.{made.suffix}",
            kind=made.kind,
            media_type=made.media_type,
            outcome="ok",
            reader="redaction",
            reader_version=version("amparo"),
            extracts=(Extract("text", "redacted copy", made.text),) if made.text else (),
            parent_sha256=original.sha256,
            relation=RELATION,
            name_in_parent=plan.digest,
        )
        vault.packs.flush()
        (done,) = deposit(vault.member, [arrival], index_form=INDEX_FORM, reason="redact")
        vault.packs.release()
        with work(vault.member, "redact") as custody:
            custody.enter(
                "redact",
                case=case,
                item=done.item.sha256,
                parents=[{"item": original.sha256, "relation": RELATION}],
                alteration=f"{len(plan.rows)} places taken out for {forum}{made.remark}",
                changes=plan.digest,
            )
    return done.item


def redaction_key(case_code: str, item_code: str, forum: str, version: str) -> list[KeyLine]:
    """What the copy of an item leaves out, where, and why: for who may see the case only.

    Raises NotFound. It is made anew from the record and the original, and kept nowhere else.
    """
    case = load_case(case_code)
    row = case.get(item_code)
    if row is None or row.noun != "item":
        raise NotFound("no such item in this case", value=item_code)
    parts = {part.name: part.text for part in list_parts(find_item(str(row["sha256"])))}
    return list(key_of(plan_for(case, item_code, forum, version), parts))


def copy_for(
    case: CaseFile, item: str, forum: str, version: str = CODED
) -> tuple[Plan, Item | None]:
    """The redactions of an item, and the copy made from exactly this list."""
    plan, row = plan_for(case, item, forum, version), case.get(item)
    if not plan.rows or row is None:
        return plan, None
    made = Derivation.objects.filter(
        parent__sha256=row["sha256"], relation=RELATION, name_in_parent=plan.digest
    )
    found = made.select_related("child").order_by("-pk").first()
    return plan, found.child if found else None


def secrets_of(case: CaseFile, forum: str, version: str = CODED) -> list[str]:
    """The words that the redactions for this forum take out, but those that matter only there."""
    found: list[str] = []
    for row in case.all("item"):
        wanted = [
            one for one in plan_for(case, row.code, forum, version).rows if not one["only_here"]
        ]
        held = Item.objects.filter(sha256=row["sha256"]).first() if wanted else None
        if held is None:
            continue
        parts = {part.name: part.text for part in list_parts(held)}
        for one in wanted:
            if not one["box"] and one["start"] is not None:
                start, end = span_of(one)
                found.append(parts.get(str(one["part"]), "")[start:end].strip())
    return list(dict.fromkeys(secret for secret in found if secret))


def check_redactions(
    whole: CaseFile, leaving: CaseFile, forum: str, version: str = CODED
) -> tuple[Finding, ...]:
    """A block for each item whose copy is not made yet, and each quotation that shows what is
    redacted."""
    found: list[Finding] = []
    for item in leaving.all("item"):
        plan, copy = copy_for(whole, item.code, forum, version)
        if plan.rows and copy is None:
            told = {"item": item.code, "forum": forum, "version": version}
            found.append(finding("copy", item.code, **told))
        if plan.rows:
            found += [
                finding("shown", row.code)
                for row in leaving.all("statement")
                if _overlaps(row, item, plan)
            ]
    return tuple(found)


def _overlaps(statement: Row, item: Row, plan: Plan) -> bool:
    if statement["item"] != item.code:
        return False
    part, start = str(statement["part"]), int(statement["start"] or 0)
    end = start + len(str(statement["quote"]))
    spans = plan.passages.get(part, ())
    return part in plan.whole or any(first < end and start < last for first, last in spans)
