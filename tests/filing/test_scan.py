"""The checker: every planted secret is found, and what is not there is not."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from amparo.errors import Refused
from amparo.filing.scan import find_secrets, read_names, refuse_secrets

NAME = "Ruslan Dzhabrailov"
OTHER = "Мария Сергеевна Оленёва"
PHONE = "+7 926 555-01-42"


KINDS = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def office(body: str, **members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", KINDS)
        archive.writestr("word/document.xml", f"<w:document><w:p>{body}</w:p></w:document>")
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return buffer.getvalue()


def pdf(*streams: bytes, info: bytes = b"", packed: bool = True) -> bytes:
    objects = []
    for stream in streams:
        data = zlib.compress(stream) if packed else stream
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data))
    body = b"%PDF-1.7\n"
    for number, text in enumerate((*objects, b"<< %s >>" % info), 1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    return body + b"trailer << /Info %d 0 R >>\n%%%%EOF" % (len(objects) + 1)


def picture(form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(buffer, form, **options)
    return buffer.getvalue()


def exif(tag: int, value: str) -> bytes:
    told = Image.Exif()
    told[tag] = value.encode()
    return told.tobytes()


def note(text: str) -> object:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("Comment", text)
    return info


SPELLINGS = (
    NAME,
    "ruslan dzhabrailov",
    "RUSLAN DZHABRAILOV",
    "Dzhabrailov Ruslan",
    "Руслан Джабраилов",
    "Джабраилов Руслан",
    "РУСЛАН ДЖАБРАИЛОВ",
    "Руслан, Джабраилов",
    "Ruslan A. Dzhabrailov",
    "Ruslan\nDzhabrailov",
    "Руслан   Джабраилов",
)
OTHERS = (
    OTHER,
    "Оленёва Мария Сергеевна",
    "Оленева Мария Сергеевна",
    "Mariya Sergeevna Oleneva",
    "Maria Sergeevna Oleneva",
)
PHONES = (PHONE, "79265550142", "+7(926)555-01-42", "7 926 555 01 42", "+7-926-555-01-42")
PLACES = {
    "text in UTF-8": lambda s: ("a.txt", f"He said {s} was there.".encode()),
    "text in UTF-16": lambda s: ("a.txt", f"He said {s} was there.".encode("utf-16")),
    "text in cp1251": lambda s: ("a.txt", f"He said {s} was there.".encode("cp1251")),
    "file name": lambda s: (f"{s}.txt", b"nothing"),
    "word body": lambda s: ("a.docx", office(f"<w:r><w:t>{s}</w:t></w:r>")),
    "word, split in runs": lambda s: (
        "a.docx",
        office(f"<w:r><w:t>{s[:4]}</w:t></w:r><w:r><w:t>{s[4:]}</w:t></w:r>"),
    ),
    "word revision": lambda s: ("a.docx", office(f"<w:del><w:delText>{s}</w:delText></w:del>")),
    "word comment": lambda s: (
        "a.docx",
        office("", word__comments_xml=f"<w:comments><w:t>{s}</w:t></w:comments>"),
    ),
    "word alternative text": lambda s: ("a.docx", office(f'<wp:docPr id="1" descr="{s}"/>')),
    "word properties": lambda s: (
        "a.docx",
        office("", docProps__core_xml=f"<p><dc:creator>{s}</dc:creator></p>"),
    ),
    "name of a member": lambda s: ("a.docx", office("", **{f"word__{s}": "x"})),
    "markup attribute": lambda s: ("a.html", f"<p><img alt='{s}'></p>".encode()),
    "markup comment": lambda s: ("a.html", f"<p>x</p><!-- {s} -->".encode()),
    "packed stream of a PDF": lambda s: ("a.pdf", pdf(s.encode())),
    "hex string of a PDF": lambda s: (
        "a.pdf",
        pdf(b"<" + s.encode("utf-16-be").hex().encode() + b"> Tj"),
    ),
    "properties of a PDF": lambda s: ("a.pdf", pdf(info=b"/Author (" + s.encode() + b")")),
    "properties of a PDF in UTF-16": lambda s: (
        "a.pdf",
        pdf(info=b"/Title (\xfe\xff" + s.encode("utf-16-be") + b")"),
    ),
    "EXIF description": lambda s: ("a.jpg", picture("JPEG", exif=exif(0x010E, s))),
    "EXIF author": lambda s: ("a.jpg", picture("JPEG", exif=exif(0x013B, s))),
    "comment of a JPEG": lambda s: ("a.jpg", picture("JPEG", comment=s.encode())),
    "words in a PNG": lambda s: ("a.png", picture("PNG", pnginfo=note(s))),
    "bytes after the end": lambda s: ("a.png", picture("PNG") + s.encode()),
    "table cell": lambda s: ("a.csv", f"1,{s},2\n".encode()),
    "data file": lambda s: ("a.json", f'{{"from": "{s}"}}'.encode()),
    "archive": lambda s: ("a.zip", office("", inner=f"<p>{s}</p>")),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("secret", [NAME, "Руслан Джабраилов"], ids=["latin", "cyrillic"])
def test_a_secret_is_found_wherever_it_is_planted(place, secret):
    name, data = PLACES[place](secret)
    assert find_secrets({name: data}, [secret]), place


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_found_where_nothing_was_planted(place):
    name, data = PLACES[place]("Anna Lind")
    assert not find_secrets({name: data}, [NAME, OTHER, PHONE])


@pytest.mark.parametrize("written", SPELLINGS)
@pytest.mark.parametrize("protected", [NAME, "Руслан Джабраилов"])
def test_a_name_is_found_in_each_script_and_order(written, protected):
    assert find_secrets({"a.txt": f"There {written} stood.".encode()}, [protected])


@pytest.mark.parametrize("written", OTHERS)
def test_a_name_of_three_words_is_found(written):
    assert find_secrets({"a.txt": f"Then {written} spoke.".encode()}, [OTHER])


@pytest.mark.parametrize("written", PHONES)
def test_a_number_is_found_however_it_is_grouped(written):
    assert find_secrets({"a.txt": f"call {written} now".encode()}, [PHONE])


@pytest.mark.parametrize(
    "innocent",
    [
        "Ruslan met Anna. Much later, in another town, somebody called Dzhabrailov.",
        "Ruslana Petrova spoke of Grozny.",
        "7926 members in 555 towns, 01 to 42 of them",
        "The ruler stood there.",
    ],
)
def test_words_that_are_not_the_secret_are_left_alone(innocent):
    assert not find_secrets({"a.txt": innocent.encode()}, [NAME, PHONE])


def test_a_sentence_is_found_over_line_breaks_and_in_capitals():
    secret = "the blue house behind the mill at the end of the lane"
    text = "in THE BLUE house\nbehind the  mill at the end of the lane."
    assert find_secrets({"a.txt": text.encode()}, [secret])


def test_words_seen_in_a_picture_are_found():
    from PIL import ImageDraw, ImageFont

    image = Image.new("RGB", (1400, 200), "white")
    font = ImageFont.truetype("src/amparo/filing/fonts/NotoSans-Regular.ttf", 72)
    ImageDraw.Draw(image).text((40, 50), NAME, fill="black", font=font)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    assert find_secrets({"a.png": buffer.getvalue()}, [NAME])


def test_a_refusal_names_the_file_and_never_the_word():
    with pytest.raises(Refused) as caught:
        refuse_secrets({"E0007.txt": NAME.encode()}, ["Anna Lind", NAME])
    assert "E0007.txt" in caught.value.value
    assert "Dzhabrailov" not in str(caught.value)


def test_what_is_so_short_that_it_stands_everywhere_is_not_searched():
    assert not find_secrets({"a.txt": b"a man was there"}, ["a", "was"])


def test_hostile_bytes_are_searched_as_bytes():
    assert find_secrets({"a.docx": b"PK\x03\x04broken " + NAME.encode()}, [NAME])


def test_names_are_read_a_line_each():
    assert read_names("# who\n Anna Lind \n\nRuslan\n") == ("Anna Lind", "Ruslan")


# Where only looking at everything helps


def drawn(text: str, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    _lettered(text).save(buffer, form, **options)
    return buffer.getvalue()


def _lettered(text: str) -> Image.Image:
    from PIL import ImageDraw, ImageFont

    image = Image.new("RGB", (1000, 160), "white")
    font = ImageFont.truetype("src/amparo/filing/fonts/NotoSans-Regular.ttf", 56)
    ImageDraw.Draw(image).text((30, 40), text, fill="black", font=font)
    return image


def plain_pdf(content: bytes, *objects: bytes, page: bytes = b"", catalog: bytes = b"") -> bytes:
    """One page of Helvetica; `objects` are numbered from 6."""
    held = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> " + page + b" >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *objects,
    ]
    body, places = b"%PDF-1.7\n", []
    for number, one in enumerate(held, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(held) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, len(body))
    )


def said(text: bytes) -> bytes:
    return b"BT /F1 12 Tf 50 700 Td %s TJ ET" % text


def rewritten(text: str) -> bytes:
    """A PDF whose last state no longer shows what an earlier one did."""
    before = plain_pdf(said(b"[" + b" -20 ".join(b"(%c)" % ord(c) for c in text) + b"]"))
    content = said(b"[(nothing here)]")
    place = len(before)
    update = b"4 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (len(content), content)
    start = before.rindex(b"startxref\n") + 10
    return (
        before
        + update
        + (
            b"xref\n4 1\n%010d 00000 n \ntrailer << /Size 6 /Root 1 0 R /Prev %d >>\n"
            b"startxref\n%d\n%%%%EOF\n"
            % (place, int(before[start:].split()[0]), place + len(update))
        )
    )


def illustrated(text: str) -> bytes:
    """A page with words of its own and a picture on which the name is drawn."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.png").write_bytes(drawn(text))
        (Path(folder) / "a.typ").write_text('A page with many words of its own. #image("a.png")')
        return typst.compile(Path(folder) / "a.typ", format="pdf")


