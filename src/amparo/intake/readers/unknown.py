"""What no reader takes: kept with its digest, said to be unsupported and why."""

from __future__ import annotations

from amparo.intake import detect
from amparo.intake.readers.draft import ONE_VOLUME, Draft, Input, Unsupported


def read(source: Input, draft: Draft) -> None:
    """Refuse politely; the original is held all the same."""
    if draft.media_type == "application/x-ole-storage":
        raise Unsupported("no reader for this kind of compound file")
    if draft.media_type == detect.VOLUME.media_type:
        raise Unsupported(ONE_VOLUME)
    raise Unsupported("no reader for this kind of file")
