"""Sealing: round trips, every altered byte refused, random access, padding, and a second
reader written from the specification."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.crypto.seal import (
    CHUNK,
    Box,
    Opener,
    Sealer,
    padded_size,
    read_range,
    seal,
    sealed_size,
    unseal,
)
from amparo.errors import Broken

KEY = bytes(range(32))
CONTEXT = b"amparo/1 object"
EDGES = st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK - 1])
SIZES = EDGES | st.integers(0, 4 * CHUNK)


@given(SIZES)
def test_what_is_sealed_opens_and_has_the_stated_size(size: int) -> None:
    data = os.urandom(size)
    sealed = seal(KEY, CONTEXT, data)
    assert len(sealed) == sealed_size(size)
    assert unseal(KEY, CONTEXT, sealed) == data


@settings(max_examples=50)
@given(SIZES, st.lists(st.integers(1, 40_000), max_size=8))
def test_any_steps_give_the_same_plaintext(size: int, steps: list[int]) -> None:
    data, sealer, out, at = os.urandom(size), Sealer(KEY, CONTEXT), b"", 0
    room = memoryview(bytearray(sealed_size(size) + CHUNK))
    for step in [*steps, size]:
        out += room[: sealer.update_into(data[at : at + step], room)]
        at += step
    out += sealer.finalize()
    opener = Opener(KEY, CONTEXT)
    assert opener.update(out[:100]) + opener.update(out[100:]) + opener.finalize() == data


@settings(max_examples=60, deadline=None)
@given(SIZES, st.data())
def test_no_changed_cut_or_longer_form_opens(size: int, data: st.DataObject) -> None:
    sealed = seal(KEY, CONTEXT, bytes(size))
    place = data.draw(st.integers(0, len(sealed) - 1))
    bit = data.draw(st.integers(0, 7))
    flipped = bytearray(sealed)
    flipped[place] ^= 1 << bit
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    for wrong in (bytes(flipped), cut, sealed + b"\x00", sealed[1:], sealed + sealed):
        with pytest.raises(Broken):
            unseal(KEY, CONTEXT, wrong)


def test_chunks_that_change_places_do_not_open() -> None:
    sealed = seal(KEY, CONTEXT, os.urandom(3 * CHUNK))
    step = CHUNK + 16
    one, two, rest = (
        sealed[56 : 56 + step],
        sealed[56 + step : 56 + 2 * step],
        sealed[56 + 2 * step :],
    )
    for wrong in (two + one + rest, one + one + rest, two + rest, one + rest):
        with pytest.raises(Broken):
            unseal(KEY, CONTEXT, sealed[:56] + wrong)


def test_another_key_or_context_does_not_open() -> None:
    sealed = seal(KEY, CONTEXT, b"x")
    for key, context in ((bytes(32), CONTEXT), (KEY, b"amparo/1 other")):
        with pytest.raises(Broken):
            unseal(key, context, sealed)
        with pytest.raises(Broken):
            read_range(key, context, lambda at, length: sealed[at : at + length], 1, 0, 1)


@given(SIZES, st.integers(0, 70_000), st.integers(0, 70_000))
def test_a_range_is_a_slice(size: int, start: int, stop: int) -> None:
    data = os.urandom(size)
    sealed = seal(KEY, CONTEXT, data)
    found = read_range(KEY, CONTEXT, lambda at, length: sealed[at : at + length], size, start, stop)
    assert found == data[start:stop]


def test_a_range_reads_only_what_it_needs_and_refuses_what_is_changed() -> None:
    data = os.urandom(10 * CHUNK)
    sealed = bytearray(seal(KEY, CONTEXT, data))
    sealed[56 + 7 * (CHUNK + 16) + 5] ^= 1
    touched: list[int] = []

    def fetch(at: int, length: int) -> bytes:
        touched.append(length)
        return bytes(sealed[at : at + length])

    assert read_range(KEY, CONTEXT, fetch, len(data), 100, 200) == data[100:200]
    assert sum(touched) == 56 + CHUNK + 16
    with pytest.raises(Broken):
        read_range(KEY, CONTEXT, fetch, len(data), 7 * CHUNK, 7 * CHUNK + 1)


@given(st.integers(0, 2**50))
def test_padding_covers_and_costs_at_most_12_percent(size: int) -> None:
    padded = padded_size(size)
    assert padded >= size
    assert padded <= max(1024, size * 1.12)
    assert padded_size(padded) == padded


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_padding_keeps_order(one: int, two: int) -> None:
    assert (padded_size(min(one, two))) <= padded_size(max(one, two))


def test_few_sizes_are_left_after_padding() -> None:
    assert len({padded_size(size) for size in range(1 << 16)}) < 100


@given(st.binary(max_size=100), st.binary(max_size=20))
def test_boxes_open_only_at_their_place(text: bytes, place: bytes) -> None:
    box = Box(KEY)
    sealed = box.seal(text, place)
    assert box.open(sealed, place) == text
    assert box.open(sealed, place + b"x") is None
    assert box.open(sealed[:-1], place) is None
    assert Box(bytes(32)).open(sealed, place) is None
    assert box.open(b"", place) is None
