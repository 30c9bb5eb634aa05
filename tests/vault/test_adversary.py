"""Someone who holds the key writes another past that agrees with itself. A checkpoint that
was kept outside of the vault gives him away."""

from __future__ import annotations

import json
import shutil

import pytest

from amparo.custody.checkpoint import make_checkpoint
from amparo.custody.entry import canonical_bytes
from amparo.custody.log import current_log
from amparo.custody.models import LedgerEntry, LogState
from amparo.custody.tiles import Tiles
from amparo.custody.tree import Frontier, grow, leaf_hash
from amparo.custody.work import work
from amparo.store import guard
from amparo.store.files import write_durably
from amparo.store.packs import Packs, furthest
from amparo.vault.verify import verify_vault


def write(count: int) -> None:
    for number in range(count):
        with work("M-1", "note") as custody:
            custody.enter("verify", result=f"step {number}")


def forge(bodies: list[bytes]) -> None:
    """Make `bodies` the ledger: rows, head, signature and tiles all agree, signed by our key."""
    log, frontier = current_log(), Frontier()
    with guard.permit():
        LedgerEntry.objects.all().delete()
        for sequence, body in enumerate(bodies):
            entry = {**json.loads(body), "sequence": sequence}
            body = canonical_bytes(entry)
            LedgerEntry.objects.create(
                sequence=sequence, kind=entry["kind"], at=entry["time"]["utc"],
                item_digest=entry.get("item", ""), body=body, leaf_hash=leaf_hash(body),
            )  # fmt: skip
            frontier = frontier.append(leaf_hash(body))
        note = make_checkpoint(log.origin, frontier.size, frontier.root(), [log.signer])
        LogState.objects.update(size=frontier.size, frontier=frontier.to_bytes(), checkpoint=note)
    shutil.rmtree(log.ledger / "tile")
    leaves = [bytes(row.leaf_hash) for row in LedgerEntry.objects.all()]
    Tiles(log.ledger).extend(0, leaves, write_durably)
    write_durably(log.ledger / "checkpoint", note.encode())


def changed(bodies: list[bytes]) -> list[bytes]:
    at = len(bodies) // 2
    return [*bodies[:at], bodies[at].replace(b"step", b"stop"), *bodies[at + 1 :]]


FORGERIES = {
    "rewritten": changed,
    "dropped": lambda bodies: [*bodies[:3], *bodies[4:]],
    "reordered": lambda bodies: [*bodies[:3], bodies[4], bodies[3], *bodies[5:]],
    "set back": lambda bodies: bodies[:4],
    "set back and gone on": lambda bodies: [*bodies[:4], *bodies[1:4], *bodies[1:4], *bodies[1:4]],
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_another_past_does_not_agree_with_a_checkpoint_kept_outside(vault, forgery):
    write(6)
    kept = LogState.objects.get().checkpoint
    write(3)
    assert verify_vault(vault, earlier=[kept]).faults == []
    forge(FORGERIES[forgery]([bytes(row.body) for row in LedgerEntry.objects.all()]))
    assert verify_vault(vault).faults == [], "the forgery agrees with itself"
    faults = verify_vault(vault, earlier=[kept]).faults
    assert len(faults) == 1 and faults[0].startswith("earlier checkpoint 1: the ledger")


def test_a_checkpoint_of_another_ledger_is_no_evidence(vault):
    kept = LogState.objects.get().checkpoint
    text = kept.replace(current_log().origin, "amparo/0123456789abcdef")
    assert len(verify_vault(vault, earlier=[text]).faults) == 1


def test_a_tile_that_agrees_with_a_changed_entry_is_named(vault):
    write(3)
    tile = vault.folder / "ledger/tile/0/000.p/4"
    data = bytearray(tile.read_bytes())
    data[40] ^= 1
    tile.write_bytes(data)
    assert any("tile/0/000.p/4" in fault for fault in verify_vault(vault).faults)


def test_the_command_compares_with_a_checkpoint_from_outside(run, vault_folder, tmp_path):
    kept = tmp_path / "kept.txt"
    kept.write_text(run("ledger", "checkpoint", vault_folder).stdout)
    told = json.loads(run("verify", vault_folder, "--checkpoint", kept, "--json").stdout)
    assert any("only grown" in line for line in told["checked"])
    (tmp_path / "bad.txt").write_text("nothing of the kind")
    run("verify", vault_folder, "--checkpoint", tmp_path / "bad.txt", expect=1)
    run("verify", vault_folder, "--checkpoint", tmp_path / "none.txt", expect=2)
    run("verify", vault_folder, "--key", "other+00000000+AAAA", expect=2)


def test_recovery_keeps_everything_up_to_the_furthest_object(vault):
    """An older item may lie behind a newer one, when a container's member was held already."""
    packs: Packs = vault.packs
    first = packs.put(b"a" * 100)
    second = packs.put(b"b" * 100)
    packs.flush()
    assert furthest([second.locator, first.locator]) == second.locator
    assert furthest(["000002-20-" + "0" * 32, "000010-20-" + "0" * 32]).startswith("000010")
    assert furthest([]) is None


def test_growing_a_frontier_gives_the_root_of_the_record(vault):
    write(5)
    leaves = [bytes(row.leaf_hash) for row in LedgerEntry.objects.all()]
    assert grow(leaves).root() == Frontier.from_bytes(bytes(LogState.objects.get().frontier)).root()
