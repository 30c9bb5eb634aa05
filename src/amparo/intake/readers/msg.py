"""Outlook mails (msg) by olefile: header, body, attachments with exact bytes ([MS-OXMSG])."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
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
    """Parts `header` and `body`; attachments as children, enclosed mails as parts `enclosed:1:...`.

    An enclosed Outlook mail has no bytes of its own in the file: it is read in place.
    """
    ole = open_ole(source)
    if not ole.exists("__properties_version1.0"):
        raise Corrupt("no mail inside")
    _read_mail(_At(ole, ()), "", source, draft)


@dataclass(frozen=True)
class _At:
    """A mail in the compound file: the file itself, or a storage in one of its attachments."""

    ole: Any
    path: tuple[str, ...]

    def inside(self, *names: str) -> _At:
        return _At(self.ole, (*self.path, *names))


def _read_mail(mail: _At, name: str, source: Input, draft: Draft) -> None:
    """Header, transport headers and body under `name`, then the attachments."""
    lines = [
        ("From", f"{text(mail, _FROM_NAME)} <{text(mail, _FROM_ADDRESS)}>".replace(" <>", "")),
        ("To", text(mail, _TO)),
        ("Cc", text(mail, _CC)),
        ("Date", _sent(mail)),
        ("Subject", text(mail, _SUBJECT)),
        ("Message-ID", text(mail, _ID)),
    ]
    if not name:
        for key, value in lines:
            draft.meta(key.lower(), value)
    header = [f"{key}: {clean_line(value, 4_000)}" for key, value in lines if value]
    which = "enclosed mail" if name else "mail"
    draft.part(f"{name}header", "\n".join(header), f"header of the {which}", "")
    draft.part(f"{name}transport", text(mail, _HEADERS), "headers as they travelled", "")
    body = text(mail, _BODY)
    page = stream(mail, _HTML + "0102") or text(mail, _HTML).encode()
    draft.part(f"{name}body", body or markup.text_of_html(page), f"body of the {which}")
    _emit_attachments(mail, name, source, draft)


def text(mail: _At, tag: str) -> str:
    """A string property, Unicode or 8-bit."""
    wide = stream(mail, tag + "001F")
    if wide:
        return wide.decode("utf-16-le", "replace")
    narrow = stream(mail, tag + "001E")
    return decode(narrow).text if narrow else ""


def stream(mail: _At, tag: str) -> bytes:
    """A property's bytes, b"" when it is absent or broken."""
    path = [*mail.path, f"__substg1.0_{tag}"]
    try:
        return bytes(mail.ole.openstream(path).read()) if mail.ole.exists(path) else b""
    except Exception:  # olefile raises struct, index and its own errors on damage
        return b""


def _sent(mail: _At) -> str:
    """When it was sent (PidTagClientSubmitTime), UTC."""
    try:
        data = mail.ole.openstream([*mail.path, "__properties_version1.0"]).read()
    except Exception:  # as above
        return ""
    # [MS-OXMSG] 2.4: the header is 32 bytes at the top and 24 in an enclosed mail.
    for at in range(24 if mail.path else 32, len(data) - 15, 16):
        kind, tag = struct.unpack_from("<HH", data, at)
        if tag == _SENT and kind == 0x0040:
            (ticks,) = struct.unpack_from("<Q", data, at + 8)
            try:
                moment = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
            except OverflowError:
                return ""
            return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    return ""


def _emit_attachments(mail: _At, name: str, source: Input, draft: Draft) -> None:
    here = len(mail.path)
    folders = sorted({
        entry[here] for entry in mail.ole.listdir(streams=True, storages=True)
        if len(entry) > here and tuple(entry[:here]) == mail.path
        and entry[here].startswith("__attach_version1.0")
    })  # fmt: skip
    for number, folder in enumerate(folders, 1):
        draft.expected += 1
        if draft.expected > draft.budget.members:
            raise LimitReached("members")
        depth = source.depth + len(mail.path) // 2
        if depth >= draft.budget.depth:
            draft.fail("limit: depth")
            continue
        held = mail.inside(folder)
        enclosed = held.inside(f"__substg1.0_{_DATA}000D")
        data = stream(held, _DATA + "0102")
        title = text(held, _LONG_NAME) or text(held, _SHORT_NAME)
        if not data and mail.ole.exists([*enclosed.path, "__properties_version1.0"]):
            draft.emitted += 1
            draft.meta("enclosed mails", "read in place: the format keeps no file of them")
            _read_mail(enclosed, f"{name}enclosed:{number}:", source, draft)
        elif not data and mail.ole.exists(list(enclosed.path)):
            draft.fail("enclosed object is not extracted")
        else:
            draft.child(title or f"attachment-{number}", text(held, _MIME), data)
