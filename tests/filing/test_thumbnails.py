"""Pictures inside of pictures: what a thumbnail still shows is found, and the copy has none."""

from __future__ import annotations

import io
import struct
from base64 import b64encode

import pytest
from PIL import Image, ImageDraw, ImageFont

from amparo.errors import Refused
from amparo.filing.redaction import ask
from amparo.filing.scan import Guarded, find_secrets, refuse_secrets
from amparo.filing.thumbnails import hidden_pictures
from amparo.intake import sandbox

NAME = "Ruslan Dzhabrailov"
FONT = "src/amparo/filing/fonts/NotoSans-Regular.ttf"


def words(text: str, form: str = "JPEG", size: tuple[int, int] = (320, 120)) -> bytes:
    image = Image.new("RGB", size, "white")
    font = ImageFont.truetype(FONT, 28)
    ImageDraw.Draw(image).text((20, size[1] // 3), text, fill="black", font=font)
    return saved(image, form)


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def scene(turn: int = 0) -> Image.Image:
    image = Image.new("RGB", (320, 240), (190, 210, 240))
    draw = ImageDraw.Draw(image)
    for place in range(9):
        left = (place * 61 + turn * 37) % 280
        top = (place * 43 + turn * 71) % 200
        shade = (place * 53 + turn * 29) % 200
        draw.ellipse((left, top, left + 60, top + 70), fill=(shade, 90, 250 - shade))
    return image


def exif_with(thumbnail: bytes, *, bare: tuple[int, int] | None = None) -> bytes:
    """EXIF whose second directory holds a thumbnail: a JPEG, or bare pixels of that size."""
    if bare:
        told = [(0x100, bare[0]), (0x101, bare[1]), (0x103, 1), (0x106, 2), (0x111, 0)]
        told += [(0x115, 3), (0x116, bare[1]), (0x117, len(thumbnail))]
    else:
        told = [(0x103, 6), (0x201, 0), (0x202, len(thumbnail))]
    first = struct.pack("<HI", 0, 14)
    at = 8 + len(first) + 2 + 12 * len(told) + 4
    second = struct.pack("<H", len(told))
    for tag, value in told:
        second += struct.pack("<HHII", tag, 4, 1, at if tag in (0x111, 0x201) else value)
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + first + second + bytes(4) + thumbnail


def photograph(thumbnail: bytes, form: str = "JPEG", **options: object) -> bytes:
    return saved(scene(), form, exif=exif_with(thumbnail, **options))


PLACES = {
    "EXIF of a JPEG": lambda: photograph(words(NAME)),
    "EXIF of a PNG": lambda: photograph(words(NAME), "PNG"),
    "EXIF of a WebP": lambda: photograph(words(NAME), "WEBP"),
    "bare pixels in EXIF": lambda: saved(
        scene(), "JPEG", exif=exif_with(small(), bare=(SMALL.width, SMALL.height))
    ),
    "after the end": lambda: saved(scene(), "JPEG") + words(NAME),
    "XMP": lambda: saved(
        scene(),
        "JPEG",
        xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><image>"
        + b64encode(words(NAME)).replace(b"Q", b"Q&#xA;")
        + b"</image></x:xmpmeta>",
    ),
    "base64 in a page": lambda: (
        b"<html><img src='data:image/png;base64,%s'></html>" % b64encode(words(NAME, "PNG"))
    ),
}
SMALL = Image.open(io.BytesIO(words(NAME, "PNG", (300, 70)))).convert("RGB")


def small() -> bytes:
    return SMALL.tobytes()


@pytest.mark.parametrize("place", PLACES)
def test_a_name_on_a_hidden_picture_is_found(place):
    data = PLACES[place]()
    name = "a.html" if data.startswith(b"<") else "a.jpg"
    assert any("inside" in hit.where for hit in find_secrets({name: data}, [NAME])), place
    assert not find_secrets({name: data}, ["Anna Lind"])


def test_a_redacted_picture_has_no_thumbnail():
    data = photograph(words(NAME))
    assert list(hidden_pictures(data))
    copy = ask({"op": "image", "areas": [(0, 0, 0.5, 0.5)]}, data)
    assert not list(hidden_pictures(copy))
    assert not find_secrets({"a.png": copy}, [NAME])


def likeness(data: bytes) -> str:
    return sandbox.read(data, name="a.png").untrusted_metadata["likeness"]


def test_a_thumbnail_that_shows_the_whole_picture_is_found_by_its_likeness():
    guarded = Guarded(likeness(saved(scene(), "PNG")), frozenset({"E0001.png"}))
    little = scene()
    little.thumbnail((160, 120))
    leaking = saved(scene(3), "JPEG", exif=exif_with(saved(little, "JPEG", quality=70)))
    (hit,) = find_secrets({"E0002.jpg": leaking}, [], [guarded])
    assert "inside" in hit.where
    with pytest.raises(Refused, match="protected strings or pictures"):
        refuse_secrets({"E0002.jpg": leaking}, [], [guarded])


def test_the_copy_may_look_like_its_original_and_nothing_else_may():
    whole = saved(scene(), "PNG")
    guarded = Guarded(likeness(whole), frozenset({"E0001.png"}))
    assert not find_secrets(
        {"E0001.png": whole, "E0003.png": saved(scene(3), "PNG")}, [], [guarded]
    )
    assert find_secrets({"E0002.png": saved(scene(), "JPEG", quality=60)}, [], [guarded])
    leaking = saved(scene(3), "JPEG", exif=exif_with(saved(scene(), "JPEG")))
    assert find_secrets({"E0001.png": leaking}, [], [guarded])


@pytest.mark.parametrize(
    "broken", [b"\xff\xd8\xff" * 500, b"\x89PNG\r\n\x1a\n" * 300, b"/9j/" * 90]
)
def test_what_only_begins_like_a_picture_is_passed_over(broken):
    assert not list(hidden_pictures(saved(scene(), "PNG") + broken))
