"""The good set: every kind, in en, fr, ru and ar where it has text, gives its words back."""

from __future__ import annotations

import hashlib
import re
from types import ModuleType

import pytest

from amparo.intake import reconcile
from amparo.intake.reading import Reading
from amparo.intake.sandbox import Sandbox

LANGUAGES = ("en", "fr", "ru", "ar")


def recall(expected: str, found: str) -> float:
    """Share of the expected words that are in the text found, counted with repetition."""
    wanted = re.findall(r"\w+", expected)
    there = re.findall(r"\w+", found)
    counts = {word: there.count(word) for word in set(wanted)}
    hits = sum(min(wanted.count(word), counts[word]) for word in set(wanted))
    return hits / len(wanted)


def part(reading: Reading, name: str) -> str:
    return next(part.text for part in reading.untrusted_parts if part.name == name)


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("en", "ascii"), ("en", "utf-8-sig"), ("en", "utf-16"), ("en", "utf-32"), ("en", "utf-16-le"),
        ("fr", "utf-8"), ("fr", "cp1252"), ("fr", "cp850"), ("fr", "mac-roman"), ("fr", "utf-16"),
        ("ru", "utf-8"), ("ru", "cp1251"), ("ru", "koi8-r"), ("ru", "cp866"), ("ru", "iso8859-5"),
        ("ru", "mac-cyrillic"), ("ru", "utf-16-le"), ("ru", "utf-16-be"),
        ("ar", "utf-8"), ("ar", "cp1256"), ("ar", "iso8859-6"), ("ar", "utf-16-be"),
    ],
)  # fmt: skip
def test_text_in_its_encodings(
    language: str, encoding: str, good: ModuleType, box: Sandbox
) -> None:
    text = good.TEXTS[language]
    reading = box.read(text.encode(encoding), name="statement.txt")
    assert (reading.kind, reading.outcome) == ("text", "ok")
    assert part(reading, "text") == text
    assert reading.untrusted_parts[0].language == language


@pytest.mark.parametrize(
    "words", ["Показания", "задержали двоих", "Он сказал: «нет».", "ДОПРОС СВИДЕТЕЛЯ"]
)
@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866"])
def test_short_russian(words: str, encoding: str, box: Sandbox) -> None:
    if "«" in words and encoding != "cp1251":
        words = words.replace("«", '"').replace("»", '"')
    assert box.read(words.encode(encoding), name="a.txt").text() == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_page(language: str, good: ModuleType, box: Sandbox) -> None:
    reading = box.read(good.page(language), name="page.html")
    assert (reading.kind, reading.outcome) == ("html", "ok")
    assert recall(good.TEXTS[language], part(reading, "article")) >= 0.98
    assert "Courage to the families" in part(reading, "comments")
    assert "Courage" not in part(reading, "article")
    assert reading.untrusted_metadata["comments"] == "kept apart"
    assert reading.untrusted_metadata["author"] == "A. Reporter"
    assert "SCRIPTRAN" not in reading.text()
    assert "Press Example" in part(reading, "rest")
    assert "/world" in part(reading, "links")
    assert reading.untrusted_children[0].data.startswith(b"GIF89a")


@pytest.mark.parametrize("language", LANGUAGES)
def test_word(language: str, good: ModuleType, box: Sandbox) -> None:
    reading = box.read(good.docx(language), name="a.docx")
    assert (reading.kind, reading.outcome) == ("docx", "ok")
    assert recall(good.TEXTS[language] + " one two cell A cell B", part(reading, "text")) == 1
    for name, words in (
        ("header", "Office of Karvel"), ("footer", "page of three"), ("footnotes", "see annex"),
        ("comments", "check this"), ("deletions", "struck out words"),
    ):  # fmt: skip
        assert words in part(reading, name)
    assert "struck" not in part(reading, "text")
    assert reading.untrusted_children[0].data == good.png()


