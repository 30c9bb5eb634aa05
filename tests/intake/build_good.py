"""Small sound files of every kind, made in memory, each with the words it must give back.

All people, places and events in them are invented.
"""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage

TEXTS = {
    "en": "On the night of 3 March two men were taken from their flat in Karvel. "
    "The witness heard shouting on the stairs and saw a grey van without plates. "
    "They were held for eleven days and questioned about the names of their friends.",
    "fr": "Dans la nuit du 3 mars, deux hommes ont été emmenés de leur appartement à Karvel. "
    "Le témoin a entendu des cris dans l'escalier et a vu une camionnette grise sans plaques. "
    "Ils ont été détenus onze jours et interrogés sur les prénoms de leurs amis.",
    "ru": "В ночь на 3 марта двух мужчин увезли из квартиры в Карвеле. "
    "Свидетель слышал крики на лестнице и видел серый фургон без номеров. "
    "Их держали одиннадцать дней и требовали назвать имена друзей.",
    "ar": "في ليلة الثالث من آذار اقتيد رجلان من شقتهما في كارفيل. "
    "سمع الشاهد صراخا على الدرج ورأى شاحنة رمادية بلا لوحات. "
    "احتجزا أحد عشر يوما وسئلا عن أسماء أصدقائهما.",
}
ENCODINGS = {
    "en": ("ascii", "utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le"),
    "fr": ("utf-8", "cp1252", "latin-1", "utf-16", "cp850", "mac-roman"),
    "ru": (
        "utf-8",
        "cp1251",
        "koi8-r",
        "cp866",
        "iso8859-5",
        "mac-cyrillic",
        "utf-16-le",
        "utf-16-be",
    ),
    "ar": ("utf-8", "cp1256", "iso8859-6", "utf-16"),
}


def page(language: str) -> bytes:
    """A page with article, navigation, reader comments, a script and a picture inside."""
    body = TEXTS[language]
    paragraphs = "".join(f"<p>{part.strip()}.</p>" for part in body.split(". "))
    return f"""<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">
<title>Karvel</title><meta name="author" content="A. Reporter">
<link rel="canonical" href="https://press.example/{language}/1"></head><body>
<nav><a href="/">Start</a> <a href="/world">World</a></nav>
<article><h1>Karvel</h1>{paragraphs * 2}</article>
<script>document.write("SCRIPTRAN")</script>
<img src="data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=">
<div id="comments" class="comments-area"><ol><li class="comment"><b>Zed</b> 3 days ago
<p>I do not believe a word of it, says this reader.</p></li>
<li class="comment"><b>Ypsilon</b> 4 days ago <p>Courage to the families.</p></li></ol></div>
<footer>Press Example, all rights</footer></body></html>""".encode()


def saved_page_text(language: str = "en") -> str:
    """A saved page's text: the article, then comments with glued age stamps."""
    return (
        f"Karvel\n\n{TEXTS[language]}\n\nPhoto: Press Example\n\n\nS J1 days ago\n\nThank you.\n\n"
        "Carl R\nCarl R1 days ago\n\n\nJanis K\nJanis K2 days ago\n\nThanks for sharing.\n"
    )


def docx(language: str = "en") -> bytes:
    """A Word file with header, footer, footnote, comment, deletion, table and picture."""
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def story(tag: str, inner: str) -> str:
        return f'<?xml version="1.0" encoding="UTF-8"?><w:{tag} {w}>{inner}</w:{tag}>'

    def paragraph(text: str) -> str:
        return f"<w:p><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"

    body = (
        paragraph(TEXTS[language])
        + "<w:p><w:r><w:t>one</w:t><w:tab/><w:t>two</w:t></w:r></w:p>"
        + f"<w:tbl><w:tr><w:tc>{paragraph('cell A')}</w:tc><w:tc>{paragraph('cell B')}</w:tc></w:tr></w:tbl>"
        + "<w:p><w:del><w:r><w:delText>struck out words</w:delText></w:r></w:del></w:p>"
    )
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "word/document.xml": story("document", f"<w:body>{body}</w:body>"),
        "word/header1.xml": story("hdr", paragraph("Office of Karvel")),
        "word/footer1.xml": story("ftr", paragraph("page of three")),
        "word/footnotes.xml": story(
            "footnotes", f"<w:footnote>{paragraph('see annex')}</w:footnote>"
        ),
        "word/comments.xml": story(
            "comments",
            f'<w:comment w:author="Rev" w:date="2019-05-01">{paragraph("check this")}</w:comment>',
        ),
        "word/media/image1.png": png(),
        "docProps/core.xml": '<c:p xmlns:c="urn:c" xmlns:d="urn:d"><d:creator>A. Writer</d:creator></c:p>',
    }
    return zipped(files)


