"""Pages and pictures to choose areas on: a numbered grid, and the areas chosen so far.

`draw_outline` runs in the locked-down child of `blackout`; `read_area` turns what a person
typed ("B3:D5", or four fractions) into the box of a redaction.
"""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

from amparo.errors import BadInput

if TYPE_CHECKING:
    from amparo.filing.plan import Plan
    from amparo.vault.models import Item
    from amparo.vault.unlock import Vault

COLUMNS, ROWS = "ABCDEFGHIJKL", 16
WIDEST = 900
_CELLS = re.compile(r"\s*([A-L])(\d{1,2})(?:\s*[:-]\s*([A-L])(\d{1,2}))?\s*\Z", re.IGNORECASE)


def read_area(text: str) -> str:
    """A box as a redaction records it: left, top, right, bottom as fractions. Raises BadInput."""
    match = _CELLS.match(text)
    if not match:
        return _fractions(text)
    first, last = _cell(match[1], match[2]), _cell(match[3] or match[1], match[4] or match[2])
    (x, y), (far_x, far_y) = first, last
    left, right = min(x, far_x), max(x, far_x) + 1
    top, bottom = min(y, far_y), max(y, far_y) + 1
    if not 0 <= top < bottom <= ROWS:
        raise _no_area()
    sides = (left / len(COLUMNS), top / ROWS, right / len(COLUMNS), bottom / ROWS)
    return ", ".join(f"{side:.4f}".rstrip("0").rstrip(".") for side in sides)


def _cell(column: str, row: str) -> tuple[int, int]:
    return COLUMNS.index(column.upper()), int(row) - 1


def _fractions(text: str) -> str:
    try:
        box = [float(one) for one in text.replace(",", " ").split()]
    except ValueError:
        raise _no_area() from None
    if len(box) != 4 or not (0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1):
        raise _no_area()
    return ", ".join(f"{side:g}" for side in box)


def _no_area() -> BadInput:
    return BadInput(
        "this is no area of the picture",
        remedy="write cells of the grid, such as B3:D5, or left, top, right, bottom as fractions",
    )


def look_at(
    vault: Vault, item: Item, page: int, boxes: list[tuple[float, ...]], *, grid: bool,
    widest: int = WIDEST,
) -> bytes:  # fmt: skip
    """A PNG of one page of an item, its boxes outlined, drawn in the locked-down child.

    No wider than `widest` pixels, and at most twice as high; nothing of it is kept.
    Raises BadInput for bytes that cannot be read or a page that is not there.
    """
    from amparo.filing.redaction import ask

    request = {
        "op": "outline",
        "page": page,
        "areas": boxes,
        "grid": grid,
        "widest": min(widest, WIDEST),
        "pdf": item.kind == "pdf",
    }
    return ask(request, vault.packs.read(item.locator))


def look_at_still(vault: Vault, item: Item, plan: Plan, number: int, widest: int = WIDEST) -> bytes:
    """A PNG of one still of a video with the grid and what is taken out of it. Raises BadInput."""
    from amparo.filing.redaction import ask, scenes_of

    request = {"op": "still", "number": number, "grid": True, "widest": min(widest, WIDEST)}
    return ask({**request, **scenes_of(plan)}, vault.packs.read(item.locator))


def stretch_of(vault: Vault, item: Item, first: int, last: int) -> tuple[float, float]:
    """From which second to which a video shows these stills and what lies between them and the
    next. Raises BadInput for one that is not there."""
    from amparo.filing.redaction import ask

    data = vault.packs.read(item.locator)
    told = json.loads(ask({"op": "moments", "number": last}, data))
    step, second = float(told["step"]), float(told["second"])
    # Where frames lie far apart the picture at a moment comes after it.
    return (first - 1) * step, max(last * step, second + 0.001)


def count_stills(vault: Vault, item: Item) -> tuple[int, float]:
    """How many stills a video has, and how many seconds lie between two. Raises BadInput."""
    from amparo.filing.redaction import ask

    told = json.loads(ask({"op": "moments"}, vault.packs.read(item.locator)))
    return int(told["count"]), float(told["step"])


def draw_outline(request: dict[str, Any], data: bytes) -> bytes:
    """A PNG of the page or picture, no wider than asked."""
    from amparo.filing.blackout import as_shown

    image = _page(data, request["page"]) if request["pdf"] else as_shown(data)
    return outline(image, request["areas"], request)


def outline(image: Any, areas: list[Any], request: dict[str, Any]) -> bytes:
    """A PNG of the picture with the areas shaded and, where asked, the grid."""
    from PIL import ImageDraw

    widest = request.get("widest", WIDEST)
    image.thumbnail((widest, widest * 2))
    draw = ImageDraw.Draw(image, "RGBA")
    if request["grid"]:
        _draw_grid(draw, image.size)
    for left, top, right, bottom in areas:
        wide, high = image.size
        box = (left * wide, top * high, right * wide - 1, bottom * high - 1)
        draw.rectangle(box, fill=(152, 25, 28, 110), outline=(152, 25, 28, 255), width=3)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _page(data: bytes, number: int) -> Any:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    if not 1 <= number <= len(document):
        raise ValueError("no such page")
    page = document[number - 1]
    return page.render(scale=WIDEST / max(page.get_width(), 1)).to_pil().convert("RGB")


def _draw_grid(draw: Any, size: tuple[int, int]) -> None:
    wide, high = size
    for n, name in enumerate(COLUMNS):
        x = n * wide / len(COLUMNS)
        draw.line((x, 0, x, high), fill=(29, 74, 115, 150))
        _label(draw, (x + 3, 1), name)
    for n in range(ROWS):
        y = n * high / ROWS
        draw.line((0, y, wide, y), fill=(29, 74, 115, 150))
        _label(draw, (3, y + (12 if n == 0 else 1)), str(n + 1))


def _label(draw: Any, at: tuple[float, float], text: str) -> None:
    box = draw.textbbox(at, text)
    draw.rectangle((box[0] - 2, box[1] - 1, box[2] + 2, box[3] + 1), fill=(255, 255, 255, 220))
    draw.text(at, text, fill=(29, 74, 115, 255))
