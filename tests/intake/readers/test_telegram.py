"""Telegram's JSON export: text, marks, replies, edits, files, times with UTC."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from amparo.intake.readers.telegram import messages_of
from amparo.intake.sandbox import Sandbox


def test_one_chat(good: ModuleType, box: Sandbox) -> None:
    reading = box.read(good.telegram(), name="result.json")
    assert (reading.kind, reading.outcome, reading.emitted) == ("chat", "ok", 3)
    labels = [part.label for part in reading.untrusted_parts]
    assert labels[1] == "A | 2017-03-03T02:11:00 (UTC 2017-03-02 23:11:00)"
    assert (
        "reply to message:2" in labels[2]
        and "photos/photo_1.jpg" in labels[2]
        and "edited" in labels[2]
    )
    assert reading.untrusted_parts[1].text == "Они пришли ночью"


def test_all_chats_of_an_account(good: ModuleType, box: Sandbox) -> None:
    chat = json.loads(good.telegram())
    whole = {"about": "x", "chats": {"about": "y", "list": [chat, chat]}}
    reading = box.read(json.dumps(whole).encode(), name="result.json")
    assert reading.emitted == 6


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
_KEYS = ("type", "from", "date", "date_unixtime", "text", "photo", "reply_to_message_id", "edited",
         "location_information", "actor", "members")  # fmt: skip


@given(st.lists(st.dictionaries(st.sampled_from(_KEYS), _json) | _json, max_size=5))
def test_any_rows_give_messages(rows: list[Any]) -> None:
    found = list(messages_of({"messages": rows}))
    assert len(found) == sum(isinstance(row, dict) for row in rows)