def zipped(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive with fixed dates."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, method)
    return out.getvalue()


def png(width: int = 8, height: int = 8) -> bytes:
    """A plain picture with a text chunk."""
    from PIL import Image, PngImagePlugin

    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "taken from the balcony")
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 10, 10)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def jpeg_with_position() -> bytes:
    """A photo whose EXIF says Karvel is at 43.25 N, 45.5 W (in the sea, invented)."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "Inventa", "2017:03:03 02:10:00"
    exif[0x8825] = {1: "N", 2: (43.0, 15.0, 0.0), 3: "W", 4: (45.0, 30.0, 0.0)}
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 90, 120)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def mail(language: str = "en") -> bytes:
    """A mail with an HTML twin, two attachments and a forwarded mail."""
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "c@d.example", "a@b.example", "inner"
    inner["Date"] = "Mon, 06 Mar 2017 10:00:00 +0300"
    inner.set_content("the forwarded words")
    message = EmailMessage()
    message["From"] = "Анна <anna@press.example>"
    message["To"] = "desk@press.example"
    message["Subject"] = {"en": "Karvel", "fr": "Témoins", "ru": "Свидетели", "ar": "شهود"}[
        language
    ]
    message["Date"] = "Tue, 07 Mar 2017 10:00:00 +0300"
    message["Message-ID"] = "<1@press.example>"
    message.set_content(TEXTS[language])
    message.add_alternative(f"<html><body><p>{TEXTS[language]}</p></body></html>", subtype="html")
    message.add_attachment(png(), maintype="image", subtype="png", filename="фото.png")
    message.add_attachment(
        b"\x00\x01binary\xff", maintype="application", subtype="octet-stream", filename="x.bin"
    )
    message.add_attachment(inner)
    return with_fixed_boundaries(message)


def with_fixed_boundaries(message: EmailMessage) -> bytes:
    """The same bytes every time."""
    for number, piece in enumerate(message.walk()):
        if piece.is_multipart() and piece.get_content_maintype() == "multipart":
            piece.set_boundary(f"=={number}==")
    return message.as_bytes()


def pdf(pages: list[str] | None = None) -> bytes:
    """A PDF written by hand: one Helvetica line list a page, with a right cross-reference."""
    pages = pages if pages is not None else [TEXTS["en"], "Second page, second thought."]
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for text in pages:
        lines = [text[at : at + 80] for at in range(0, len(text), 80)]
        drawn = " ".join(f"({_escaped(line)}) Tj T*" for line in lines)
        stream = f"BT /F1 10 Tf 14 TL 40 780 Td {drawn} ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        content = len(objects)
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Contents {content} 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 "
            "/BaseFont /Helvetica >> >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return assemble_pdf(objects)


def assemble_pdf(objects: list[str], trailer: str = "") -> bytes:
    """Number the objects, write the cross-reference table."""
    out = "%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    out += "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer}>>\nstartxref\n{start}\n%%EOF\n"
    )
    return out.encode("latin-1")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


WHATSAPP = {
    "android-en": "03/03/2017, 02:10 - Messages and calls are end-to-end encrypted.\n"
    "03/03/2017, 02:11 - Vera: They came: to the flat\nand took him\n"
    "03/03/2017, 02:15 - Anton: IMG-20170303-WA0001.jpg (file attached)\n"
    "03/03/2017, 02:16 - Vera: This message was deleted\n"
    "03/03/2017, 14:16 - Vera: grey van <This message was edited>\n",
    "ios-fr": "[03/03/2017 02:11:05] Vera: Ils sont venus\n"
    "\u200e[03/03/2017 02:12:05] Anton: \u200e<pièce jointe : 00000002-PHOTO.jpg>\n"
    "[03/03/2017 02:13:05] Anton: Ce message a été supprimé\n",
    "android-ru": "03.03.2017, 02:11 - Вера: Они пришли\n03.03.2017, 02:12 - Антон: <Без медиафайлов>\n"
    "03.03.2017, 02:13 - Антон: Данное сообщение удалено\n",
    "android-ar": "٣‏/٣‏/٢٠١٧، ٢:١١ ص - فيرا: لقد جاؤوا\n"
    "٣‏/٣‏/٢٠١٧، ٢:١٢ م - أنطون: تم حذف هذه الرسالة\n",
    "us-12h": "3/3/17, 2:11\u202fAM - Vera: They came\n3/3/17, 2:12\u202fPM - Anton: <Media omitted>\n",
}


def telegram() -> bytes:
    """One chat with a service message, a reply, an edit, marked-up text and a photo."""
    messages = [
        {"id": 1, "type": "service", "date": "2017-03-03T01:00:00", "date_unixtime": "1488492000",
         "actor": "Vera", "action": "create_group", "members": ["Anton"], "text": ""},
        {"id": 2, "type": "message", "date": "2017-03-03T02:11:00", "date_unixtime": "1488496260",
         "from": "Vera", "from_id": "user1", "text": ["Они пришли ", {"type": "bold", "text": "ночью"}]},
        {"id": 3, "type": "message", "date": "2017-03-03T02:12:00", "date_unixtime": "1488496320",
         "from": "Anton", "from_id": "user2", "reply_to_message_id": 2, "edited": "2017-03-03T02:13:00",
         "text": "see this", "photo": "photos/photo_1.jpg"},
    ]  # fmt: skip
    chat = {"name": "Karvel", "type": "private_group", "id": 7, "messages": messages}
    return json.dumps(chat, ensure_ascii=False, indent=1).encode()


# Further kinds, name -> builder; filled below as readers are added.
MORE: dict[str, Callable[[], bytes]] = {}


def more(name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Add a builder to the good set under a file name."""

    def keep(build: Callable[[], bytes]) -> Callable[[], bytes]:
        MORE[name] = build
        return build

    return keep


