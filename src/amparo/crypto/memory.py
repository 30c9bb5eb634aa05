"""Keeping secrets out of swap, core dumps and other processes, as far as Python lets us.

The vault's keys are locked into memory where they are derived (`crypto.keys.derive`), and
overwritten when the pages lock. What is not promised: Python copies `bytes` and `str` freely
and gives no way to wipe them; libraries below us keep their own copies of keys. A process of
the same user, the super-user, or a cold-boot attack on an open vault reads everything.
See docs/threat-model.md.
"""

from __future__ import annotations

import contextlib
import ctypes
import resource
import sys
from collections.abc import Iterator

PR_SET_DUMPABLE = 4
MADV_DONTDUMP = 16


def wipe(secret: bytearray) -> None:
    """Overwrite a buffer with zeros in place; other copies of the same bytes are not reached."""
    if secret:
        ctypes.memset(_address(secret), 0, len(secret))


@contextlib.contextmanager
def wiped(secret: bytearray) -> Iterator[bytearray]:
    """Lend a secret, locked into memory where the system allows, and wipe it afterwards."""
    lock(secret)
    try:
        yield secret
    finally:
        wipe(secret)


def lock(secret: bytearray) -> bool:
    """Ask that the pages of `secret` never go to swap (mlock); False where that is refused."""
    if not secret or sys.platform != "linux":
        return False
    return bool(_libc().mlock(ctypes.c_void_p(_address(secret)), ctypes.c_size_t(len(secret))) == 0)


def lock_bytes(secret: bytes) -> bool:
    """The same for a buffer of `bytes`, where it lies now; other copies are not reached."""
    if not secret or sys.platform != "linux":
        return False
    return bool(_libc().mlock(_address_of(secret), ctypes.c_size_t(len(secret))) == 0)


def wipe_bytes(secret: bytes) -> None:
    """Overwrite a buffer of `bytes` with zeros in place, for good: only for random keys that
    nobody else holds, when they are used no more."""
    if len(secret) > 1:
        ctypes.memset(_address_of(secret), 0, len(secret))


def protect_process() -> dict[str, bool]:
    """Turn core dumps off and hide this process's memory from others of the same user.

    Returns what took effect: `core_dumps_off`, `not_dumpable`. Call once at start.
    """
    done = {"core_dumps_off": False, "not_dumpable": False}
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        done["core_dumps_off"] = True
    if sys.platform == "linux":
        done["not_dumpable"] = _libc().prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
    return done


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _address_of(secret: bytes) -> ctypes.c_void_p:
    """Where CPython keeps the bytes: `c_char_p` points at the object's own buffer."""
    return ctypes.cast(ctypes.c_char_p(secret), ctypes.c_void_p)


def _address(secret: bytearray) -> int:
    return ctypes.addressof((ctypes.c_char * len(secret)).from_buffer(secret))
