"""Read and hash everything again: packs, items, ledger, signatures, record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from amparo.crypto.sign import Verifier
from amparo.custody.checkpoint import verify_head
from amparo.custody.entry import parse_entry
from amparo.custody.log import CHECKPOINT
from amparo.custody.models import LedgerEntry, LogState
from amparo.custody.tiles import Tiles
from amparo.custody.tree import Frontier, leaf_hash
from amparo.errors import AmparoError
from amparo.store.database import check_pages, describe_check, reading_errors
from amparo.store.database import name as database_name
from amparo.store.lock import LOCK_NAME
from amparo.store.packs import Stored
from amparo.vault.deposit import Arrival, Extract, describe_digest
from amparo.vault.header import HEADER_NAME
from amparo.vault.models import Item
from amparo.vault.unlock import DATABASE, WRITING, Vault

KNOWN_FILES = {HEADER_NAME, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", LOCK_NAME}
KNOWN_FOLDERS = {"packs", "ledger", "timestamps"}


@dataclass
class Report:
    """What was checked, what is broken (with its place), and remarks that are no faults."""

    checked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return {
            "clean": not self.faults,
            "checked": self.checked,
            "faults": [_parted(fault) for fault in self.faults],
            "notes": self.notes,
        }


def _parted(fault: str) -> dict[str, str]:
    place, _, what = fault.partition(": ")
    return {"place": place, "fault": what or "not what it should be"}


def verify_vault(
    vault: Vault,
    *,
    earlier: Sequence[str] = (),
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Check the whole vault. Faults name the file and, where there is one, the byte or item.

    earlier: checkpoints of this ledger that were kept outside of the vault. Whoever holds the
    key can write another past that agrees with itself; it does not agree with these.
    """
    report = Report()
    checks = (
        _check_pages,
        _check_ledger,
        _check_published,
        _check_items,
        _check_identities,
        _check_stamps,
        _check_folder,
    )
    for check in (*checks, partial(_check_earlier, earlier=earlier)):
        try:
            with reading_errors():
                check(vault, report)
        except AmparoError as error:
            report.faults.append(_placed(error))
    try:
        with reading_errors():
            _check_packs(vault, report, progress)
    except AmparoError as error:
        report.faults.append(_placed(error))
    return report


def _placed(error: AmparoError) -> str:
    return f"{error.value or database_name()}: {error.cause}"


def _check_pages(vault: Vault, report: Report) -> None:
    faults = check_pages()
    checked, notes = describe_check()
    report.faults += [f"{database_name()}: {fault}" for fault in faults]
    report.notes += notes
    if not faults:
        report.checked.append(f"{database_name()}: {checked}")


def _check_ledger(vault: Vault, report: Report) -> None:
    """Entries are whole, in order, and hash to the signed head."""
    frontier = Frontier()
    rows = LedgerEntry.objects.order_by("sequence")
    columns = rows.values_list("sequence", "kind", "body", "leaf_hash")
    for sequence, kind, raw, kept in columns.iterator(chunk_size=2_000):
        body = bytes(raw)
        entry, leaf = parse_entry(body), leaf_hash(body)
        where = f"ledger entry {sequence}"
        if entry["sequence"] != frontier.size or sequence != frontier.size:
            report.faults.append(f"{where}: out of order")
            return
        if leaf != bytes(kept) or entry["kind"] != kind:
            report.faults.append(f"{where}: the entry is not the one that was recorded")
        frontier = frontier.append(leaf)
    state = LogState.objects.get()
    head = verify_head(state.checkpoint, map(Verifier.parse, vault.header.head_vkeys))
    if (head.size, head.root) != (frontier.size, frontier.root()):
        report.faults.append("ledger: the entries do not give the signed root")
        return
    report.checked.append(f"ledger: {frontier.size} entries hash to the signed checkpoint")


def _check_published(vault: Vault, report: Report) -> None:
    folder = vault.folder / "ledger"
    state = LogState.objects.get()
    published = (folder / CHECKPOINT).read_bytes() if (folder / CHECKPOINT).is_file() else b""
    if published != state.checkpoint.encode():
        report.faults.append(f"ledger/{CHECKPOINT}: not the checkpoint of the record")
    tiles = Tiles(folder)
    rows = LedgerEntry.objects.order_by("sequence").values_list("leaf_hash", flat=True)
    faults = tiles.faults(state.size, map(bytes, rows.iterator(chunk_size=5_000)))
    report.faults += faults
    if not faults and tiles.root(state.size) != Frontier.from_bytes(bytes(state.frontier)).root():
        report.faults.append("ledger/tile: the tiles do not give the signed root")
    if not report.faults:
        report.checked.append("ledger files: tiles and checkpoint agree with the record")


