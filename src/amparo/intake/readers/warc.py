"""Web archives (WARC) by warcio: every record's payload a child, addresses and times as a list."""

from __future__ import annotations

import re
import zlib
from typing import IO, Any, cast

from amparo.intake.readers.draft import Corrupt, Draft, Input, LimitReached
from amparo.intake.readers.gunzip import Gunzip

_KEPT = frozenset(("response", "resource", "conversion"))
CHUNK = 1 << 16
_GZIP = b"\x1f\x8b"
_BROKEN = (EOFError, OSError, ValueError, AttributeError, TypeError)


def preload() -> None:
    """Import warcio."""
    from warcio.archiveiterator import ArchiveIterator

    del ArchiveIterator


def read(source: Input, draft: Draft) -> None:
    """Part `captures` with time, status, type and address; payloads decoded as children."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    if source.depth >= draft.budget.depth:
        raise LimitReached("depth")
    lines: list[str] = []
    stream = _unpacked(source)
    met = 0
    try:
        for record in ArchiveIterator(stream, check_digests=True):
            met += 1
            if record.rec_type == "warcinfo":
                _note_info(record, draft)
            elif record.rec_type in _KEPT:
                lines.append(_emit(record, source.size, draft))
            if _is_short(record):
                break
        whole = not (isinstance(stream, Gunzip) and stream.is_cut) and _ends_well(source)
    except (ArchiveLoadFailed, zlib.error, *_BROKEN):
        whole = False
    if not met or not (whole or lines):
        raise Corrupt("the web archive cannot be read")
    if not whole:
        draft.outcome, draft.detail = "partial", "the web archive is damaged or cut short"
    draft.part("captures", "\n".join(lines), "what was captured", "")


def _unpacked(source: Input) -> IO[bytes]:
    """The records, whether they were compressed one by one, as is usual, or all at once."""
    source.stream.seek(0)
    if source.head[:2] != _GZIP:
        return source.stream
    return cast("IO[bytes]", Gunzip(source.stream))


def _ends_well(source: Input) -> bool:
    """Whether the file ends as a record does; of compressed ones their members tell."""
    if source.head[:2] == _GZIP:
        return True
    source.stream.seek(max(0, source.size - 4))
    return source.stream.read(4).endswith((b"\r\n\r\n", b"\n\n"))


def _is_short(record: Any) -> bool:
    """Read what is left of a record: True when there is less than it says."""
    try:
        while record.raw_stream.read(CHUNK):
            pass
    except (zlib.error, *_BROKEN):
        return True
    return bool(getattr(record.raw_stream, "limit", 0) > 0)


def _note_info(record: Any, draft: Draft) -> None:
    text = record.content_stream().read(10_000).decode("utf-8", "replace")
    for line in text.splitlines()[:40]:
        key, colon, value = line.partition(":")
        if colon:
            draft.meta(f"warc:{key.strip().lower()}", value)


def _emit(record: Any, size_of_all: int, draft: Draft) -> str:
    """Add a record's payload; the line for the list of captures."""
    draft.expected += 1
    if draft.expected > draft.budget.members:
        raise LimitReached("members")
    headers = record.rec_headers
    address = headers.get_header("WARC-Target-URI") or ""
    moment = headers.get_header("WARC-Date") or ""
    http = record.http_headers
    status = http.get_statuscode() if http else ""
    media_type = ((http or headers).get_header("Content-Type") or "").split(";")[0].strip()
    data = _payload(record, size_of_all, draft)
    if data is None or _is_short(record):
        draft.fail("record is damaged, cut short or too large")
    else:
        draft.child(_name(address, draft.expected), media_type, data)
    if record.digest_checker.passed is False:
        draft.meta("digests", "some records do not match the digests stated of them")
    return "\t".join((moment, str(status or ""), media_type, address))


def _payload(record: Any, size_of_all: int, draft: Draft) -> bytes | None:
    """The payload without transfer and content encoding, None beyond the limits."""
    most = (
        min(draft.budget.output_bytes, max(1 << 20, size_of_all * draft.budget.ratio)) - draft.size
    )
    stream = record.content_stream()
    pieces: list[bytes] = []
    size = 0
    try:
        while piece := stream.read(CHUNK):
            size += len(piece)
            if size > most:
                return None
            pieces.append(piece)
    except (zlib.error, *_BROKEN):
        return None
    return b"".join(pieces)


def _name(address: str, number: int) -> str:
    """The address as a path, behind a number that keeps the order."""
    path = re.sub(r"^[a-z]+://", "", address).split("#")[0].split("?")[0].strip("/")
    return f"{number}-{path.rpartition('/')[2] or path or 'record'}"
