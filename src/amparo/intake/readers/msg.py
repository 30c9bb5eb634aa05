"""Outlook mails (msg) by olefile: header, body, attachments with exact bytes ([MS-OXMSG])."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

from amparo.intake.readers import markup
from amparo.intake.readers.decode import decode
from amparo.intake.readers.draft import Corrupt, Draft, Input, LimitReached
from amparo.intake.reading import clean_line

_SUBJECT, _BODY, _HTML, _HEADERS = "0037", "1000", "1013", "007D"
_FROM_NAME, _FROM_ADDRESS, _TO, _CC, _ID = "0C1A", "5D01", "0E04", "0E03", "1035"
_LONG_NAME, _SHORT_NAME, _DATA, _MIME = "3707", "3704", "3701", "370E"
_SENT = 0x0039


def preload() -> None:
    """Import olefile and lxml."""
    import olefile

    del olefile
    markup.parse("<p>preload</p>")


def open_ole(source: Input) -> Any:
    """The compound file, with broken ones refused as corrupt."""
    import olefile

    try:
        return olefile.OleFileIO(io.BytesIO(source.all()))
    except Exception:  # olefile raises struct, index and its own errors on damage
        raise Corrupt("the compound file cannot be read") from None


def read(source: Input, draft: Draft) -> None:
    """Parts `header` and `body`; attachments and enclosed mails as children."""
    ole = open_ole(source)
    if not ole.exists("__properties_version1.0"):
        raise Corrupt("no mail inside")
    lines = [
        ("From", f"{text(ole, _FROM_NAME)} <{text(ole, _FROM_ADDRESS)}>".replace(" <>", "")),
        ("To", text(ole, _TO)),
        ("Cc", text(ole, _CC)),
        ("Date", _sent(ole)),
        ("Subject", text(ole, _SUBJECT)),
        ("Message-ID", text(ole, _ID)),
    ]
    for key, value in lines:
        draft.meta(key.lower(), value)
    header = [f"{key}: {clean_line(value, 4_000)}" for key, value in lines if value]
    transport = text(ole, _HEADERS)
    draft.part("header", "\n".join(header), "header of the mail", "")
    draft.part("transport", transport, "headers as they travelled", "")
    body = text(ole, _BODY)
    page = stream(ole, "", _HTML + "0102") or text(ole, _HTML).encode()
    draft.part("body", body or markup.text_of_html(page), "body of the mail")
    _emit_attachments(ole, source, draft)


def text(ole: Any, tag: str, folder: str = "") -> str:
    """A string property, Unicode or 8-bit."""
    wide = stream(ole, folder, tag + "001F")
    if wide:
        return wide.decode("utf-16-le", "replace")
    narrow = stream(ole, folder, tag + "001E")
    return decode(narrow).text if narrow else ""


def stream(ole: Any, folder: str, tag: str) -> bytes:
    """A property's bytes, b"" when it is absent or broken."""
    path = [*([folder] if folder else []), f"__substg1.0_{tag}"]
    try:
        return bytes(ole.openstream(path).read()) if ole.exists(path) else b""
    except Exception:  # olefile raises struct, index and its own errors on damage
        return b""


def _sent(ole: Any) -> str:
    """When it was sent (PidTagClientSubmitTime), UTC."""
    try:
        data = ole.openstream("__properties_version1.0").read()
    except Exception:  # as above
        return ""
    for at in range(32, len(data) - 15, 16):
        kind, tag = struct.unpack_from("<HH", data, at)
        if tag == _SENT and kind == 0x0040:
            (ticks,) = struct.unpack_from("<Q", data, at + 8)
            try:
                moment = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
            except OverflowError:
                return ""
            return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    return ""


def _emit_attachments(ole: Any, source: Input, draft: Draft) -> None:
    folders = sorted({entry[0] for entry in ole.listdir(streams=True, storages=True)
                      if entry[0].startswith("__attach_version1.0")})  # fmt: skip
    for number, folder in enumerate(folders, 1):
        draft.expected += 1
        if number > draft.budget.members:
            raise LimitReached("members")
        if source.depth >= draft.budget.depth:
            draft.fail("limit: depth")
            continue
        data = stream(ole, folder, _DATA + "0102")
        name = text(ole, _LONG_NAME, folder) or text(ole, _SHORT_NAME, folder)
        if not data and ole.exists([folder, f"__substg1.0_{_DATA}000D"]):
            draft.fail("enclosed Outlook mail is not extracted")
        else:
            draft.child(name or f"attachment-{number}", text(ole, _MIME, folder), data)
