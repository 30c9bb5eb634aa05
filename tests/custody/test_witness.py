"""A witness signs growth, and neither a fork, nor a rollback, nor another ledger."""

from __future__ import annotations

import pytest

from amparo.crypto.sign import COSIGN_ED25519, Signer
from amparo.custody.checkpoint import cosignatures, log_signers, make_checkpoint
from amparo.custody.proof import nodes_of, prove_consistency
from amparo.custody.tree import grow, leaf_hash
from amparo.custody.witness import countersign
from amparo.errors import Broken, Refused

SIGNERS = log_signers("amparo/aa", b"\x01" * 32)
KEYS = [one.verifier for one in SIGNERS]
WITNESS = Signer("witness.example/w", b"\x02" * 32, COSIGN_ED25519)
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(20)]


def checkpoint(leaves: list[bytes], origin: str = "amparo/aa") -> str:
    tree = grow(leaves)
    return make_checkpoint(origin, tree.size, tree.root(), log_signers(origin, b"\x01" * 32))


def test_growth_is_signed_and_the_same_again_too() -> None:
    first = countersign(checkpoint(LEAVES[:7]), KEYS, WITNESS, 100)
    path = prove_consistency(7, 20, nodes_of(LEAVES))
    second = countersign(checkpoint(LEAVES), KEYS, WITNESS, 200, last=first, path=path)
    again = countersign(second, KEYS, WITNESS, 300, last=second)
    assert [one.at for one in cosignatures(again, [WITNESS.verifier])] == [300]


def test_a_fork_is_not_signed() -> None:
    first = countersign(checkpoint(LEAVES[:7]), KEYS, WITNESS, 100)
    forked = [leaf_hash(b"another past"), *LEAVES[1:]]
    with pytest.raises(Broken):
        countersign(
            checkpoint(forked),
            KEYS,
            WITNESS,
            200,
            last=first,
            path=prove_consistency(7, 20, nodes_of(forked)),
        )
    with pytest.raises(Broken):
        countersign(checkpoint(forked[:7]), KEYS, WITNESS, 200, last=first)


def test_a_rollback_is_not_signed() -> None:
    first = countersign(checkpoint(LEAVES), KEYS, WITNESS, 100)
    with pytest.raises(Broken):
        countersign(checkpoint(LEAVES[:7]), KEYS, WITNESS, 200, last=first)


def test_another_ledger_or_key_is_not_signed() -> None:
    first = countersign(checkpoint(LEAVES), KEYS, WITNESS, 100)
    other = log_signers("amparo/bb", b"\x01" * 32)[0].verifier
    with pytest.raises(Refused):
        countersign(checkpoint(LEAVES, "amparo/bb"), [*KEYS, other], WITNESS, 200, last=first)
    stranger = log_signers("amparo/aa", b"\x09" * 32)[0].verifier
    with pytest.raises(Broken):
        countersign(checkpoint(LEAVES), [stranger], WITNESS, 200)
