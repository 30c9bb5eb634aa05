"""Small sound files of every kind, made in memory, each with the words it must give back.

All people, places and events in them are invented.
"""

from __future__ import annotations

import io
import json
import zipfile
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
