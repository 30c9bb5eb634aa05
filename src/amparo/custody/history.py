"""Comparing the ledger of the open vault with what others hold of its past."""

from __future__ import annotations

from collections.abc import Sequence

from amparo.crypto.sign import Verifier
from amparo.custody.checkpoint import Checkpoint, verify_checkpoint
from amparo.custody.log import current_log
from amparo.custody.models import LedgerEntry, LogState
from amparo.custody.proof import Proof
from amparo.custody.tiles import Tiles
from amparo.custody.tree import grow
from amparo.errors import Broken, NotFound, Refused
from amparo.filled import filled


def compare_with(note: str, keys: Sequence[Verifier]) -> Checkpoint:
    """The earlier checkpoint `note`, when the record's ledger begins as it says.

    The root is computed anew from the entries' leaf hashes, so that no kept hash has to be
    believed. Raises BadInput, Refused for another ledger, Broken for another past.
    """
    old = verify_checkpoint(note, keys)
    origin = current_log().origin
    if old.origin != origin:
        raise Refused(
            "It is of another ledger",
            value=old.origin,
            remedy=filled("give one of {origin}", origin=origin),
        )
    held = LedgerEntry.objects.count()
    if old.size > held:
        raise Broken(
            "The ledger is shorter than it was: an older state was put back, or entries are gone",
            value=f"{old.size} entries then, {held} now",
        )
    rows = LedgerEntry.objects.filter(sequence__lt=old.size).order_by("sequence")
    leaves = rows.values_list("leaf_hash", flat=True).iterator(chunk_size=5_000)
    if grow(map(bytes, leaves)).root() != old.root:
        raise Broken(
            "The ledger was rewritten: its past is not the one that was signed",
            value=f"up to entry {old.size}",
        )
    return old


def prove_entry(sequence: int) -> tuple[bytes, Proof]:
    """Canonical bytes of an entry, and the proof that the newest checkpoint covers it."""
    row = LedgerEntry.objects.filter(sequence=sequence).first()
    state = LogState.objects.get()
    if row is None:
        raise NotFound("no such entry", value=str(sequence), remedy="see `amparo ledger show`")
    path = Tiles(current_log().ledger).prove_inclusion(sequence, state.size)
    return bytes(row.body), Proof(sequence, tuple(path), state.checkpoint)


def prove_growth(old: int) -> tuple[int, list[bytes]]:
    """Size of the newest checkpoint, and the consistency proof from `old` entries to it."""
    size = LogState.objects.get().size
    if not 0 < old <= size:
        raise Broken("The ledger is shorter than that", value=f"{old} entries, {size} now")
    return size, Tiles(current_log().ledger).prove_consistency(old, size)
