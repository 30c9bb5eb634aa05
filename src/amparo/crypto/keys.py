"""Keys of a vault: drawing, deriving, wrapping, and commitments to identities.

Format: docs/spec/vault.md, "Keys".
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, fields

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from amparo.crypto.memory import lock_bytes, wipe_bytes
from amparo.errors import Locked

KEY_SIZE = 32
NONCE_SIZE = 12
COMMITMENT_PREFIX = "hmac-sha256:"
WRAPPED_SIZE = NONCE_SIZE + KEY_SIZE + 16


@dataclass(frozen=True, repr=False)
class Keys:
    """32-byte keys derived from the vault key, one for each use; never printed."""

    database: bytes
    objects: bytes
    locators: bytes
    commitments: bytes
    blind_index: bytes
    persons: bytes
    header: bytes
    ledger: bytes
    signing: bytes
    signing_ml_dsa: bytes
    cosigning: bytes

    def __repr__(self) -> str:
        return "Keys(…)"

    def lock(self) -> bool:
        """Keep the keys out of swap, where they lie now; whether the system lets us."""
        locked = [lock_bytes(getattr(self, field.name)) for field in fields(self)]
        return all(locked)

    def wipe(self) -> None:
        """Overwrite the keys in place: they open nothing any more."""
        for field in fields(self):
            wipe_bytes(getattr(self, field.name))


def new_key() -> bytes:
    """32 bytes of the system's random generator."""
    return secrets.token_bytes(KEY_SIZE)


def expand(key: bytes | bytearray, label: str, length: int = KEY_SIZE) -> bytes:
    """HKDF-Expand (RFC 5869) with SHA-256; `key` is uniformly random, `label` names the use."""
    info = b"amparo/1 " + label.encode()
    return HKDFExpand(algorithm=hashes.SHA256(), length=length, info=info).derive(bytes(key))


def derive(vault_key: bytes | bytearray) -> Keys:
    """All keys of a vault from its 32-byte vault key, locked into memory where that is allowed."""
    if len(vault_key) != KEY_SIZE:
        raise ValueError("a vault key has 32 bytes")
    keys = Keys(**{field.name: expand(vault_key, field.name) for field in fields(Keys)})
    keys.lock()
    return keys


def wrap(key: bytes | bytearray, under: bytes, context: str) -> bytes:
    """Seal a 32-byte `key` under another: nonce, AES-256-GCM text, tag (60 bytes).

    `context` (what the key is and whose) is authenticated and must be given again.
    """
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + AESGCM(under).encrypt(nonce, bytes(key), b"amparo/1 wrap " + context.encode())


def unwrap(wrapped: bytes, under: bytes, context: str) -> bytearray:
    """Undo `wrap`. Raises Locked when the key or the context is another one."""
    nonce, sealed = wrapped[:NONCE_SIZE], wrapped[NONCE_SIZE:]
    try:
        return bytearray(AESGCM(under).decrypt(nonce, sealed, b"amparo/1 wrap " + context.encode()))
    except (InvalidTag, ValueError):
        raise Locked(
            "This key does not open that one", remedy="Use the key it was sealed for"
        ) from None


def new_salt() -> bytes:
    """Salt of one commitment; it is kept under the key of the person it hides."""
    return secrets.token_bytes(KEY_SIZE)


def commit(salt: bytes, field: str, value: str) -> str:
    """Commitment to one identity: `hmac-sha256:<64 hex>`.

    HMAC-SHA-256 keyed with the 32-byte salt over `field`, a zero byte and `value`.
    Whoever is shown salt and value can check it; without the salt it says nothing.
    """
    message = b"amparo/1 commitment " + field.encode() + b"\x00" + value.encode()
    return COMMITMENT_PREFIX + hmac.new(salt, message, "sha256").hexdigest()


def opens(commitment: str, salt: bytes, field: str, value: str) -> bool:
    """Whether `salt` and `value` are what was committed to."""
    return hmac.compare_digest(commitment, commit(salt, field, value))


def blind(key: bytes, field: str, value: str) -> str:
    """Keyed index term (64 hex): equal values compare equal, only with the key."""
    message = field.encode() + b"\x00" + value.encode()
    return hmac.new(key, message, "sha256").hexdigest()
