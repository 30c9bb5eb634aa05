"""OCR in the sandbox: the right script without being told, at most 2 % of characters wrong."""

from __future__ import annotations

import io
import shutil
import subprocess
import textwrap
from pathlib import Path
from types import ModuleType

import pytest
from rapidfuzz.distance import Levenshtein

from amparo.intake.reading import Budget
from amparo.intake.sandbox import Sandbox

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
LANGUAGES = {"en": "eng", "fr": "fra", "ru": "rus", "ar": "ara"}


def installed() -> set[str]:
    if not shutil.which("tesseract"):
        return set()
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, check=False)
    return set(listed.stdout.decode().split())


HERE = installed()


def scan(text: str, language: str) -> object:
    """A clean page at about 200 dpi."""
    from PIL import Image, ImageDraw, ImageFont, features

    if not FONT.exists() or (language == "ar" and not features.check("raqm")):
        pytest.skip("no font or no shaping for this script here")
    image = Image.new("L", (1500, 560), 255)
    pen, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONT), 36)
    for number, line in enumerate(textwrap.wrap(text, 66)):
        at = (1440 if language == "ar" else 60, 60 + number * 64)
        if language == "ar":
            pen.text(at, line, font=font, fill=0, anchor="ra", direction="rtl", language="ar")
        else:
            pen.text(at, line, font=font, fill=0)
    return image


def saved(image: object, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, resolution=200)  # type: ignore[attr-defined]
    return out.getvalue()


def errors(expected: str, found: str) -> float:
    """Character error rate, spaces and line ends taken as one."""
    expected, found = " ".join(expected.split()), " ".join(found.split())
    return Levenshtein.distance(expected, found) / len(expected)


@pytest.mark.parametrize("language", LANGUAGES)
def test_picture(language: str, good: ModuleType, box: Sandbox) -> None:
    if LANGUAGES[language] not in HERE:
        pytest.skip("tesseract or its data are not installed")
    reading = box.read(saved(scan(good.TEXTS[language], language), "PNG"), name="scan.png")
    assert reading.outcome == "ok"
    assert LANGUAGES[language] in reading.untrusted_metadata["ocr"]
    assert errors(good.TEXTS[language], reading.text()) <= 0.02


@pytest.mark.skipif("rus" not in HERE, reason="tesseract or its data are not installed")
def test_scanned_pdf(good: ModuleType, box: Sandbox) -> None:
    data = saved(scan(good.TEXTS["ru"], "ru"), "PDF")
    reading = box.read(data, name="scan.pdf")
    assert (reading.kind, reading.outcome, reading.emitted) == ("pdf", "ok", 1)
    assert errors(good.TEXTS["ru"], reading.untrusted_parts[0].text) <= 0.02


def test_without_ocr_a_scan_says_so(good: ModuleType, box: Sandbox) -> None:
    data = saved(scan(good.TEXTS["en"], "en"), "PDF")
    reading = box.read(data, name="scan.pdf", budget=Budget(ocr=False))
    assert reading.outcome == "partial"
    assert reading.detail == "pages without text layer; OCR switched off"


@pytest.mark.skipif("eng" not in HERE, reason="tesseract or its data are not installed")
@pytest.mark.parametrize("at", [(160, 200), (900, 3100)])
def test_two_short_lines_on_a_large_page_are_read_or_said_to_be_missed(
    at: tuple[int, int], box: Sandbox
) -> None:
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("L", (2480, 3508), 255)
    pen, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONT), 44)
    pen.text(at, "They came at dawn.", font=font, fill=0)
    pen.text((at[0], at[1] + 70), "Nobody was told why.", font=font, fill=0)
    reading = box.read(saved(image, "PNG"), name="scan.png")
    assert " ".join(reading.text().split()) == "They came at dawn. Nobody was told why."
    assert reading.outcome == "ok"


