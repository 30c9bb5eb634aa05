"""How much of what a file says comes back: words by kind and language, letters of scans.

    python bench/readers.py

Prints two tables. Words: share of the words of a known text (with repetition) that are in the
reading, for every kind that holds text, in four languages. Scans: share of characters wrong
(Levenshtein over the longer way, spaces as one) on a clean page drawn at 150, 200 and 300 dots
an inch, alone as PNG and inside a PDF.
"""

from __future__ import annotations

import io
import sys
import textwrap
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests/intake")]
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def main() -> None:
    """Print both tables."""
    import build_good as good  # type: ignore[import-not-found]
    import test_good_languages as kinds  # type: ignore[import-not-found]

    from amparo.intake.sandbox import Sandbox

    with Sandbox() as box:
        print_words(good, kinds, box)
        print_scans(good, box)


def print_words(good: Any, kinds: Any, box: Any) -> None:
    """A row for each kind: word recall in each language."""
    print("| kind | " + " | ".join(kinds.LANGUAGES) + " |")
    print("|---|" + "---|" * len(kinds.LANGUAGES))
    for (name, kind), build in kinds.BUILDERS.items():
        row = []
        for language in kinds.LANGUAGES:
            words = good.TEXTS[language]
            reading = box.read(build(good, language, words), name=name)
            row.append(f"{kinds.recall(words, reading.text()):.3f}")
        print(f"| {kind} ({name}) | " + " | ".join(row) + " |")


def print_scans(good: Any, box: Any) -> None:
    """A row for each form of a scan: characters wrong in each language, in per cent."""
    print("\n| scan | " + " | ".join(good.TEXTS) + " |")
    print("|---|" + "---|" * len(good.TEXTS))
    for dots in (150, 200, 300):
        for form in ("PNG", "PDF"):
            row = []
            for language, words in good.TEXTS.items():
                out = io.BytesIO()
                drawn(words * 3, language, dots).save(out, form, resolution=dots)
                reading = box.read(out.getvalue(), name=f"scan.{form.lower()}")
                row.append(f"{100 * errors(words * 3, reading.text()):.1f} % {reading.outcome}")
            print(f"| {dots} dots an inch, {form} | " + " | ".join(row) + " |")


def drawn(text: str, language: str, dots: int) -> Any:
    """An A5 page of 11 point letters, black on white."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("L", (int(5.8 * dots), int(8.3 * dots)), 255)
    pen, font = ImageDraw.Draw(image), ImageFont.truetype(FONT, round(11 * dots / 72))
    edge, step = dots // 3, round(20 * dots / 72)
    for number, line in enumerate(textwrap.wrap(text, 52)):
        high = edge + number * step
        if language == "ar":
            place, how = (image.width - edge, high), {"direction": "rtl", "language": "ar"}
            pen.text(place, line, font=font, fill=0, anchor="ra", **how)
        else:
            pen.text((edge, high), line, font=font, fill=0)
    return image


def errors(expected: str, found: str) -> float:
    """Edits for each expected character, runs of spaces taken as one."""
    from rapidfuzz.distance import Levenshtein

    expected, found = " ".join(expected.split()), " ".join(found.split())
    return Levenshtein.distance(expected, found) / len(expected)


if __name__ == "__main__":
    main()
