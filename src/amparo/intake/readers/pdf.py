"""PDF by pdfium: one part a page from the text layer, else OCR; attachments as children.

Scripts in the file are never run. Pages are counted: those without a text layer and
without OCR are said to be so, page by page.
"""

from __future__ import annotations

import io
import re
from typing import Any

from amparo.intake.readers import ocr
from amparo.intake.readers.draft import LOCKED, Corrupt, Draft, Encrypted, Input, LimitReached
from amparo.intake.reading import clean_text

SCALE = 300 / 72
LEAST_SCALE = 150 / 72
FPDF_IMAGE = 3
REMOVE_SECURITY = 4
FEWEST_CHARACTERS = 8
# A scan on which a program wrote its name or a number is still a scan.
STAMP_CHARACTERS = 200
SCAN_SHARE = 0.5
_ARABIC = re.compile("[\u0621-\u064a\u0671-\u06d3]")
_BROKEN_WORD = re.compile("(?:\x02|\ufffe)\r?\n?")


def preload() -> None:
    """Load pdfium and initialise it."""
    import pypdfium2

    pypdfium2.PdfDocument.new().close()
    ocr.preload()


def read(source: Input, draft: Draft) -> None:
    """Parts `page:1` and on; metadata of the document; attached files."""
    import pypdfium2

    data = source.all(draft.budget.memory_bytes // 3)
    if b"/JavaScript" in data or b"/JS" in data:
        draft.meta("scripts", "present, never run")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" not in str(error).lower():
            raise Corrupt("the page tree cannot be read") from None
        _unlock(data, source, draft)
        return
    _note_document(document, draft)
    _emit_pages(document, draft)
    _emit_attachments(document, draft)


def _unlock(data: bytes, source: Input, draft: Draft) -> None:
    """A copy without encryption as child; its pages are read there. Raises Encrypted."""
    import pypdfium2

    for password in source.passwords:
        try:
            document = pypdfium2.PdfDocument(data, password=password)
        except pypdfium2.PdfiumError:
            continue
        out = io.BytesIO()
        document.save(out, flags=REMOVE_SECURITY)
        draft.unlocked("unlocked.pdf", "application/pdf", out.getvalue())
        return
    raise Encrypted(LOCKED)


def _note_document(document: Any, draft: Draft) -> None:
    for key, value in document.get_metadata_dict(skip_empty=True).items():
        draft.meta(key.lower(), value)
    draft.meta("pages", len(document))
    version = document.get_version()
    if version:
        draft.meta("pdf_version", f"{version // 10}.{version % 10}")


def _emit_pages(document: Any, draft: Draft) -> None:
    pages = len(document)
    draft.expected += pages
    recognised = 0
    for number in range(1, pages + 1):
        if number > draft.budget.pages:
            raise LimitReached("pages")
        try:
            page = document[number - 1]
            text = _page_text(page)
        except Exception:  # pdfium reports a broken page as an error of its own
            draft.fail("page is broken")
            continue
        short = len(text.strip())
        if short < FEWEST_CHARACTERS or (short < STAMP_CHARACTERS and _scan_scale(page)):
            recognised += 1
            text = _recognise(page, text, recognised, draft)
        draft.part(f"page:{number}", text, f"page {number}")
        draft.emitted += 1


def _page_text(page: Any) -> str:
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range()
        if _ARABIC.search(text):
            text = _ligatures_in_order(textpage, text)
        return clean_text(_BROKEN_WORD.sub("", text))
    finally:
        textpage.close()


def _ligatures_in_order(textpage: Any, text: str) -> str:
    """Letters of one Arabic ligature the right way round (لا, not ال).

    The library turns a line drawn from right to left, and with it the letters inside each glyph,
    which were in order already. Letters of one glyph share its box.
    """
    import pypdfium2.raw as raw

    letters = [chr(raw.FPDFText_GetUnicode(textpage, n)) for n in range(textpage.count_chars())]
    if "".join(letters) != text:
        return text
    at = 0
    while at < len(letters) - 1:
        end = at + 1
        if _ARABIC.match(letters[at]):
            box = textpage.get_charbox(at)
            while (
                end < len(letters)
                and _ARABIC.match(letters[end])
                and textpage.get_charbox(end) == box
            ):
                end += 1
            letters[at:end] = letters[at:end][::-1]
        at = end
    return "".join(letters)


def _recognise(page: Any, text: str, number: int, draft: Draft) -> str:
    """OCR of a page without text layer; the text there was when OCR cannot be had."""
    if not _has_content(page):
        return text
    missing = ocr.why_not(draft, number)
    if missing:
        draft.meta("ocr", missing)
        draft.detail = draft.detail or f"pages without text layer; {missing}"
        draft.outcome = "partial"
        return text
    width, height = page.get_size()
    wanted = min(SCALE, max(_scan_scale(page) or SCALE, LEAST_SCALE))
    scale = min(wanted, (draft.budget.pixels / max(1.0, width * height)) ** 0.5 * 0.9)
    if width <= 0 or height <= 0 or scale < 0.2:
        draft.meta("ocr", "page too large")
        return text
    image = page.render(scale=scale, grayscale=True).to_pil()
    found = ocr.recognise(image, draft)
    beside = [line for line in text.splitlines() if line.strip() and line.strip() not in found]
    return "\n".join([*([found] if found else []), *beside])


def _scan_scale(page: Any) -> float:
    """Pixels of the scan for each point of the page where one picture covers most of it, else 0.

    Enlarged scans read worse: Arabic at 200 dots an inch 0 % of characters wrong, enlarged to
    300 dots 22 %.
    """
    width, height = page.get_size()
    for one in page.get_objects(max_depth=3):
        if one.type == FPDF_IMAGE:
            left, bottom, right, top = one.get_bounds()
            if (right - left) * (top - bottom) >= SCAN_SHARE * width * height > 0:
                pixels = max(one.get_px_size())
                return float(pixels / max(right - left, top - bottom))
    return 0.0


def _has_content(page: Any) -> bool:
    return next(iter(page.get_objects(max_depth=2)), None) is not None


def _emit_attachments(document: Any, draft: Draft) -> None:
    try:
        count = document.count_attachments()
    except Exception:  # a broken name tree means that none can be listed
        draft.meta("attachments", "list is broken")
        return
    for index in range(min(count, draft.budget.members)):
        draft.expected += 1
        try:
            attachment = document.get_attachment(index)
            data = bytes(attachment.get_data())
            name = attachment.get_name()
        except Exception:  # as above, for a single attachment
            draft.fail("attachment is broken")
            continue
        draft.child(name or f"attachment-{index + 1}", "application/octet-stream", data)
