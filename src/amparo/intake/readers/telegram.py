"""Telegram Desktop's JSON export: one chat (`result.json`) or all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from amparo.intake.readers.chat import Message, emit_messages
from amparo.intake.readers.draft import Corrupt, Draft, Input

_DECODER = json.JSONDecoder()
_MESSAGES = re.compile(r'"messages"\s*:\s*\[')
_OBJECT = re.compile(r"[\s,]*\{")
_NAME = re.compile(r'"name"\s*:\s*("(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})){0,300}")')
_FILES = ("photo", "file")
_NOT_INCLUDED = "(File "
_GROUPS = ("chats", "left_chats")
_OF_CHAT = ("about", "name", "type", "id", "messages")
# Fields of a message that are read, or say nothing but sizes.
_SEEN = frozenset((
    "id", "type", "date", "date_unixtime", "edited", "edited_unixtime", "from", "from_id", "text",
    "text_entities", "reply_to_message_id", "forwarded_from", "via_bot", "photo", "file",
    "thumbnail", "location_information", "width", "height", "photo_file_size", "file_size",
    "thumbnail_file_size", "mime_type", "media_type", "duration_seconds", "actor", "actor_id",
    "action", "members",
))  # fmt: skip


def read(source: Input, draft: Draft) -> None:
    """Parts `message:1` and on; times are the export's local ones, with UTC beside them."""
    text = source.all().decode("utf-8-sig", "replace")
    try:
        export = json.loads(text)
    except (ValueError, RecursionError):
        _salvage(text, draft)
        raise Corrupt("the JSON is damaged or cut short") from None
    chats = list(_chats(export))
    if not chats:
        raise Corrupt("no chat in the export")
    _emit_chats(chats, draft)
    _emit_rest(export, draft)


def _emit_chats(chats: list[dict[str, Any]], draft: Draft) -> None:
    draft.meta("application", "Telegram Desktop")
    draft.meta("times", "local time of the exporting computer; UTC in the label where given")
    draft.meta("chats", "; ".join(str(chat.get("name") or "unnamed") for chat in chats[:50]))
    several = len(chats) > 1
    emit_messages((one for chat in chats for one in messages_of(chat, several=several)), draft)


def _salvage(text: str, draft: Draft) -> None:
    """Whole messages of an export that is not whole JSON; what cannot be read is kept as text."""
    chats: list[dict[str, Any]] = []
    unread: list[str] = []
    end = 0
    while opening := _MESSAGES.search(text, end):
        unread.append(text[end : opening.start()] if chats else "")
        named = list(_NAME.finditer(text, end, opening.start()))
        rows, end = _rows(text, opening.end())
        chats.append({"name": json.loads(named[-1][1]) if named else "", "messages": rows})
    if any(chat["messages"] for chat in chats):
        _emit_chats(chats, draft)
    draft.part("unread", "".join((*unread, text[end:])), "what could not be read as messages")


def _rows(text: str, at: int) -> tuple[list[dict[str, Any]], int]:
    """Objects of a list from `at` on, until its end or one that is not whole; where that is."""
    rows: list[dict[str, Any]] = []
    while found := _OBJECT.match(text, at):
        try:
            row, end = _DECODER.raw_decode(text, found.end() - 1)
        except (ValueError, RecursionError):
            break
        rows.append(row)
        at = end
    return rows, at


def _chats(export: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(export, dict):
        return
    if isinstance(export.get("messages"), list):
        yield export
    for group in _GROUPS:
        listed = export.get(group)
        rows = listed.get("list") if isinstance(listed, dict) else None
        for chat in rows if isinstance(rows, list) else []:
            if isinstance(chat, dict) and isinstance(chat.get("messages"), list):
                yield chat


def _emit_rest(export: dict[str, Any], draft: Draft) -> None:
    """What an export of the whole account holds besides chats (contacts, sessions), as it is."""
    for name, value in export.items():
        if name not in (*_GROUPS, *_OF_CHAT) and value:
            text = json.dumps(value, ensure_ascii=False, indent=1)
            draft.part(f"data:{name}", text, name.replace("_", " "))


def messages_of(chat: dict[str, Any], *, several: bool = False) -> Iterator[Message]:
    """Messages of one chat; service messages (joined, left, called) are notices.

    Numbers of messages are unique in a chat only, so with `several` each names its chat.
    """
    name = str(chat.get("name") or "unnamed")
    mark = f"{chat.get('id')}/" if several else ""
    for row in chat["messages"]:
        if isinstance(row, dict):
            found = _service(row) if row.get("type") == "service" else _message(row)
            yield replace(
                found,
                key=mark + found.key if found.key else "",
                reply_to=mark + found.reply_to if found.reply_to else "",
                flags=(f"chat {name}", *found.flags) if several else found.flags,
            )


def _message(row: dict[str, Any]) -> Message:
    flags = [f"forwarded from {row['forwarded_from']}"] if row.get("forwarded_from") else []
    if row.get("edited"):
        flags.append(f"edited {row['edited']}")
    if row.get("via_bot"):
        flags.append("by a bot")
    location = row.get("location_information")
    if isinstance(location, dict):
        flags.append(f"place {location.get('latitude')}, {location.get('longitude')}")
    missing = [key for key in _FILES if str(row.get(key)).startswith(_NOT_INCLUDED)]
    if missing:
        flags.append("attachment omitted")
    return Message(
        sender=str(row.get("from") or row.get("from_id") or "deleted account"),
        at=str(row.get("date") or ""),
        zone=_utc(row.get("date_unixtime")),
        text="\n".join(piece for piece in (flat(row.get("text")), *_further(row)) if piece),
        reply_to=str(row.get("reply_to_message_id") or ""),
        flags=tuple(flags),
        files=tuple(_files(row)),
        key=str(row.get("id") or ""),
        sender_id=str(row.get("from_id") or ""),
    )


def _further(row: dict[str, Any]) -> Iterator[str]:
    """Words of a message outside its text: polls, contacts, stickers, and what is new to us."""
    for key, value in row.items():
        if key in _SEEN or value in (None, "", [], {}, False):
            continue
        told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield f"[{key.replace('_', ' ')}: {told}]"


def _service(row: dict[str, Any]) -> Message:
    who = str(row.get("actor") or "")
    members = row.get("members")
    names = ", ".join(map(str, members)) if isinstance(members, list) else ""
    text = " ".join(piece for piece in (who, str(row.get("action") or ""), names) if piece)
    text = "\n".join(piece for piece in (text, flat(row.get("text")), *_further(row)) if piece)
    stamp, key = _utc(row.get("date_unixtime")), str(row.get("id") or "")
    return Message("", str(row.get("date") or ""), text, stamp, flags=("notice",), key=key)


def flat(text: Any) -> str:
    """Telegram's text: a string, or a list of strings and marked-up pieces."""
    if isinstance(text, str):
        return text
    if not isinstance(text, list):
        return ""
    pieces = (piece if isinstance(piece, str) else _marked(piece) for piece in text)
    return "".join(pieces)


def _marked(piece: Any) -> str:
    if not isinstance(piece, dict):
        return ""
    text = str(piece.get("text") or "")
    address = piece.get("href")
    return f"{text} ({address})" if address and address != text else text


def _files(row: dict[str, Any]) -> Iterator[str]:
    for key in _FILES:
        value = row.get(key)
        if isinstance(value, str) and value and not value.startswith(_NOT_INCLUDED):
            yield value


def _utc(stamp: Any) -> str:
    try:
        return datetime.fromtimestamp(int(stamp), UTC).strftime("(UTC %Y-%m-%d %H:%M:%S)")
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
