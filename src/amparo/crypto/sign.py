"""Signed notes (C2SP signed-note) with Ed25519, and timestamped cosignatures (C2SP
tlog-cosignature) with Ed25519 or ML-DSA-44.

A note is text that ends in a newline, an empty line, and one signature line each.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from amparo.errors import BadInput, Broken

ED25519 = 0x01
COSIGN_ED25519 = 0x04
COSIGN_ML_DSA_44 = 0x06
PUBLIC_SIZES = {ED25519: 32, COSIGN_ED25519: 32, COSIGN_ML_DSA_44: 1312}
SIGNATURE_SIZES = {ED25519: 64, COSIGN_ED25519: 72, COSIGN_ML_DSA_44: 2428}
DASH = "\u2014 "
MAX_NOTE = 1 << 20
MAX_SIGNATURES = 64


@dataclass(frozen=True)
class Signature:
    """One signature line: key name, 4-byte key id, and the bytes after it."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        coded = base64.b64encode(self.key_id + self.value).decode()
        return f"{DASH}{self.name} {coded}\n"


@dataclass(frozen=True)
class Note:
    """Text (with its last newline) and its signatures, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> str:
        return self.text + "\n" + "".join(signature.line() for signature in self.signatures)


@dataclass(frozen=True)
class Verifier:
    """A public key with its name: what a vkey line (`name+id+base64`) says."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        seed = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(seed).digest()[:4]

    @property
    def vkey(self) -> str:
        coded = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{coded}"

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read a vkey; BadInput when it is not one or its id is not that of its key."""
        parts = vkey.strip().split("+", 2)
        try:
            name, key_id, coded = parts
            raw = base64.b64decode(coded, validate=True)
            verifier = cls(_checked_name(name), raw[0], raw[1:])
        except (ValueError, IndexError, binascii.Error):
            raise _bad_vkey(vkey) from None
        if PUBLIC_SIZES.get(verifier.kind) != len(verifier.public):
            raise _bad_vkey(vkey)
        if verifier.key_id.hex() != key_id:
            raise _bad_vkey(vkey)
        return verifier

    def signed(self, text: str, signature: Signature) -> bool:
        """Whether `signature` is this key's over `text`."""
        if (signature.name, signature.key_id) != (self.name, self.key_id):
            return False
        if len(signature.value) != SIGNATURE_SIZES[self.kind]:
            return False
        try:
            self._verify(text, signature.value)
        except InvalidSignature:
            return False
        return True

    def _verify(self, text: str, value: bytes) -> None:
        if self.kind == ED25519:
            Ed25519PublicKey.from_public_bytes(self.public).verify(value, text.encode())
            return
        stamp, value = struct.unpack(">Q", value[:8])[0], value[8:]
        if self.kind == COSIGN_ED25519:
            message = cosigned_text(text, stamp)
            Ed25519PublicKey.from_public_bytes(self.public).verify(value, message)
        else:
            message = cosigned_message(self.name, text, stamp)
            MLDSA44PublicKey.from_public_bytes(self.public).verify(value, message)


@dataclass(frozen=True, repr=False)
class Signer:
    """A private key with its name: `seed` has 32 bytes for every kind."""

    name: str
    seed: bytes
    kind: int = ED25519

    @property
    def verifier(self) -> Verifier:
        if self.kind == COSIGN_ML_DSA_44:
            public = MLDSA44PrivateKey.from_seed_bytes(self.seed).public_key().public_bytes_raw()
        else:
            public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return Verifier(_checked_name(self.name), self.kind, public)

    def sign(self, text: str, *, at: int = 0) -> Signature:
        """Sign note text; `at` (POSIX seconds) is stated by the cosigning kinds."""
        _checked_text(text)
        if self.kind == ED25519:
            value = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        elif self.kind == COSIGN_ED25519:
            private = Ed25519PrivateKey.from_private_bytes(self.seed)
            value = struct.pack(">Q", at) + private.sign(cosigned_text(text, at))
        else:
            post_quantum = MLDSA44PrivateKey.from_seed_bytes(self.seed)
            message = cosigned_message(self.name, text, at)
            value = struct.pack(">Q", at) + post_quantum.sign(message)
        return Signature(self.name, self.verifier.key_id, value)