TELEGRAM_ZONE = "UTC+03:00"


@more("messages.html")
def telegram_html() -> bytes:
    """Telegram's HTML export: a date line, two messages of one sender, a reply with a photo."""

    def message(number: int, inner: str, joined: str = "") -> str:
        return (
            f'<div class="message default clearfix{joined}" id="message{number}"><div class="body">'
            f'<div class="pull_right date details" title="03.03.2017 02:1{number}:00 {TELEGRAM_ZONE}">02:1{number}'
            f"</div>{inner}</div></div>"
        )

    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Exported Data</title></head><body>'
        '<div class="page_header"><div class="text bold">Karvel</div></div><div class="history">'
        '<div class="message service" id="message-1"><div class="body details">3 March 2017</div></div>'
        + message(1, '<div class="from_name">Vera</div><div class="text">Они пришли ночью</div>')
        + message(2, '<div class="text">и увели его</div>', " joined")
        + message(
            3,
            '<div class="from_name">Anton</div><div class="reply_to details">In reply to '
            '<a href="#go_to_message1">this message</a></div><div class="media_wrap clearfix">'
            '<a class="photo_wrap clearfix pull_left" href="photos/photo_1.jpg">x</a></div>'
            '<div class="text">see this</div>',
        )
        + "</div></body></html>"
    ).encode()


@more("signal.json")
def signal_rows() -> bytes:
    """Rows as exporters of the desktop database write them."""
    rows = [
        {"sent_at": 1488496260000, "type": "incoming", "source": "+990000001", "conversationId": "c1",
         "body": "Они пришли ночью", "attachments": []},
        {"sent_at": 1488496320000, "type": "outgoing", "conversationId": "c1", "body": "who came",
         "quote": {"id": 1488496260000}, "attachments": [{"fileName": "van.jpg"}]},
    ]  # fmt: skip
    return json.dumps(rows, ensure_ascii=False).encode()


