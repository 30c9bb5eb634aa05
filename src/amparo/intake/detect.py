"""Which kind of file this is, by its bytes first and its name only where bytes are mute.

`guess` looks at the first bytes only (safe in our own process, used to warm up the
right reader); `identify` also looks into zip and compound-file directories and is run
in the sandbox.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amparo.intake.readers.draft import Input


@dataclass(frozen=True)
class Kind:
    """What a file is taken for: kind, IANA media type and the reader's name."""

    kind: str
    media_type: str
    reader: str


UNKNOWN = Kind("unknown", "application/octet-stream", "unknown")
TEXT = Kind("text", "text/plain", "text")
HTML = Kind("html", "text/html", "html")
MHTML = Kind("mhtml", "multipart/related", "mhtml")
EML = Kind("eml", "message/rfc822", "eml")
MBOX = Kind("mbox", "application/mbox", "mbox")
CSV = Kind("csv", "text/csv", "csv")
RTF = Kind("rtf", "application/rtf", "rtf")
SUBTITLES = Kind("subtitles", "application/x-subrip", "subtitles")
WHATSAPP = Kind("chat", "text/vnd.whatsapp", "whatsapp")
WHATSAPP_ZIP = Kind("chat", "application/vnd.whatsapp+zip", "whatsapp")
TELEGRAM = Kind("chat", "application/vnd.telegram+json", "telegram")
TELEGRAM_HTML = Kind("chat", "application/vnd.telegram+html", "telegram_html")
SIGNAL = Kind("chat", "application/vnd.signal+json", "signal")
ZIP = Kind("archive", "application/zip", "zip")
TAR = Kind("archive", "application/x-tar", "tarball")
WARC = Kind("warc", "application/warc", "warc")
WACZ = Kind("warc", "application/wacz", "wacz")
PROOF = Kind("archive", "application/vnd.proof+zip", "proof")
_OPEN = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
DOCX = Kind("docx", _OPEN + "wordprocessingml.document", "docx")
XLSX = Kind("xlsx", _OPEN + "spreadsheetml.sheet", "sheet")
PPTX = Kind("pptx", _OPEN + "presentationml.presentation", "pptx")
ODT = Kind("odt", _ODF + "text", "odf")
ODS = Kind("ods", _ODF + "spreadsheet", "sheet")
ODP = Kind("odp", _ODF + "presentation", "odf")
DOC = Kind("doc", "application/msword", "doc")
XLS = Kind("xls", "application/vnd.ms-excel", "sheet")
MSG = Kind("msg", "application/vnd.ms-outlook", "msg")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
COMPOUND = Kind("unknown", "application/x-ole-storage", "unknown")


def _image(name: str) -> Kind:
    return Kind("image", f"image/{name}", "image")


def _media(kind: str, name: str) -> Kind:
    return Kind(kind, f"{kind}/{name}", "media")


