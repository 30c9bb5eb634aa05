"""Keys: derived apart, wrapped to a purpose, commitments that bind and hide."""

from __future__ import annotations

from dataclasses import fields

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from amparo.crypto import keys, memory
from amparo.errors import Locked

KEY = bytes(range(32))


def test_each_use_has_its_own_key_as_specified() -> None:
    derived = keys.derive(KEY)
    values = [getattr(derived, field.name) for field in fields(derived)]
    assert len(set(values)) == len(values)
    assert {len(value) for value in values} == {32}
    wanted = HKDFExpand(hashes.SHA256(), 32, b"amparo/1 database").derive(KEY)
    assert derived.database == wanted


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        keys.derive(b"short")


@given(st.binary(min_size=32, max_size=32), st.text(max_size=20))
def test_a_wrapped_key_opens_only_for_its_purpose(key: bytes, purpose: str) -> None:
    wrapped = keys.wrap(key, KEY, purpose)
    assert len(wrapped) == keys.WRAPPED_SIZE
    assert keys.unwrap(wrapped, KEY, purpose) == key
    for under, context, data in (
        (bytes(32), purpose, wrapped),
        (KEY, purpose + "x", wrapped),
        (KEY, purpose, wrapped[:-1]),
        (KEY, purpose, b""),
    ):
        with pytest.raises(Locked):
            keys.unwrap(data, under, context)


@given(st.binary(min_size=32, max_size=32), st.text(max_size=30), st.text(max_size=30))
def test_a_commitment_opens_to_one_value_in_one_field(salt: bytes, value: str, other: str) -> None:
    made = keys.commit(salt, "actor", value)
    assert keys.opens(made, salt, "actor", value)
    assert not keys.opens(made, salt, "actor", other) or other == value
    assert not keys.opens(made, salt, "from", value)
    assert not keys.opens(made, bytes(32), "actor", value) or salt == bytes(32)


def test_blind_terms_compare_only_with_the_key_and_field() -> None:
    assert keys.blind(KEY, "name", "a") == keys.blind(KEY, "name", "a")
    assert (
        len(
            {
                keys.blind(KEY, "name", "a"),
                keys.blind(bytes(32), "name", "a"),
                keys.blind(KEY, "town", "a"),
            }
        )
        == 3
    )


def test_a_wiped_secret_is_zero() -> None:
    secret = bytearray(b"secret")
    with memory.wiped(secret) as lent:
        assert lent == b"secret"
    assert secret == bytes(6)
    memory.wipe(bytearray())
    assert memory.lock(bytearray()) is False
