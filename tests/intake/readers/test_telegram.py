"""Telegram's JSON export: text, marks, replies, edits, files, times with UTC."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from amparo.intake.readers.draft import Draft
from amparo.intake.readers.telegram import _salvage, messages_of
from amparo.intake.reading import DEFAULT
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


def test_an_export_cut_short(good: ModuleType, box: Sandbox) -> None:
    """Whole messages are messages, the rest stays as words, and the outcome says so."""
    whole = good.telegram()
    reading = box.read(whole[: whole.rindex(b'"id"') + 20], name="result.json")
    assert (reading.kind, reading.outcome, reading.emitted) == ("chat", "partial", 2)
    assert reading.detail == "the JSON is damaged or cut short"
    parts = {part.name: part.text for part in reading.untrusted_parts}
    assert parts["message:2"] == "Они пришли ночью"
    assert '"id"' in parts["unread"]
    name = json.loads(whole)["name"]
    assert reading.untrusted_metadata["chats"] == name
    ordered = json.dumps(json.loads(whole), ensure_ascii=False).encode()
    account = b'{"chats": {"list": [%s, %s]}}' % (ordered, ordered)
    broken = account.replace(b'"type": "service"', b'"type: "service"', 1)
    reading = box.read(broken, name="result.json")
    assert (reading.outcome, reading.emitted) == ("partial", 3)
    assert "ночью" in {part.name: part.text for part in reading.untrusted_parts}["unread"]


@given(st.text(alphabet='{}[]",: \\x\u0000"messages""name"', max_size=60))
def test_no_text_breaks_the_rescue(text: str) -> None:
    draft = Draft(DEFAULT)
    _salvage(text + '"name": "a", "messages": [{"id": 1},' + text, draft)
    assert draft.emitted >= 1


def test_all_chats_of_an_account(good: ModuleType, box: Sandbox) -> None:
    chat = json.loads(good.telegram())
    whole = {"about": "x", "chats": {"about": "y", "list": [chat, chat]}}
    reading = box.read(json.dumps(whole).encode(), name="result.json")
    assert reading.emitted == 6


def test_chats_of_an_account_are_not_mixed(good: ModuleType, box: Sandbox) -> None:
    """Numbers are unique in a chat only, and two people may have one name."""
    one, two = json.loads(good.telegram()), json.loads(good.telegram())
    two |= {"id": 8, "name": "Other"}
    two["messages"][1]["from_id"] = "user9"
    whole = {"chats": {"list": [one, two]}, "contacts": {"list": [{"phone_number": "+990000007"}]}}
    reading = box.read(json.dumps(whole).encode(), name="result.json")
    labels = {part.name: part.label for part in reading.untrusted_parts}
    assert "reply to message:2" in labels["message:3"] and "chat Karvel" in labels["message:3"]
    assert "reply to message:5" in labels["message:6"] and "chat Other" in labels["message:6"]
    assert labels["message:2"].startswith("A |") and labels["message:5"].startswith("C |")
    assert reading.untrusted_metadata["sender:C"] == "Vera (user9)"
    assert "+990000007" in reading.text()


def test_an_account_is_told_where_contacts_come_first(box: Sandbox, good: ModuleType) -> None:
    contacts = [{"first_name": f"Z{n}", "phone_number": "+99"} for n in range(3000)]
    whole = {"about": "Your Telegram data", "personal_information": {"user_id": 1},
             "contacts": {"list": contacts}, "chats": {"list": [json.loads(good.telegram())]}}  # fmt: skip
    assert box.read(json.dumps(whole).encode(), name="result.json").reader == "telegram"


def test_words_beside_the_text_are_kept(good: ModuleType, box: Sandbox) -> None:
    chat = json.loads(good.telegram())
    chat["messages"][1] |= {"poll": {"question": "Who saw the van?"}, "text": ""}
    chat["messages"][2] |= {"contact_information": {"phone_number": "+990000007"},
                            "photo": "(File not included. Change settings to download.)"}  # fmt: skip
    chat["messages"][0] |= {"action": "edit_group_title", "title": "Families"}
    reading = box.read(json.dumps(chat).encode(), name="result.json")
    for words in ("Who saw the van?", "+990000007", "Families"):
        assert words in reading.text()
    assert "attachment omitted" in reading.untrusted_parts[2].label
    assert "file:" not in reading.untrusted_parts[2].label


def test_contacts_and_polls_of_the_page(good: ModuleType, box: Sandbox) -> None:
    page = good.telegram_html().replace(
        b'<div class="text">see this</div>',
        b'<div class="media_wrap clearfix"><div class="media_poll"><div class="question">Who saw?'
        b'</div></div></div><div class="text">see this</div>',
    )
    assert "[Who saw?]" in box.read(page, name="messages.html").text()


def test_more_senders_than_metadata_hold(good: ModuleType, box: Sandbox) -> None:
    chat = json.loads(good.telegram())
    rows = [{"id": n, "type": "message", "date_unixtime": "1488496260", "from": f"Person {n}",
             "from_id": f"user{n}", "text": "x"} for n in range(10, 260)]  # fmt: skip
    reading = box.read(json.dumps(chat | {"messages": rows}).encode(), name="result.json")
    assert "Person 259 (user259)" in reading.text()


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