@more("main.jsonl")
def signal_frames() -> bytes:
    """Signal's own text export: recipients, a chat, two chat items, one a line."""
    frames = [
        {"recipient": {"id": "1", "self": {}}},
        {"recipient": {"id": "2", "contact": {"aci": "x", "profileGivenName": "Vera"}}},
        {"chat": {"id": "4", "recipientId": "2"}},
        {"chatItem": {"chatId": "4", "authorId": "2", "dateSent": "1488496260000",
                      "standardMessage": {"text": {"body": "Они пришли ночью"}}}},
        {"chatItem": {"chatId": "4", "authorId": "1", "dateSent": "1488496320000",
                      "remoteDeletedMessage": {}}},
    ]  # fmt: skip
    return "\n".join(json.dumps(frame, ensure_ascii=False) for frame in frames).encode()


@more("WhatsApp Chat with Vera.zip")
def whatsapp_zip() -> bytes:
    """An Android export with one of two mentioned files in it."""
    text = WHATSAPP["android-en"] + "03/03/2017, 02:19 - Anton: VID-2.mp4 (file attached)\n"
    return zipped(
        {"WhatsApp Chat with Vera.txt": text, "IMG-20170303-WA0001.jpg": jpeg_with_position()}
    )


@more("folder.mbox")
def mbox() -> bytes:
    """Two mails in a folder."""
    separator = b"From anna@press.example Tue Mar  7 10:00:00 2017\n"
    return (
        separator
        + mail("en").rstrip(b"\n")
        + b"\n\n"
        + separator
        + mail("ru").rstrip(b"\n")
        + b"\n"
    )


@more("table.xlsx")
def xlsx() -> bytes:
    """Two sheets, the second hidden, with a note on a cell."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    first, second = book.add_worksheet("Лист"), book.add_worksheet("hidden")
    for row, language in enumerate(TEXTS):
        first.write(row, 0, row + 1)
        first.write(row, 1, TEXTS[language])
    first.write_comment(0, 0, "look here")
    second.write(4, 2, "far cell")
    second.hide()
    book.close()
    return out.getvalue()


_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def odf(kind: str, body: str) -> bytes:
    """An OpenDocument file around a body."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        first = zipfile.ZipInfo("mimetype", (2020, 1, 1, 0, 0, 0))
        archive.writestr(first, f"application/vnd.oasis.opendocument.{kind}", zipfile.ZIP_STORED)
        for name, data in (
            (
                "content.xml",
                f"<office:document-content {_ODF}><office:body>{body}</office:body></office:document-content>",
            ),
            (
                "styles.xml",
                f"<office:document-styles {_ODF}><style:header><text:p>Office of Karvel</text:p></style:header></office:document-styles>",
            ),
            (
                "meta.xml",
                f"<office:document-meta {_ODF}><office:meta><dc:creator>A. Writer</dc:creator></office:meta></office:document-meta>",
            ),
            (
                "META-INF/manifest.xml",
                '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
            ),
            ("Pictures/1.png", png()),
        ):
            archive.writestr(
                zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED
            )
    return out.getvalue()


@more("text.odt")
def odt(language: str = "en") -> bytes:
    """A text with a note, a comment, a deletion and odd spaces."""
    return odf(
        "text",
        "<office:text><text:tracked-changes><text:changed-region><text:deletion><text:p>struck out words"
        "</text:p></text:deletion></text:changed-region></text:tracked-changes>"
        f"<text:h>Karvel</text:h><text:p>{TEXTS[language]}<text:note><text:note-body><text:p>see annex</text:p>"
        "</text:note-body></text:note><office:annotation><dc:creator>Rev</dc:creator><text:p>check this</text:p>"
        '</office:annotation></text:p><text:p>one<text:s text:c="3"/>two<text:tab/>three</text:p></office:text>',
    )


@more("slides.odp")
def odp() -> bytes:
    """Two slides, one with notes."""
    slide = "<draw:page><draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>{}</draw:page>"
    notes = "<presentation:notes><text:p>say this aloud</text:p></presentation:notes>"
    return odf(
        "presentation",
        "<office:presentation>"
        + slide.format(TEXTS["fr"], notes)
        + slide.format("Second", "")
        + "</office:presentation>",
    )