@pytest.mark.parametrize("language", LANGUAGES)
def test_mail(language: str, good: ModuleType, box: Sandbox) -> None:
    reading = box.read(good.mail(language), name="a.eml")
    assert (reading.kind, reading.outcome) == ("eml", "ok")
    assert recall(good.TEXTS[language], part(reading, "body")) == 1
    assert "Анна <anna@press.example>" in part(reading, "header")
    children = {child.name: child.data for child in reading.untrusted_children}
    assert children["фото.png"] == good.png()
    assert children["x.bin"] == b"\x00\x01binary\xff"
    assert b"the forwarded words" in children["forwarded.eml"]
    assert (reading.expected, reading.emitted, reading.failed) == (3, 3, 0)


def test_a_forwarded_mail_keeps_its_bytes(good: ModuleType, box: Sandbox) -> None:
    inner = b"From: c@d.example\nTo: a@b.example\nSubject: x\nX-Odd:   spaced  \n\n body \n\nend\n"
    outer = (
        b"From: a@b.example\nTo: c@d.example\nSubject: y\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: message/rfc822\n\n'
        + inner
        + b"\n--B--\n"
    )
    for data, wanted in (
        (outer, inner),
        (outer.replace(b"\n", b"\r\n"), inner.replace(b"\n", b"\r\n")),
    ):
        reading = box.read(data, name="a.eml")
        assert reading.untrusted_children[0].data == wanted


def test_pdf(good: ModuleType, box: Sandbox) -> None:
    reading = box.read(good.pdf(), name="a.pdf")
    assert (reading.kind, reading.outcome, reading.expected) == ("pdf", "ok", 2)
    joined = part(reading, "page:1").replace("\n", "")
    assert recall(good.TEXTS["en"], joined) >= 0.98
    assert part(reading, "page:2") == "Second page, second thought."


def test_photo(good: ModuleType, box: Sandbox) -> None:
    reading = box.read(good.jpeg_with_position(), name="a.jpg")
    assert (reading.kind, reading.outcome) == ("image", "ok")
    facts = reading.untrusted_metadata
    assert (facts["gps_latitude"], facts["gps_longitude"]) == ("43.250000", "-45.500000")
    assert facts["exif:DateTime"] == "2017:03:03 02:10:00"
    assert (facts["width"], facts["height"]) == ("64", "48")


def test_picture(good: ModuleType, box: Sandbox) -> None:
    reading = box.read(good.png(), name="a.png")
    assert reading.outcome == "ok"
    assert reading.untrusted_metadata["info:Comment"] == "taken from the balcony"


def test_archive(good: ModuleType, box: Sandbox) -> None:
    reading = box.read(good.zipped({"a.txt": b"one", "b/c.txt": b"two"}), name="a.zip")
    children = {child.name: child.data for child in reading.untrusted_children}
    assert children == {"a.txt": b"one", "b/c.txt": b"two"}
    assert (reading.outcome, reading.expected, reading.emitted) == ("ok", 2, 2)


def test_a_tree_is_read_to_the_bottom(good: ModuleType, box: Sandbox) -> None:
    inner = good.zipped({"mail.eml": good.mail("en"), "a.txt": b"words"})
    found = list(reconcile.walk(box, good.zipped({"in.zip": inner}), name="out.zip"))
    names = ["/".join(piece.path) for piece in found]
    assert names[:3] == ["out.zip", "out.zip/in.zip", "out.zip/in.zip/mail.eml"]
    assert "out.zip/in.zip/mail.eml/forwarded.eml" in names
    assert len(names) == 7
    for piece in found:
        if piece.data is not None:
            assert piece.reading.sha256 == hashlib.sha256(piece.data).hexdigest()
    account = reconcile.account((str(piece.path), piece.reading) for piece in found)
    assert account.balanced
    assert account.files == 7


def test_what_contains_itself_is_read_once(good: ModuleType, box: Sandbox) -> None:
    """A child with an ancestor's digest is refused; built with a box that returns itself."""
    data = good.zipped({"x": b"1"})

    class Mirror:
        def read(self, source: bytes, **options: object) -> Reading:
            from dataclasses import replace

            from amparo.intake.reading import Child

            reading = box.read(data, name="x.zip")
            return replace(reading, untrusted_children=(Child("me.zip", "", data),))

    found = list(reconcile.walk(Mirror(), data, name="x.zip"))  # type: ignore[arg-type]
    assert [piece.reading.outcome for piece in found] == ["ok", "refused"]
    assert found[1].reading.detail == "limit: depth"
