"""Tar archives, also compressed, and single compressed files (gz, bz2, xz): exact members."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from typing import IO

from amparo.intake.readers.draft import Corrupt, Draft, Input, LimitReached

CHUNK = 1 << 18
_BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)
LZMA_MEMORY = 128 << 20


def read(source: Input, draft: Draft) -> None:
    """Children for the regular files of a tar; for a compressed file, the one inside."""
    if source.depth >= draft.budget.depth:
        raise LimitReached("depth")
    source.stream.seek(0)
    stream = _plain(source)
    if stream is None:
        _read_tar(source.stream, draft)
        return
    data = _bounded(stream, source, draft)
    if _is_tar(data):
        draft.media_type = "application/x-tar+" + draft.media_type.rpartition("/")[2]
        _read_tar(io.BytesIO(data), draft)
        return
    draft.expected += 1
    draft.child(_inner_name(source.name), "", data)


def _plain(source: Input) -> gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile | None:
    head = source.head
    if head[:2] == b"\x1f\x8b":
        return gzip.GzipFile(fileobj=source.stream)
    if head[:3] == b"BZh":
        return bz2.BZ2File(source.stream)
    if head[:6] == b"\xfd7zXZ\x00":
        return lzma.LZMAFile(source.stream)
    return None


def _bounded(
    stream: gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile, source: Input, draft: Draft
) -> bytes:
    """What is inside, refused when it is too much for its compressed size."""
    most = min(draft.budget.output_bytes, max(1 << 20, source.size * draft.budget.ratio))
    pieces: list[bytes] = []
    size = 0
    try:
        while piece := stream.read(CHUNK):
            size += len(piece)
            if size > most:
                raise LimitReached("ratio" if most < draft.budget.output_bytes else "output")
            pieces.append(piece)
    except _BROKEN:
        if not pieces:
            raise Corrupt("the compressed data are damaged") from None
        draft.outcome, draft.detail = "partial", "the compressed data are damaged or cut short"
    return b"".join(pieces)


def _is_tar(data: bytes) -> bool:
    return data[257:262] == b"ustar"


def _inner_name(name: str) -> str:
    """`a.txt` for `a.txt.gz`, `a.tar` for `a.tgz`."""
    stem, dot, suffix = name.rpartition(".")
    return (
        stem if dot and suffix.lower() in ("gz", "bz2", "xz", "gzip") and stem else name + ".inner"
    )


def _read_tar(stream: IO[bytes], draft: Draft) -> None:
    try:
        with tarfile.open(fileobj=stream, mode="r:") as archive:
            _emit_members(archive, draft)
    except (tarfile.TarError, *_BROKEN):
        raise Corrupt("the archive cannot be read") from None


def _emit_members(archive: tarfile.TarFile, draft: Draft) -> None:
    while True:
        try:
            info = archive.next()
        except (tarfile.TarError, *_BROKEN):
            draft.outcome, draft.detail = "partial", "the archive is damaged or cut short"
            draft.expected += 1
            draft.fail("archive is damaged")
            return
        if info is None:
            return
        if not info.isdir():
            _emit(archive, info, draft)


def _emit(archive: tarfile.TarFile, info: tarfile.TarInfo, draft: Draft) -> None:
    draft.expected += 1
    if draft.expected > draft.budget.members:
        raise LimitReached("members")
    if not info.isreg() or info.issparse():
        draft.fail("sparse file" if info.issparse() else _special(info))
        return
    if info.size > draft.budget.output_bytes - draft.size:
        raise LimitReached("output")
    try:
        member = archive.extractfile(info)
        data = member.read(info.size) if member is not None else b""
    except (tarfile.TarError, *_BROKEN):
        data = b""
    if len(data) != info.size:
        draft.fail("member is damaged")
        return
    draft.child(info.name, "", data)


def _special(info: tarfile.TarInfo) -> str:
    if info.issym():
        return "symbolic link"
    return "hard link" if info.islnk() else "device or pipe"
