"""Read and hash everything again: packs, items, ledger, signatures, record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from amparo.crypto.sign import Verifier
from amparo.custody.checkpoint import verify_head
from amparo.custody.entry import EntryMaker
from amparo.custody.log import CHECKPOINT
from amparo.custody.models import LedgerEntry, LogState
from amparo.custody.tiles import Tiles
from amparo.custody.tree import Frontier, leaf_hash
from amparo.errors import AmparoError
from amparo.store.audit import PackReport
from amparo.store.database import check_pages, describe_check, reading_errors
from amparo.store.database import name as database_name
from amparo.store.lock import LOCK_NAME
from amparo.vault.header import HEADER_NAME
from amparo.vault.hold import code_of
from amparo.vault.models import Item
from amparo.vault.unlock import DATABASE, ERASING, WRITING, Vault
from amparo.vault.verify_items import Told, compare_items, hear_all

Check = Callable[["Vault", "Report"], None]
AT_ONCE = 2_000
KNOWN_FILES = {HEADER_NAME, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", LOCK_NAME}
MARKS = (WRITING, ERASING)
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
    told = Told()
    checks: tuple[Check, ...] = (
        _check_pages,
        partial(_check_ledger, told=told),
        _check_published,
        partial(_check_items, told=told),
        _check_identities,
        _check_stamps,
        _check_folder,
        partial(_check_earlier, earlier=earlier),
    )
    with ExitStack() as stack:
        # Other processes read the packs while this one reads the record.
        packs: list[Check] = []
        with _told_of(report):
            packs.append(_begin_packs(vault, stack, progress))
        for check in (*checks, *packs):
            with _told_of(report):
                check(vault, report)
    return report


@contextmanager
def _told_of(report: Report) -> Iterator[None]:
    """What cannot be read is a fault; the check goes on."""
    try:
        with reading_errors():
            yield
    except AmparoError as error:
        report.faults.append(_placed(error))


def _placed(error: AmparoError) -> str:
    return f"{error.value or database_name()}: {error.cause}"


def _check_pages(vault: Vault, report: Report) -> None:
    faults = check_pages()
    checked, notes = describe_check()
    report.faults += [f"{database_name()}: {fault}" for fault in faults]
    report.notes += notes
    if not faults:
        report.checked.append(f"{database_name()}: {checked}")


def _check_ledger(vault: Vault, report: Report, *, told: Told) -> None:
    """Entries are whole, in order, and hash to the signed head."""
    maker, frontier, leaves = EntryMaker(), Frontier(), list[bytes]()
    rows = LedgerEntry.objects.order_by("sequence")
    columns = rows.values_list("sequence", "kind", "body", "leaf_hash")
    for sequence, kind, raw, kept in columns.iterator(chunk_size=AT_ONCE):
        body = bytes(raw)
        entry, leaf = maker.parse(body), leaf_hash(body)
        if len(leaves) == AT_ONCE:
            frontier, leaves = frontier.extend(leaves), []
        if not entry["sequence"] == sequence == frontier.size + len(leaves):
            report.faults.append(f"ledger entry {sequence}: out of order")
            return
        if leaf != bytes(kept) or entry["kind"] != kind:
            report.faults.append(
                f"ledger entry {sequence}: the entry is not the one that was recorded"
            )
        leaves.append(leaf)
        told.hear(sequence, kind, entry)
    told.whole = True
    frontier = frontier.extend(leaves)
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


def _check_items(vault: Vault, report: Report, *, told: Told) -> None:
    """Each item's row and extractions are what its last reading's entry said."""
    count = compare_items(told if told.whole else hear_all(), report.faults)
    report.checked.append(f"items: {count} rows compared with their ledger entries")


def _check_identities(vault: Vault, report: Report) -> None:
    from amparo.access.grants import check_grants
    from amparo.access.requests import check_requests
    from amparo.vault.identity import check_identities

    report.faults += [*check_identities(), *check_grants(), *check_requests()]


def _check_stamps(vault: Vault, report: Report) -> None:
    """Time stamps hold, by the certificates that are pinned; nothing is contacted."""
    if not any(_files(vault.folder / "timestamps")):
        return
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
    stray = [
        p for p in _files(vault.folder / "packs") if p.suffix != ".pack" and p.name not in MARKS
    ]
    report.faults += [f"packs/{path.name}: this file is none of the vault's" for path in stray]
    beside = [p for p in (vault.folder / "ledger").iterdir() if p.name not in ("tile", CHECKPOINT)]
    report.faults += [f"ledger/{path.name}: this file is none of the vault's" for path in beside]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _begin_packs(vault: Vault, stack: ExitStack, progress: Callable[[int], None] | None) -> Check:
    """Begin to read the packs; what is answered waits for the end and compares.

    What the record expects is asked first: an item that comes in meanwhile is not looked for.
    """
    expected = list(Item.every.values_list("locator", "sha256", "number"))
    audit = stack.enter_context(vault.packs.begin_audit())

    def finish(_: Vault, report: Report) -> None:
        found = audit.finish(((at, digest) for at, digest, _ in expected), progress)
        _report_packs(report, found, expected)

    return finish


def _report_packs(report: Report, found: PackReport, expected: list[tuple[str, str, int]]) -> None:
    held_at = {fault.locator: "" for fault in found.faults}
    held_at |= {at: f" ({code_of(number)})" for at, _, number in expected if at in held_at}
    report.faults += [f"{fault}{held_at[fault.locator]}" for fault in found.faults]
    if found.orphans:
        report.notes.append(
            f"{len(found.orphans)} sealed objects belong to no item: a deposit was cut off "
            "before it was acknowledged, or it came in during this check"
        )
    report.checked.append(
        f"packs: {found.objects} objects, {found.size} bytes in {found.packs} packs"
    )
