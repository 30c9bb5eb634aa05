"""Zip members one at a time, each against the budget: ratio, size, members, encryption."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib

from amparo.intake.readers.draft import (
    LOCKED,
    Corrupt,
    Draft,
    Encrypted,
    Input,
    LimitReached,
    Unsupported,
)

CHUNK = 1 << 18
FREE = 1 << 20
NO_DIRECTORY = "the archive's directory cannot be read"


def open_zip(source: Input) -> zipfile.ZipFile:
    """The archive. Raises Corrupt where its directory cannot be read, Unsupported where it is of
    a later version of the format."""
    source.stream.seek(0)
    try:
        archive = zipfile.ZipFile(source.stream)
    except NotImplementedError:
        raise Unsupported("a later version of the zip format") from None
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, struct.error):
        raise Corrupt(NO_DIRECTORY) from None
    return archive


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, draft: Draft) -> bytes:
    """Exact bytes of a member; raises Encrypted, Unsupported, LimitReached or Corrupt."""
    if info.flag_bits & 0x1:
        raise Encrypted(LOCKED)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Unsupported("symbolic link")
    budget = draft.budget
    most = min(budget.output_bytes - draft.size, max(FREE, info.compress_size * budget.ratio))
    by_ratio = info.compress_size * budget.ratio < budget.output_bytes - draft.size
    pieces: list[bytes] = []
    size = 0
    try:
        with archive.open(info) as member:
            while piece := member.read(CHUNK):
                size += len(piece)
                if size > most:
                    raise LimitReached("ratio" if by_ratio else "output")
                pieces.append(piece)
    except NotImplementedError:
        raise Unsupported("compression method not supported") from None
    except RuntimeError:
        raise Encrypted(LOCKED) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError):
        raise Corrupt("member is damaged") from None
    return b"".join(pieces)
