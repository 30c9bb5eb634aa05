"""Telegram Desktop's JSON export: one chat (`result.json`) or all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from amparo.intake.readers.chat import Message, emit_messages
from amparo.intake.readers.draft import Corrupt, Draft, Input

_FILES = ("photo", "file", "thumbnail")


def read(source: Input, draft: Draft) -> None:
    """Parts `message:1` and on; times are the export's local ones, with UTC beside them."""
    try:
        export = json.loads(source.all().decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        raise Corrupt("the JSON cannot be read") from None
    chats = list(_chats(export))
    if not chats:
        raise Corrupt("no chat in the export")
    draft.meta("application", "Telegram Desktop")
    draft.meta("times", "local time of the exporting computer; UTC in the label where given")
    draft.meta("chats", "; ".join(str(chat.get("name") or "unnamed") for chat in chats[:50]))
    emit_messages((message for chat in chats for message in messages_of(chat)), draft)


def _chats(export: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(export, dict):
        return
    if isinstance(export.get("messages"), list):
        yield export
    for group in ("chats", "left_chats"):
        listed = export.get(group)
        rows = listed.get("list") if isinstance(listed, dict) else None
        for chat in rows if isinstance(rows, list) else []:
            if isinstance(chat, dict) and isinstance(chat.get("messages"), list):
                yield chat


def messages_of(chat: dict[str, Any]) -> Iterator[Message]:
    """Messages of one chat; service messages (joined, left, called) are notices."""
    for row in chat["messages"]:
        if isinstance(row, dict):
            yield _service(row) if row.get("type") == "service" else _message(row)


def _message(row: dict[str, Any]) -> Message:
    flags = [f"forwarded from {row['forwarded_from']}"] if row.get("forwarded_from") else []
    if row.get("edited"):
        flags.append(f"edited {row['edited']}")
    if row.get("via_bot"):
        flags.append("by a bot")
    location = row.get("location_information")
    if isinstance(location, dict):
        flags.append(f"place {location.get('latitude')}, {location.get('longitude')}")
    return Message(
        sender=str(row.get("from") or row.get("from_id") or "deleted account"),
        at=str(row.get("date") or ""),
        zone=_utc(row.get("date_unixtime")),
        text=flat(row.get("text")),
        reply_to=str(row.get("reply_to_message_id") or ""),
        flags=tuple(flags),
        files=tuple(_files(row)),
        key=str(row.get("id") or ""),
    )


def _service(row: dict[str, Any]) -> Message:
    who = str(row.get("actor") or "")
    members = row.get("members")
    names = ", ".join(map(str, members)) if isinstance(members, list) else ""
    text = " ".join(piece for piece in (who, str(row.get("action") or ""), names) if piece)
    return Message(
        "", str(row.get("date") or ""), text, _utc(row.get("date_unixtime")), flags=("notice",)
    )


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
        if isinstance(value, str) and value and key != "thumbnail":
            yield value


def _utc(stamp: Any) -> str:
    try:
        return datetime.fromtimestamp(int(stamp), UTC).strftime("(UTC %Y-%m-%d %H:%M:%S)")
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
