"""WhatsApp's text export: one part a message, in the formats of many phones and languages.

A message begins with a date and a time, in brackets (iPhone) or before a dash
(Android), with any order of day, month and year, 12 or 24 hours, Latin, Arabic or
Persian digits. The time stays as stated: the export names no zone and no date order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from amparo.intake.readers.chat import Message, emit_messages
from amparo.intake.readers.decode import decode
from amparo.intake.readers.draft import Corrupt, Draft, Input, LimitReached, Stop
from amparo.intake.readers.zipped import open_zip, read_member
from amparo.intake.reading import clean_text

_MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_D = "[0-9\u0660-\u0669\u06f0-\u06f9]"
_DATE = rf"{_D}{{1,4}}[./\-\u200f]{{1,2}}{_D}{{1,2}}[./\-\u200f]{{1,2}}{_D}{{1,4}}\.?"
_HALF = r"(?:[AaPp]\.?\s?[Mm]\.?|[صم]|ق\.?ظ\.?|ب\.?ظ\.?|ÖÖ|ÖS|上午|下午|पूर्वाह्न|अपराह्न)"
_TIME = rf"{_D}{{1,2}}[:.]{_D}{{2}}(?:[:.]{_D}{{2}})?(?:[\s\u202f\u00a0]?{_HALF})?"
_STARTS = re.compile(
    rf"^(?:\[(?P<at1>{_DATE}[,\u060c]?\s+(?:(?:at|à|um|в)\s+)?{_TIME})\]\s?"
    rf"|(?P<at2>{_DATE}[,\u060c]?\s+(?:(?:at|à|um|в)\s+)?{_TIME})\s+[-\u2013]\s)(?P<rest>.*)$"
)
_SENDER = re.compile(r"^(?P<sender>[^:\n]{1,80}?):(?:\s(?P<text>.*)|)$", re.DOTALL)
_ATTACHED = re.compile(
    r"<(?:attached|pièce jointe|прикреплено|прикреплённый файл|adjunto|angehängt|anexado"
    r"|المرفق|مرفق)\s*:\s*(?P<ios>[^>\n]{1,200})>"
    r"|(?P<android>[^\s<>:\n][^<>:\n]{0,150}\.\w{2,5})\s+\((?:file attached|fichier joint"
    r"|файл добавлен"
    r"|archivo adjunto|Datei angehängt|arquivo anexado|(?:ال)?ملف (?:ال)?مرفق|تم إرفاق ملف)\)",
    re.IGNORECASE,
)
_OMITTED = re.compile(
    r"<?(?:(?:media|image|video|audio|sticker|document|gif|contact card) omitted"
    r"|médias? omis|(?:image|vidéo|audio) absente?|без медиафайлов|медиафайл пропущен"
    r"|(?:изображение|видео|аудио|аудиофайл) (?:отсутствует|опущено)"
    r"|(?:تم )?استبعاد الوسائط|<?تم حذف الوسائط|multimedia omitido|medien ausgeschlossen)>?",
    re.IGNORECASE,
)
_DELETED = re.compile(
    r"^(?:this message was deleted|you deleted this message|ce message a été supprimé"
    r"|vous avez supprimé ce message|(?:это )?сообщение (?:было )?удалено|данное сообщение удалено"
    r"|вы удалили (?:это|данное) сообщение|تم حذف هذه الرسالة|حذفت هذه الرسالة|لقد حذفت هذه الرسالة"
    r"|se eliminó este mensaje|diese nachricht wurde gelöscht)\.?$",
    re.IGNORECASE,
)
_EDITED = re.compile(
    r"[\s\u200e\u200f]*<(?:this message was edited|ce message a été modifié|сообщение изменено"
    r"|(?:данное )?сообщение (?:было )?(?:изменено|отредактировано)"
    r"|تم تعديل هذه الرسالة)>[\s\u200e\u200f]*$",
    re.IGNORECASE,
)


@dataclass
class _Open:
    at: str
    rest: list[str]


def read(source: Input, draft: Draft) -> None:
    """Parts `message:1` and on."""
    if source.head[:2] == b"PK":
        _read_archive(source, draft)
        return
    decoded = decode(source.all())
    emit_chat(decoded.text, draft)


def is_chat_name(name: str) -> bool:
    """Whether a member of an archive is the conversation's text."""
    last = name.rpartition("/")[2]
    return last == "_chat.txt" or (last.endswith(".txt") and "whatsapp" in last.lower())


def _read_archive(source: Input, draft: Draft) -> None:
    """The conversation as messages, all other members as children, missing files named."""
    if source.depth >= draft.budget.depth:
        raise LimitReached("depth")
    with open_zip(source, draft) as archive:
        members = [info for info in archive.infolist() if not info.filename.endswith("/")]
        if len(members) > draft.budget.members:
            raise LimitReached("members")
        chats = [info for info in members if is_chat_name(info.filename)]
        text = "".join(decode(read_member(archive, info, draft)).text + "\n" for info in chats)
        wanted = emit_chat(text, draft)
        draft.expected += len(members) - len(chats)
        for info in members:
            if info in chats:
                continue
            wanted.discard(info.filename.rpartition("/")[2])
            try:
                draft.child(info.filename, "", read_member(archive, info, draft))
            except Stop as reason:
                draft.fail(reason.detail)
    if wanted:
        draft.meta("attachments_not_in_export", f"{len(wanted)}: {', '.join(sorted(wanted)[:20])}")


def emit_chat(text: str, draft: Draft) -> set[str]:
    """Add all messages of an exported conversation; the files they mention."""
    messages = list(parse_chat(clean_text(text)))
    if not messages:
        raise Corrupt("no message found")
    draft.meta("application", "WhatsApp")
    draft.meta("times", "as stated by the phone, zone and order of day and month unknown")
    emit_messages(messages, draft)
    return {name for message in messages for name in message.files}


def parse_chat(text: str) -> Iterator[Message]:
    """Messages in order; lines that begin none belong to the one before."""
    current: _Open | None = None
    for line in text.split("\n"):
        bare = line.translate(_UNMARKED)
        match = _STARTS.match(bare)
        if match is None:
            if current is not None:
                current.rest.append(line)
            elif line.strip():
                current = _Open("", [line])
            continue
        if current is not None:
            yield _message(current)
        current = _Open(match["at1"] or match["at2"], [_after(line, match.start("rest"))])
    if current is not None:
        yield _message(current)


_UNMARKED = {ord(mark): None for mark in _MARKS}


def _after(line: str, count: int) -> str:
    """The line behind its first `count` characters that are no direction marks."""
    at = 0
    while count and at < len(line):
        count -= line[at] not in _MARKS
        at += 1
    return line[at:]


def _message(opened: _Open) -> Message:
    whole = "\n".join(opened.rest).rstrip("\n")
    match = _SENDER.match(whole) if opened.at else None
    sender = match["sender"].translate(_UNMARKED).strip() if match else ""
    text = (match["text"] or "") if match else whole
    flags: list[str] = []
    bare = text.translate(_UNMARKED).strip()
    if _DELETED.match(bare):
        flags.append("deleted")
    if _EDITED.search(bare):
        flags.append("edited")
        text = _EDITED.sub("", text)
    if not sender:
        flags.append("notice")
    attached = _ATTACHED.search(bare)
    files = [(attached["ios"] or attached["android"]).strip()] if attached else []
    if _OMITTED.search(bare):
        flags.append("attachment omitted")
    return Message(sender=sender, at=opened.at, text=text, flags=tuple(flags), files=tuple(files))