@more("table.ods")
def ods() -> bytes:
    """One sheet of one row."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    row = (
        "<table:table-row>" + cell.format("Вера") + cell.format(TEXTS["ru"]) + "</table:table-row>"
    )
    return odf(
        "spreadsheet",
        f'<office:spreadsheet><table:table table:name="Список">{row}</table:table></office:spreadsheet>',
    )


@more("names.csv")
def csv_table() -> bytes:
    """Names with semicolons, in cp1251."""
    return "имя;дата\nВера;03.03.2017\nАнтон;04.03.2017\n".encode("cp1251")


@more("letter.rtf")
def rtf(language: str = "ru") -> bytes:
    """Rich Text with Unicode escapes and a picture."""
    escaped = "".join(
        letter if letter < "\x80" else f"\\u{ord(letter)}?" for letter in TEXTS[language]
    )
    picture = "{\\pict\\pngblip\\picw8\\pich8\n" + png().hex() + "}"
    return (
        "{\\rtf1\\ansi\\ansicpg1251\\deff0{\\fonttbl{\\f0 Arial;}}\\f0 "
        + escaped
        + "\\par "
        + picture
        + "}"
    ).encode()


@more("talk.pptx")
def pptx() -> bytes:
    """Two slides and notes, made by python-pptx."""
    import pptx as library

    deck = library.Presentation()
    for text in (TEXTS["en"], TEXTS["ar"]):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = text
        slide.notes_slide.notes_text_frame.text = "say this aloud"
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


@more("saved.mhtml")
def mhtml(language: str = "ru") -> bytes:
    """A page as Chromium saves it, with one picture."""
    message = EmailMessage()
    message["From"] = "<Saved by Blink>"
    message["Snapshot-Content-Location"] = "https://press.example/1"
    message["Subject"] = "Karvel"
    message["Date"] = "Tue, 07 Mar 2017 10:00:00 -0000"
    message.add_related(
        page(language).decode(),
        subtype="html",
        headers=["Content-Location: https://press.example/1"],
    )
    message.add_related(
        png(),
        maintype="image",
        subtype="png",
        headers=["Content-Location: https://press.example/van.png"],
    )
    return with_fixed_boundaries(message)


@more("files.tar.gz")
def tar() -> bytes:
    """Two files in a compressed tar."""
    import gzip
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in (("a.txt", b"one"), ("b/c.txt", TEXTS["ar"].encode())):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)


@more("letter.txt.gz")
def gz() -> bytes:
    """One compressed text."""
    import gzip

    return gzip.compress(TEXTS["fr"].encode(), mtime=0)


@more("files.7z")
def sevenzip() -> bytes:
    """Two files in a 7z archive."""
    import py7zr

    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.writestr(b"one", "a.txt")
        archive.writestr(TEXTS["ru"].encode(), "b/c.txt")
    return out.getvalue()


def _number(value: int) -> bytes:
    """RAR5's variable-length integer."""
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(out)


def _rar_block(fields: bytes, data: bytes = b"") -> bytes:
    body = _number(len(fields)) + fields
    return struct.pack("<I", zlib.crc32(body)) + body + data


def _rar_record(kind: int, data: bytes) -> bytes:
    body = _number(kind) + data
    return _number(len(body)) + body


def _rar_member(
    name: str,
    data: bytes,
    extra: bytes,
    flags: int,
    *,
    with_crc: bool = True,
    pack: Callable[[bytes], bytes] | None = None,
) -> bytes:
    label = name.encode()
    fields = b"".join(map(_number, (2, 3 if extra else 2)))
    fields += _number(len(extra)) if extra else b""
    about = (4 if with_crc else 0) | flags
    held = pack(data) if pack else data
    fields += b"".join(map(_number, (len(held), about, len(data), 0o100644)))
    fields += struct.pack("<I", zlib.crc32(data)) if with_crc else b""
    fields += b"".join(map(_number, (3 << 7 if pack else 0, 1, len(label))))
    return _rar_block(fields + label + extra, held)


