"""A second reader of packs, written from docs/spec/vault.md alone. It imports nothing of Amparo.

python second_reader.py VAULT_KEY_HEX PACK...     lists the objects of packs
"""

import hashlib
import hmac
import sys
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 16384


class Damaged(Exception):
    """Something in the pack is not as the specification says."""


def hkdf_expand(hash_name, key, info, length):
    """RFC 5869, second half."""
    out, block, number = b"", b"", 1
    while len(out) < length:
        block = hmac.new(key, block + info + bytes([number]), hash_name).digest()
        out, number = out + block, number + 1
    return out[:length]


def derived(vault_key, use):
    return hkdf_expand("sha256", vault_key, b"amparo/1 " + use, 32)


def padded_size(size):
    if size <= 1024:
        return 1024
    e = size.bit_length() - 1
    s = e.bit_length()
    step = 1 << (e - s)
    return -(-size // step) * step


def check_header(vault_key, number, header):
    if len(header) != 32 or header[:8] != b"AMPAROPK":
        raise Damaged("header")
    if header[8:16] != (1).to_bytes(2) + bytes(2) + number.to_bytes(4):
        raise Damaged("header")
    tag = hmac.new(derived(vault_key, b"objects"), b"amparo/1 pack header" + header[:16], "sha256")
    if tag.digest()[:16] != header[16:]:
        raise Damaged("header")


def open_head(vault_key, number, offset, raw):
    if len(raw) != 120 or raw[:4] != b"AMOB":
        raise Damaged(f"head at {offset}")
    key = hkdf_expand("sha256", derived(vault_key, b"objects"), b"amparo/1 heads", 32)
    place = b"amparo/1 head" + number.to_bytes(4) + offset.to_bytes(8)
    try:
        plain = AESGCM(key).decrypt(raw[4:16], raw[16:], place)
    except InvalidTag:
        raise Damaged(f"head at {offset}") from None
    if plain[:8] != bytes([1]) + bytes(7):
        raise Damaged(f"head at {offset}")
    size, padded = int.from_bytes(plain[40:48]), int.from_bytes(plain[48:56])
    if padded != padded_size(size):
        raise Damaged(f"padding at {offset}")
    return plain[8:40], size, padded, plain[56:88]


def open_body(key, padded, body, offset):
    salt, commitment = body[:24], body[24:56]
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + salt + b"amparo/1 object"
    material = hkdf_expand("sha512", key, info, 76)
    if material[44:] != commitment:
        raise Damaged(f"commitment at {offset}")
    cipher, base = AESGCM(material[:32]), int.from_bytes(material[32:44])
    out, at, number = b"", 56, 0
    while True:
        length = min(CHUNK, padded - number * CHUNK)
        try:
            nonce = (base ^ number).to_bytes(12)
            out += cipher.decrypt(nonce, body[at : at + length + 16], None)
        except InvalidTag:
            raise Damaged(f"chunk {number} of the object at {offset}") from None
        at, number = at + length + 16, number + 1
        if length < CHUNK:
            return out


def read_pack(vault_key, path):
    """Yield (locator, item bytes) of every object; raises Damaged at the first fault."""
    number, data = int(path.name.removesuffix(".pack")), path.read_bytes()
    check_header(vault_key, number, data[:32])
    offset = 32
    while offset < len(data):
        key, size, padded, digest = open_head(
            vault_key, number, offset, data[offset : offset + 120]
        )
        start = offset + 120
        end = start + 56 + padded + 16 * (padded // CHUNK + 1)
        if end > len(data):
            raise Damaged(f"cut off in the object at {offset}")
        plain = open_body(key, padded, data[start:end], offset)
        item = plain[:size]
        if any(plain[size:]) or hashlib.sha256(item).digest() != digest:
            raise Damaged(f"contents of the object at {offset}")
        mark = hmac.new(derived(vault_key, b"locators"), b"amparo/1 locator" + digest, "sha256")
        yield f"{number:06d}-{offset:x}-{mark.hexdigest()[:32]}", item
        offset = end


if __name__ == "__main__":
    for name in sys.argv[2:]:
        for locator, item in read_pack(bytes.fromhex(sys.argv[1]), Path(name)):
            print(locator, hashlib.sha256(item).hexdigest(), len(item))