VOLUME = Kind("archive", "application/x-archive-volume", "unknown")
_VOLUME = re.compile(r"\.(?:part\d{1,4}\.rar|r\d\d|z\d\d|(?:7z|zip|rar|tar|tgz|gz)\.\d{3})$")
_MAGIC: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"\xff\xd8\xff", _image("jpeg")),
    (0, b"\x89PNG\r\n\x1a\n", _image("png")),
    (0, b"GIF87a", _image("gif")),
    (0, b"GIF89a", _image("gif")),
    (0, b"II*\x00", _image("tiff")),
    (0, b"MM\x00*", _image("tiff")),
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"7z\xbc\xaf\x27\x1c", Kind("archive", "application/x-7z-compressed", "sevenzip")),
    (0, b"Rar!\x1a\x07", Kind("archive", "application/vnd.rar", "rar")),
    (0, b"\x1f\x8b", Kind("archive", "application/gzip", "tarball")),
    (0, b"BZh", Kind("archive", "application/x-bzip2", "tarball")),
    (0, b"\xfd7zXZ\x00", Kind("archive", "application/x-xz", "tarball")),
    (257, b"ustar", TAR),
    (0, b"WARC/", WARC),
    (0, b"{\\rtf", RTF),
    (0, _OLE, DOC),
    (0, b"OggS", _media("audio", "ogg")),
    (0, b".snd", _media("audio", "basic")),
    (0, b"ID3", _media("audio", "mpeg")),
    (0, b"\xff\xfb", _media("audio", "mpeg")),
    (0, b"\xff\xf3", _media("audio", "mpeg")),
    (0, b"\xff\xf2", _media("audio", "mpeg")),
    (0, b"\xff\xfa", _media("audio", "mpeg")),
    (0, b"\xff\xf9", _media("audio", "aac")),
    (0, b"caff", _media("audio", "x-caf")),
    (0, b"FLV\x01", _media("video", "x-flv")),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _media("video", "x-ms-asf")),
    (0, b"\xff\xf1", _media("audio", "aac")),
    (0, b"fLaC", _media("audio", "flac")),
    (0, b"#!AMR", _media("audio", "amr")),
    (0, b"\x1aE\xdf\xa3", _media("video", "x-matroska")),
    (0, b"\x00\x00\x01\xba", _media("video", "mpeg")),
)  # fmt: skip
_RIFF = {
    b"WEBP": _image("webp"),
    b"WAVE": _media("audio", "wav"),
    b"AVI ": _media("video", "x-msvideo"),
}
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis", b"hevc", b"avif", b"avis")
_PDF = Kind("pdf", "application/pdf", "pdf")

_EML_FIELDS = frozenset(
    (
        "from", "to", "cc", "subject", "date", "message-id", "received", "return-path",
        "mime-version", "delivered-to", "reply-to", "sender", "content-type", "x-mailer",
        "dkim-signature",
    )
)  # fmt: skip
_HEADER_LINE = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,60}):")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title)\b", re.IGNORECASE)
_BLOCKS = (0x00, 0x03, 0x04, 0x05, 0x06)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CUE = re.compile(rb"^\s*(?:\d{1,3}:)?\d\d:\d\d[.,]\d{1,3}\s+-->\s", re.MULTILINE)
# Apple Mail (.emlx): how many bytes the mail has, the mail, then a property list.
APPLE_MAIL = re.compile(rb"([1-9]\d{1,9})[ \t]*\r?\n")
_MBOX = re.compile(rb"From [^\r\n]{3,200}\r?\n[A-Za-z][A-Za-z0-9-]{1,60}:")


def guess(head: bytes, name: str) -> Kind:
    """The likely kind by the first bytes and the name; never opens anything."""
    return _by_magic(head) or _by_text(head, name) or UNKNOWN


def identify(source: Input) -> Kind:
    """The kind, looking inside where several kinds share one container format."""
    found = guess(source.head, source.name)
    if is_volume(source.name) and found.kind in ("archive", "unknown") and found.reader != "rar":
        return VOLUME
    if found is ZIP:
        return _inside_zip(source)
    if found is DOC:
        return _inside_ole(source)
    if found.media_type == "application/gzip" and _is_warc_name(source.name):
        return WARC
    return found


def is_volume(name: str) -> bool:
    """Whether a name is one that packing programs give to parts of a divided archive."""
    return _VOLUME.search(name.lower()) is not None


def _is_warc_name(name: str) -> bool:
    return name.lower().endswith((".warc.gz", ".warc"))


def _by_magic(head: bytes) -> Kind | None:
    for at, magic, kind in _MAGIC:
        if head[at : at + len(magic)] == magic:
            return kind
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:4] == b"FORM" and head[8:11] == b"AIF":
        return _media("audio", "aiff")
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return _image("bmp")
    if b"%PDF-" in head[:1024] and head.lstrip()[:1] != b"<":
        return _PDF
    return None


def _by_brand(head: bytes) -> Kind:
    """MP4 and its relatives, told apart by their major brand."""
    brand = head[8:12]
    if brand in _PICTURE_BRANDS:
        return _image("avif" if brand in (b"avif", b"avis") else "heif")
    if brand[:3] in (b"M4A", b"M4B"):
        return _media("audio", "mp4")
    return _media("video", "quicktime" if brand == b"qt  " else "mp4")


