"""SHA-256 (FIPS 180-4) of bytes and files: the identity of what the vault holds."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import BinaryIO

STEP = 1 << 20
_DIGEST = re.compile("[0-9a-f]{64}")


def digest_bytes(data: bytes | bytearray | memoryview) -> str:
    """SHA-256 of `data`, 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def digest_stream(stream: BinaryIO) -> tuple[str, int]:
    """SHA-256 (hex) and size in bytes of what is left in `stream`, read 1 MiB at a time."""
    running = hashlib.sha256()
    size = 0
    while step := stream.read(STEP):
        running.update(step)
        size += len(step)
    return running.hexdigest(), size


def digest_file(path: Path) -> tuple[str, int]:
    """SHA-256 (hex) and size in bytes of a file; OSError as the system gives it."""
    with path.open("rb") as stream:
        return digest_stream(stream)


def is_digest(text: object) -> bool:
    """64 lower-case hex digits."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None
