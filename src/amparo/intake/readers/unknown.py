"""What no reader takes: kept with its digest, said to be unsupported."""

from __future__ import annotations

from amparo.intake.readers.draft import Draft, Input, Unsupported


def read(source: Input, draft: Draft) -> None:
    """Refuse politely; the original is held all the same."""
    raise Unsupported("no reader for this kind of file")
