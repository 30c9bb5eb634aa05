"""Redacted copies: what the redaction list takes out of an item, and the copy without it.

The list is made of records (noun `redaction`). The copy is an item of its own, derived from the
original, which is never changed. It is made anew when the list changes, and tendered instead.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from amparo.casefile.records import load_case
from amparo.casefile.script import fold_text
from amparo.crypto.digest import digest_bytes
from amparo.custody.work import work
from amparo.errors import BadInput, Broken, NotFound
from amparo.filing.check import Finding
from amparo.store import lock
from amparo.vault.deposit import Arrival, Extract, deposit
from amparo.vault.models import Derivation, Item
from amparo.vault.retrieve import find_item, list_parts
from amparo.vault.unlock import mark_writing

if TYPE_CHECKING:
    from amparo.casefile.records import CaseFile, Row
    from amparo.vault.unlock import Vault

RELATION = "redaction"
MARK = "\u2588\u2588\u2588\u2588\u2588"
SECONDS = 400
FAILED = 70


@dataclass(frozen=True)
class Plan:
    """What is to be taken out of one item for one forum."""

    rows: tuple[Row, ...]
    passages: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    whole: tuple[str, ...] = ()
    areas: dict[str, list[tuple[float, ...]]] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Changes whenever the list does."""
        told = [[row.code, row.version, row.body] for row in self.rows]
        return digest_bytes(json.dumps(told, sort_keys=True, ensure_ascii=False).encode())


def plan_for(case: CaseFile, item: str, forum: str) -> Plan:
    """The redactions of an item that hold for this forum. Raises BadInput for one that is torn."""
    rows = tuple(
        row
        for row in case.all("redaction")
        if row["item"] == item and row["forum"] in (None, "", forum)
    )
    plan = Plan(rows)
    whole: list[str] = []
    for row in rows:
        part = str(row["part"])
        if row["box"]:
            plan.areas.setdefault(part, []).append(read_box(str(row["box"]), row.code))
        elif row["start"] is None and row["end"] is None:
            whole.append(part)
        else:
            plan.passages.setdefault(part, []).append(_span(row))
    return Plan(rows, plan.passages, tuple(whole), plan.areas)


def _span(row: Row) -> tuple[int, int]:
    if row["start"] is None or row["end"] is None or not 0 <= row["start"] < row["end"]:
        raise BadInput(
            "a redaction needs start and end, start before end",
            value=row.code,
            remedy="correct the record; leave both out to take out the whole part",
        )
    return int(row["start"]), int(row["end"])


def read_box(text: str, where: str) -> tuple[float, ...]:
    """Four numbers from 0 to 1: left, top, right, bottom. Raises BadInput naming the record."""
    try:
        box = tuple(float(one) for one in text.replace(",", " ").split())
    except ValueError:
        box = ()
    if len(box) != 4 or not (0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1):
        raise BadInput(
            "a box is left, top, right, bottom as fractions of the page",
            value=where,
            remedy="for example 0.1, 0.2, 0.5, 0.25",
        )
    return box


def take_out(text: str, spans: Sequence[tuple[int, int]], where: str = "") -> str:
    """The text with a mark of fixed length for each run of redacted characters."""
    if any(end > len(text) for _, end in spans):
        raise BadInput(
            "a redaction ends after its text", value=where, remedy="correct start and end"
        )
    pieces, done = [], 0
    for start, end in merged(spans):
        pieces += [text[done:start], MARK]
        done = end
    return "".join((*pieces, text[done:]))


def merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that touch or overlap joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def redact_item(vault: Vault, case_code: str, item_code: str, forum: str) -> Item:
    """Make and deposit the redacted copy of an item of the case for a forum.

    Raises NotFound, BadInput when nothing is listed for it or a place does not exist in it.
    """
    case = load_case(case_code)
    row = case.get(item_code)
    if row is None or row.noun != "item":
        raise NotFound("no such item in this case", value=item_code)
    plan = plan_for(case, item_code, forum)
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
        return Made(ask(request, vault.packs.read(original.locator)), "image", "image/png", "png")
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
        (done,) = deposit(vault.member, [arrival], index_form=fold_text, reason="redact")
        vault.packs.release()
        with work(vault.member, "redact") as custody:
            custody.enter(
                "redact",
                case=case,
                item=done.item.sha256,
                parents=[{"item": original.sha256, "relation": RELATION}],
                alteration=f"{len(plan.rows)} places taken out for {forum}",
                changes=plan.digest,
            )
    return done.item


def copy_for(case: CaseFile, item: str, forum: str) -> tuple[Plan, Item | None]:
    """The redactions of an item for a forum, and the copy made from exactly this list."""
    plan, row = plan_for(case, item, forum), case.get(item)
    if not plan.rows or row is None:
        return plan, None
    made = Derivation.objects.filter(
        parent__sha256=row["sha256"], relation=RELATION, name_in_parent=plan.digest
    )
    found = made.select_related("child").order_by("-pk").first()
    return plan, found.child if found else None


def secrets_of(case: CaseFile, forum: str) -> list[str]:
    """The words that the redactions for this forum take out, but those that matter only there."""
    found: list[str] = []
    for row in case.all("item"):
        wanted = [one for one in plan_for(case, row.code, forum).rows if not one["only_here"]]
        held = Item.objects.filter(sha256=row["sha256"]).first() if wanted else None
        if held is None:
            continue
        parts = {part.name: part.text for part in list_parts(held)}
        for one in wanted:
            if not one["box"] and one["start"] is not None:
                start, end = _span(one)
                found.append(parts.get(str(one["part"]), "")[start:end].strip())
    return list(dict.fromkeys(secret for secret in found if secret))


def check_redactions(whole: CaseFile, leaving: CaseFile, forum: str) -> tuple[Finding, ...]:
    """A block for each item whose copy is not made yet, and each quotation that shows what is
    redacted."""
    found: list[Finding] = []
    for item in leaving.all("item"):
        plan, copy = copy_for(whole, item.code, forum)
        if plan.rows and copy is None:
            found.append(
                Finding(
                    "block",
                    "the redacted copy is missing or older than the list of redactions",
                    item.code,
                    f"make it: amparo filing redact VAULT CASE {item.code} --forum {forum}",
                )
            )
        if plan.rows:
            found += [_shows(row) for row in leaving.all("statement") if _overlaps(row, item, plan)]
    return tuple(found)


def _overlaps(statement: Row, item: Row, plan: Plan) -> bool:
    if statement["item"] != item.code:
        return False
    part, start = str(statement["part"]), int(statement["start"] or 0)
    end = start + len(str(statement["quote"]))
    spans = plan.passages.get(part, ())
    return part in plan.whole or any(first < end and start < last for first, last in spans)


def _shows(statement: Row) -> Finding:
    return Finding(
        "block",
        "the quotation shows words that are redacted",
        statement.code,
        "quote other words, or narrow the redaction",
    )