def _check_earlier(vault: Vault, report: Report, *, earlier: Sequence[str]) -> None:
    """The ledger has only grown from each of the checkpoints kept outside."""
    from amparo.custody.history import compare_with
    from amparo.custody.witnessed import kept_notes

    kept = [(f"cosigned checkpoint {n}", note) for n, note in enumerate(kept_notes(), start=1)]
    given = [(f"earlier checkpoint {n}", note) for n, note in enumerate(earlier, start=1)]
    for where, note in (*given, *kept):
        try:
            old = compare_with(note, [Verifier.parse(key) for key in vault.header.vkeys])
        except AmparoError as error:
            cause = f"{error.cause[0].lower()}{error.cause[1:]}"
            value = f" ({error.value})" if error.value else ""
            report.faults.append(f"{where}: {cause}{value}")
        else:
            report.checked.append(f"ledger: it has only grown since the checkpoint of {old.size}")


def _arrival(item: Item) -> Arrival:
    extracts = tuple(Extract(p.name, p.label, p.text, p.language) for p in item.parts.all())
    return Arrival(
        Stored(item.locator, item.sha256, item.size), item.file_name, item.kind, item.media_type,
        item.outcome, item.detail, item.reader, item.reader_version, extracts, item.metadata,
    )  # fmt: skip


def _check_items(vault: Vault, report: Report) -> None:
    """Each item's row and extractions are what its last reading's entry said.

    That is its deposit, or the `derive` with which it was read again.
    """
    count = deposits = 0
    told: dict[str, tuple[object, ...]] = {}
    rows = LedgerEntry.objects.filter(kind__in=("deposit", "derive")).order_by("sequence")
    bodies = rows.values_list("sequence", "kind", "body")
    for sequence, kind, body in bodies.iterator(chunk_size=5_000):
        entry = json.loads(bytes(body))
        if entry.get("changes"):
            told[str(entry.get("item"))] = (sequence, entry.get("size"), entry["changes"])
        deposits += kind == "deposit"
    items = Item.every.prefetch_related("parts").order_by("number")
    for item in items.iterator(chunk_size=500):
        found = (item.entry_sequence, item.size, describe_digest(_arrival(item)))
        if told.get(item.sha256) != found:
            report.faults.append(f"{item.code}: its row or text is not what was deposited")
        count += 1
    if deposits != count:
        report.faults.append(f"items: {deposits} deposits in the ledger, {count} in the record")
    report.checked.append(f"items: {count} rows compared with their ledger entries")


def _check_identities(vault: Vault, report: Report) -> None:
    from amparo.vault.identity import check_identities

    report.faults += check_identities()


def _check_stamps(vault: Vault, report: Report) -> None:
    """Time stamps hold, by the certificates that are pinned; nothing is contacted."""
    from amparo.custody.stamping import open_stamps

    found, faults = open_stamps().read()
    report.faults += [f"timestamps/{name}: {fault}" for name, fault in faults]
    if found and not faults:
        report.checked.append(f"time stamps: {len(found)} read, offline")


def _check_folder(vault: Vault, report: Report) -> None:
    """Nothing lies in the folder that the vault did not put there."""
    for path in sorted(vault.folder.iterdir()):
        known = KNOWN_FOLDERS if path.is_dir() else KNOWN_FILES
        if path.name not in known or path.is_symlink():
            report.faults.append(f"{path.name}: this file is none of the vault's")
    stray = [p for p in _files(vault.folder / "packs") if p.suffix != ".pack" and p.name != WRITING]
    report.faults += [f"packs/{path.name}: this file is none of the vault's" for path in stray]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _check_packs(vault: Vault, report: Report, progress: Callable[[int], None] | None) -> None:
    rows = Item.every.values_list("locator", "sha256")
    names = {item.locator: item.code for item in Item.every.only("number", "locator")}
    found = vault.packs.verify(rows.iterator(chunk_size=5_000), progress=progress)
    for fault in found.faults:
        held = f" ({names[fault.locator]})" if fault.locator in names else ""
        report.faults.append(f"{fault}{held}")
    if found.orphans:
        report.notes.append(
            f"{len(found.orphans)} sealed objects belong to no item: a deposit was cut off "
            "before it was acknowledged"
        )
    report.checked.append(
        f"packs: {found.objects} objects, {found.size} bytes in {found.packs} packs"
    )
