"""Pages and pictures of the demo case: typeset PDF, a scanned page, a photograph, a screenshot."""

from __future__ import annotations

import io
import zlib
from datetime import UTC, datetime

SCAN_PPI = 200
PRINTED_AT = datetime(2019, 9, 30, 12, 0, tzinfo=UTC)

# In the open ocean on purpose: an invented town must not point at anybody's home.
GATE_LATITUDE = (38.0, 30.0, 12.0)
GATE_LONGITUDE = (18.0, 12.0, 47.5)


def typeset_pdf(source: str) -> bytes:
    """A PDF with a text layer, typeset from Typst markup with the fonts Typst brings along."""
    import typst

    made = typst.compile(source.encode(), ignore_system_fonts=True, timestamp=PRINTED_AT)
    return _bytes_of(made)


def page_image(source: str, ppi: float) -> bytes:
    """The first page of Typst markup as PNG at `ppi` pixels for each inch."""
    import typst

    return _bytes_of(
        typst.compile(source.encode(), format="png", ppi=ppi, ignore_system_fonts=True)
    )


def scanned_pdf(source: str) -> bytes:
    """A PDF whose only content is a slightly turned, one-bit picture of a typed page."""
    from PIL import Image

    with Image.open(io.BytesIO(page_image(source, SCAN_PPI))) as page:
        turned = page.convert("L").rotate(0.6, Image.Resampling.BICUBIC, fillcolor=255)
    black_and_white = turned.point(lambda value: 255 if value > 150 else 0, "1")
    width, height = black_and_white.size
    picture = zlib.compress(black_and_white.tobytes(), 9)
    page_width, page_height = width * 72 // SCAN_PPI, height * 72 // SCAN_PPI
    drawing = f"{page_width} 0 0 {page_height} 0 0 cm /Im0 Do".encode()
    image_keys = (
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} "
        "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode "
    )
    return _pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page_width} {page_height}] "
                "/Resources << /XObject << /Im0 5 0 R >> >> /Contents 4 0 R >>"
            ).encode(),
            _stream("", drawing),
            _stream(image_keys, picture),
        ]
    )


def gate_photograph() -> bytes:
    """A JPEG of a drawn depot gate with camera, time and GPS data (Exif 2.3)."""
    from PIL import Image, ImageDraw
    from PIL.ExifTags import GPS, IFD, Base

    picture = Image.new("RGB", (640, 420), (150, 158, 166))
    draw = ImageDraw.Draw(picture)
    for row in range(180):
        draw.line((0, row, 640, row), fill=(120 + row // 3, 130 + row // 3, 145 + row // 3))
    draw.rectangle((0, 180, 640, 330), fill=(104, 98, 92))
    draw.rectangle((210, 205, 430, 330), fill=(70, 74, 78))
    for bar in range(218, 430, 16):
        draw.line((bar, 205, bar, 330), fill=(44, 46, 50), width=3)
    draw.rectangle((0, 330, 640, 420), fill=(84, 84, 86))
    draw.rounded_rectangle((455, 270, 600, 350), radius=10, fill=(226, 226, 224))
    draw.rectangle((470, 280, 585, 305), fill=(60, 66, 74))
    draw.ellipse((475, 338, 503, 366), fill=(25, 25, 25))
    draw.ellipse((553, 338, 581, 366), fill=(25, 25, 25))

    exif = Image.Exif()
    exif[Base.Make] = "Example"
    exif[Base.Model] = "Example Phone 3"
    exif[Base.DateTime] = "2019:03:10 16:42:08"
    exif[Base.Software] = "Camera 8.1"
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = "2019:03:10 16:42:08"
    exif.get_ifd(IFD.Exif)[Base.OffsetTimeOriginal] = "+04:00"
    exif.get_ifd(IFD.GPSInfo).update(
        {
            GPS.GPSLatitudeRef: "S",
            GPS.GPSLatitude: GATE_LATITUDE,
            GPS.GPSLongitudeRef: "W",
            GPS.GPSLongitude: GATE_LONGITUDE,
        }
    )
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80, exif=exif)
    return buffer.getvalue()


def gate_sketch() -> bytes:
    """A small PNG line drawing of the same gate, as drawn from memory."""
    from PIL import Image, ImageDraw

    picture = Image.new("1", (320, 200), 1)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 70, 280, 170), outline=0, width=2)
    draw.rectangle((130, 100, 200, 170), outline=0, width=2)
    for bay in (55, 215, 245):
        draw.rectangle((bay, 90, bay + 20, 120), outline=0)
    draw.line((30, 20, 30, 170), fill=0, width=3)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=False)
    return buffer.getvalue()


def screenshot(source: str, description: str) -> bytes:
    """A PNG of typeset text with a textual chunk saying where it was taken."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    chunks = PngInfo()
    chunks.add_text("Description", description)
    chunks.add_text("Creation Time", "2019-04-02T19:10:00+04:00")
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(page_image(source, 130))) as page:
        page.convert("L").quantize(16).save(buffer, "PNG", pnginfo=chunks)
    return buffer.getvalue()


def _bytes_of(made: bytes | list[bytes] | None) -> bytes:
    if isinstance(made, list):
        return made[0]
    if made is None:
        raise RuntimeError("typst gave no document")
    return made


def _stream(keys: str, data: bytes) -> bytes:
    return f"<< {keys}/Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _pdf(objects: list[bytes]) -> bytes:
    """A PDF 1.4 file of these objects, numbered from 1, the first being the catalogue."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n".encode()
    out += f"startxref\n{table}\n%%EOF\n".encode()
    return bytes(out)
