"""The child process that blacks out pages and pictures, and looks into bytes for what must not
leave. A JSON line and the bytes on standard input, the answer on standard output.

It parses untrusted bytes, so it locks itself down as the readers of the sandbox do before it
touches them: no network, no file, limits of memory, time, pages and pixels.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from amparo.filing import recordings, stills
from amparo.filing.outline import draw_outline
from amparo.filing.unpack import search

FAILED = 70
DOTS = 150
MOST_PAGES = 2_000
MOST_PIXELS = 60_000_000
MOST_BYTES = 256 << 20

Box = tuple[float, float, float, float]


class Unfit(Exception):
    """The request cannot be done on these bytes; the message is a fixed phrase."""


def main() -> int:
    """Answer one request; exit code FAILED with a fixed phrase on stderr."""
    import pypdfium2
    from PIL import Image

    Image.init()
    register_heif()
    pypdfium2.PdfDocument.new().close()
    request = json.loads(sys.stdin.buffer.readline())
    if request["op"] in ("sound", *_OF_VIDEO):
        recordings.preload()
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    _lock_down()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        if len(data) > MOST_BYTES:
            raise Unfit("the item is too large")
        answer = _OPERATIONS[request["op"]](request, data)
    except (Unfit, recordings.Unreadable) as reason:
        print(reason, file=sys.stderr)
        return FAILED
    except Exception:  # whatever a parser throws at hostile bytes, its words may quote them
        print("the item cannot be read", file=sys.stderr)
        return FAILED
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    return 0


def register_heif() -> None:
    """Let Pillow open what telephones take, where the wheel is installed."""
    try:
        import pi_heif  # type: ignore[import-untyped]
    except ImportError:
        return
    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    pi_heif.options.DECODE_THREADS = 1


def _lock_down() -> None:
    if sys.platform != "linux":
        return
    from amparo.intake.reading import Budget
    from amparo.intake.sandbox_child import lock_down

    lock_down(Budget(memory_bytes=2 << 30, cpu_seconds=300), runs_programs=False)


# Pictures and pages


def black_out_image(request: dict[str, Any], data: bytes) -> bytes:
    """A PNG of the pixels alone, turned as its EXIF says, with the areas filled."""
    image = as_shown(data)
    fill(image, request["areas"])
    return save(image, "PNG")


def count_frames(request: dict[str, Any], data: bytes) -> bytes:
    """How many pictures the file holds, as digits."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as source:
        return str(getattr(source, "n_frames", 1)).encode()


def as_shown(data: bytes) -> Any:
    """The pixels of the first picture as a viewer shows them, and nothing else of the file.

    Turned as its EXIF says; what is transparent lies on white, since pixels under full
    transparency are kept in the file and would come to light; greys of 16 bits become 8.
    """
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data)) as source:
        image = ImageOps.exif_transpose(source)
        if image.mode.startswith("I;16"):
            image = image.convert("I")
        if image.mode == "I":
            image = image.point(lambda value: value / 256).convert("L")
        if "A" in image.mode or "transparency" in image.info:
            clear = image.convert("RGBA")
            image = Image.new("RGBA", clear.size, "white")
            image.alpha_composite(clear)
        flat = image.convert("RGB")
    return Image.frombytes("RGB", flat.size, flat.tobytes())


def fill(image: Any, areas: list[Box]) -> None:
    """Fill areas given as fractions of width and height from the upper left corner."""
    from PIL import ImageDraw

    draw = ImageDraw.Draw(image)
    width, height = image.size
    for left, top, right, bottom in areas:
        draw.rectangle(
            (int(left * width), int(top * height), int(right * width), int(bottom * height)),
            fill=(0, 0, 0),
        )


def save(image: Any, form: str, **options: Any) -> bytes:
    """The picture's bytes in one form, with no metadata."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def black_out_pdf(request: dict[str, Any], data: bytes) -> bytes:
    """A PDF of pictures of the pages with areas and words filled: no text, layer or metadata."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    if len(document) > MOST_PAGES:
        raise Unfit("the item has too many pages")
    unknown = {int(n) for key in ("areas", "words") for n in request[key]} | set(request["whole"])
    if any(number < 1 or number > len(document) for number in unknown):
        raise Unfit("a redaction names a page that the item does not have")
    pages = [_page(document[number], str(number + 1), request) for number in range(len(document))]
    return save(
        pages[0], "PDF", save_all=True, append_images=pages[1:], resolution=DOTS,
        title="", creationDate="", modDate="",
    )  # fmt: skip


def _page(page: Any, number: str, request: dict[str, Any]) -> Any:
    width, height = page.get_size()
    if width * height * (DOTS / 72) ** 2 > MOST_PIXELS:
        raise Unfit("a page is too large")
    areas = [tuple(area) for area in request["areas"].get(number, ())]
    for words in request["words"].get(number, ()):
        areas += _find_words(page, words)
    if int(number) in request["whole"]:
        areas = [(0.0, 0.0, 1.0, 1.0)]
    image = page.render(scale=DOTS / 72).to_pil().convert("RGB")
    fill(image, areas)
    return image


def _find_words(page: Any, words: str) -> list[Box]:
    """Areas of these words wherever they stand on the page; Unfit when they cannot be found."""
    textpage, wanted = page.get_textpage(), "".join(words.split())
    count = textpage.count_chars()
    text = textpage.get_text_range()
    places = [place for place, letter in enumerate(text) if not letter.isspace()]
    bare = "".join(text[place] for place in places)
    if len(text) != count or not wanted or wanted not in bare:
        raise Unfit("the words of a redaction cannot be located on the page: give a box instead")
    found: list[Box] = []
    start = bare.find(wanted)
    while start >= 0:
        for place in places[start : start + len(wanted)]:
            found.append(_grown(textpage.get_charbox(place, loose=True), page))
        start = bare.find(wanted, start + 1)
    return found


def _grown(box: Box, page: Any) -> Box:
    """A character's box (points from the lower left) as fractions of the page as it is shown,
    one point wider each way."""
    left, bottom, right, top = box
    x, y, far_x, far_y = page.get_cropbox()
    wide, high = far_x - x, far_y - y
    west, east = (left - x - 1) / wide, (right - x + 1) / wide
    north, south = (far_y - top - 1) / high, (far_y - bottom + 1) / high
    # Characters lie as on the unturned page; the picture is turned clockwise.
    turned: dict[int, Box] = {
        0: (west, north, east, south),
        90: (1 - south, west, 1 - north, east),
        180: (1 - east, 1 - south, 1 - west, 1 - north),
        270: (north, 1 - east, south, 1 - west),
    }
    return turned[page.get_rotation() % 360]


_OF_VIDEO = {
    "stills": stills.show_stills,
    "moments": stills.tell_stills,
    "still": stills.draw_still,
}
_OPERATIONS = {
    "image": black_out_image,
    "frames": count_frames,
    "pdf": black_out_pdf,
    "sound": recordings.silence,
    **_OF_VIDEO,
    "search": search,
    "outline": draw_outline,
}

if __name__ == "__main__":
    sys.exit(main())
