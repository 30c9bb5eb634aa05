"""Slots: each way in opens, no other does, and no parameter can be weakened unseen."""

from __future__ import annotations

import copy
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.crypto import slots
from amparo.crypto.keys import new_key
from amparo.crypto.slots import Cost
from amparo.errors import BadInput, Locked, WrongFormat

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
KEY = bytes(range(32))


def slot(passphrase: str = "correct horse", member: str = "m-1") -> slots.Slot:
    return slots.passphrase_slot(KEY, passphrase, member=member, cost=CHEAP)


def test_new_slots_cost_what_the_specification_says() -> None:
    assert Cost(memory_kib=98_304, passes=8, lanes=4) == slots.DEFAULT_COST


def test_the_passphrase_opens_and_another_does_not() -> None:
    held = [slot("one", "m-1"), slot("two", "m-2")]
    key, opened = slots.open_slots(held, "two")
    assert bytes(key) == KEY
    assert opened["member"] == "m-2"
    with pytest.raises(Locked):
        slots.open_slots(held, "three")
    with pytest.raises(Locked):
        slots.open_slots(held, "two", member="m-1")


def test_the_same_letters_typed_on_another_system_open() -> None:
    assert slots.open_slots([slot("caf\u00e9 \u212b")], "cafe\u0301 \u00c5")[0] == KEY


@pytest.mark.parametrize(
    "field", ["salt", "memory_kib", "passes", "lanes", "member", "id", "wrapped"]
)
def test_no_field_of_a_slot_can_be_changed(field: str) -> None:
    changed = slot()
    value = changed[field]
    changed[field] = (
        value + 8 if isinstance(value, int) else ("0" if value[0] != "0" else "1") + value[1:]
    )
    with pytest.raises((Locked, WrongFormat)):
        slots.open_slots([changed], "correct horse")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("memory_kib", 1 << 40),
        ("passes", 10**9),
        ("lanes", 0),
        ("lanes", "4"),
        ("salt", "zz"),
        ("wrapped", None),
        ("passes", True),
    ],
)
def test_a_slot_that_asks_for_impossible_work_is_refused_at_once(field: str, value: object) -> None:
    changed = {**slot(), field: value}
    with pytest.raises((WrongFormat, Locked)):
        slots.open_slots([changed], "correct horse")


def test_any_k_of_the_word_lists_recover_and_fewer_do_not() -> None:
    recovery, words = slots.recovery_slot(KEY, threshold=2, count=3)
    assert [len(one.split()) for one in words] == [33, 33, 33]
    for pair in itertools.permutations(words, 2):
        assert bytes(slots.open_recovery([slot(), recovery], pair)[0]) == KEY
    with pytest.raises(BadInput):
        slots.open_recovery([recovery], words[:1])


def test_words_of_another_vault_or_misread_are_refused_without_being_shown() -> None:
    recovery, words = slots.recovery_slot(KEY)
    _, other = slots.recovery_slot(new_key())
    with pytest.raises(Locked):
        slots.open_recovery([recovery], other[:2])
    misread = words[0].rsplit(" ", 1)[0] + " zebra"
    for shares in ([misread, words[1]], [words[0], other[1]], [], ["hello"]):
        with pytest.raises(BadInput) as caught:
            slots.open_recovery([recovery], shares)
        assert not set(str(caught.value).split()) & set(words[0].split())


def test_words_may_be_typed_in_capitals_and_with_more_spaces() -> None:
    recovery, words = slots.recovery_slot(KEY)
    shares = [words[0].upper().replace(" ", "   "), f"  {words[2]}\n"]
    assert bytes(slots.open_recovery([recovery], shares)[0]) == KEY


@pytest.mark.parametrize(("threshold", "count"), [(0, 1), (3, 2), (1, 2), (2, 17)])
def test_numbers_of_shares_that_cannot_be_are_refused(threshold: int, count: int) -> None:
    with pytest.raises(BadInput):
        slots.recovery_slot(KEY, threshold=threshold, count=count)


def test_slots_are_added_changed_and_removed_without_touching_what_was_given() -> None:
    first = [slot("one", "m-1")]
    before = copy.deepcopy(first)
    two = slots.add_slot(first, slot("two", "m-2"))
    with pytest.raises(BadInput):
        slots.add_slot(two, slot("again", "m-2"))
    changed = slots.change_passphrase(two, "one", "new one", cost=CHEAP)
    assert slots.open_slots(changed, "new one")[1]["member"] == "m-1"
    assert slots.open_slots(changed, "two")[1]["member"] == "m-2"
    with pytest.raises(Locked):
        slots.open_slots(changed, "one")
    left = slots.remove_slot(changed, changed[0]["id"])
    with pytest.raises(Locked):
        slots.open_slots(left, "new one")
    with pytest.raises(BadInput):
        slots.remove_slot(left, left[0]["id"])
    with pytest.raises(BadInput):
        slots.remove_slot(changed, "nothing")
    assert first == before


@settings(max_examples=80)
@given(st.text(max_size=200), st.data())
def test_every_changed_byte_of_vault_toml_is_found(body: str, data: st.DataObject) -> None:
    text = slots.protect_text(body, KEY)
    assert slots.check_text(text, KEY)
    assert not slots.check_text(text, bytes(32))
    raw = bytearray(text.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        changed = raw.decode()
    except UnicodeDecodeError:
        return
    assert not slots.check_text(changed, KEY)
