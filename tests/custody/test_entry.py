"""Entries and checkpoints: strict fields, canonical bytes, no value in an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from amparo.crypto.keys import commit
from amparo.crypto.sign import COSIGN_ED25519, COSIGN_ML_DSA_44, Signer
from amparo.custody.checkpoint import (
    cosign,
    cosignatures,
    log_signers,
    make_checkpoint,
    merge_cosignatures,
    parse_checkpoint,
    verify_checkpoint,
)
from amparo.custody.entry import KINDS, MAX_ENTRY, make_entry, parse_entry
from amparo.errors import BadInput, Broken

BASE: dict[str, Any] = {
    "log": "amparo/aa",
    "sequence": 0,
    "time": {"utc": "2026-11-22T20:00:00.123456Z", "zone": "+0100", "clock": "system"},
    "actor": {"id": "m-1", "role": "owner"},
}
VAULT_KINDS = {
    "collect",
    "receive",
    "deposit",
    "verify",
    "view",
    "copy",
    "derive",
    "redact",
    "translate",
    "export",
    "transfer-out",
    "transfer-in",
    "rekey",
    "hold",
    "dispose",
    "correct",
    "grant",
    "consent",
}


def test_every_kind_of_the_design_is_there() -> None:
    assert VAULT_KINDS <= KINDS


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_reads_back(kind: str) -> None:
    assert parse_entry(make_entry(kind=kind, **BASE))["kind"] == kind


def test_all_fields_together_read_back() -> None:
    party = {"party": commit(bytes(32), "party", "x"), "receipt": "R-1"}
    fields = {
        "item": "item-1", "parents": [{"item": "item-0", "relation": "redaction"}], "digest": "a" * 64, "size": 5,
        "media_type": "text/plain", "from_": party, "to": party, "purpose": "filing", "legal_basis": "consent",
        "consent": "CO1", "place": "an office", "technical": {"tool": "amparo", "version": "1", "configuration": "b" * 64, "route": "usb"},
        "source": {"url": "https://example.org", "method": "download", "identity": party["party"]}, "alteration": "faces blurred",
        "result": "done", "anomalies": ["clock was wrong"], "corrects": 3, "changes": "c" * 64,
    }  # fmt: skip
    entry = parse_entry(make_entry(kind="redact", **BASE, **fields))
    assert entry["from"] == party
    assert set(entry) == {name.rstrip("_") for name in fields} | set(BASE) | {
        "format",
        "kind",
        "salt",
    }


def test_two_entries_of_the_same_are_two() -> None:
    assert make_entry(kind="view", **BASE) != make_entry(kind="view", **BASE)


def test_none_is_absent() -> None:
    assert "item" not in parse_entry(make_entry(kind="view", item=None, **BASE))


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": -1},
        {"sequence": True},
        {"sequence": 2**53},
        {"time": {"utc": "now"}},
        {"actor": {"id": "Jane Doe", "role": "x"}},
        {"actor": {"id": "a", "role": "x", "name": "y"}},
        {"parents": []},
        {"digest": "A" * 64},
        {"log": ""},
        {"item": "a b"},
        {"source": {"identity": "Jane"}},
        {"purpose": ""},
        {"purpose": "x" * 5000},
    ],
)
def test_malformed_fields_are_refused_without_showing_them(change: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as caught:
        make_entry(kind="view", **{**BASE, **change})
    assert "Jane" not in str(caught.value)


def test_an_entry_has_a_greatest_length() -> None:
    with pytest.raises(BadInput, match="too long"):
        make_entry(kind="view", anomalies=["я" * 3000] * 20, **BASE)
    assert MAX_ENTRY == 65_535


@given(st.binary(max_size=100) | st.text(max_size=60).map(str.encode))
def test_nonsense_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        parse_entry(data)


@given(st.text(min_size=1, max_size=50).filter(lambda text: text.isprintable()))
def test_any_text_is_canonical(purpose: str) -> None:
    assert parse_entry(make_entry(kind="view", purpose=purpose, **BASE))["purpose"] == purpose


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, 2**53 - 1),
)
def test_canonical_form_is_that_of_the_rfc8785_library(anomalies: list[str], size: int) -> None:
    made = make_entry(kind="view", anomalies=anomalies, size=size, **BASE)
    assert rfc8785.dumps(json.loads(made)) == made


def test_text_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(BadInput):
        make_entry(kind="view", purpose="\ud800", **BASE)
    whole = make_entry(kind="view", purpose="x", **BASE)
    with pytest.raises(BadInput):
        parse_entry(whole.replace(b'"x"', b'"\\ud800"'))


def test_a_log_may_sign_with_both_its_keys() -> None:
    signers = log_signers("amparo/aa", b"\x01" * 32, b"\x02" * 32)
    note = make_checkpoint("amparo/aa", 3, bytes(32), signers, at=5)
    assert verify_checkpoint(note, [one.verifier for one in signers]).size == 3
    with pytest.raises(Broken):
        verify_checkpoint(note, [signers[1].verifier])


@pytest.mark.parametrize("kind", [COSIGN_ED25519, COSIGN_ML_DSA_44])
def test_witnesses_add_their_word_and_nothing_else(kind: int) -> None:
    note = make_checkpoint("amparo/aa", 3, bytes(32), log_signers("amparo/aa", b"\x01" * 32))
    one, two = Signer("w.example/1", b"\x03" * 32, kind), Signer("w.example/2", b"\x04" * 32, kind)
    merged = merge_cosignatures(cosign(note, one, 100), cosign(note, two, 200))
    assert [
        (seen.name, seen.at) for seen in cosignatures(merged, [one.verifier, two.verifier])
    ] == [("w.example/1", 100), ("w.example/2", 200)]
    assert parse_checkpoint(merged).text == parse_checkpoint(note).text
    again = cosign(merged, one, 300)
    assert [seen.at for seen in cosignatures(again, [one.verifier])] == [300]
    other = make_checkpoint("amparo/aa", 4, bytes(32), log_signers("amparo/aa", b"\x01" * 32))
    with pytest.raises(BadInput):
        merge_cosignatures(note, other)
