"""Signed notes: the specification's own example, OpenSSL as a second opinion, every change refused."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.crypto.sign import (
    COSIGN_ED25519,
    COSIGN_ML_DSA_44,
    ED25519,
    Signer,
    Verifier,
    open_note,
    parse_note,
    public_pem,
    sign_note,
)
from amparo.errors import BadInput, Broken

TEXT = "amparo/aa\n3\n" + base64.b64encode(bytes(32)).decode() + "\n"
EXAMPLE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
EXAMPLE_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
KINDS = (ED25519, COSIGN_ED25519, COSIGN_ML_DSA_44)


def test_the_example_of_gos_note_package_verifies() -> None:
    note, signed = open_note(EXAMPLE, [Verifier.parse(EXAMPLE_KEY)])
    assert note.encode() == EXAMPLE
    assert [one.name for one in signed] == ["PeterNeumann"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_signs_and_reads_back(kind: int) -> None:
    signer = Signer("amparo/aa", os.urandom(32), kind)
    note = sign_note(TEXT, [signer], at=1_800_000_000)
    assert Verifier.parse(signer.verifier.vkey) == signer.verifier
    assert open_note(note, [signer.verifier])[1] == [signer.verifier]
    assert parse_note(note).encode() == note


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(KINDS))
def test_no_flipped_bit_of_a_note_verifies(data: st.DataObject, kind: int) -> None:
    signer = Signer("amparo/aa", bytes(range(32)), kind)
    raw = bytearray(sign_note(TEXT, [signer], at=7).encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        changed = raw.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises((Broken, BadInput)):
        open_note(changed, [signer.verifier])


def test_unknown_signatures_are_passed_over_and_false_ones_of_known_keys_are_not() -> None:
    known, unknown = Signer("amparo/aa", b"\x01" * 32), Signer("amparo/aa", b"\x02" * 32)
    note = sign_note(TEXT, [unknown, known])
    assert open_note(note, [known.verifier])[1] == [known.verifier]
    with pytest.raises(Broken):
        open_note(note, [Signer("amparo/aa", b"\x03" * 32).verifier])
    forged = parse_note(sign_note(TEXT.replace("3", "4"), [known])).signatures[0]
    with pytest.raises(Broken):
        open_note(
            sign_note(TEXT, [unknown])[:-1] + "\n" + forged.line(),
            [known.verifier, unknown.verifier],
        )


def test_openssl_agrees(tmp_path: Path) -> None:
    signer = Signer("amparo/aa", os.urandom(32))
    (tmp_path / "key.pem").write_bytes(public_pem(signer.verifier))
    (tmp_path / "text").write_text(TEXT)
    (tmp_path / "sig").write_bytes(signer.sign(TEXT).value)
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "key.pem",
        "-rawin",
        "-in",
        "text",
        "-sigfile",
        "sig",
    ]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "text").write_text(TEXT.replace("3", "4"))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\nname AAAA\n",
        "text\n\n— name\n",
        "text\n\n— name ?\n",
        "text\n\n— name AAAA\n",
        "te\x01xt\n\n— n AAAAAAAA\n",
        "text\n\n— n AAAAAAAB",
        "\n\n— a+b AAAAAAAA\n",
        "t\n\n— n  AAAAAAAA\n",
    ],
)
def test_malformed_notes_are_refused(note: str) -> None:
    with pytest.raises(BadInput):
        parse_note(note)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "a+b",
        "a+00000000+AQ==",
        EXAMPLE_KEY.replace("c74f20a3", "c74f20a4"),
        EXAMPLE_KEY[:-4],
        "a b" + EXAMPLE_KEY,
    ],
)
def test_malformed_keys_are_refused(vkey: str) -> None:
    with pytest.raises(BadInput):
        Verifier.parse(vkey)