def utf16(text: str) -> bytes:
    return b"<FEFF" + text.encode("utf-16-be").hex().encode() + b">"


def locked(text: str, password: str, folder: Path) -> bytes:
    """Encrypted with 256 bits: what a viewer shows after the password, the bytes do not."""
    if shutil.which("qpdf") is None:
        pytest.skip("SKIPPED LOUDLY: qpdf is missing")
    data = plain_pdf(b"", b"<< /S /Note /Contents %s >>" % utf16(text), catalog=b"/Notes 6 0 R")
    (folder / "open.pdf").write_bytes(data)
    command = ["qpdf", "--encrypt", password, "owner", "256", "--", "open.pdf", "locked.pdf"]
    subprocess.run(command, cwd=folder, check=True)
    return (folder / "locked.pdf").read_bytes()


DEEPER = {
    "annotation": lambda s: plain_pdf(
        b"", page=b"/Annots [<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents %s >>]" % utf16(s)
    ),
    "form field": lambda s: plain_pdf(
        b"", b"<< /FT /Tx /T (a) /V %s >>" % utf16(s), catalog=b"/AcroForm << /Fields [6 0 R] >>"
    ),
    "outline": lambda s: plain_pdf(
        b"", b"<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 1 >>",
        b"<< /Title %s /Parent 6 0 R /Dest [3 0 R /Fit] >>" % utf16(s), catalog=b"/Outlines 6 0 R",
    ),
    "alternative text": lambda s: plain_pdf(
        b"", b"<< /Type /StructTreeRoot /K << /S /Figure /Alt %s >> >>" % utf16(s),
        catalog=b"/StructTreeRoot 6 0 R",
    ),
    "hidden layer": lambda s: plain_pdf(
        b"/OC /L BDC " + said(b"[" + b"-9".join(b"(%c)" % ord(c) for c in s) + b"]") + b" EMC",
        b"<< /Type /OCG /Name (Layer) >>",
        catalog=b"/OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] >> >>",
    ),
    "name of a layer": lambda s: plain_pdf(b"", b"<< /Type /OCG /Name %s >>" % utf16(s)),
    "name of a glyph": lambda s: plain_pdf(
        b"", b"<< /Type /Encoding /Differences [65 /%s] >>" % s.replace(" ", "_").encode()
    ),
    "script, escaped": lambda s: plain_pdf(
        b"", b"<< /S /JavaScript /JS (say\\(%s\\)) >>" % s.replace(" ", "\\040").encode()
    ),
    "earlier state": rewritten,
    "picture on a page with words": illustrated,
    "second page of a fax": lambda s: drawn("Nothing", "TIFF", save_all=True, append_images=[_lettered(s)]),
    "second frame of an animation": lambda s: drawn("Nothing", "GIF", save_all=True, append_images=[_lettered(s)]),
    "picture in a document": lambda s: _with_picture(s),
}  # fmt: skip


