"""Countersigning between offices: what we signed of theirs, what they signed of ours."""

from __future__ import annotations

from datetime import UTC, datetime

from amparo.crypto.sign import COSIGN_ED25519, Signer, Verifier
from amparo.custody.checkpoint import Checkpoint, cosignatures, parse_checkpoint
from amparo.custody.history import compare_with
from amparo.custody.layout import parse_consistency
from amparo.custody.models import Cosigned, SeenLog
from amparo.custody.witness import countersign
from amparo.custody.work import work
from amparo.errors import BadInput, Broken, Refused
from amparo.filled import filled


def cosigner(origin: str, seed: bytes) -> Signer:
    """Our key for countersigning; its name is that of our ledger with `/witness` behind it."""
    return Signer(f"{origin}/witness", seed, COSIGN_ED25519)


def sign_theirs(actor: str, witness: Signer, note: str, *, vkey: str = "", proof: str = "") -> str:
    """Another office's checkpoint with our cosignature, when it continues what we signed.

    vkey: their key, got by another way; needed the first time. proof: their consistency
    proof (`amparo ledger grow`) from the checkpoint that we signed last; needed when theirs
    has grown. Raises BadInput, Refused, Broken: then nothing is signed.
    """
    new = parse_checkpoint(note)
    seen = SeenLog.objects.filter(origin=new.origin).first()
    key = _their_key(seen, vkey)
    path = _path(seen, new, proof)
    signed = countersign(
        note,
        [key],
        witness,
        int(datetime.now(UTC).timestamp()),
        last=seen.note if seen else None,
        path=path,
    )
    with work(actor, "countersign a ledger") as custody:
        custody.enter(
            "verify",
            result=f"countersigned {new.origin} at {new.size} entries",
            technical={"route": "witness"},
        )
        SeenLog.objects.update_or_create(
            origin=new.origin,
            defaults={"vkey": key.vkey, "size": new.size, "note": note, "at": custody.at},
        )
    return signed


def keep_cosigned(actor: str, note: str, vkeys: list[str], own: list[Verifier]) -> list[str]:
    """Keep our checkpoint that witnesses signed; their names.

    Raises Broken when it is not our past, or no witness among `vkeys` signed it.
    """
    mine = compare_with(note, own)
    found = cosignatures(note, [Verifier.parse(one) for one in vkeys])
    if not found:
        raise Broken("none of these witnesses signed it", remedy="give the witness's key")
    names = sorted({one.name for one in found})
    with work(actor, "keep a cosignature") as custody:
        custody.enter("verify", result=f"cosigned at {mine.size} entries by {', '.join(names)}")
        Cosigned.objects.update_or_create(
            size=mine.size,
            defaults={"note": note, "vkeys": "\n".join(vkeys), "at": custody.at},
        )
    return names


def kept_notes() -> list[str]:
    """Our checkpoints that others have signed: the record must still begin like each."""
    return list(Cosigned.objects.order_by("size").values_list("note", flat=True))


def _their_key(seen: SeenLog | None, vkey: str) -> Verifier:
    if seen is None and not vkey:
        raise Refused(
            "this ledger was never countersigned here",
            remedy="name its key with --key, got from them by another way",
        )
    if seen is not None and vkey and vkey != seen.vkey:
        raise Refused("the ledger had another key before", remedy="ask them why, by another way")
    return Verifier.parse(seen.vkey if seen else vkey)


def _path(seen: SeenLog | None, new: Checkpoint, proof: str) -> list[bytes]:
    if seen is None or seen.size == new.size:
        return []
    if seen.size > new.size:
        raise Broken(
            "The ledger is shorter than it was: it was set back",
            value=f"{seen.size} entries then, {new.size} now",
        )
    if not proof:
        raise Refused(
            "a proof of growth is needed",
            value=f"from {seen.size} to {new.size} entries",
            remedy=filled("ask them for `amparo ledger grow VAULT --since {size}`", size=seen.size),
        )
    old, size, path = parse_consistency(proof)
    if (old, size) != (seen.size, new.size):
        raise BadInput(
            "the proof is between other sizes",
            value=f"{old} and {size}",
            remedy=filled("ask for one from {first} to {last}", first=seen.size, last=new.size),
        )
    return path
