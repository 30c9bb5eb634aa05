"""Everything packed into bytes: members, streams, earlier states of a PDF, frames, thumbnails,
pages as they are shown. What the checker (`scan`) looks at. Runs in the child of `blackout`.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from html import unescape
from typing import Any

from amparo.filing.thumbnails import hidden_pictures
from amparo.filing.unwrap import tell_pdf, tell_words, unpack_streams

MOST_MEMBERS = 5_000
MOST_UNPACKED = 64 << 20
MOST_FRAMES = 64
MOST_DRAWN = 200
MOST_STATES = 8
DEEPEST = 4
DOTS = 150
LEAST_SIDE = 32
# Glyphs drawn as outlines are curves; rules and frames of tables are straight.
CURVES_OF_A_WORD = 40
_PICTURES = (b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF", b"8BPS")
_PARAGRAPH = re.compile(r"</(?:w:p|a:p|text:p|p|div|td|tr|li|h\d)>")
_TAG = re.compile(r"<[^>]*>")
_ATTRIBUTE = re.compile(r"=\s*(?:\"([^\"]*)\"|'([^']*)')")
_END = re.compile(rb"%%EOF[\r\n]*")


class _Found:
    """What is handed back: texts by place, needles by place, pictures (PNG in hex) by place,
    and places that could not be opened."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []
        self.raw: set[tuple[str, int]] = set()
        self.pictures: dict[str, str] = {}
        self.closed: list[str] = []

    def show(self, where: str, picture: bytes) -> None:
        self.pictures.setdefault(picture.hex(), where)

    def as_json(self) -> bytes:
        held = [(where, picture) for picture, where in self.pictures.items()]
        told = {"texts": self.texts, "raw": sorted(self.raw), "pictures": held}
        return json.dumps({**told, "closed": self.closed}).encode()


def search(request: dict[str, Any], data: bytes) -> bytes:
    """JSON: texts found inside, pictures to be read and compared (PNG in hex), which needles
    (hex) stand in raw or unpacked bytes, and what is locked."""
    needles = [bytes.fromhex(one) for one in request["needles"]]
    found = _Found()
    for where, piece in _pieces(data, "", 0, found):
        lowered = piece.lower()
        for place, needle in enumerate(needles):
            if needle in piece or needle.hex().encode() in lowered:
                found.raw.add((where, place))
        _look_at(where, piece, found)
    return found.as_json()


def _look_at(where: str, piece: bytes, found: _Found) -> None:
    if _is_picture(piece):
        found.texts += [(where, text) for text in _picture_words(piece)]
        for picture in hidden_pictures(piece):
            found.show(where, picture)
        for frame in _frames(piece, first=0 if where else 1):
            found.show(where, frame)
        return
    if piece.startswith(b"%PDF-") or "stream" in where:
        found.texts += [(f"{where} {how}", text) for how, text in tell_pdf(piece)]
    found.texts += [(f"{where} {how}", text) for how, text in tell_words(piece)]
    if piece.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        found.texts += _markup(where, piece)
        for picture in hidden_pictures(piece):
            found.show(where, picture)


def _is_picture(piece: bytes) -> bool:
    return piece[:4] in _PICTURES or piece[:2] == b"\xff\xd8" or piece[4:8] == b"ftyp"


def _pieces(data: bytes, where: str, depth: int, found: _Found) -> Iterator[tuple[str, bytes]]:
    """The bytes, and everything packed into them."""
    yield where, data
    if depth >= DEEPEST:
        return
    if data[:5] == b"%PDF-":
        opened = _look_at_pages(where, data, found)
        if opened is not data:
            yield f"{where}opened", opened
        for number, piece in enumerate(unpack_streams(opened)):
            yield f"{where}stream {number}", piece
    elif data[:4] == b"PK\x03\x04":
        yield from _members(data, where, depth, found)


