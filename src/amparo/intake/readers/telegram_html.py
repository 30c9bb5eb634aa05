"""Telegram Desktop's HTML export (`messages.html`): the same messages as the JSON one gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from amparo.intake.readers import markup
from amparo.intake.readers.chat import Message, emit_messages
from amparo.intake.readers.draft import Corrupt, Draft, Input

_ZONED = re.compile(r"(?P<at>\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d)(?:\s+(?P<zone>UTC[+-]\d\d:?\d\d))?")

_TELLING = frozenset(("media_wrap", "media_poll", "signature", "reactions"))


def preload() -> None:
    """Import lxml."""
    markup.parse("<p>preload</p>")


def read(source: Input, draft: Draft) -> None:
    """Parts `message:1` and on; the times carry the zone the export states."""
    tree = markup.parse(markup.decode_page(source.all()).text)
    rows = list(_messages(tree)) if tree is not None else []
    if not rows:
        raise Corrupt("no message found")
    title = next((node for node in tree.iter("div") if "page_header" in _classes(node)), None)
    draft.meta("application", "Telegram Desktop")
    if title is not None:
        draft.meta("chats", markup.visible_text(title))
    emit_messages(rows, draft)


def _classes(node: Any) -> set[str]:
    return set((node.get("class") or "").split())


def _messages(tree: Any) -> Iterator[Message]:
    sender = ""
    for node in tree.iter("div"):
        classes = _classes(node)
        if "message" not in classes:
            continue
        if "service" in classes:
            yield Message("", "", markup.visible_text(node), flags=("notice",))
            continue
        names = [found for found in _inside(node, "from_name") if not _in_forwarded(found, node)]
        sender = markup.visible_text(names[0]).split("\n")[0].strip() if names else sender
        yield _message(node, sender)


def _message(node: Any, sender: str) -> Message:
    stamp = next(iter(_inside(node, "date")), None)
    match = _ZONED.search((stamp.get("title") or "") if stamp is not None else "")
    texts = [markup.visible_text(found) for found in _inside(node, "text")]
    forwarded = [markup.visible_text(found) for found in _inside(node, "forwarded")]
    reply = next((found for found in _inside(node, "reply_to")), None)
    return Message(
        sender=sender,
        at=match["at"] if match else "",
        zone=(match["zone"] or "") if match else "",
        text="\n".join([*texts, *_told_by_media(node)]),
        reply_to=_target(reply),
        flags=tuple(f"forwarded {text.splitlines()[0]}" for text in forwarded[:1] if text),
        files=tuple(_files(node)),
        key=(node.get("id") or "").removeprefix("message"),
    )


def _inside(node: Any, name: str) -> list[Any]:
    return [found for found in node.iter("div") if name in _classes(found)]


def _told_by_media(node: Any) -> Iterator[str]:
    """Words beside the text: contacts, polls, places, calls, files left out."""
    for found in node.iter("div"):
        above = [_classes(one) for one in found.iterancestors("div")]
        if _classes(found) & _TELLING and not any("media_wrap" in one for one in above):
            told = " ".join(markup.visible_text(found).split())
            yield from [f"[{told}]"] if told else []


def _in_forwarded(found: Any, node: Any) -> bool:
    for above in found.iterancestors():
        if above is node:
            return False
        if "forwarded" in _classes(above):
            return True
    return False


def _target(reply: Any) -> str:
    link = next(reply.iter("a"), None) if reply is not None else None
    return (link.get("href") or "").rpartition("message")[2] if link is not None else ""


def _files(node: Any) -> Iterator[str]:
    for link in node.iter("a"):
        address = link.get("href") or ""
        attached = "_wrap" in (link.get("class") or "") or "media" in (link.get("class") or "")
        if attached and address and "://" not in address and not address.startswith("#"):
            yield address