def _by_text(head: bytes, name: str) -> Kind | None:
    if not head.strip():
        return TEXT if head else None
    start = head.lstrip(b"\xef\xbb\xbf\r\n")
    if _is_mail(start):
        return MHTML if _is_mhtml(start, name) else EML
    counted = APPLE_MAIL.match(start)
    if counted and _is_mail(start[counted.end() :]):
        return EML
    if _MBOX.match(start):
        return MBOX
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or wide_encoding(head):
        return _by_words(head.replace(b"\x00", b""), name)
    if len(_CONTROL.findall(head)) > len(head) // 30:
        return None
    return _by_words(head, name)


def _is_mhtml(start: bytes, name: str) -> bool:
    related = b"multipart/related" in start[:8_000].lower()
    saved = b"snapshot-content-location:" in start[:8_000].lower() or b"<Saved by " in start[:8_000]
    return saved or (related and name.lower().endswith((".mht", ".mhtml")))


def wide_encoding(data: bytes) -> str:
    """UTF-16 without a mark, by its high bytes: one position holds only script blocks."""
    sample = data[: 4_000 - 4_000 % 2]
    if len(sample) < 8:
        return ""
    even, odd = sample[0::2], sample[1::2]
    for high, low, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        blocks = sum(high.count(block) for block in _BLOCKS)
        if blocks >= 0.95 * len(high) and low.count(0) <= len(low) // 20:
            return encoding
    return ""


def _by_words(head: bytes, name: str) -> Kind:
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    suffix = name.rpartition(".")[2].lower()
    if start[:1] == b"<" and _HTML.search(start[:4_000]):
        return TELEGRAM_HTML if _is_telegram_page(start) else HTML
    if start[:6] == b"WEBVTT" or (_CUE.search(start[:400]) and suffix in ("srt", "vtt", "txt")):
        return SUBTITLES
    if _is_whatsapp(head):
        return WHATSAPP
    if start[:1] in (b"{", b"["):
        return _by_json(start)
    if suffix in ("html", "htm", "xhtml") and b"<" in start:
        return HTML
    return CSV if suffix in ("csv", "tsv") else TEXT


def _is_telegram_page(start: bytes) -> bool:
    return b'class="message ' in start and (b"from_name" in start or b"message service" in start)


def _by_json(start: bytes) -> Kind:
    """Chat exports by their field names; other JSON is text."""
    if b'"messages"' in start and (b'"date_unixtime"' in start or b'"from_id"' in start):
        return TELEGRAM
    if b'"personal_information"' in start[:8_000] and b"Telegram" in start[:8_000]:
        return TELEGRAM  # a whole account: the chats may begin far behind the contacts
    framed = b'"chatItem"' in start or (b'"recipient"' in start and b'"aci"' in start)
    desktop = b'"sent_at"' in start and (b'"conversationId"' in start or b'"source' in start)
    exported = b'"sender"' in start and b'"body"' in start and b'"attachments"' in start
    return SIGNAL if framed or desktop or exported else TEXT


def _is_mail(start: bytes) -> bool:
    """At least three known header fields, from the first line on, without a gap."""
    known = 0
    for line in start[:16_384].splitlines()[:200]:
        if not line.strip():
            break
        match = _HEADER_LINE.match(line)
        if match is None and line[:1] not in (b" ", b"\t"):
            return False
        known += match is not None and match[1].decode().lower() in _EML_FIELDS
    return known >= 3


DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_D = "[0-9\u0660-\u0669\u06f0-\u06f9]"
_APART = "[./\\-年년月월]\\s?"
_DATE = rf"{_D}{{1,4}}{_APART}{_D}{{1,2}}{_APART}{_D}{{1,4}}[.日일]?"
_HALF = r"(?:[AaPp]\.?\s?[Mm]\.?|[صم]|ق\.?ظ\.?|ب\.?ظ\.?|ÖÖ|ÖS|पूर्वाह्न|अपराह्न|Uhr|h)"
_EARLY = "(?:(?:at|à|um|в|о|às|as|kl\\.?)\\s+|(?:上午|下午|午前|午後|오전|오후)\\s?)?"
_TIME = rf"{_D}{{1,2}}[:.]{_D}{{2}}(?:[:.]{_D}{{2}})?(?:[\s\u202f\u00a0]?{_HALF})?"
_AT = rf"{_DATE}[,\u060c]?\s+{_EARLY}{_TIME}"
# The beginning of a message in WhatsApp's text export, direction marks taken out before:
# in brackets (iPhone) or before a dash (Android).
WHATSAPP_STARTS = re.compile(
    rf"^(?:\[(?P<at1>{_AT})\]\s?|(?P<at2>{_AT})\s+[-\u2013]\s)(?P<rest>.*)$"
)
_UNDIRECTED = {ord(mark): None for mark in DIRECTIONS}


