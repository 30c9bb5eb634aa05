"""Where a recording says that it ends: whether the file is smaller than that.

Sources: ISO/IEC 14496-12 (boxes), RFC 3533 (Ogg), RFC 8794 and RFC 9559 (Matroska, WebM), and
Microsoft's Multimedia Programming Interface (RIFF).
"""

from __future__ import annotations

from amparo.intake.readers.draft import Input

MOST_BOXES = 10_000
_UNSTATED = (0, 0xFFFFFFFF)
_PAGE = b"OggS\0"
_LARGEST_PAGE = 27 + 255 + 255 * 255
_MATROSKA, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"


def ends_early(source: Input) -> bool:
    """Whether what the file states reaches beyond its end; False where it states nothing."""
    head = source.head
    if head[:4] == b"RIFF":
        size = int.from_bytes(head[4:8], "little")
        return size not in _UNSTATED and size + 8 > source.size + 1
    if head[:5] == _PAGE:
        return _last_page_end(source) > source.size
    if head[:4] == _MATROSKA:
        return _segment_end(head) > source.size
    return head[4:8] == b"ftyp" and _last_box_end(source) > source.size


def _last_box_end(source: Input) -> int:
    """Where the last of the outermost boxes of MP4 and QuickTime ends; 0 where it says not."""
    at, boxes = 0, 0
    while at + 8 <= source.size and boxes < MOST_BOXES:
        source.stream.seek(at)
        box = source.stream.read(16)
        size = int.from_bytes(box[:4], "big")
        size = int.from_bytes(box[8:16], "big") if size == 1 else size
        if size < 8:  # 0: to the end of the file
            return 0
        at, boxes = at + size, boxes + 1
    return at


def _last_page_end(source: Input) -> int:
    """Where the last page of an Ogg file ends, by its table of segments."""
    start = max(0, source.size - _LARGEST_PAGE)
    source.stream.seek(start)
    tail = source.stream.read()
    at = tail.rfind(_PAGE)
    if at < 0:
        return 0
    segments = tail[at + 26] if at + 26 < len(tail) else 0
    table = tail[at + 27 : at + 27 + segments]
    return start + at + 27 + segments + sum(table)


def _segment_end(head: bytes) -> int:
    """Where the segment of a Matroska or WebM file ends; 0 where it was written as it came."""
    begun = 4 + _width(head[4:5])
    at = begun + _number(head[4:begun])
    width = _width(head[at + 4 : at + 5])
    stated = head[at + 4 : at + 4 + width]
    is_open = _number(stated) == (1 << 7 * width) - 1
    if head[at : at + 4] != _SEGMENT or len(stated) < width or not width or is_open:
        return 0
    return at + 4 + width + _number(stated)


def _width(first: bytes) -> int:
    """Bytes of a number of variable length, by its first one; 0 for none."""
    return 9 - first[0].bit_length() if first and first[0] else 0


def _number(raw: bytes) -> int:
    """The number without the bit that marks its length."""
    return int.from_bytes(raw, "big") & ((1 << 7 * len(raw)) - 1)