@more("files.rar")
def rar(
    files: dict[str, bytes] | None = None,
    *,
    flags: int = 0,
    locked: bool = False,
    links: dict[str, str] | None = None,
    hashes: dict[str, bytes] | None = None,
    pack: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """RAR5, members stored; the format's note by its author (RAR 5.0 archive format).

    `pack` compresses members, see `pack_rar`;
    `locked`: said to be encrypted; `links`: member -> the earlier one that it repeats;
    `hashes`: BLAKE2sp of members instead of CRC-32.
    """
    files = files or {"a.txt": b"one", "b/показания.txt": TEXTS["ru"].encode()}
    out = b"Rar!\x1a\x07\x01\x00" + _rar_block(_number(1) + _number(0) + _number(0))
    for name, data in files.items():
        extra = _rar_record(1, bytes(2) + b"\x0f" + bytes(32)) if locked else b""
        if hashes and name in hashes:
            extra += _rar_record(2, b"\0" + hashes[name])
        out += _rar_member(name, data, extra, flags, with_crc=not hashes, pack=pack)
    for name, target in (links or {}).items():
        told = b"".join(map(_number, (5, 0, len(target.encode())))) + target.encode()
        out += _rar_member(name, b"", _rar_record(5, told), flags)
    return out + _rar_block(_number(5) + _number(0) + _number(0))


@more("old.rar")
def rar4(text: bytes = b"", pack: Callable[[bytes], bytes] | None = None) -> bytes:
    """RAR 4, one member, stored or compressed."""

    def head(kind: int, flags: int, rest: bytes) -> bytes:
        body = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body

    name, data = b"letter.txt", text or TEXTS["fr"].encode()
    held = pack(data) if pack else data
    version, method = (29, 0x33) if pack else (20, 0x30)
    facts = struct.pack("<IIBIIBBHI", len(held), len(data), 3, zlib.crc32(data), 0x4B000000,
                        version, method, len(name), 0o100644)  # fmt: skip
    out = b"Rar!\x1a\x07\x00" + head(0x73, 0, bytes(6))
    return out + head(0x74, 0x8000, facts + name) + held + head(0x7B, 0x4000, b"")


@more("photo.avif")
def avif() -> bytes:
    """A picture in AVIF."""
    from PIL import Image

    out = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).convert("RGB").save(out, "AVIF", quality=60)
    return out.getvalue()


# 64 x 48 pixels with an EXIF time, made once by libheif: nothing here can write HEIC.
_HEIC = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAAB4gABAAAAAAAAAIgAAgAAAAACagABAAAAAAAAADgAAAA4aWlu"
    "ZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA"
    "/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA"
    "AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAA"
    "AAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAABppcmVmAAAAAAAA"
    "AA5jZHNjAAIAAQABAAAAyG1kYXQAAACEKAGvC2D60vehUMQorBr31vyjKDq0BLKijJl02QD5q9Ih+oIvW7YfYISz"
    "weALgnJAHe64T1NBJdfeU3XLC1P/m8+Y/lks98izbjzeexPYpKrQE9SEZYicNpIzvYGR2Q5KNJ7o00sSFF0x+rxr"
    "PpPjSXQQT8F2mPnoikJK+DGgzfDVE4+5AAAABkV4aWYAAE1NACoAAAAIAAEBMgACAAAAFAAAABoAAAAAMjAxNzow"
    "MzowMyAwMjoxMDowMAA="
)


@more("photo.heic")
def heic() -> bytes:
    """A picture as telephones write it."""
    return base64.b64decode(_HEIC)


@more("signed.zip")
def signed(lie: bool = False, key: bool = True) -> bytes:
    """A ProofMode bundle with real signatures of a throw-away key, which lies beside them."""
    import hashlib

    from pysequoia import SignatureMode, Tsk, sign

    maker = Tsk.generate("Proof <proof@invented.example>")
    photo = jpeg_with_position()
    digest = hashlib.sha256(photo).hexdigest()
    facts = f"File Hash SHA256,Location.Latitude\n{digest},43.25\n".encode()
    files: dict[str, str | bytes] = {
        "photo.jpg": photo, f"{digest}.proof.csv": facts,
        f"{digest}.asc": sign(maker.signer(), photo, mode=SignatureMode.DETACHED),
        f"{digest}.proof.csv.asc": sign(
            maker.signer(), facts + b"x" * lie, mode=SignatureMode.DETACHED
        ),
    }  # fmt: skip
    if key:
        files["pubkey.asc"] = str(maker.extract_certificate()).encode()
    return zipped(files)