def _is_whatsapp(head: bytes) -> bool:
    text = head[:16_384].decode("utf-8", "ignore").translate(_UNDIRECTED)
    lines = [line for line in text.splitlines() if line.strip()]
    dated = sum(1 for line in lines if WHATSAPP_STARTS.match(line))
    first = bool(lines) and WHATSAPP_STARTS.match(lines[0]) is not None
    return first and (dated >= 2 or len(lines) == 1)


def is_whatsapp_name(name: str) -> bool:
    """Whether a member of an archive is the conversation's text, as any phone names it."""
    last = name.rpartition("/")[2].lower()
    called = "whatsapp" in last or "واتساب" in last
    return last == "_chat.txt" or (called and last.endswith(".txt"))


_BY_SUFFIX = {
    "docx": DOCX, "docm": DOCX, "xlsx": XLSX, "xlsm": XLSX, "xlsb": XLSX, "pptx": PPTX,
    "odt": ODT, "ods": ODS, "odp": ODP, "wacz": WACZ,
}  # fmt: skip


def _inside_zip(source: Input) -> Kind:
    try:
        source.stream.seek(0)
        with zipfile.ZipFile(source.stream) as archive:
            if any(info.flag_bits & 0x1 for info in archive.infolist()[:20_000]):
                return ZIP  # encrypted: what its members make it shows when they are out
            names = set(archive.namelist()[:20_000])
            stated = archive.read("mimetype")[:100] if _small(archive, names) else b""
    except Exception:  # a broken directory is the reader's business to report
        return _BY_SUFFIX.get(source.suffix, ZIP)
    for kind in (ODT, ODS, ODP):
        if stated.startswith(kind.media_type.encode()):
            return kind
    return _by_members(names)


def _small(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """Whether there is an OpenDocument type, stored uncompressed as its standard asks."""
    if "mimetype" not in names:
        return False
    info = archive.getinfo("mimetype")
    return info.compress_type == zipfile.ZIP_STORED and info.file_size < 200


def _by_members(names: set[str]) -> Kind:
    if "[Content_Types].xml" in names:
        for folder, kind in (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX)):
            if any(name.startswith(folder) for name in names):
                return kind
    if "datapackage.json" in names and any(name.startswith("archive/") for name in names):
        return WACZ
    if any(name.endswith((".proof.csv", ".proof.json")) for name in names):
        return PROOF
    if any(is_whatsapp_name(name) for name in names):
        return WHATSAPP_ZIP
    return ZIP


def _inside_ole(source: Input) -> Kind:
    """Old Office files and Outlook mails share one container; streams tell them apart."""
    import olefile

    try:
        source.stream.seek(0)
        ole = olefile.OleFileIO(source.stream)
        names = {entry[0] for entry in ole.listdir(streams=True, storages=True)}
    except Exception:  # olefile raises struct, index and its own errors on damage
        return {"xls": XLS, "msg": MSG}.get(source.suffix, DOC)
    if "EncryptedPackage" in names:
        return _locked_office(source.suffix)
    if "__properties_version1.0" in names:
        return MSG
    if "Workbook" in names or "Book" in names:
        return XLS
    return DOC if "WordDocument" in names else COMPOUND


def _locked_office(suffix: str) -> Kind:
    """What it holds cannot be seen; its name may tell the kind."""
    named = _BY_SUFFIX.get(suffix, UNKNOWN).kind
    return Kind(
        named if named in ("docx", "xlsx", "pptx") else "unknown",
        "application/x-ole-storage",
        "office",
    )
