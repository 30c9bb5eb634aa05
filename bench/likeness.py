"""Pictures that look alike: recall on altered copies and false pairs, beside each hash alone.

    .venv/bin/python bench/likeness.py [PICTURES]

The set is drawn: landscapes of noise at several scales, plain scenes with few shapes, and pages
of text, which are the hard case: all pages have lines in the same places. Copies are re-encoded,
resized, recompressed twice, made lighter, darker, grey or blurred; crops are shown to be missed.
"""

from __future__ import annotations

import io
import random
import sys
import time
from collections.abc import Callable
from itertools import combinations

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from amparo.casefile.likeness import Likeness, bits_apart, likeness_from_text, pairs_alike
from amparo.intake.readers.likeness import likeness_of

WORDS = """the gate was shut at noon and nine men stood by a lorry near old quarry road
""".split()  # noqa: SIM905


def landscape(seed: int) -> Image.Image:
    chance = np.random.default_rng(seed)
    total = np.zeros((480, 640, 3))
    for cells, weight in ((4, 1.0), (9, 0.6), (25, 0.35), (80, 0.2)):
        coarse = chance.integers(0, 256, (cells * 3 // 4 + 1, cells, 3), dtype=np.uint8)
        layer = Image.fromarray(coarse).resize((640, 480), Image.Resampling.BICUBIC)
        total += weight * np.asarray(layer)
    return Image.fromarray((total / total.max() * 255).astype(np.uint8))


def scene(seed: int) -> Image.Image:
    chance = random.Random(seed)
    shade = [chance.randint(0, 255) for _ in range(3)]
    image = Image.new("RGB", (800, 600), tuple(shade))
    pen = ImageDraw.Draw(image)
    for _ in range(chance.randint(3, 9)):
        x, y = chance.randint(-100, 750), chance.randint(-100, 550)
        box = (x, y, x + chance.randint(40, 500), y + chance.randint(40, 400))
        draw = chance.choice((pen.rectangle, pen.ellipse))
        draw(box, fill=tuple(chance.randint(0, 255) for _ in range(3)))
    return image


def page(seed: int) -> Image.Image:
    chance = random.Random(seed)
    image = Image.new("L", (850, 1100), 255)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(22)
    y = 80
    while y < 1000:
        for _ in range(chance.randint(2, 7)):
            words = " ".join(chance.choices(WORDS, k=chance.randint(9, 13)))
            pen.text((80, y), words[:62], fill=0, font=font)
            y += 32
        y += 32
    return image.convert("RGB")


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    held = io.BytesIO()
    image.convert("RGB").save(held, "JPEG", quality=quality)
    return Image.open(io.BytesIO(held.getvalue()))


def resized(image: Image.Image, factor: float) -> Image.Image:
    return image.resize((int(image.width * factor), int(image.height * factor)))


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "jpeg 85": lambda i: jpeg(i, 85),
    "jpeg 25": lambda i: jpeg(i, 25),
    "a messenger: smaller, twice recompressed": lambda i: jpeg(jpeg(resized(i, 0.6), 60), 40),
    "a quarter": lambda i: resized(i, 0.25),
    "larger": lambda i: resized(i, 1.7),
    "lighter": lambda i: ImageEnhance.Brightness(i).enhance(1.25),
    "darker": lambda i: ImageEnhance.Brightness(i).enhance(0.7),
    "grey": lambda i: i.convert("L"),
    "blurred": lambda i: i.filter(ImageFilter.GaussianBlur(2)),
    "cropped by a fifth (missed, as the page says)": lambda i: i.crop(
        (i.width // 5, i.height // 5, i.width, i.height)
    ),
}
KINDS = {"landscapes": landscape, "scenes": scene, "pages of text": page}


def measure(name: str, draw: Callable[[int], Image.Image], count: int) -> None:
    pictures = [draw(seed) for seed in range(count)]
    began = time.perf_counter()
    held = [likeness_from_text(likeness_of(picture)) for picture in pictures]
    took = (time.perf_counter() - began) / count
    print(f"{name}: {count}, {took * 1e3:.1f} ms each to hash")
    for how, change in COPIES.items():
        copies = [likeness_from_text(likeness_of(change(picture))) for picture in pictures]
        found = [alike(one, copy) for one, copy in zip(held, copies, strict=True)]
        print(f"  {how}: recall {sum(found) / count:.3f}")
    pairs = count * (count - 1) // 2
    false = sum(1 for _ in pairs_alike(held))
    single = [bits_apart(one, other) for one, other in combinations(held, 2)]
    by_d = sum(d <= 10 for d, _ in single)
    by_p = sum(p <= 10 for _, p in single)
    print(f"  false pairs of {pairs}: both {false}; dHash alone {by_d}, pHash alone {by_p}")


def alike(one: Likeness, other: Likeness) -> bool:
    return any(True for _ in pairs_alike([one, other]))


def main(count: int) -> None:
    """Run and print."""
    for name, draw in KINDS.items():
        measure(name, draw, count)
    chance = random.Random(1)
    many = [Likeness(chance.getrandbits(64), chance.getrandbits(64), False) for _ in range(10_000)]
    began = time.perf_counter()
    list(pairs_alike(many))
    print(f"10,000 pictures compared in pairs: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
