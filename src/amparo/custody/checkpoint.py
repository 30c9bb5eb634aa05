"""Signed checkpoints of the ledger: C2SP tlog-checkpoint as a signed note.

Text: origin, size, root in base64, then extension lines. Anyone who kept an earlier
checkpoint can find out whether the ledger was only ever added to.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from amparo.crypto.sign import (
    COSIGN_ED25519,
    COSIGN_ML_DSA_44,
    ED25519,
    SIGNATURE_SIZES,
    Note,
    Signature,
    Signer,
    Verifier,
    open_note,
    parse_note,
    sign_note,
    stamped_at,
)
from amparo.errors import BadInput, Broken


@dataclass(frozen=True)
class Checkpoint:
    """State of a ledger: its origin, number of entries, 32-byte root; `note` as signed."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...]
    note: str

    @property
    def text(self) -> str:
        """The signed text."""
        return checkpoint_text(self.origin, self.size, self.root, self.extensions)

    @property
    def signatures(self) -> tuple[Signature, ...]:
        return parse_note(self.note).signatures


@dataclass(frozen=True)
class Cosignature:
    """A witness who saw this checkpoint, and when (POSIX seconds, by its own clock)."""

    name: str
    at: int


def origin_of(log_id: str) -> str:
    """Origin line, and key name, of the ledger with this id (hex digits)."""
    return f"amparo/{log_id}"


def log_signers(origin: str, signing: bytes, signing_ml_dsa: bytes | None = None) -> list[Signer]:
    """The signers of a ledger from its 32-byte seeds; ML-DSA-44 only when its seed is given."""
    signers = [Signer(origin, signing, ED25519)]
    if signing_ml_dsa is not None:
        signers.append(Signer(origin, signing_ml_dsa, COSIGN_ML_DSA_44))
    return signers


def checkpoint_text(origin: str, size: int, root: bytes, extensions: Sequence[str] = ()) -> str:
    """The text that is signed."""
    lines = [origin, str(size), base64.b64encode(root).decode(), *extensions]
    return "".join(line + "\n" for line in lines)


def make_checkpoint(
    origin: str,
    size: int,
    root: bytes,
    signers: Sequence[Signer],
    *,
    at: int = 0,
    extensions: Sequence[str] = (),
) -> str:
    """A signed checkpoint; `at` is the POSIX time that an ML-DSA-44 signature states."""
    return sign_note(checkpoint_text(origin, size, root, extensions), signers, at=at)


def parse_checkpoint(note: str) -> Checkpoint:
    """Read a checkpoint. Checks its form, no signature. Raises BadInput."""
    parsed = parse_note(note)
    lines = parsed.text[:-1].split("\n")
    try:
        origin, size, coded, *extensions = lines
        root = base64.b64decode(coded, validate=True)
    except (ValueError, binascii.Error):
        raise _bad() from None
    plain = size.isascii() and size.isdigit() and str(int(size)) == size if size else False
    if not origin or not plain or len(root) != 32 or not all(extensions):
        raise _bad()
    if base64.b64encode(root).decode() != coded:
        raise _bad()
    return Checkpoint(origin, int(size), root, tuple(extensions), note)


def verify_checkpoint(note: str, verifiers: Iterable[Verifier]) -> Checkpoint:
    """Read a checkpoint that the ledger's own Ed25519 key signed. Raises Broken, BadInput.

    A known key whose signature fails makes the whole checkpoint fail.
    """
    checkpoint = parse_checkpoint(note)
    _, signed = open_note(note, verifiers)
    if not any(key.name == checkpoint.origin and key.kind == ED25519 for key in signed):
        raise Broken("The ledger did not sign this checkpoint", value=checkpoint.origin)
    return checkpoint


def verify_head(note: str, verifiers: Iterable[Verifier]) -> Checkpoint:
    """Read a checkpoint that every one of the ledger's keys signed. Raises Broken, BadInput.

    Whoever can break one kind of signature could otherwise leave the other kind away.
    """
    keys = list(verifiers)
    checkpoint = verify_checkpoint(note, keys)
    _, signed = open_note(note, keys)
    for key in keys:
        if key not in signed:
            raise Broken("A key of the ledger did not sign this checkpoint", value=key.name)
    return checkpoint


def parse_vkeys(text: str) -> list[Verifier]:
    """The keys in a file of vkey lines. Raises BadInput."""
    return [Verifier.parse(line) for line in text.splitlines()]


def is_signed_twice(note: str) -> bool:
    """Whether a line of the form of the ledger's own ML-DSA-44 signature is there; unchecked."""
    if not note:
        return False
    origin, size = note.partition("\n")[0], SIGNATURE_SIZES[COSIGN_ML_DSA_44]
    return any(one.name == origin and len(one.value) == size for one in parse_note(note).signatures)


def cosign(note: str, witness: Signer, at: int) -> str:
    """The checkpoint with one cosignature more. The witness must have checked consistency
    with the last checkpoint it saw (proof.check_consistency) before."""
    if witness.kind not in (COSIGN_ED25519, COSIGN_ML_DSA_44):
        raise ValueError("a witness signs with a cosigning key")
    parsed = parse_note(note)
    parse_checkpoint(note)
    fresh = witness.sign(parsed.text, at=at)
    kept = tuple(
        old for old in parsed.signatures if (old.name, old.key_id) != (fresh.name, fresh.key_id)
    )
    return Note(parsed.text, (*kept, fresh)).encode()


def merge_cosignatures(note: str, other: str) -> str:
    """`note` with the signatures that `other`, a copy of the same text, has besides."""
    mine, theirs = parse_note(note), parse_note(other)
    if mine.text != theirs.text:
        raise BadInput("These are two different checkpoints", remedy="Cosign the newest one")
    added = tuple(one for one in theirs.signatures if one not in mine.signatures)
    return Note(mine.text, mine.signatures + added).encode()


def cosignatures(note: str, witnesses: Iterable[Verifier]) -> list[Cosignature]:
    """Known witnesses whose cosignature verifies. Raises Broken when one does not verify."""
    parsed = parse_note(note)
    found: list[Cosignature] = []
    for witness in witnesses:
        for signature in parsed.signatures:
            if (signature.name, signature.key_id) != (witness.name, witness.key_id):
                continue
            if not witness.signed(parsed.text, signature):
                raise Broken("A cosignature does not verify", value=witness.name)
            found.append(Cosignature(witness.name, stamped_at(signature)))
    return found


def _bad() -> BadInput:
    return BadInput("This is not a checkpoint", remedy="Get the file again, unaltered")
