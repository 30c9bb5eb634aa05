"""What all chat exports have in common: messages, senders as codes, labels, counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from amparo.intake.readers.draft import Draft, LimitReached
from amparo.intake.readers.language import language_of
from amparo.intake.reading import clean_line


@dataclass(frozen=True)
class Message:
    """One message: `at` as stated, `files` names of attachments.

    `key` is the export's own id of the message, `reply_to` the key of another one.
    `sender_id` tells two people of one name apart where the export has it.
    """

    sender: str
    at: str
    text: str
    zone: str = ""
    reply_to: str = ""
    flags: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    key: str = ""
    sender_id: str = ""


def emit_messages(messages: Iterable[Message], draft: Draft) -> None:
    """A part for each message; label `A | 12.06.2019, 14:05 | edited | file: x.jpg`.

    Senders get codes A, B, ... in order of appearance; the metadata say who is who.
    """
    codes: dict[str, str] = {}
    names: dict[str, str] = {}
    rows = list(messages)
    draft.expected += len(rows)
    if len(rows) > MOST_MESSAGES:
        raise LimitReached("members")
    language = language_of("\n".join(row.text for row in rows[:400]))
    numbers = {row.key: f"message:{number}" for number, row in enumerate(rows, 1) if row.key}
    for number, row in enumerate(rows, 1):
        who = row.sender_id or row.sender
        code = codes.setdefault(who, code_of(len(codes))) if row.sender else "notice"
        names.setdefault(code, row.sender if who == row.sender else f"{row.sender} ({who})")
        own = language_of(row.text) if len(row.text) > 80 else language
        draft.part(
            f"message:{number}", row.text or _placeholder(row), label_of(row, code, numbers), own
        )
        draft.emitted += 1
    draft.meta("messages", len(rows))
    if rows:
        draft.meta("first_message", next((row.at for row in rows if row.at), ""))
        draft.meta("last_message", next((row.at for row in reversed(rows) if row.at), ""))
    names.pop("notice", None)
    _note_senders(names, draft)


def _note_senders(names: dict[str, str], draft: Draft) -> None:
    """Who stands behind each code: metadata, and as a part too when there are very many."""
    for code, name in list(names.items())[:MANY_SENDERS]:
        draft.meta(f"sender:{code}", name)
    if len(names) > MANY_SENDERS:
        draft.meta("senders", f"{len(names)}: all of them in the part senders")
        draft.part("senders", "\n".join(f"{code}\t{name}" for code, name in names.items()), "", "")


MANY_SENDERS = 200
MOST_MESSAGES = 500_000


def code_of(index: int) -> str:
    """A, B, ..., Z, AA, AB, ..."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def label_of(row: Message, code: str, numbers: dict[str, str]) -> str:
    """Sender's code, time as stated with zone, flags, reply and attachments."""
    pieces = [code, clean_line(f"{row.at} {row.zone}".strip(), 80), *row.flags]
    if row.reply_to:
        pieces.append(f"reply to {numbers.get(row.reply_to) or clean_line(row.reply_to, 40)}")
    pieces += [f"file: {clean_line(name, 120)}" for name in row.files[:10]]
    return " | ".join(piece for piece in pieces if piece)


def _placeholder(row: Message) -> str:
    """A message without words still is one."""
    return f"[{', '.join((*row.files, *row.flags)) or 'no text'}]"
