"""Office files under a password (docx, xlsx, pptx; doc, xls), opened by msoffcrypto.

The copy without the password is a child and is read there, as with PDF. The original stays.
"""

from __future__ import annotations

import io
from types import SimpleNamespace

from amparo.intake.readers.draft import LOCKED, Draft, Encrypted, Input

ZIPPED = b"PK"
SUFFIXES = ("docx", "docm", "xlsx", "xlsm", "xlsb", "pptx", "pptm")


def read(source: Input, draft: Draft) -> None:
    """A document of the newer kinds, wrapped whole into a compound file."""
    suffix = source.suffix if source.suffix in SUFFIXES else "office"
    unlock(source, draft, f"unlocked.{suffix}")


def unlock(source: Input, draft: Draft, name: str) -> None:
    """A copy without password, named `name`, as child. Raises Encrypted when none opens it."""
    data = source.all(draft.budget.memory_bytes // 3)
    for password in source.passwords:
        opened = _decrypt(data, password)
        if opened is not None:
            draft.unlocked(name, "", opened)
            return
    raise Encrypted(LOCKED)


def _decrypt(data: bytes, password: str) -> bytes | None:
    """The document, None when the password is another or the file is damaged."""
    # Imported only here: few files are encrypted, and every child would carry 17 MiB of it.
    import msoffcrypto
    from msoffcrypto.format import doc97, ppt97, xls97

    # It puts the opened document into a temporary file; here it stays in memory.
    for module in (doc97, ppt97, xls97):
        module.tempfile = SimpleNamespace(TemporaryFile=io.BytesIO)
    out = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        file.load_key(password=password)
        file.decrypt(out)
    except Exception:  # the library raises its own, struct, cipher and value errors on damage
        return None
    opened = out.getvalue()
    # Newer files do not always tell a wrong password from a right one.
    if not opened or (_is_wrapped(data) and opened[:2] != ZIPPED):
        return None
    return opened


def _is_wrapped(data: bytes) -> bool:
    """Whether a compound file holds an encrypted package and not the document itself."""
    return "EncryptedPackage".encode("utf-16-le") in data