def _with_picture(text: str) -> bytes:
    buffer = io.BytesIO(office("<w:r><w:t>words</w:t></w:r>"))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("word/media/image1.png", drawn(text))
    return buffer.getvalue()


@pytest.mark.parametrize("place", DEEPER)
def test_a_secret_is_found_in_the_depths(place):
    data = DEEPER[place](NAME)
    assert find_secrets({"a": data}, ["Руслан Джабраилов"]), place
    assert not find_secrets({"a": data}, ["Anna Lind"])


def test_a_pdf_encrypted_without_a_password_is_searched(tmp_path):
    data = locked(NAME, "", tmp_path)
    assert b"/Encrypt" in data and find_secrets({"a.pdf": data}, [NAME])


def test_a_photograph_inside_a_pdf_is_compared_with_the_guarded_ones():
    import typst

    from amparo.filing.scan import Guarded
    from amparo.intake import sandbox

    image = Image.effect_mandelbrot((640, 480), (-2, -1, 1, 1), 60).convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG")
    likeness = sandbox.read(buffer.getvalue(), name="a.jpg").untrusted_metadata["likeness"]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.jpg").write_bytes(buffer.getvalue())
        (Path(folder) / "a.typ").write_text('Seen here: #image("a.jpg", width: 4cm)')
        data = typst.compile(Path(folder) / "a.typ", format="pdf")
    assert find_secrets({"E0002.pdf": data}, [], [Guarded(likeness)])


def test_what_is_locked_is_refused_and_not_passed_over(tmp_path):
    with pytest.raises(Refused, match="locked") as caught:
        refuse_secrets({"E0003.pdf": locked("x", "secret", tmp_path)}, [NAME])
    assert "E0003.pdf" in caught.value.value
