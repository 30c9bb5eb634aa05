"""Pictures by Pillow: size, EXIF with position, text chunks; OCR text as part `ocr`."""

from __future__ import annotations

import io
import struct
from contextlib import suppress
from typing import Any

from amparo.intake.readers import credentials, ocr
from amparo.intake.readers.draft import Corrupt, Draft, Input, LimitReached, Unsupported
from amparo.intake.readers.likeness import likeness_of

FORMATS = ("JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP", "AVIF", "HEIF")
_GPS = 0x8825
_EXIF = 0x8769
_SKIPPED = frozenset((0x927C, 0x9286, 0xEA1C, _GPS, _EXIF, 0xA005))


def preload() -> None:
    """Import Pillow and the formats we read, no others."""
    from PIL import (  # noqa: F401
        AvifImagePlugin,
        BmpImagePlugin,
        ExifTags,
        GifImagePlugin,
        Image,
        ImageOps,
        JpegImagePlugin,
        MpoImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    with suppress(ImportError):
        import pi_heif  # type: ignore[import-untyped]

        pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
        pi_heif.options.DECODE_THREADS = 1
    Image._initialized = 2
    ocr.preload()


def read(source: Input, draft: Draft) -> None:
    """Metadata of the picture, then its pixels for OCR; broken pixels make it partial."""
    from PIL import Image, UnidentifiedImageError

    preload()
    Image.MAX_IMAGE_PIXELS = draft.budget.pixels
    data = source.all(draft.budget.memory_bytes // 3)
    if draft.media_type == "image/heif" and "HEIF" not in Image.OPEN:
        raise Unsupported("needs pi-heif")
    try:
        image = Image.open(io.BytesIO(data), formats=[f for f in FORMATS if f in Image.OPEN])
    except Image.DecompressionBombError:
        raise LimitReached("pixels") from None
    except UnidentifiedImageError:
        raise Corrupt("the picture's header cannot be read") from None
    except ValueError as error:
        if "too large" in str(error):
            raise LimitReached("output") from None
        raise Corrupt("the picture's header cannot be read") from None
    except (OSError, SyntaxError, KeyError, struct.error):
        raise Corrupt("the picture's header cannot be read") from None
    width, height = image.size
    draft.meta("width", width)
    draft.meta("height", height)
    draft.meta("format", image.format or "")
    if width * height * getattr(image, "n_frames", 1) > 4 * draft.budget.pixels:
        draft.meta("frames", "too many, only the first is read")
    if width * height > draft.budget.pixels:
        raise LimitReached("pixels")
    _note_info(image, draft)
    _note_exif(image, draft)
    credentials.note(data, draft)
    _pixels(image, draft)


def _note_info(image: Any, draft: Draft) -> None:
    for key, value in list(image.info.items())[:100]:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            draft.meta(f"info:{key}", value)
        elif key == "comment" and isinstance(value, bytes):
            draft.meta("info:comment", value.decode("utf-8", "replace"))


def _note_exif(image: Any, draft: Draft) -> None:
    from PIL import ExifTags

    try:
        exif = image.getexif()
        groups = [(exif, ExifTags.TAGS), (exif.get_ifd(_EXIF), ExifTags.TAGS)]
        position = exif.get_ifd(_GPS)
    except Exception:  # Pillow on damaged EXIF; the picture itself may be whole
        draft.meta("exif", "damaged")
        return
    for group, names in groups:
        for tag, value in list(group.items())[:200]:
            if tag not in _SKIPPED and not (isinstance(value, bytes) and len(value) > 200):
                draft.meta(f"exif:{names.get(tag, hex(tag))}", _plain(value))
    _note_position(position, draft)


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip("\x00 ")
    if isinstance(value, tuple):
        return ", ".join(_plain(item) for item in value[:16])
    return str(value)


def _note_position(position: dict[int, Any], draft: Draft) -> None:
    """Decimal degrees (WGS 84), metres and time as the camera stated them."""
    latitude = _degrees(position.get(2), position.get(1), "S", 90)
    longitude = _degrees(position.get(4), position.get(3), "W", 180)
    if latitude is not None and longitude is not None:
        draft.meta("gps_latitude", f"{latitude:.6f}")
        draft.meta("gps_longitude", f"{longitude:.6f}")
    elif position:
        draft.meta("gps", "present, incomplete or damaged")
    if position.get(29):
        draft.meta("gps_date", _plain(position[29]))
    if 6 in position:
        draft.meta("gps_altitude", _plain(position[6]))


def _degrees(value: Any, reference: Any, negative: str, most: int) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    total = degrees + minutes / 60 + seconds / 3600
    if not 0 <= total <= most:
        return None
    return -total if _plain(reference).upper().startswith(negative) else total


def _pixels(image: Any, draft: Draft) -> None:
    """Decode the pixels, which shows damage, and read the letters on them."""
    try:
        image.load()
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, Unsupported):
            raise
        draft.outcome, draft.detail = "partial", "the picture data are damaged or cut short"
        return
    draft.meta("likeness", likeness_of(image))
    missing = ocr.why_not(draft)
    if missing:
        draft.meta("ocr", missing)
    if image.format == "TIFF" and getattr(image, "n_frames", 1) > 1:
        _pages(image, draft)
    elif not missing:
        draft.part("ocr", _words(image, draft), "text on the picture (OCR)")


def _pages(image: Any, draft: Draft) -> None:
    """A scan or fax of several pages in one TIFF: a part `page:n` each."""
    count = image.n_frames
    draft.expected += count
    draft.meta("pages", count)
    for number in range(1, count + 1):
        if number > draft.budget.pages:
            raise LimitReached("pages")
        try:
            image.seek(number - 1)
            image.load()
        except (OSError, SyntaxError, ValueError, EOFError):
            draft.fail("page is broken")
            continue
        if image.width * image.height > draft.budget.pixels:
            draft.fail("limit: pixels")
            continue
        missing = ocr.why_not(draft, number)
        if missing:
            draft.meta("ocr", missing)
            draft.outcome, draft.detail = "partial", draft.detail or missing
        else:
            draft.part(f"page:{number}", _words(image, draft), f"page {number} (OCR)")
        draft.emitted += 1


def _words(image: Any, draft: Draft) -> str:
    """The letters on a picture, turned as the camera says it was held."""
    from PIL import ImageOps

    if min(image.size) < 16 or ocr.is_plain(image):
        return ""
    with suppress(Exception):  # damaged EXIF: then as the pixels lie
        image = ImageOps.exif_transpose(image)
    return ocr.recognise(image, draft)
