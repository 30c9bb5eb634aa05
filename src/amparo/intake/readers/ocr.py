"""Text from pictures by the tesseract program, one script at a time, chosen by the page.

Runs inside the sandbox; the picture goes in and the text comes out through pipes, no
file is written. Without tesseract the outcome says so. The script is found first, because
four languages at once harm Arabic (8.5 % character errors against 1.8 %).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
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
LEAST_CONFIDENCE = 45
CLEAR = 85
DOUBTFUL = 70
SURE_OF_TURN = 2.0
# A page: light paper, little ink. On one, ink that no reading covers is text that was missed.
PAPER = 180
MOST_INK = 0.15
LEAST_INK = 60
UNREAD = 0.3
UNREAD_MODES = ("11", "6")
UNSURE = "a page was read with little confidence"
MISSED = "marks on the page were not read as text"
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Recognised:
    """What one reading gave; `confidence` is the mean over letters, 0 to 100."""

    text: str = ""
    languages: str = ""
    letters: int = 0
    confidence: float = 0.0
    boxes: tuple[Box, ...] = ()

    @property
    def score(self) -> float:
        """More letters read with more confidence; below 50 a letter counts against it."""
        return (self.confidence - 50) * self.letters


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
    """Text of one picture, "" when there is none that can be read with some confidence.

    A page read with little confidence may lie on its side where orientation data do not see it.
    """
    image = _readable(image)
    best = _upright(image, draft)
    if LEAST_CONFIDENCE <= best.confidence < DOUBTFUL and _is_page(image):
        sides = [_upright(image.rotate(turn, expand=True), draft)
                 for turn in (90, 270) if draft.spent() < LAST_MOMENT / 2]  # fmt: skip
        best = max([best, *sides], key=lambda reading: reading.score)
        if best.confidence < DOUBTFUL:
            draft.outcome, draft.detail = "partial", draft.detail or UNSURE
    if best.confidence < LEAST_CONFIDENCE:
        return ""
    draft.meta("ocr", f"tesseract, {best.languages}")
    draft.meta("ocr_confidence", f"{best.confidence:.0f} of 100")
    return best.text


def _upright(image: Image.Image, draft: Draft) -> Recognised:
    """The best reading of a picture, turned as its orientation data say."""
    chosen, turn = _script_and_turn(image, draft)
    if turn:
        image = image.rotate(-turn, expand=True, fillcolor=255)
    readings = [_read(image, chosen, draft)] if chosen else _try_scripts(image, draft)
    best = max(readings, key=lambda reading: reading.score, default=Recognised())
    return _look_again(image, best, chosen, draft)


def _is_page(image: Image.Image) -> bool:
    """Light paper, some ink."""
    size = image.width * image.height
    steps = image.histogram()
    light, ink = sum(steps[PAPER:]), sum(steps[:110])
    return light >= (1 - MOST_INK) * size and LEAST_INK <= ink <= MOST_INK * size


def _look_again(image: Image.Image, best: Recognised, chosen: str, draft: Draft) -> Recognised:
    """A page with ink outside what was read is searched for scattered words; else it is partial.

    Layout analysis takes a few short lines on a large page for noise, in silence.
    """
    if unread_ink(image, best) < UNREAD:
        return best
    for mode in UNREAD_MODES:
        if draft.spent() > LAST_MOMENT:
            break
        wanted = [chosen] if chosen else [_present(one) for one in _BY_SCRIPT.values()]
        found = [_read(image, one, draft, "--psm", mode) for one in wanted if one]
        best = max([best, *found], key=lambda reading: reading.score)
        if unread_ink(image, best) < UNREAD:
            return best
    draft.outcome, draft.detail = "partial", draft.detail or MISSED
    return best


def unread_ink(image: Image.Image, reading: Recognised) -> float:
    """Share of a page's ink that lies outside the words read; 0 where it is no page of text."""
    from PIL import ImageDraw

    if not _is_page(image):
        return 0.0
    ink = image.point([255] * 110 + [0] * 146)
    total = ink.histogram()[255]
    if reading.confidence >= LEAST_CONFIDENCE:
        pen = ImageDraw.Draw(ink)
        for left, top, width, height in reading.boxes:
            edge = height // 3
            pen.rectangle((left - edge, top - edge, left + width + edge, top + height + edge), 0)
    return float(ink.histogram()[255] / total)


def _readable(image: Image.Image) -> Image.Image:
    """Grey, not too small for letters and not larger than an A3 page at 300 dpi."""
    grey = image.convert("L")
    if max(grey.size) > 5_000:
        grey.thumbnail((5_000, 5_000))
    if max(grey.size) < 1_000 and min(grey.size) >= 12:
        grey = grey.resize((grey.width * 2, grey.height * 2))
    return grey


def _script_and_turn(image: Image.Image, draft: Draft) -> tuple[str, int]:
    """Languages of the script that tesseract's orientation data see ("" for none), and the
    degrees clockwise that stand a page upright which was scanned on its side or its head."""
    if "osd" not in languages():
        return "", 0
    told: dict[str, str] = {}
    for line in _run(image, "osd", draft, "--psm", "0").splitlines():
        name, _, value = line.partition(":")
        told[name] = value.strip()
    turn = int(told.get("Rotate") or 0)
    sure = float(told.get("Orientation confidence") or 0) >= SURE_OF_TURN
    return _present(_BY_SCRIPT.get(told.get("Script", ""), "")), turn if sure else 0


def _present(wanted: str) -> str:
    return "+".join(part for part in wanted.split("+") if part in languages())


def _try_scripts(image: Image.Image, draft: Draft) -> list[Recognised]:
    """Too little text for orientation data: one script after the other, until one is clear."""
    found: list[Recognised] = []
    for wanted in _BY_SCRIPT.values():
        chosen = _present(wanted)
        if not chosen:
            continue
        found.append(_read(image, chosen, draft))
        if found[-1].confidence >= CLEAR or found[0].letters == 0:
            break
    return found


def _read(image: Image.Image, chosen: str, draft: Draft, *options: str) -> Recognised:
    """One reading, with tesseract's own confidence in it."""
    boxes: list[Box] = []
    lines: dict[tuple[str, ...], list[str]] = {}
    weighted, letters = 0.0, 0
    for row in _run(image, chosen, draft, "-c", "tessedit_create_tsv=1", *options).splitlines()[1:]:
        cells = row.split("\t")
        word = cells[11].strip() if len(cells) == 12 else ""
        if word:
            lines.setdefault(tuple(cells[2:5]), []).append(word)
            weighted += max(0.0, float(cells[10])) * len(word)
            letters += len(word)
            boxes.append((int(cells[6]), int(cells[7]), int(cells[8]), int(cells[9])))
    text: list[str] = []
    above: tuple[str, ...] = ()
    for place, words in lines.items():
        text += [""] if above and place[:2] != above else []
        text.append(" ".join(words))
        above = place[:2]
    mean = weighted / letters if letters else 0.0
    return Recognised("\n".join(text), chosen, letters, mean, tuple(boxes))


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
    except subprocess.TimeoutExpired:
        return _failed(draft, "limit: time for OCR")
    except (OSError, subprocess.SubprocessError):
        return _failed(draft, "OCR failed")
    if done.returncode and chosen != "osd":
        return _failed(draft, "OCR failed")
    return clean_text(done.stdout.decode("utf-8", "replace"))


def _failed(draft: Draft, why: str) -> str:
    """No text, and the outcome says why."""
    draft.meta("ocr", why)
    draft.outcome, draft.detail = "partial", why
    return ""
