"""Handing items to another office's vault, so that both ledgers tell the same.

The sender enters `transfer-out` and gives a package; the receiver checks it against the
sender's key, takes the items in, enters `transfer-in` naming the sender's entries, and gives
a signed receipt; the sender enters the receipt. Whoever has both ledgers can compare them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath

from amparo.crypto.sign import Verifier, open_note, sign_note
from amparo.custody import layout
from amparo.custody.checkpoint import Checkpoint, parse_checkpoint
from amparo.custody.entry import parse_entry
from amparo.custody.extract import extract_of
from amparo.custody.log import current_log
from amparo.custody.models import LedgerEntry
from amparo.custody.package import Content, Package, build_package
from amparo.custody.verify import verify_package
from amparo.custody.work import work
from amparo.errors import BadInput, Broken, Refused
from amparo.vault.entries import about
from amparo.vault.models import Item
from amparo.vault.unlock import Vault

RECEIPT = "amparo-receipt/1"
ITEMS = "items"
LIST = "items.json"
_LINE = re.compile(r"item ([0-9a-f]{64}) sent (\d{1,15}) received (\d{1,15})")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


@dataclass(frozen=True)
class Handed:
    """One item in a package for another vault: digest, the sender's entry, its file."""

    digest: str
    entry: int
    path: Path


@dataclass(frozen=True)
class Arriving:
    """A package that was checked: who sent it, under which checkpoint, and what is in it."""

    checkpoint: Checkpoint
    key: Verifier
    items: tuple[Handed, ...]

    @property
    def files(self) -> list[Path]:
        """Files to take in."""
        return [one.path for one in self.items]


def hand_over(
    vault: Vault, items: Sequence[Item], out: Path, *, to: str, purpose: str, use: str
) -> Package:
    """Build the package `out` for the office `to` (a code, best the origin of its ledger).

    `use` says for what it leaves, and that consent was asked (`casefile.release.refuse_item`).

    The transfer is entered first: a package that then fails is a transfer that was not made,
    and the ledger shows that no receipt came. Raises BadInput, StorageFailed.
    """
    if out.exists():
        raise BadInput("something is there already", value=str(out), remedy="name a new folder")
    with work(vault.member, purpose) as custody:
        for item in items:
            custody.enter(
                "transfer-out",
                item=item.sha256,
                digest=item.sha256,
                size=item.size,
                to={"party": to},
                result=use,
            )
    files: list[tuple[str, Content]] = [
        (f"{ITEMS}/{_file_name(item)}", partial(vault.packs.stream, item.locator)) for item in items
    ]
    files.append((LIST, _listed(items)))
    made_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    signers = [current_log().signer]
    return build_package(
        out,
        files,
        extract_of(about(LedgerEntry.objects.all(), [i.sha256 for i in items])),
        signers,
        made_at=made_at,
    )


def read_package(folder: Path, keys: Sequence[str]) -> Arriving:
    """Check a package from another office. Raises Refused without its key, Broken, BadInput."""
    if not keys:
        raise Refused("the sender's key is needed", remedy="name it with --key, got by another way")
    report = verify_package(folder, trusted=keys)
    if report.faults:
        raise Broken(
            "the package is not what was sent", value=str(report.faults[0]), remedy="ask again"
        )
    checkpoint = parse_checkpoint((folder / layout.CHECKPOINT).read_text("utf-8"))
    sent: dict[str, int] = {}
    for line in (folder / layout.ENTRIES).read_bytes().splitlines():
        entry = parse_entry(line)
        if entry["kind"] == "transfer-out":
            sent[entry["digest"]] = entry["sequence"]
    manifest = layout.parse_manifest((folder / layout.MANIFEST).read_text("utf-8"))
    items = tuple(
        Handed(digest, sent.get(digest, -1), folder / name)
        for name, digest in manifest.items()
        if name.startswith(f"{layout.DATA}/{ITEMS}/")
    )
    if not items or any(one.entry < 0 for one in items):
        raise BadInput(
            "this package hands no items over",
            value=str(folder),
            remedy="have it made with `amparo export-items`",
        )
    return Arriving(checkpoint, Verifier.parse(report.key), items)


def custody_files(package: Path) -> list[Path]:
    """What tells of the items' custody so far: taken in as items too."""
    return [package / layout.ENTRIES, package / layout.CHECKPOINT, package / layout.NOTE]


def take_over(vault: Vault, arriving: Arriving) -> str:
    """Enter `transfer-in` for items that were deposited just now; the signed receipt.

    Raises Broken when one of them is not in the vault.
    """
    held = set(
        Item.every.filter(sha256__in=[i.digest for i in arriving.items]).values_list(
            "sha256", flat=True
        )
    )
    origin, root = arriving.checkpoint.origin, arriving.checkpoint.root.hex()
    lines = []
    with work(vault.member, "items handed over by another office") as custody:
        for one in arriving.items:
            if one.digest not in held:
                raise Broken("an item of the package was not taken in", value=one.digest[:16])
            receipt = f"entry {one.entry} of {arriving.checkpoint.size}, root {root}"
            number = custody.enter(
                "transfer-in",
                item=one.digest,
                digest=one.digest,
                from_={"party": origin, "receipt": receipt},
            )
            lines.append(f"item {one.digest} sent {one.entry} received {number}")
    text = "\n".join([RECEIPT, f"by {current_log().origin}", f"from {origin}", *lines, ""])
    return sign_note(text, [current_log().signer])


def keep_receipt(vault: Vault, note: str, key: str) -> int:
    """Enter the receipt of what we handed over; number of items. Raises Broken, BadInput.

    Each line must name one of our transfer-out entries and the item that it was about.
    """
    parsed, _ = open_note(note, [Verifier.parse(key)])
    header, by, sender, *lines = parsed.text[:-1].split("\n")
    rows = [_LINE.fullmatch(line) for line in lines]
    if header != RECEIPT or not rows or by != f"by {Verifier.parse(key).name}":
        raise BadInput("this is no receipt of that office", remedy="get the file again, unaltered")
    if sender != f"from {current_log().origin}":
        raise Broken("the receipt is for another ledger", value=sender.removeprefix("from "))
    with work(vault.member, "receipt of another office") as custody:
        for row in rows:
            if row is None:
                raise BadInput("a line of the receipt is malformed")
            digest, sent, received = row[1], int(row[2]), int(row[3])
            _check_sent(digest, sent)
            custody.enter(
                "transfer-out",
                item=digest,
                digest=digest,
                to={"party": by.removeprefix("by "), "receipt": f"entry {received}"},
                result=f"receipt for entry {sent}",
            )
    return len(rows)


def _check_sent(digest: str, sent: int) -> None:
    row = LedgerEntry.objects.filter(sequence=sent, kind="transfer-out", item_digest=digest).first()
    if row is None:
        raise Broken("the receipt names a transfer that was not made", value=f"entry {sent}")


def _file_name(item: Item) -> str:
    """Code and harmless suffix: what a file was called may tell who someone is."""
    suffix = PurePosixPath(item.file_name).suffix.lower()
    return f"{item.code}{suffix if _SUFFIX.fullmatch(suffix) else ''}"


def _listed(items: Sequence[Item]) -> bytes:
    rows = [
        {
            "file": _file_name(item),
            "sha256": item.sha256,
            "size": item.size,
            "media_type": item.media_type,
            "received_at": item.received_at.isoformat(),
        }
        for item in items
    ]
    return json.dumps(rows, indent=2).encode()
