"""WhatsApp's text export: one part a message, in the formats of many phones and languages.

A message begins with a date and a time, in brackets (iPhone) or before a dash
(Android), with any order of day, month and year, 12 or 24 hours, Latin, Arabic or
Persian digits. The time stays as stated: the export names no zone, and no order of day
and month; where a figure above 12 shows the order, the metadata say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from amparo.intake.detect import DIRECTIONS, WHATSAPP_STARTS, is_whatsapp_name
from amparo.intake.readers.chat import Message, emit_messages
from amparo.intake.readers.decode import decode
from amparo.intake.readers.draft import Corrupt, Draft, Input, LimitReached, Stop
from amparo.intake.readers.zipped import open_zip, read_member
from amparo.intake.reading import clean_text

_SENDER = re.compile(r"^(?P<sender>[^:\n]{1,80}?):(?:\s(?P<text>.*)|)$", re.DOTALL)
_ATTACHED = re.compile(
    r"<(?:attached|pièce jointe|прикреплено|прикреплённый файл|вложено|adjunto|Anhang|angehängt"
    r"|anexado|anexo|allegato|eklendi|bijgevoegd|المرفق|مرفق)\s*:\s*(?P<ios>[^>\n]{1,200})>"
    r"|\A(?P<android>[^\s<>:\n][^<>:\n]{0,150}\.\w{2,5})\s+\((?:file attached|fichier joint"
    r"|файл добавлен|файл додано|archivo adjunto|Datei angehängt|arquivo anexado|file allegato"
    r"|dosya ekli|bestand bijgevoegd|(?:ال)?ملف (?:ال)?مرفق|تم إرفاق ملف)\)[ \t]*(?:\n|\Z)",
    re.IGNORECASE,
)
_OMITTED = re.compile(
    r"(?:\A|\u200e)<?(?:(?:media|image|photo|video|video note|audio|sticker|document|gif"
    r"|contact card|view once (?:photo|video|message|voice message)) omitted"
    r"|(?:médias?|image|vidéo|audio|document|gif|sticker|fiche contact) (?:omis|absent)e?s?"
    r"|без медиафайлов|(?:медиафайл|медиа|файл|изображение|видео|видеосообщение|аудио|аудиофайл"
    r"|стикер|документ|gif) (?:пропущен|отсутствует|опущен)[оаы]?"
    r"|без медіафайлів|(?:медіафайл|зображення|відео|аудіо) (?:пропущено|вилучено|відсутнє)"
    r"|(?:تم )?(?:استبعاد|حذف|إدراج) (?:الوسائط|الصورة|الصوت|الفيديو|الملصق|المستند)"
    r"|(?:multimedia|imagen|video|vídeo|audio|sticker|documento|gif) omitid[oa]"
    r"|(?:medien|bild|video|videonotiz|audio|sticker|dokument|gif)"
    r" (?:ausgeschlossen|weggelassen|nicht enthalten)"
    r"|(?:mídia|arquivo de mídia|imagem|vídeo|áudio|figurinha|documento|gif)"
    r" (?:ocult|omitid|ocultad)[oa]"
    r"|(?:media|immagine|video|audio) omess[aeio]|(?:medya|görüntü|video|ses) dahil edilmedi"
    r"|(?:media|afbeelding|video|audio) weggelaten|رسانه حذف شد)>?[.]?\Z",
    re.IGNORECASE,
)
_DELETED = re.compile(
    r"\A(?:this message was deleted(?: by admin .{1,80})?|you deleted this message"
    r"|ce message a été supprimé|vous avez supprimé ce message"
    r"|(?:это |данное )?сообщение (?:было )?удалено|вы удалили (?:это|данное) сообщение"
    r"|це повідомлення (?:було )?видалено|ви видалили це повідомлення"
    r"|تم حذف هذه الرسالة|حذفت هذه الرسالة|لقد حذفت هذه الرسالة"
    r"|se eliminó este mensaje|este mensaje fue eliminado|eliminaste este mensaje"
    r"|diese nachricht wurde gelöscht|du hast diese nachricht gelöscht"
    r"|mensagem apagada|(?:esta|essa) mensagem foi apagada|(?:você )?apagou esta mensagem"
    r"|questo messaggio è stato eliminato|hai eliminato questo messaggio"
    r"|bu mesaj silindi|bu mesajı sildiniz|این پیام حذف شد(?:ه است)?)\.?\Z",
    re.IGNORECASE,
)
_EDITED = re.compile(
    r"[\s\u200e\u200f]*<(?:this message was edited|ce message a été modifié"
    r"|(?:данное |это )?сообщение (?:было )?(?:изменено|отредактировано)|це повідомлення змінено"
    r"|تم تعديل هذه الرسالة|se editó este mensaje|este mensaje fue editado"
    r"|diese nachricht wurde bearbeitet|mensagem editada|(?:esta|essa) mensagem foi editada"
    r"|questo messaggio è stato modificato|bu mesaj düzenlendi)\.?>[\s\u200e\u200f]*$",
    re.IGNORECASE,
)
_DATED = re.compile(r"(\d{1,4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,4})")
_VOWELS = dict.fromkeys((0x0640, *range(0x064B, 0x0653)))
_QUOTES = (("«", "»"), ("“", "”"), ("„", "“"), ('"', '"'))


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


def _read_archive(source: Input, draft: Draft) -> None:
    """The conversation as messages, all other members as children, missing files named."""
    if source.depth >= draft.budget.depth:
        raise LimitReached("depth")
    with open_zip(source) as archive:
        members = [info for info in archive.infolist() if not info.filename.endswith("/")]
        if len(members) > draft.budget.members:
            raise LimitReached("members")
        chats = [info for info in members if is_whatsapp_name(info.filename)]
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
    draft.meta("times", f"as stated by the phone, zone unknown; {_date_order(messages)}")
    emit_messages(messages, draft)
    return {name for message in messages for name in message.files}


def _date_order(messages: list[Message]) -> str:
    """What the dates themselves show of their order: a figure above 12 is no month."""
    dates = [tuple(map(int, found.groups())) for m in messages if (found := _DATED.match(m.at))]
    if dates and all(first > 31 for first, *_ in dates):
        return "year before month before day"
    day_first = any(12 < first < 32 for first, *_ in dates)
    month_first = any(12 < second < 32 for _, second, _ in dates)
    if day_first == month_first:
        return "order of day and month unknown"
    return "day before month" if day_first else "month before day"


def parse_chat(text: str) -> Iterator[Message]:
    """Messages in order; lines that begin none belong to the one before."""
    current: _Open | None = None
    for line in text.split("\n"):
        bare = line.translate(_UNMARKED)
        match = WHATSAPP_STARTS.match(bare)
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


_UNMARKED = {ord(mark): None for mark in DIRECTIONS}


def _after(line: str, count: int) -> str:
    """The line behind its first `count` characters that are no direction marks."""
    at = 0
    while count and at < len(line):
        count -= line[at] not in DIRECTIONS
        at += 1
    return line[at:]


def _message(opened: _Open) -> Message:
    whole = "\n".join(opened.rest).rstrip("\n")
    sender, text = _parted(whole) if opened.at else ("", whole)
    bare = text.translate(_UNMARKED).strip()
    flags: list[str] = []
    if _DELETED.match(bare.translate(_VOWELS)):
        flags.append("deleted")
    if _EDITED.search(bare):
        flags.append("edited")
        text = _EDITED.sub("", text)
    attached = _ATTACHED.search(bare)
    files = [(attached["ios"] or attached["android"]).strip()] if attached else []
    if _OMITTED.search(text.strip().translate(_VOWELS)) or _OMITTED.search(bare):
        flags.append("attachment omitted")
    by_program = text.startswith("\u200e") and "://" not in text
    if not sender or (by_program and not flags and not files):
        # iPhones put the group's or a member's name before what the program itself says.
        flags.append("notice")
    return Message(sender=sender, at=opened.at, text=text, flags=tuple(flags), files=tuple(files))


def _parted(whole: str) -> tuple[str, str]:
    """Sender and text; no sender where the colon stands inside quotes, as in a group's name."""
    match = _SENDER.match(whole)
    sender = match["sender"].translate(_UNMARKED).strip() if match else ""
    text = (match["text"] or "") if match else ""
    if not sender or any(_opens(sender, *pair) and pair[1] in text for pair in _QUOTES):
        return "", whole
    return sender, text


def _opens(sender: str, first: str, last: str) -> bool:
    """Whether a quotation begins in `sender` and does not end there."""
    if first == last:
        return sender.count(first) % 2 == 1
    return sender.count(first) > sender.count(last)
