"""Small pictures hidden inside of pictures: thumbnails of EXIF, Photoshop and XMP, previews of
cameras, pictures glued to the end or written as base64 into markup.

They often show what was taken out of the picture itself. Runs in the child of `blackout`, and
looks for beginnings of pictures in the bytes instead of trusting what the metadata point at.
"""

from __future__ import annotations

import binascii
import io
import re
import struct
from base64 import b64decode
from collections.abc import Iterator

MOST_FOUND = 64
LEAST_SIDE = 16
# Letters on a thumbnail are too small to be read; a picture this wide is read as it is.
WIDE_ENOUGH = 1200
_BEGINS = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n")
_IN_BASE64 = re.compile(rb"(?:/9j/|iVBORw0KGgo)(?:[A-Za-z0-9+/=\s]|&#x?[0-9A-Fa-f]{1,3};){80,}")
_NOT_BASE64 = re.compile(rb"&#x?[0-9A-Fa-f]{1,3};|\s")
_THUMBNAIL = -1  # as Pillow numbers the second directory
_WIDE, _HIGH, _PACKED, _AT = 0x0100, 0x0101, 0x0103, 0x0111


def hidden_pictures(data: bytes) -> Iterator[bytes]:
    """Each picture inside of `data` but the one it is, as PNG of its pixels, wide enough to read.

    At most MOST_FOUND; what cannot be decoded is passed over.
    """
    found = 0
    for begin in _begins(data):
        picture = _drawn(begin)
        if picture:
            yield picture
            found += 1
        if found == MOST_FOUND:
            return


def _begins(data: bytes) -> Iterator[bytes]:
    for match in _BEGINS.finditer(data, 1):
        yield data[match.start() :]
    for match in _IN_BASE64.finditer(data):
        letters = _NOT_BASE64.sub(b"", match.group()).rstrip(b"=")
        try:
            yield b64decode(letters[: len(letters) // 4 * 4])
        except binascii.Error:
            continue
    bare = _unpacked(data)
    if bare:
        yield bare


def _unpacked(data: bytes) -> bytes:
    """The thumbnail of EXIF that is kept as bare pixels (EXIF 2.32, 4.5.8), as PNG; else empty."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            exif = image.getexif()
            told = exif.get_ifd(_THUMBNAIL)
            block = image.info.get("exif", b"").removeprefix(b"Exif\x00\x00")
        if told.get(_PACKED) != 1:
            return b""
        wide, high, at = (int(_first(told[tag])) for tag in (_WIDE, _HIGH, _AT))
        if not (0 < wide <= WIDE_ENOUGH and 0 < high <= WIDE_ENOUGH):
            return b""
        pixels = block[at : at + wide * high * 3]
        return _as_png(Image.frombytes("RGB", (wide, high), pixels))
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, struct.error):
        return b""


def _first(value: object) -> int:
    return int(value[0]) if isinstance(value, tuple) else int(str(value))


def _drawn(begin: bytes) -> bytes:
    from PIL import Image, ImageFile

    try:
        with Image.open(io.BytesIO(begin), formats=("JPEG", "PNG")) as image:
            if min(image.size) < LEAST_SIDE:
                return b""
            ImageFile.LOAD_TRUNCATED_IMAGES = True
            flat = image.convert("RGB")
    except (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError):
        return b""
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    if flat.width < WIDE_ENOUGH:
        times = -(-WIDE_ENOUGH // flat.width)
        high = min(flat.height * times, 10 * WIDE_ENOUGH)
        flat = flat.resize((flat.width * times, high), Image.Resampling.LANCZOS)
    return _as_png(flat)


def _as_png(image: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")  # type: ignore[attr-defined]
    return buffer.getvalue()
