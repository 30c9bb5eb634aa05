"""7z archives by py7zr, unpacked in memory within the budget."""

from __future__ import annotations

import io
import lzma
from typing import Any

from amparo.intake.readers.draft import (
    LOCKED,
    Corrupt,
    Draft,
    Encrypted,
    Input,
    LimitReached,
    Unsupported,
)

BLOCK = 8 << 20

BROKEN = (lzma.LZMAError, EOFError, OSError, ValueError, IndexError)


def preload() -> None:
    """Import py7zr and its codecs."""
    import py7zr.io
    import py7zr.py7zr

    # It asks /proc for free memory, which the sandbox hides; our own limit holds instead.
    py7zr.py7zr.get_memory_limit = lambda: BLOCK


def read(source: Input, draft: Draft) -> None:
    """Children for all files of the archive."""
    import py7zr
    from py7zr import exceptions

    preload()
    if source.depth >= draft.budget.depth:
        raise LimitReached("depth")
    source.stream.seek(0)
    try:
        with py7zr.SevenZipFile(source.stream) as archive:
            if not archive.needs_password():
                _emit_all(archive, source, draft)
                return
    except exceptions.PasswordRequired:
        pass  # the names are encrypted as well
    except exceptions.UnsupportedCompressionMethodError:
        raise Unsupported("compression method not supported") from None
    except (*BROKEN, exceptions.ArchiveError):
        raise Corrupt("the archive cannot be read") from None
    _unlock(source, draft)


def _unlock(source: Input, draft: Draft) -> None:
    """Try each password; a wrong one shows as damage."""
    import py7zr
    from py7zr import exceptions

    for password in source.passwords:
        source.stream.seek(0)
        try:
            with py7zr.SevenZipFile(source.stream, password=password) as archive:
                _emit_all(archive, source, draft)
        except (*BROKEN, exceptions.ArchiveError, TypeError, KeyError, AssertionError):
            draft.expected = draft.emitted  # nothing was emitted: members are unpacked first
            continue
        draft.note_password()
        return
    raise Encrypted(LOCKED)


def _emit_all(archive: Any, source: Input, draft: Draft) -> None:
    files = [info for info in archive.list() if not info.is_directory]
    draft.expected = len(files)
    if len(files) > draft.budget.members:
        raise LimitReached("members")
    total = sum(int(info.uncompressed or 0) for info in files)
    if total > draft.budget.output_bytes:
        raise LimitReached("output")
    if total > max(1 << 20, source.size * draft.budget.ratio):
        raise LimitReached("ratio")
    factory = _factory(total)
    archive.extract(targets=[info.filename for info in files], factory=factory)
    for info in files:
        kept = factory.kept.get(info.filename)
        if kept is None:
            draft.fail(
                "symbolic link" if getattr(info, "is_symlink", False) else "member is damaged"
            )
        else:
            draft.child(info.filename, "", kept.getvalue())


def _factory(limit: int) -> Any:
    from py7zr.io import Py7zIO, WriterFactory

    class Memory(Py7zIO):  # type: ignore[misc]
        """One member in memory, never more than the archive declares in all."""

        def __init__(self) -> None:
            self.buffer = io.BytesIO()

        def write(self, data: bytes | bytearray) -> int:
            if self.buffer.tell() + len(data) > limit:
                raise LimitReached("ratio")
            return self.buffer.write(data)

        def read(self, size: int | None = None) -> bytes:
            return self.buffer.read(size)

        def seek(self, offset: int, whence: int = 0) -> int:
            return self.buffer.seek(offset, whence)

        def flush(self) -> None:
            """Nothing to write through to."""

        def size(self) -> int:
            return self.buffer.getbuffer().nbytes

        def getvalue(self) -> bytes:
            return self.buffer.getvalue()

    class Factory(WriterFactory):  # type: ignore[misc]
        """Keeps the members by name."""

        def __init__(self) -> None:
            self.kept: dict[str, Memory] = {}

        def create(self, filename: str) -> Py7zIO:
            return self.kept.setdefault(filename, Memory())

    return Factory()
