"""The vectors of entries, notes and proofs."""

from __future__ import annotations

from pathlib import Path

import pytest

from amparo.crypto.sign import Verifier
from amparo.custody.checkpoint import cosignatures, verify_checkpoint
from amparo.custody.entry import parse_entry
from amparo.custody.proof import check_inclusion, parse_proof
from amparo.custody.tree import leaf_hash
from amparo.errors import AmparoError, BadInput

FOLDER = Path(__file__).parents[1] / "vectors"


def cases(kind: str) -> list[Path]:
    found = sorted((FOLDER / kind).glob("*.txt"))
    assert len(found) >= 10
    return found


def parse(path: Path) -> tuple[dict[str, str], str]:
    heads, _, body = path.read_text().partition("\n\n")
    return dict(line.split(": ", 1) for line in heads.splitlines()), body


@pytest.mark.parametrize("case", cases("entries"), ids=lambda case: case.stem)
def test_entries(case: Path) -> None:
    heads, body = parse(case)
    if heads["expect"] == "sound":
        assert parse_entry(body.encode())["kind"] == "deposit"
        return
    with pytest.raises(BadInput) as caught:
        parse_entry(body.encode())
    assert caught.value.value == heads["expect"]


@pytest.mark.parametrize("case", cases("notes"), ids=lambda case: case.stem)
def test_notes(case: Path) -> None:
    heads, body = parse(case)
    try:
        verify_checkpoint(body, [Verifier.parse(heads["key"])])
        cosignatures(body, [Verifier.parse(heads["witness"])])
        said = "sound"
    except AmparoError as error:
        said = error.cause
    assert said == heads["expect"]


@pytest.mark.parametrize("case", cases("proofs"), ids=lambda case: case.stem)
def test_proofs(case: Path) -> None:
    heads, body = parse(case)
    try:
        proof = parse_proof(body)
        signed = verify_checkpoint(proof.checkpoint, [Verifier.parse(heads["key"])])
        check_inclusion(
            leaf_hash(heads["entry"].encode()), proof.index, signed.size, proof.path, signed.root
        )
        said = "sound"
    except AmparoError as error:
        said = error.cause
    assert said == heads["expect"]
