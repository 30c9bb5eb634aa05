"""Two perceptual hashes of a picture, by which re-encoded copies are found (`casefile.likeness`).

dHash compares neighbours, pHash the low frequencies (both after N. Krawetz, 2011-2013).
Computed here, in the sandbox, because here the pixels are; a picture turned by its EXIF
orientation and one turned for good hash the same. Crops and mirror images hash otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from operator import mul
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_LEAST_CONTRAST = 4.0


def likeness_of(image: Image.Image) -> str:
    """33 characters: dHash and pHash in hex, 64 bits each, then `p` (too plain) or `-`."""
    from PIL import Image, ImageOps

    small = _flat(image)
    # A middle size first: the rest is then the same work for every picture.
    small.thumbnail((512, 512), Image.Resampling.BOX)
    small = ImageOps.exif_transpose(small) or small
    grey = small.convert("L").convert("F")
    rows = _rows(grey.resize((9, 8), Image.Resampling.BOX))
    steps = [right > left for row in rows for left, right in pairwise(row)]
    flat = [value for row in rows for value in row]
    low = _low_frequencies(_rows(grey.resize((32, 32), Image.Resampling.BOX)))
    middle = median(low[1:])
    plain = max(flat) - min(flat) < _LEAST_CONTRAST
    waves = _number([value > middle for value in low])
    return f"{_number(steps):016x}{waves:016x}{'p' if plain else '-'}"


def _flat(image: Image.Image) -> Image.Image:
    """Without transparency (on white), palette or depth beyond 8 bits; a copy."""
    from PIL import Image

    if image.mode.startswith("I") or image.mode == "F":
        low, high = image.convert("F").getextrema()
        span = (float(high) - float(low)) or 1.0  # type: ignore[arg-type]
        return image.convert("F").point(lambda v: (v - low) * (255 / span)).convert("L")
    if "A" in image.mode or "transparency" in image.info:
        clear = image.convert("RGBA")
        ground = Image.new("RGBA", clear.size, "white")
        ground.alpha_composite(clear)
        flat = ground.convert("RGB")
    else:
        flat = image.convert("RGB")
    if 0x0112 in image.getexif():
        flat.getexif()[0x0112] = image.getexif()[0x0112]
    return flat


def _rows(image: Image.Image) -> list[list[float]]:
    width, height = image.size
    values = [float(v) for v in memoryview(image.tobytes()).cast("f")]
    return [values[at : at + width] for at in range(0, width * height, width)]


@lru_cache(maxsize=1)
def _cosines() -> list[list[float]]:
    """First eight rows of the DCT-II matrix for 32 samples."""
    return [
        [math.cos(math.pi * wave * (2 * place + 1) / 64) for place in range(32)]
        for wave in range(8)
    ]


def _low_frequencies(rows: list[list[float]]) -> list[float]:
    """The 8 x 8 lowest terms of the two-dimensional DCT-II of 32 x 32 values."""
    waves = _cosines()
    half = [[_product(wave, row) for wave in waves] for row in rows]
    columns = list(zip(*half, strict=True))
    return [_product(wave, column) for wave in waves for column in columns]


def _product(one: Sequence[float], other: Sequence[float]) -> float:
    return float(sum(map(mul, one, other)))


def _number(bits: list[bool]) -> int:
    return int("".join("1" if bit else "0" for bit in bits), 2)
