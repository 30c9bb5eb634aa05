"""Countersigning another office's ledger: never twice for two different pasts.

A witness keeps the last checkpoint it signed for each ledger. It signs a newer one only
when the ledger's own key signed it and it continues the one kept (C2SP tlog-witness).
"""

from __future__ import annotations

from collections.abc import Sequence

from amparo.crypto.sign import Signer, Verifier
from amparo.custody.checkpoint import Checkpoint, cosign, verify_checkpoint
from amparo.custody.proof import check_consistency
from amparo.errors import Refused
from amparo.filled import filled


def countersign(
    note: str,
    log_keys: Sequence[Verifier],
    witness: Signer,
    at: int,
    *,
    last: str | None = None,
    path: Sequence[bytes] = (),
) -> str:
    """`note` with the witness's cosignature, stating the POSIX time `at`.

    last: the checkpoint of this ledger signed before, None the first time. path: the
    consistency proof from there. Raises Broken when the past was rewritten or a signature
    fails, Refused when the checkpoint is of another ledger. Keep the answer as the next `last`.
    """
    new = verify_checkpoint(note, log_keys)
    if last is not None:
        check_continues(verify_checkpoint(last, log_keys), new, path)
    return cosign(note, witness, at)


def check_continues(old: Checkpoint, new: Checkpoint, path: Sequence[bytes]) -> None:
    """Raise Refused or Broken unless `new` is a later state of the ledger that `old` is of."""
    if old.origin != new.origin:
        raise Refused(
            "The checkpoint is of another ledger",
            value=new.origin,
            remedy=filled("Give one of {origin}", origin=old.origin),
        )
    check_consistency(old.size, new.size, old.root, new.root, path)