def sign_note(text: str, signers: Sequence[Signer], *, at: int = 0) -> str:
    """The signed note over `text`, one line for each signer."""
    _checked_text(text)
    return Note(text, tuple(signer.sign(text, at=at) for signer in signers)).encode()


def parse_note(note: str) -> Note:
    """Split a note into text and signatures; BadInput when it is not one. Checks nothing."""
    if len(note) > MAX_NOTE:
        raise _bad_note("it is too long")
    text, found, tail = note.rpartition("\n\n")
    if not found or not tail.endswith("\n"):
        raise _bad_note("no signature block")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _bad_note("too many signatures")
    _checked_text(text + "\n")
    return Note(text + "\n", tuple(_parse_line(line) for line in lines))


def open_note(note: str, verifiers: Iterable[Verifier]) -> tuple[Note, list[Verifier]]:
    """The note and which of the known keys signed it.

    Raises Broken when a known key's signature does not verify, or no known key signed.
    """
    parsed = parse_note(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signed: list[Verifier] = []
    for signature in parsed.signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is None:
            continue
        if not verifier.signed(parsed.text, signature):
            raise Broken("A signature does not verify", value=signature.name)
        if verifier not in signed:
            signed.append(verifier)
    if not signed:
        raise Broken("No known key signed this note", remedy="Check which key you trust")
    return parsed, signed


def cosigned_text(text: str, at: int) -> bytes:
    """What an Ed25519 cosigner signs: header, time, whole note text."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def cosigned_message(name: str, text: str, at: int) -> bytes:
    """What an ML-DSA-44 cosigner signs over a checkpoint: names, time, size and root."""
    origin, size, root = text.split("\n")[:3]
    try:
        hash_ = base64.b64decode(root, validate=True)
        end = int(size)
    except (ValueError, binascii.Error):
        raise _bad_note("only a checkpoint can be cosigned") from None
    parts = [b"subtree/v1\n\x00", bytes([len(name.encode())]), name.encode()]
    parts += [struct.pack(">Q", at), bytes([len(origin.encode())]), origin.encode()]
    return b"".join([*parts, struct.pack(">QQ", 0, end), hash_])


def stamped_at(signature: Signature) -> int:
    """POSIX seconds stated in a cosignature."""
    return int(struct.unpack(">Q", signature.value[:8])[0])


def _parse_line(line: str) -> Signature:
    if not line.startswith(DASH):
        raise _bad_note("a signature line does not begin with a dash")
    name, found, coded = line[len(DASH) :].partition(" ")
    try:
        raw = base64.b64decode(coded, validate=True)
        name = _checked_name(name)
    except (ValueError, binascii.Error):
        raise _bad_note("a signature line is not base64") from None
    if not found or len(raw) < 5 or base64.b64encode(raw).decode() != coded:
        raise _bad_note("a signature line is malformed")
    return Signature(name, raw[:4], raw[4:])


def _checked_name(name: str) -> str:
    if not name or "+" in name or any(char.isspace() or ord(char) < 32 for char in name):
        raise ValueError("a key name has no space and no plus")
    return name


def _checked_text(text: str) -> None:
    if not text.endswith("\n") or any(ord(char) < 32 and char != "\n" for char in text):
        raise _bad_note("text must end in a newline and hold no control characters")


def _bad_note(why: str) -> BadInput:
    return BadInput("This is not a signed note", value=why, remedy="Get the file again, unaltered")


def _bad_vkey(vkey: str) -> BadInput:
    return BadInput(
        "This is not a verifier key", value=vkey[:80], remedy="It reads name+8 hex digits+base64"
    )


def public_pem(verifier: Verifier) -> bytes:
    """An Ed25519 key as OpenSSL reads it (SubjectPublicKeyInfo, PEM)."""
    key = Ed25519PublicKey.from_public_bytes(verifier.public)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
