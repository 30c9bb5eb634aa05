"""Every kind that holds text, in English, French, Russian and Arabic: at least 98 % of the words."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from types import ModuleType

import pytest

from amparo.intake.sandbox import Sandbox

LANGUAGES = ("en", "fr", "ru", "ar")
Build = Callable[[ModuleType, str, str], bytes]
BUILDERS: dict[tuple[str, str], Build] = {}


def kind(name: str, expected: str) -> Callable[[Build], Build]:
    """A builder from a text: the file's name, and the kind it must be read as."""

    def keep(build: Build) -> Build:
        BUILDERS[name, expected] = build
        return build

    return keep


@kind("a.txt", "text")
def text(good: ModuleType, language: str, words: str) -> bytes:
    return words.encode()


@kind("a.html", "html")
def page(good: ModuleType, language: str, words: str) -> bytes:
    return bytes(good.page(language))


@kind("a.mhtml", "mhtml")
def mhtml(good: ModuleType, language: str, words: str) -> bytes:
    return bytes(good.mhtml(language))


@kind("a.pdf", "pdf")
def pdf(good: ModuleType, language: str, words: str) -> bytes:
    import typst

    source = f'#set text(font: "DejaVu Sans", lang: "{language}", hyphenate: false)\n{words}\n'
    return bytes(typst.compile(source.encode()))


@kind("a.docx", "docx")
def docx(good: ModuleType, language: str, words: str) -> bytes:
    return bytes(good.docx(language))


@kind("a.odt", "odt")
def odt(good: ModuleType, language: str, words: str) -> bytes:
    return bytes(good.odt(language))


@kind("a.rtf", "rtf")
def rtf(good: ModuleType, language: str, words: str) -> bytes:
    return bytes(good.rtf(language))


@kind("a.doc", "doc")
def doc(good: ModuleType, language: str, words: str) -> bytes:
    return bytes(good.doc(language))


@kind("a.msg", "msg")
def msg(good: ModuleType, language: str, words: str) -> bytes:
    return bytes(good.msg(language))


@kind("a.eml", "eml")
def eml(good: ModuleType, language: str, words: str) -> bytes:
    return bytes(good.mail(language))


@kind("a.xlsx", "xlsx")
def xlsx(good: ModuleType, language: str, words: str) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("S")
    for row, sentence in enumerate(words.split(". ")):
        sheet.write(row, 1, sentence)
    book.close()
    return out.getvalue()


@kind("a.ods", "ods")
def ods(good: ModuleType, language: str, words: str) -> bytes:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    row = f"<table:table-row>{cell.format(words)}</table:table-row>"
    body = (
        f'<office:spreadsheet><table:table table:name="S">{row}</table:table></office:spreadsheet>'
    )
    return bytes(good.odf("spreadsheet", body))


@kind("a.csv", "csv")
def table(good: ModuleType, language: str, words: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([str(n), one] for n, one in enumerate(words.split(". ")))
    return out.getvalue().encode()


@kind("a.pptx", "pptx")
def pptx(good: ModuleType, language: str, words: str) -> bytes:
    import pptx as library

    deck = library.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = words
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


@kind("a.odp", "odp")
def odp(good: ModuleType, language: str, words: str) -> bytes:
    box = f"<draw:frame><draw:text-box><text:p>{words}</text:p></draw:text-box></draw:frame>"
    body = f"<office:presentation><draw:page>{box}</draw:page></office:presentation>"
    return bytes(good.odf("presentation", body))


@kind("a.srt", "subtitles")
def srt(good: ModuleType, language: str, words: str) -> bytes:
    return bytes(good.srt(language))


@kind("a.vtt", "subtitles")
def vtt(good: ModuleType, language: str, words: str) -> bytes:
    return f"WEBVTT\n\n00:01.000 --> 00:09.000\n{words}\n".encode()


@kind("WhatsApp Chat with Vera.txt", "chat")
def whatsapp(good: ModuleType, language: str, words: str) -> bytes:
    lines = [f"03/03/2017, 02:1{n} - Vera: {one}" for n, one in enumerate(words.split(". "))]
    return "\n".join(lines).encode()


@kind("result.json", "chat")
def telegram(good: ModuleType, language: str, words: str) -> bytes:
    chat = json.loads(good.telegram())
    chat["messages"][2]["text"] = words
    return json.dumps(chat, ensure_ascii=False).encode()


@kind("messages.html", "chat")
def telegram_html(good: ModuleType, language: str, words: str) -> bytes:
    return bytes(good.telegram_html()).replace(b"see this", html.escape(words).encode())


@kind("signal.json", "chat")
def signal(good: ModuleType, language: str, words: str) -> bytes:
    rows = json.loads(good.signal_rows())
    rows[1]["body"] = words
    return json.dumps(rows, ensure_ascii=False).encode()


@kind("main.jsonl", "chat")
def signal_frames(good: ModuleType, language: str, words: str) -> bytes:
    old = "Они пришли ночью".encode()
    return bytes(good.signal_frames()).replace(old, words.encode())


def recall(expected: str, found: str) -> float:
    """Share of the expected words in the text found, counted with repetition."""
    wanted, there = Counter(re.findall(r"\w+", expected)), Counter(re.findall(r"\w+", found))
    return (wanted & there).total() / wanted.total()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "expected"), BUILDERS)
def test_words_come_back(
    name: str, expected: str, language: str, good: ModuleType, box: Sandbox
) -> None:
    words = good.TEXTS[language]
    reading = box.read(BUILDERS[name, expected](good, language, words), name=name)
    assert (reading.kind, reading.outcome) == (expected, "ok"), reading.detail
    assert recall(words, reading.text()) >= 0.98, reading.text()[:300]


def test_no_kind_with_text_is_left_out() -> None:
    from amparo.intake.reading import KINDS

    without = {"archive", "warc", "mbox", "image", "audio", "video", "unknown", "xls"}
    assert {expected for _, expected in BUILDERS} == KINDS - without
