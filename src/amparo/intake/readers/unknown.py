"""What no reader takes: kept with its digest, said to be unsupported and why."""

from __future__ import annotations

from amparo.intake import detect
from amparo.intake.readers.draft import ONE_VOLUME, Draft, Encrypted, Input, Unsupported


def read(source: Input, draft: Draft) -> None:
    """Refuse politely; the original is held all the same."""
    if draft.media_type == "application/x-ole-storage":
        _refuse_compound(source)
    if draft.media_type == detect.VOLUME.media_type:
        raise Unsupported(ONE_VOLUME)
    raise Unsupported("no reader for this kind of file")


def _refuse_compound(source: Input) -> None:
    """Encrypted new Office files are compound files with one telling stream."""
    if "EncryptedPackage".encode("utf-16-le") in source.all():
        raise Encrypted("a password is needed")
    raise Unsupported("no reader for this kind of compound file")
