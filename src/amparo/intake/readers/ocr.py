"""Text from pictures by the tesseract program, one script at a time, chosen by the page.

Runs inside the sandbox; the picture goes in and the text comes out through pipes, no
file is written. Without tesseract the outcome says so. The script is found by a quick
reading with all languages of the small sample, because four languages at once harm
Arabic (8.5 % character errors against 1.8 %).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import lru_cache
from typing import TYPE_CHECKING

from amparo.intake.readers.draft import Draft
from amparo.intake.reading import clean_text

if TYPE_CHECKING:
    from PIL import Image

PROGRAM = "/usr/bin/tesseract"
WANTED = ("eng", "fra", "rus", "ara")
_BY_SCRIPT = {"Latin": "eng+fra", "Cyrillic": "rus", "Arabic": "ara"}
LAST_MOMENT = 0.6


def preload() -> None:
    """Nothing to import; asks for the languages once."""
    languages()


@lru_cache(maxsize=1)
def languages() -> frozenset[str]:
    """Languages that tesseract has here, empty without tesseract."""
    if not shutil.which(PROGRAM):
        return frozenset()
    try:
        answer = subprocess.run(
            [PROGRAM, "--list-langs"], capture_output=True, timeout=10, check=False
        ).stdout.decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(line.strip() for line in answer.splitlines()[1:] if line.strip())


def why_not(draft: Draft, number: int = 1) -> str:
    """Why page `number` cannot be recognised, "" when it can."""
    if not draft.budget.ocr:
        return "OCR switched off"
    if not languages() & set(WANTED):
        return "OCR not installed (tesseract)"
    if number > draft.budget.ocr_pages:
        return "limit: pages for OCR"
    if draft.spent() > LAST_MOMENT:
        return "limit: time for OCR"
    return ""


def is_plain(image: Image.Image) -> bool:
    """Whether there is nothing on the picture that could be a letter."""
    low, high = image.convert("L").getextrema()
    return float(high) - float(low) < 40  # type: ignore[arg-type]


def recognise(image: Image.Image, draft: Draft) -> str:
    """Text of one picture, "" when there is none."""
    image = _readable(image)
    chosen = _languages_for(image, draft)
    text = _run(image, chosen, draft)
    if text.strip():
        draft.meta("ocr", f"tesseract, {chosen}")
    return text


def _readable(image: Image.Image) -> Image.Image:
    """Grey, not too small for letters and not larger than an A3 page at 300 dpi."""
    grey = image.convert("L")
    if max(grey.size) > 5_000:
        grey.thumbnail((5_000, 5_000))
    if max(grey.size) < 1_000 and min(grey.size) >= 12:
        grey = grey.resize((grey.width * 2, grey.height * 2))
    return grey


def _languages_for(image: Image.Image, draft: Draft) -> str:
    """Languages of the script that tesseract's orientation data see on the page."""
    present = languages()
    everything = "+".join(language for language in WANTED if language in present)
    if "osd" in present:
        report = _run(image, "osd", draft, "--psm", "0")
        for line in report.splitlines():
            if line.startswith("Script:"):
                wanted = _BY_SCRIPT.get(line.split(":")[1].strip(), "eng")
                chosen = "+".join(part for part in wanted.split("+") if part in present)
                return chosen or everything
    return _best_of(image, draft, present) or everything


def _best_of(image: Image.Image, draft: Draft, present: frozenset[str]) -> str:
    """Too little text for orientation data: the language whose reading has most letters."""
    best = (0.0, "")
    for script, wanted in _BY_SCRIPT.items():
        chosen = "+".join(part for part in wanted.split("+") if part in present)
        if chosen:
            best = max(best, (_confidence(image, chosen, draft), chosen))
        del script
    return best[1]


def _confidence(image: Image.Image, chosen: str, draft: Draft) -> float:
    """Sum of tesseract's word confidences weighted by word length."""
    total = 0.0
    for line in _run(image, chosen, draft, "-c", "tessedit_create_tsv=1").splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) == 12 and cells[11].strip():
            total += max(0.0, float(cells[10]) - 50) * len(cells[11].strip())
    return total


def _run(image: Image.Image, chosen: str, draft: Draft, *options: str) -> str:
    header = b"P5 %d %d 255\n" % image.size
    left = max(1.0, draft.budget.seconds * 0.95 - draft.spent() * draft.budget.seconds)
    environment = {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin"}
    prefix = os.environ.get("TESSDATA_PREFIX")
    if prefix:
        environment["TESSDATA_PREFIX"] = prefix
    try:
        done = subprocess.run(
            [PROGRAM, "stdin", "stdout", "--dpi", "300", "-l", chosen, *options],
            input=header + image.tobytes(),
            stdout=subprocess.PIPE,
            stderr=None,
            timeout=left,
            env=environment,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return clean_text(done.stdout.decode("utf-8", "replace"))
