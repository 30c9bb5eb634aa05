"""Find items, read their extractions, and take their bytes out with an entry in the ledger."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amparo.access import scope
from amparo.access.roles import EXPORT, NARRATIVE
from amparo.custody.work import work
from amparo.errors import BadInput, NotFound
from amparo.filled import filled
from amparo.store.files import write_durably
from amparo.vault.entries import about, list_entries
from amparo.vault.models import Item, Part

if TYPE_CHECKING:
    from amparo.vault.unlock import Vault

_ITEM_CODE = re.compile(r"[Ii]-0*(\d+)")
_DIGEST = re.compile(r"[0-9a-f]{8,64}")


def find_item(reference: str, where: str = "") -> Item:
    """The item of an id (I-0001), a sha-256 or its beginning (8 digits), or a file name.

    Raises NotFound, or BadInput when several items fit.
    """
    query = Item.objects.filter(file_name=reference)
    if match := _ITEM_CODE.fullmatch(reference):
        query = Item.objects.filter(number=int(match[1]))
    elif _DIGEST.fullmatch(reference.lower()):
        query = Item.objects.filter(sha256__startswith=reference.lower())
    found = list(query[:2])
    if not found:
        raise NotFound("no such item", value=where or reference, remedy="see `amparo item list`")
    if len(found) > 1:
        raise BadInput(
            "several items have this name",
            value=where or reference,
            remedy="use the item's id or sha-256",
        )
    return found[0]


def list_items(*, kind: str = "", outcome: str = "") -> list[Item]:
    """Items in the order of their deposit."""
    query = Item.objects.all()
    if kind:
        query = query.filter(kind=kind)
    if outcome:
        query = query.filter(outcome=outcome)
    return list(query)


def list_parts(item: Item) -> list[Part]:
    """The item's extractions, in order."""
    return list(item.parts.all())


def read_part(sha256: str, name: str, where: str = "") -> str:
    """Text of one named extraction. Raises NotFound naming the parts there are."""
    part = Part.objects.filter(item__sha256=sha256, name=name).first()
    if part is not None:
        return part.text
    names = list(Part.objects.filter(item__sha256=sha256).values_list("name", flat=True)[:12])
    raise NotFound(
        "the item has no part of that name",
        value=where or name,
        remedy=filled("parts: {names}", names=", ".join(names))
        if names
        else "no text was extracted from it",
    )


def export_item(vault: Vault, actor: str, item: Item, *, purpose: str, use: str) -> bytes:
    """The original bytes, verified whole, with an export entry written first.

    In memory: for what is large, `export_to`. `use` says for whom, and that consent was asked
    (`casefile.release.refuse_item`). Raises Refused for an item that the member may
    see and not take out.
    """
    _refuse_export(item)
    data = vault.packs.read(item.locator)
    _enter_export(actor, item, purpose, use)
    return data


def export_to(
    vault: Vault, actor: str, item: Item, target: Path, *, purpose: str, use: str
) -> None:
    """The same into a file, step by step, which appears whole or not at all. StorageFailed."""
    _refuse_export(item)
    vault.packs.check(item.locator)
    _enter_export(actor, item, purpose, use)
    write_durably(target, vault.packs.stream(item.locator))


def _refuse_export(item: Item) -> None:
    with scope.leaving():
        if not Item.objects.filter(pk=item.pk).exists():
            scope.refuse_unless(EXPORT, NARRATIVE)


def _enter_export(actor: str, item: Item, purpose: str, use: str) -> None:
    with work(actor, "export item") as custody:
        custody.enter("export", item=item.sha256, purpose=purpose, size=item.size, result=use)


def item_facts(item: Item) -> dict[str, Any]:
    """What identifies an item and how it was read: the same under `--json` and in the API."""
    return {
        "id": item.code,
        "sha256": item.sha256,
        "size": item.size,
        "kind": item.kind,
        "media_type": item.media_type,
        "outcome": item.outcome,
        "detail": item.detail,
        "name": item.file_name,
    }


def describe_item(item: Item) -> dict[str, Any]:
    """Parts, metadata, descent and ledger entries of an item, as plain values."""
    return {
        "received_at": item.received_at.isoformat(timespec="seconds"),
        "received_by": item.received_by,
        "reader": f"{item.reader} {item.reader_version}".strip(),
        "inside": {"expected": item.expected, "emitted": item.emitted, "failed": item.failed},
        "parts": [
            {
                "name": part.name,
                "label": part.label,
                "language": part.language,
                "characters": len(part.text),
            }
            for part in item.parts.all()
        ],
        "metadata": item.metadata,
        "came_out_of": [d.parent.code for d in item.origins.select_related("parent")],
        "holds": [d.child.code for d in item.derived.select_related("child")],
        "entries": [
            f"{row.sequence} {row.kind} {row.at.isoformat(timespec='seconds')}"
            for row in about(list_entries(), [item.sha256])
        ],
    }