@more("capture.warc.gz")
def warc(compress: bool = True) -> bytes:
    """A page and a missing one, with a gzip content encoding."""
    import gzip

    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=compress)
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
    for address, status, body in (
        ("https://press.example/1", "200 OK", page("en")),
        ("https://press.example/2", "404 Not Found", b"gone"),
    ):
        headers = [("Content-Type", "text/html"), ("Content-Encoding", "gzip")]
        http = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                address, "response", payload=io.BytesIO(gzip.compress(body, mtime=0)), http_headers=http,
                warc_headers_dict={"WARC-Date": "2017-03-07T10:00:00Z"},
            )
        )  # fmt: skip
    return out.getvalue()


@more("capture.wacz")
def wacz(lie: bool = False) -> bytes:
    """A collection with its list of digests, true or not."""
    import hashlib

    inner = warc()
    digest = hashlib.sha256(inner + b"x" * lie).hexdigest()
    resources = [{"path": "archive/data.warc.gz", "hash": f"sha256:{digest}", "bytes": len(inner)}]
    listed = json.dumps(
        {"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}
    )
    pages = '{"format": "json-pages-1.0"}\n{"url": "https://press.example/1", "ts": "2017-03-07T10:00:00Z", "title": "Karvel"}\n'
    return zipped(
        {"datapackage.json": listed, "archive/data.warc.gz": inner, "pages/pages.jsonl": pages},
        zipfile.ZIP_STORED,
    )


@more("talk.srt")
def srt(language: str = "ar") -> bytes:
    """Two cues."""
    first, _, rest = TEXTS[language].partition(". ")
    return f"1\n00:00:01,000 --> 00:00:04,000\n{first}\n\n2\n00:00:05,000 --> 00:00:09,500\n<i>{rest}</i>\n".encode()


@more("talk.vtt")
def vtt() -> bytes:
    """WebVTT with a header note and one cue."""
    return f"WEBVTT\n\nNOTE made by hand\n\n00:01.000 --> 00:04.000 align:start\n{TEXTS['fr']}\n".encode()


@more("note.wav")
def wav() -> bytes:
    """A second of silence."""
    import wave

    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(bytes(16_000))
    return out.getvalue()


@more("proof.zip")
def proof(lie: bool = False) -> bytes:
    """A ProofMode bundle: a photo, its proof, a signature."""
    import hashlib

    photo = jpeg_with_position()
    digest = hashlib.sha256(photo + b"x" * lie).hexdigest()
    facts = f"File Hash SHA256,Location.Latitude,DeviceID\n{digest},43.25,none\n"
    return zipped(
        {
            "photo.jpg": photo,
            f"{digest}.proof.csv": facts,
            "photo.jpg.asc": "-----BEGIN PGP SIGNATURE-----\n",
        }
    )


Tree = dict[str, "bytes | Tree"]


def compound(tree: Tree) -> bytes:
    """A compound file ([MS-CFB] version 3) with all streams in the mini stream or in sectors."""
    entries: list[list[object]] = [["Root Entry", 5, -1, -1, 0, 0]]
    mini, big = bytearray(), bytearray()
    mini_fat: list[int] = []
    fat: list[int] = []

    def chain(table: list[int], count: int) -> int:
        start = len(table)
        table.extend([*range(start + 1, start + count), -2] if count else [])
        return start if count else -2

    def add(node: Tree) -> int:
        first = before = -1
        for name in sorted(node, key=lambda item: (len(item), item.upper())):
            value = node[name]
            if isinstance(value, dict):
                entry: list[object] = [name, 1, -1, -1, 0, 0]
            elif len(value) < 4096:
                entry = [name, 2, -1, -1, chain(mini_fat, -(-len(value) // 64)), len(value)]
                mini.extend(value + bytes(-len(value) % 64))
            else:
                entry = [name, 2, -1, -1, chain(fat, -(-len(value) // 512)), len(value)]
                big.extend(value + bytes(-len(value) % 512))
            entries.append(entry)
            index = len(entries) - 1
            if before >= 0:
                entries[before][2] = index
            first = index if first < 0 else first
            before = index
            if isinstance(value, dict):
                entry[3] = add(value)
        return first

    entries[0][3] = add(tree)
    entries[0][4], entries[0][5] = chain(fat, -(-len(mini) // 512)), len(mini)
    big += mini + bytes(-len(mini) % 512)
    packed_mini = struct.pack(f"<{len(mini_fat)}i", *mini_fat)
    packed_mini += b"\xff" * (-len(packed_mini) % 512)
    mini_start = chain(fat, len(packed_mini) // 512)
    big += packed_mini
    directory = b"".join(map(_entry, entries))
    directory += bytes(-len(directory) % 512)
    directory_start = chain(fat, len(directory) // 512)
    big += directory
    sectors = -(-(len(fat) + 4) // 127)
    fat_start = len(fat)
    fat += [-3] * sectors
    packed = struct.pack(f"<{len(fat)}i", *fat)
    packed += b"\xff" * (-len(packed) % 512)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIiIIiIiI", 0x3E, 3, 0xFFFE, 9, 6, 0, sectors, directory_start, 0, 4096,
                          mini_start, len(packed_mini) // 512, -2, 0)  # fmt: skip
    difat = [*range(fat_start, fat_start + sectors)]
    header += struct.pack("<109i", *difat, *[-1] * (109 - len(difat)))
    return header + bytes(big) + packed


def _entry(fields: list[object]) -> bytes:
    name, kind, right, child, start, size = fields
    raw = str(name).encode("utf-16-le")
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBBiii", len(raw) + 2, kind, 1, -1, right, child)
        + bytes(36)
        + struct.pack("<iQ", start, size)
    )


@more("mail.msg")
def msg(language: str = "ru", enclosed: Tree | None = None) -> bytes:
    """An Outlook mail with one attachment, and one mail enclosed where its tree is given."""
    properties = bytes(32) + struct.pack("<HHIQ", 0x40, 0x39, 6, 131332032000000000)
    tree: Tree = {
        "__properties_version1.0": properties,
        "__substg1.0_0037001F": "Karvel".encode("utf-16-le"),
        "__substg1.0_0C1A001F": "Анна".encode("utf-16-le"),
        "__substg1.0_5D01001F": "anna@press.example".encode("utf-16-le"),
        "__substg1.0_0E04001F": "desk@press.example".encode("utf-16-le"),
        "__substg1.0_1000001F": TEXTS[language].encode("utf-16-le"),
        "__attach_version1.0_#00000000": {
            "__substg1.0_3707001F": "фото.png".encode("utf-16-le"),
            "__substg1.0_37010102": png(),
        },
    }
    if enclosed is not None:
        tree["__attach_version1.0_#00000001"] = {"__substg1.0_3701000D": enclosed}
    return compound(tree)


@more("old.doc")
def doc(language: str = "ru", *, encrypted: bool = False) -> bytes:
    """An old Word file: one 8-bit piece, one Unicode piece."""
    body, table = doc_streams(language, encrypted=encrypted)
    return compound({"WordDocument": body, "1Table": table})


def doc_streams(language: str = "ru", *, encrypted: bool = False) -> tuple[bytes, bytes]:
    """Its document and its table."""
    first, second = b"Office of Karvel\r", TEXTS[language].encode("utf-16-le")
    header = bytearray(2048)
    header[0:4] = struct.pack("<HH", 0xA5EC, 0xC1)
    struct.pack_into("<H", header, 10, 0x0200 | (0x0100 if encrypted else 0))
    places = (0, len(first), len(first) + len(TEXTS[language]))
    pieces = struct.pack("<3I", *places)
    pieces += struct.pack("<HIH", 0, 0x40000000 | 2048 * 2, 0)
    pieces += struct.pack("<HIH", 0, 2048 + 512, 0)
    clx = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<II", header, 0x01A2, 0, len(clx))
    body = bytes(header) + first.ljust(512, b"\0") + second
    return body.ljust(4096, b"\0"), clx
