"""What the open vault's ledger says in some entries, ready for a package."""

from __future__ import annotations

from django.db.models import QuerySet

from amparo.crypto.sign import Verifier
from amparo.custody.checkpoint import merge_cosignatures, parse_checkpoint, parse_vkeys
from amparo.custody.log import current_log
from amparo.custody.models import Cosigned, LedgerEntry, LogState
from amparo.custody.package import Extract
from amparo.custody.stamping import open_stamps
from amparo.custody.tiles import Tiles


def extract_of(rows: QuerySet[LedgerEntry]) -> Extract:
    """These entries, with proofs under the newest checkpoint; the stamps and the
    cosignatures of witnesses that are kept, with proofs that the ledger only grew since."""
    log, state = current_log(), LogState.objects.get()
    tiles, size = Tiles(log.ledger), state.size
    stamps = open_stamps().for_package(size)
    note, earlier, witnesses = _cosigned(state.checkpoint)
    sizes = {int(name.partition(".")[0]) for name in stamps}
    sizes |= {parse_checkpoint(one).size for one in earlier}
    return Extract(
        entries=[(row.sequence, bytes(row.body)) for row in rows.order_by("sequence")],
        prove=lambda sequence: tiles.prove_inclusion(sequence, size),
        checkpoint=note,
        log_keys=[signer.verifier for signer in log.signers_after(state.checkpoint)],
        witnesses=witnesses,
        stamps=stamps,
        consistency=[(old, tiles.prove_consistency(old, size)) for old in sorted(sizes - {size})],
        cosigned=earlier,
        former_keys=[Verifier.parse(key) for key in log.former],
    )


def _cosigned(note: str) -> tuple[str, list[str], list[Verifier]]:
    """The newest checkpoint with what witnesses signed of it, earlier ones, the witnesses."""
    newest, earlier, keys = parse_checkpoint(note), [], set()
    for row in Cosigned.objects.filter(size__lte=newest.size).order_by("size"):
        keys |= set(parse_vkeys(row.vkeys))
        if parse_checkpoint(row.note).text == newest.text:
            note = merge_cosignatures(note, row.note)
        else:
            earlier.append(row.note)
    return note, earlier, sorted(keys, key=lambda key: key.vkey)
