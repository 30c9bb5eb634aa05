"""A small package to check, and to damage."""

from __future__ import annotations

from pathlib import Path

from amparo.crypto.digest import digest_bytes
from amparo.crypto.sign import COSIGN_ED25519, Signer
from amparo.custody.checkpoint import cosign, log_signers, make_checkpoint, origin_of
from amparo.custody.entry import make_entry
from amparo.custody.package import Extract, Package, build_package
from amparo.custody.proof import nodes_of, prove_consistency, prove_inclusion
from amparo.custody.tree import grow, leaf_hash

ORIGIN = origin_of("00112233aabbccdd")
SIGNERS = log_signers(ORIGIN, b"\x01" * 32)
WITNESS = Signer("witness.example/partner", b"\x02" * 32, COSIGN_ED25519)
FORMER = Signer(ORIGIN, b"\x03" * 32)
POST_QUANTUM = log_signers(ORIGIN, b"\x01" * 32, b"\x04" * 32)
FILES = {
    "E-01 statement.txt": "Показания свидетеля, придуманного для проверки.".encode(),
    "E-02 photo.bin": bytes(range(256)) * 700,
    "filing/communication.pdf": b"%PDF-1.7 not really",
    "E-03 empty.txt": b"",
}


def entry(sequence: int, data: bytes, kind: str = "deposit") -> bytes:
    return make_entry(
        kind=kind,
        log=ORIGIN,
        sequence=sequence,
        time={"utc": "2026-11-22T20:00:00Z", "zone": "Europe/Paris", "clock": "system"},
        actor={"id": "m-1", "role": "archivist"},
        item=f"item-{sequence}",
        digest=digest_bytes(data),
        size=len(data),
    )


def ledger(count: int = 20) -> list[bytes]:
    held = list(FILES.values())
    return [
        entry(number, held[number % 4], "deposit" if number < 4 else "view")
        for number in range(count)
    ]


def extract(
    entries: list[bytes],
    numbers: list[int],
    stamps: dict[str, bytes] | None = None,
    signers: list[Signer] = SIGNERS,
) -> Extract:
    leaves = [leaf_hash(one) for one in entries]
    tree, young = grow(leaves), grow(leaves[:5])
    note = cosign(make_checkpoint(ORIGIN, tree.size, tree.root(), signers), WITNESS, 1_800_000_000)
    # Countersigned before the vault was re-sealed: by the key that it had then.
    earlier = make_checkpoint(ORIGIN, young.size, young.root(), [FORMER])
    return Extract(
        entries=[(number, entries[number]) for number in numbers],
        prove=lambda index: prove_inclusion(index, tree.size, nodes_of(leaves)),
        checkpoint=note,
        log_keys=[one.verifier for one in signers],
        witnesses=[WITNESS.verifier],
        stamps=stamps or {},
        consistency=[(5, prove_consistency(5, tree.size, nodes_of(leaves)))],
        cosigned=[cosign(earlier, WITNESS, 1_700_000_000)],
        former_keys=[FORMER.verifier],
    )


def make_package(
    folder: Path, stamps: dict[str, bytes] | None = None, signers: list[Signer] = SIGNERS
) -> Package:
    entries = ledger()
    return build_package(
        folder,
        list(FILES.items()),
        extract(entries, [0, 1, 2, 3, 9, 19], stamps, signers),
        SIGNERS,
        made_at="2026-11-22T21:00:00Z",
        info={"Source-Organization": "An invented office"},
    )