def test_ink_outside_the_words_read_is_seen() -> None:
    from PIL import Image, ImageDraw

    from amparo.intake.readers.ocr import UNREAD, Recognised, unread_ink

    page = Image.new("L", (1000, 1400), 255)
    pen = ImageDraw.Draw(page)
    pen.rectangle((100, 100, 400, 130), 0)
    pen.rectangle((100, 800, 400, 830), 0)
    first, second = (100, 100, 300, 30), (100, 800, 300, 30)
    assert unread_ink(page, Recognised()) == 1.0
    half = unread_ink(page, Recognised("a", "eng", 9, 90.0, (first,)))
    assert UNREAD < half < 0.6
    assert unread_ink(page, Recognised("a", "eng", 9, 90.0, (first, second))) == 0.0
    assert unread_ink(page, Recognised("a", "eng", 9, 20.0, (first, second))) == 1.0
    photo = Image.effect_noise((600, 400), 90)
    assert unread_ink(photo, Recognised()) == 0.0
    assert unread_ink(Image.new("L", (600, 400), 255), Recognised()) == 0.0


def test_a_page_whose_ink_no_mode_can_read_is_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image, ImageDraw

    from amparo.intake.readers import ocr
    from amparo.intake.readers.draft import Draft

    asked: list[tuple[str, ...]] = []

    def nothing(image: object, chosen: str, draft: object, *options: str) -> str:
        asked.append(options)
        return ""

    monkeypatch.setattr(ocr, "_run", nothing)
    monkeypatch.setattr(ocr, "languages", lambda: frozenset(("eng", "osd")))
    page = Image.new("L", (1200, 1600), 255)
    ImageDraw.Draw(page).rectangle((100, 300, 800, 340), 0)
    draft = Draft(Budget())
    assert ocr.recognise(page, draft) == ""
    assert (draft.outcome, draft.detail) == ("partial", ocr.MISSED)
    assert any("11" in options for options in asked)
    clean = Draft(Budget())
    assert ocr.recognise(Image.new("L", (1200, 1600), 255), clean) == "" and clean.outcome == ""


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_each_page_of_a_scan_in_its_own_script(kind: str, good: ModuleType, box: Sandbox) -> None:
    """An Arabic and a Russian page in one file: the language is chosen by page."""
    if not {"ara", "rus"} <= HERE:
        pytest.skip("tesseract has not both languages here")
    first, second = (scan(good.TEXTS[language], language) for language in ("ar", "ru"))
    out = io.BytesIO()
    more = {} if kind == "TIFF" else {"resolution": 200}
    first.save(out, kind, save_all=True, append_images=[second], **more)  # type: ignore[attr-defined]
    reading = box.read(out.getvalue(), name=f"scan.{kind.lower()}")
    assert (reading.outcome, reading.expected, reading.emitted) == ("ok", 2, 2)
    for part, language in zip(reading.untrusted_parts, ("ar", "ru"), strict=True):
        assert errors(good.TEXTS[language], part.text) <= 0.02


@pytest.mark.parametrize("turn", [90, 180])
def test_a_page_on_its_side_or_its_head(turn: int, good: ModuleType, box: Sandbox) -> None:
    if "rus" not in HERE:
        pytest.skip("tesseract has no Russian here")
    page = scan(good.TEXTS["ru"] * 2, "ru").rotate(turn, expand=True)  # type: ignore[attr-defined]
    reading = box.read(saved(page, "PNG"), name="scan.png")
    assert errors(good.TEXTS["ru"] * 2, reading.text()) <= 0.02


def test_a_stamped_scan_is_still_a_scan(good: ModuleType, box: Sandbox, tmp_path: Path) -> None:
    """The scanning program's own words are a text layer, but not the page's words."""
    if "rus" not in HERE:
        pytest.skip("tesseract has no Russian here")
    import typst

    source = (
        '#set page(width: 150mm, height: 56mm, margin: 0mm)\n#image("scan.png", width: 150mm)\n'
        "#place(bottom + left)[Scanned with Some Scanner]"
    )
    (tmp_path / "scan.png").write_bytes(saved(scan(good.TEXTS["ru"], "ru"), "PNG"))
    (tmp_path / "page.typ").write_text(source)
    pdf = typst.compile(tmp_path / "page.typ")
    text = box.read(bytes(pdf), name="scan.pdf").text()
    assert "увезли из квартиры" in text and "Some Scanner" in text
