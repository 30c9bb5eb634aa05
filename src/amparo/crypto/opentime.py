"""OpenTimestamps proofs: made with a nonce, so that calendars never see the bare digest.

A proof ends in promises of calendars, later in Bitcoin block headers. We have no Bitcoin
node: what a proof claims of a block is stated, and has to be compared with the block itself.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Any

from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation
from opentimestamps.core.op import OpAppend, OpSHA256
from opentimestamps.core.serialize import BytesDeserializationContext, BytesSerializationContext
from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

from amparo.errors import BadInput, Broken

MAX_REPLY = 10_000
CONTENT_TYPE = "application/vnd.opentimestamps.v1"


@dataclass(frozen=True)
class Claim:
    """What a proof says: a calendar's promise (its address), or a Bitcoin block's Merkle root."""

    calendar: str = ""
    block: int | None = None
    merkle_root: str = ""


def begin(data: bytes) -> tuple[DetachedTimestampFile, bytes]:
    """A new proof over `data`, and the 32-byte commitment to send to calendars.

    The commitment is SHA-256 over the digest of `data` and 16 random bytes.
    """
    proof = DetachedTimestampFile(OpSHA256(), Timestamp(hashlib.sha256(data).digest()))
    nonced = proof.timestamp.ops.add(OpAppend(os.urandom(16)))
    commitment = nonced.ops.add(OpSHA256())
    return proof, bytes(commitment.msg)


def join(proof: DetachedTimestampFile, commitment: bytes, reply: bytes) -> None:
    """Add a calendar's reply about `commitment` to the proof. Raises Broken, adding nothing."""
    for stamp in _all(proof.timestamp):
        if stamp.msg == commitment:
            stamp.merge(_parse_reply(reply, commitment))
            return
    raise Broken("A calendar's reply is about something else")


def pending(proof: DetachedTimestampFile) -> list[tuple[str, bytes]]:
    """(calendar address, commitment to ask it for) of each promise."""
    found = []
    for stamp in _all(proof.timestamp):
        for one in stamp.attestations:
            if isinstance(one, PendingAttestation):
                found.append((str(one.uri), bytes(stamp.msg)))
    return sorted(found)


def claims(proof: DetachedTimestampFile) -> list[Claim]:
    """All that the proof says, blocks first."""
    found = []
    for stamp in _all(proof.timestamp):
        for one in stamp.attestations:
            if isinstance(one, PendingAttestation):
                found.append(Claim(calendar=str(one.uri)))
            elif isinstance(one, BitcoinBlockHeaderAttestation):
                found.append(Claim(block=one.height, merkle_root=stamp.msg[::-1].hex()))
    return sorted(found, key=lambda claim: (claim.block is None, claim.block or 0, claim.calendar))


def encode(proof: DetachedTimestampFile) -> bytes:
    """The bytes of an .ots file."""
    context = BytesSerializationContext()
    proof.serialize(context)
    return bytes(context.getbytes())


def decode(ots: bytes, data: bytes) -> DetachedTimestampFile:
    """Read an .ots file that must be about `data`. Raises Broken."""
    try:
        proof = DetachedTimestampFile.deserialize(BytesDeserializationContext(ots))
    except Exception as error:  # the library raises several unrelated classes
        raise Broken("An OpenTimestamps proof cannot be read") from error
    if not isinstance(proof.file_hash_op, OpSHA256) or encode(proof) != ots:
        raise Broken("An OpenTimestamps proof cannot be read")
    if proof.file_digest != hashlib.sha256(data).digest():
        raise Broken("An OpenTimestamps proof is about something else")
    return proof


def _parse_reply(reply: bytes, commitment: bytes) -> Timestamp:
    if len(reply) > MAX_REPLY:
        raise BadInput("A calendar's reply is too long")
    try:
        return Timestamp.deserialize(BytesDeserializationContext(reply), commitment)
    except Exception as error:  # the library raises several unrelated classes
        raise Broken("A calendar's reply cannot be read") from error


def _all(stamp: Timestamp) -> list[Any]:
    found = [stamp]
    for one in stamp.ops.values():
        found += _all(one)
    return found