def _members(data: bytes, where: str, depth: int, found: _Found) -> Iterator[tuple[str, bytes]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError):
        return
    with archive:
        for number, member in enumerate(archive.infolist()[:MOST_MEMBERS]):
            yield f"{where}name of member {number}", member.filename.encode("utf-8", "replace")
            yield f"{where}remark of member {number}", member.comment
            if member.flag_bits & 1:
                found.closed.append(f"{where}member {number}")
                continue
            if member.file_size <= MOST_UNPACKED:
                try:
                    piece = archive.read(member)
                except (zipfile.BadZipFile, NotImplementedError, OSError, zlib.error, EOFError):
                    continue
                yield from _pieces(piece, f"{where}member {number} ", depth + 1, found)


# PDF


def _look_at_pages(where: str, data: bytes, found: _Found) -> bytes:
    """Add pages as pictures where letters may be drawn, their pictures' likeness, and texts of
    earlier states. The PDF without its encryption where an empty password opens it."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        pages = len(document)
    except pypdfium2.PdfiumError:
        return data
    drawn = 0
    for number in range(min(pages, 10 * MOST_DRAWN)):
        try:
            page = document[number]
            drawn += _look_at_page(f"{where}page {number + 1}", page, found, drawn < MOST_DRAWN)
        except pypdfium2.PdfiumError:
            continue
    for end in [m.end() for m in _END.finditer(data)][-1 - MOST_STATES : -1]:
        found.texts += [(f"{where}earlier state", text) for text in _texts_of(data[:end])]
    if b"/Encrypt" in data:
        buffer = io.BytesIO()
        document.save(buffer, flags=3)  # FPDF_REMOVE_SECURITY
        return buffer.getvalue()
    return data


def _look_at_page(where: str, page: Any, found: _Found, draw: bool) -> bool:
    """Likeness of each picture on the page; the page itself where letters may be drawn on it."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH

    from amparo.intake.readers.likeness import likeness_of

    pictures, curves = 0, 0
    for one in page.get_objects(max_depth=4):
        if one.type == FPDF_PAGEOBJ_IMAGE:
            pictures += 1
            if pictures <= MOST_FRAMES and min(one.get_px_size()) >= LEAST_SIDE:
                image = one.get_bitmap(render=False).to_pil()
                found.texts.append((f"{where} metadata likeness", likeness_of(image)))
        elif one.type == FPDF_PAGEOBJ_PATH and curves < CURVES_OF_A_WORD:
            curves += _curves(one)
    if not draw or not (pictures or curves >= CURVES_OF_A_WORD):
        return False
    scale = min(DOTS / 72, 3000 / max(1.0, page.get_width(), page.get_height()))
    found.show(where, _png(page.render(scale=scale, grayscale=True).to_pil()))
    return True


def _curves(path: Any) -> int:
    import pypdfium2.raw as raw

    count = min(raw.FPDFPath_CountSegments(path.raw), 4 * CURVES_OF_A_WORD)
    segments = (raw.FPDFPath_GetPathSegment(path.raw, n) for n in range(count))
    return sum(raw.FPDFPathSegment_GetType(one) == raw.FPDF_SEGMENT_BEZIERTO for one in segments)


def _texts_of(data: bytes) -> Iterator[str]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        for number in range(min(len(document), 10 * MOST_DRAWN)):
            yield document[number].get_textpage().get_text_range()
    except pypdfium2.PdfiumError:
        return


# Markup and pictures


def _markup(where: str, piece: bytes) -> list[tuple[str, str]]:
    """Text of markup as it reads, and what stands in attributes."""
    text = piece.decode("utf-8", "replace")
    shown = unescape(_TAG.sub("", _PARAGRAPH.sub("\n", text)))
    values = "\n".join(unescape(one or other) for one, other in _ATTRIBUTE.findall(text))
    return [(where, shown), (f"{where}attributes", values)]


def _picture_words(piece: bytes) -> Iterator[str]:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(piece)) as image:
            told = [*image.getexif().values(), *image.info.values()]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return
    for value in told:
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, str):
            yield value


def _frames(piece: bytes, first: int) -> Iterator[bytes]:
    """Frames of a picture from `first` on, as PNG: pages of a fax, an animation, a pair of eyes."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(piece)) as image:
            for number in range(first, min(getattr(image, "n_frames", 1), MOST_FRAMES)):
                image.seek(number)
                if min(image.size) >= LEAST_SIDE:
                    yield _png(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return


def _png(image: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
