"""Signal's messages as JSON: a list, one object a line, or the desktop's own export.

Signal has no single format: read are rows of message objects as exporters of the
desktop database write them, and the frames of Signal's own text export
(`recipient`, `chat`, `chatItem`). Times are milliseconds since 1970, UTC.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from amparo.intake.readers.chat import Message, emit_messages
from amparo.intake.readers.draft import Corrupt, Draft, Input

_TIMES = ("sent_at", "dateSent", "timestamp", "date_sent", "date", "received_at")
_PLAIN = frozenset(("standardMessage", "remoteDeletedMessage"))
_NOTICED = frozenset((
    "type", "callHistoryDetails", "callId", "key_changed", "expirationTimerUpdate",
    "verifiedChanged", "verified", "groupV2Change", "group_update", "profileChange", "source",
    "sourceServiceId", "changedId",
))  # fmt: skip
_SENDERS = ("sender", "source", "sourceServiceId", "sourceUuid", "author", "from", "conversationId")


def read(source: Input, draft: Draft) -> None:
    """Parts `message:1` and on."""
    rows = list(_rows(source.all().decode("utf-8-sig", "replace"), draft))
    names = dict(_recipients(rows))
    messages = [found for row in rows if (found := _message(row, names)) is not None]
    if not messages:
        raise Corrupt("no message found")
    draft.meta("application", "Signal")
    draft.meta("times", "UTC")
    emit_messages(messages, draft)


def _rows(text: str, draft: Draft) -> Iterator[dict[str, Any]]:
    try:
        whole = json.loads(text)
    except RecursionError:
        raise Corrupt("the JSON cannot be read") from None
    except ValueError:
        yield from _lines(text, draft)
        return
    listed = whole.get("messages", [whole]) if isinstance(whole, dict) else whole
    if isinstance(listed, list):
        yield from (row for row in listed if isinstance(row, dict))


def _lines(text: str, draft: Draft) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            draft.expected += 1
            draft.fail("a line is not JSON")
            continue
        if isinstance(row, dict):
            yield row


def _recipients(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Names by recipient id, from the frames of Signal's own export."""
    for row in rows:
        recipient = row.get("recipient")
        if isinstance(recipient, dict):
            contact = recipient.get("contact")
            facts = contact if isinstance(contact, dict) else {}
            keys = ("profileGivenName", "systemGivenName", "e164", "aci")
            name = next((str(facts[key]) for key in keys if facts.get(key)), "")
            own = "self" in recipient
            yield (
                str(recipient.get("id")),
                name or ("self" if own else f"recipient {recipient.get('id')}"),
            )


def _message(row: dict[str, Any], names: dict[str, str]) -> Message | None:
    item = row.get("chatItem")
    if isinstance(item, dict):
        return _frame(item, names)
    if not any(row.get(key) for key in _TIMES):
        return None
    if not any(key in row for key in ("body", "text")):
        return _notice(row) if row.get("type") else None
    sender = next((str(row[key]) for key in _SENDERS if row.get(key)), "")
    if str(row.get("type")) == "outgoing":
        sender = "self"
    quote = row.get("quote")
    flags = ["deleted"] if row.get("deletedForEveryone") or row.get("isErased") else []
    flags += ["edited"] if row.get("editHistory") else []
    return Message(
        sender=sender or "unknown",
        at=_time(next((row[key] for key in _TIMES if row.get(key)), "")),
        text="\n".join([str(row.get("body") or row.get("text") or ""), *_earlier(row)]).strip("\n"),
        reply_to=_time(quote.get("id")) if isinstance(quote, dict) else "",
        flags=tuple(flags),
        files=tuple(_files(row.get("attachments"))),
        key=_time(row.get("sent_at") or row.get("timestamp")),
    )


def _notice(row: dict[str, Any]) -> Message:
    """A row without words: a call, a changed key, a timer."""
    told = {k: v for k, v in row.items() if k in _NOTICED and v}
    at = _time(next((row[key] for key in _TIMES if row.get(key)), ""))
    return Message("", at, json.dumps(told, ensure_ascii=False), flags=("notice",))


def _earlier(row: dict[str, Any]) -> Iterator[str]:
    """What an edited message said before."""
    history = row.get("editHistory") or row.get("revisions")
    for version in history if isinstance(history, list) else []:
        inner = version.get("standardMessage", version) if isinstance(version, dict) else {}
        text = inner.get("text") if isinstance(inner, dict) else ""
        said = (text.get("body") if isinstance(text, dict) else text) or version.get("body")
        if said:
            yield f"[earlier version: {said}]"


def _frame(item: dict[str, Any], names: dict[str, str]) -> Message:
    standard = item.get("standardMessage")
    body = standard if isinstance(standard, dict) else {}
    text = body.get("text")
    flags = ["deleted"] if "remoteDeletedMessage" in item else []
    flags += ["edited"] if item.get("revisions") else []
    quote = body.get("quote")
    update = "updateMessage" in item
    author = str(item.get("authorId") or "")
    return Message(
        sender="" if update else names.get(author, f"recipient {author}"),
        at=_time(item.get("dateSent")),
        text="\n".join([*_words(text), *_further(item), *_earlier(item)]),
        reply_to=_time(quote.get("targetSentTimestamp")) if isinstance(quote, dict) else "",
        flags=tuple([*flags, "notice"] if update else flags),
        files=tuple(_files(body.get("attachments"))),
        key=_time(item.get("dateSent")),
    )


def _words(text: Any) -> list[str]:
    body = text.get("body") if isinstance(text, dict) else ""
    return [str(body)] if body else []


def _further(item: dict[str, Any]) -> Iterator[str]:
    """Contents other than text: contacts, stickers, polls, updates of the group."""
    for key, value in item.items():
        told = key.endswith(("Message", "Badge", "Notification", "poll")) and key not in _PLAIN
        if told and value:
            yield f"[{key}: {json.dumps(value, ensure_ascii=False)}]"


def _files(listed: Any) -> Iterator[str]:
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict):
            pointer = entry.get("pointer")
            inner = pointer if isinstance(pointer, dict) else entry
            name = inner.get("fileName") or inner.get("path") or inner.get("name")
            yield str(name or inner.get("contentType") or "attachment")


def _time(value: Any) -> str:
    """Milliseconds as UTC; anything else as it stands."""
    try:
        moment = datetime.fromtimestamp(int(value) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return str(value or "")
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
