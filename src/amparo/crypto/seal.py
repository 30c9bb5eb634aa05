"""Sealing of objects: C2SP chunked-encryption, Cobblestone-256 (HKDF-Expand with SHA-512,
AES-256-GCM in chunks of 16 KiB, 32-byte key commitment), over content padded to Padmé sizes.

Sealed form: salt (24) | commitment (32) | chunks of 16,384 + 16 bytes, the last one shorter.
`cryptography` does the streaming; `read_range` is ours, because it offers no random access.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from amparo.errors import Broken

SALT = 24
PREFIX = 56
CHUNK = 16384
TAG = 16
SMALLEST = 1024
INFO = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"


def padded_size(size: int) -> int:
    """Size in bytes after padding: at least 1,024, then Padmé (Nikitin et al., PETS 2019).

    Overhead is at most 12 %, and falls with size; only O(log log size) bits leak.
    """
    if size <= SMALLEST:
        return SMALLEST
    exponent = size.bit_length() - 1
    free_bits = exponent - exponent.bit_length()
    mask = (1 << free_bits) - 1
    return (size + mask) & ~mask


def sealed_size(plain: int) -> int:
    """Bytes of the sealed form of `plain` bytes."""
    return PREFIX + plain + TAG * (plain // CHUNK + 1)


class Sealer:
    """Seals one object under a key used for nothing else."""

    def __init__(self, key: bytes, context: bytes) -> None:
        self._encryptor = Cobblestone256Encryptor(key, context)

    def update_into(self, data: bytes | memoryview, room: memoryview) -> int:
        """More plaintext in; sealed bytes that are ready into `room`, and how many.

        `room` takes `sealed_size` of the data and of what went in before and did not come
        out (less than a chunk)."""
        return self._encryptor.update_into(data, room)

    def finalize(self) -> bytes:
        """The last sealed bytes."""
        return self._encryptor.finalize()


class Opener:
    """Opens one object in order. Plaintext of `update` is authenticated chunk by chunk,
    but the object is whole only when `finalize` has returned: publish nothing before."""

    def __init__(self, key: bytes, context: bytes) -> None:
        self._decryptor = Cobblestone256Decryptor(key, context)

    def update(self, data: bytes | memoryview) -> bytes:
        """More sealed bytes in; plaintext out. Raises Broken."""
        try:
            return self._decryptor.update(data)
        except (InvalidTag, ValueError):
            raise _broken() from None

    def update_into(self, data: bytes | memoryview, room: memoryview) -> int:
        """The same, written into `room`, which is at least as long as the data and a chunk more;
        how many bytes. Raises Broken."""
        try:
            return self._decryptor.update_into(data, room)
        except InvalidTag:
            raise _broken() from None

    def finalize(self) -> bytes:
        """The last plaintext. Raises Broken when the end is missing."""
        try:
            return self._decryptor.finalize()
        except (InvalidTag, ValueError):
            raise _broken() from None


def seal(key: bytes, context: bytes, plaintext: bytes) -> bytes:
    """Seal in one step; `key` must be used for nothing else."""
    encryptor = Cobblestone256Encryptor(key, context)
    return encryptor.update(plaintext) + encryptor.finalize()


def unseal(key: bytes, context: bytes, sealed: bytes | memoryview) -> bytes:
    """Open in one step. Raises Broken on any other key, context or byte."""
    opener = Opener(key, context)
    plain, rest = opener.update(sealed), opener.finalize()
    return plain + rest if rest else plain


def read_range(
    key: bytes,
    context: bytes,
    fetch: Callable[[int, int], bytes],
    plain: int,
    start: int,
    stop: int,
) -> bytes:
    """Plaintext bytes `start` to `stop` of an object of `plain` bytes, without reading the rest.

    `fetch(offset, length)` returns bytes of the sealed form. The commitment and each chunk
    touched are checked; that the rest of the object is whole is not. Raises Broken.
    """
    start, stop = max(0, start), min(stop, plain)
    if start >= stop:
        return b""
    prefix = fetch(0, PREFIX)
    cipher, base = _chunk_cipher(key, context, prefix)
    first, last = start // CHUNK, (stop - 1) // CHUNK
    out = bytearray()
    for number in range(first, last + 1):
        length = min(CHUNK, plain - number * CHUNK) + TAG
        sealed = fetch(PREFIX + number * (CHUNK + TAG), length)
        out += _open_chunk(cipher, base, number, sealed)
    skip = start - first * CHUNK
    return bytes(out[skip : skip + stop - start])


def _chunk_cipher(key: bytes, context: bytes, prefix: bytes) -> tuple[AESGCM, int]:
    info = INFO + prefix[:SALT] + context
    derived = HKDFExpand(algorithm=hashes.SHA512(), length=76, info=info).derive(key)
    if not hmac.compare_digest(derived[44:], prefix[SALT:]):
        raise _broken()
    return AESGCM(derived[:32]), int.from_bytes(derived[32:44])


def _open_chunk(cipher: AESGCM, base: int, number: int, sealed: bytes) -> bytes:
    try:
        return cipher.decrypt((base ^ number).to_bytes(12), sealed, None)
    except (InvalidTag, ValueError):
        raise _broken() from None


def _broken() -> Broken:
    return Broken("A sealed object does not open: bytes are changed, missing or of another object")


def stretch(key: bytes, info: bytes) -> bytes:
    """A 32-byte key for one use (HKDF-Expand, SHA-256)."""
    return HKDFExpand(algorithm=hashes.SHA256(), length=32, info=info).derive(key)


class Box:
    """Seals short texts under one key with random nonces: nonce (12), AES-256-GCM text, tag."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plaintext: bytes, place: bytes) -> bytes:
        """`place` is authenticated and must be given again; at most 2^32 texts to a key."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, plaintext, place)

    def open(self, box: bytes | memoryview, place: bytes) -> bytes | None:
        """Undo `seal`; None for any other key, place or byte."""
        try:
            return self._cipher.decrypt(box[:12], box[12:], place)
        except (InvalidTag, ValueError):
            return None
