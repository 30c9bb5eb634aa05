"""Archives by the system's libarchive (BSD licence), through ctypes, unpacked in memory.

For what nothing else that is free reads here: RAR 4 and 5, zip files with a password.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from amparo.intake.readers.draft import (
    LOCKED,
    OLD_RAR,
    Corrupt,
    Draft,
    Encrypted,
    LimitReached,
    Unsupported,
)
from amparo.intake.readers.rar_heads import Head

NAMES = ("libarchive.so.13", "libarchive.13.dylib", "/usr/lib/libarchive.dylib")
NEEDED = "needs libarchive (Debian: libarchive13 or libarchive13t64)"
CHUNK = 1 << 18
FREE = 1 << 20
END, OK, WARN, FAILED = 1, 0, -20, -25
_KIND, _FILE, _LINK, _FOLDER = 0o170000, 0o100000, 0o120000, 0o040000


@lru_cache(maxsize=1)
def library() -> Any:
    """libarchive with the types of the calls used here, None where it is not installed."""
    for name in NAMES:
        try:
            found = ctypes.CDLL(name)
        except OSError:
            continue
        return _typed(found)
    return None


def _typed(found: Any) -> Any:
    handle, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    for name, result, arguments in (
        ("read_new", handle, ()), ("read_support_format_rar", ctypes.c_int, (handle,)),
        ("read_support_format_rar5", ctypes.c_int, (handle,)),
        ("read_support_format_zip_seekable", ctypes.c_int, (handle,)),
        ("read_add_passphrase", ctypes.c_int, (handle, text)),
        ("read_open_memory", ctypes.c_int, (handle, text, size)),
        ("read_next_header", ctypes.c_int, (handle, ctypes.POINTER(handle))),
        ("read_data", ctypes.c_ssize_t, (handle, handle, size)),
        ("read_has_encrypted_entries", ctypes.c_int, (handle,)),
        ("read_free", ctypes.c_int, (handle,)), ("error_string", text, (handle,)),
        ("version_string", text, ()), ("entry_pathname_utf8", text, (handle,)),
        ("entry_pathname", text, (handle,)), ("entry_filetype", ctypes.c_uint, (handle,)),
        ("entry_is_data_encrypted", ctypes.c_int, (handle,)),
    ):  # fmt: skip
        call = getattr(found, f"archive_{name}")
        call.restype, call.argtypes = result, arguments
    return found


def unpack(
    data: bytes,
    formats: Sequence[str],
    draft: Draft,
    *,
    heads: Sequence[Head] = (),
    passwords: Sequence[str] = (),
    locked: str = LOCKED,
) -> None:
    """Children for all files of an archive in one of `formats`.

    `heads` is what the archive states of each member, where somebody else has read it; `locked`
    what to say of what a password keeps shut.
    """
    lib = library()
    if lib is None:
        raise Unsupported(NEEDED)
    handle = lib.archive_read_new()
    try:
        for name in formats:
            getattr(lib, f"archive_read_support_format_{name}")(handle)
        for password in passwords:
            lib.archive_read_add_passphrase(handle, password.encode())
        if lib.archive_read_open_memory(handle, data, len(data)) < WARN:
            raise Corrupt("the archive cannot be read")
        _emit_all(lib, handle, len(data), heads, draft, locked)
    finally:
        lib.archive_read_free(handle)


def _emit_all(
    lib: Any, handle: int, size: int, heads: Sequence[Head], draft: Draft, locked: str
) -> None:
    entry = ctypes.c_void_p()
    stated = iter(heads)
    met: dict[str, bytes] = {}
    while True:
        result = lib.archive_read_next_header(handle, ctypes.byref(entry))
        if result == END:
            return
        if result < WARN:
            draft.expected += sum(not head.is_folder for head in stated)
            _stop_early(lib, handle, locked)
            return
        head = next(stated, Head())
        kind = lib.archive_entry_filetype(entry) & _KIND
        if kind == _FOLDER:
            continue
        draft.expected += 1
        if draft.expected > draft.budget.members:
            raise LimitReached("members")
        name = _name(lib, entry, draft.expected)
        if kind == _LINK:
            draft.fail("symbolic link")
        elif head.encrypted and not lib.archive_entry_is_data_encrypted(entry):
            draft.fail(locked)
        elif head.same_as:
            _repeat(met, head.same_as, name, draft)
        elif (member := _member(lib, handle, size, draft)) is None:
            shut = lib.archive_entry_is_data_encrypted(entry) > 0
            draft.fail(locked if shut else OLD_RAR if head.is_old else "member is damaged")
        elif not head.fits(member):
            draft.fail("member does not match its checksum")
        else:
            met[name] = member
            draft.child(name, "", member)


def _repeat(met: dict[str, bytes], same_as: str, name: str, draft: Draft) -> None:
    """A member that is kept as a link to an earlier one."""
    if same_as in met:
        draft.child(name, "", met[same_as])
    else:
        draft.fail("link to a member that is not there")


def _stop_early(lib: Any, handle: int, locked: str) -> None:
    """A header that cannot be read: say why, and what came before stays."""
    told = (lib.archive_error_string(handle) or b"").lower()
    if b"encrypt" in told or lib.archive_read_has_encrypted_entries(handle) > 0:
        raise Encrypted(locked)
    if b"support" in told or b"multivolume" in told:
        raise Unsupported("a variant of RAR that libarchive does not read")
    raise Corrupt("the archive is damaged or cut short")


def _name(lib: Any, entry: Any, number: int) -> str:
    raw = lib.archive_entry_pathname_utf8(entry) or lib.archive_entry_pathname(entry)
    return raw.decode("utf-8", "replace") if raw else f"member-{number}"


def _member(lib: Any, handle: int, size_of_all: int, draft: Draft) -> bytes | None:
    """Exact bytes, None when they cannot be unpacked. Raises LimitReached."""
    room = draft.budget.output_bytes - draft.size
    by_ratio = max(FREE, size_of_all * draft.budget.ratio) - draft.size
    buffer = ctypes.create_string_buffer(CHUNK)
    pieces: list[bytes] = []
    size = 0
    while True:
        count = lib.archive_read_data(handle, buffer, CHUNK)
        if count < 0:
            return None
        if count == 0:
            return b"".join(pieces)
        size += count
        if size > min(room, by_ratio):
            raise LimitReached("ratio" if by_ratio < room else "output")
        pieces.append(buffer.raw[:count])
