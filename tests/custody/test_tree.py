"""The tree against a plain reading of RFC 6962, and proofs against every alteration."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.custody.proof import (
    Proof,
    check_consistency,
    check_inclusion,
    nodes_of,
    parse_proof,
    prove_consistency,
    prove_inclusion,
    subtree_root,
)
from amparo.custody.tree import EMPTY_ROOT, Frontier, grow, leaf_hash
from amparo.errors import BadInput, Broken


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"entry %d" % number) for number in range(count)]


def plain_root(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, written as it is defined."""
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(
        b"\x01" + plain_root(hashes[:split]) + plain_root(hashes[split:])
    ).digest()


def test_root_of_the_known_log_of_rfc_6962_test_data() -> None:
    """Leaf inputs and roots of the reference test of certificate-transparency."""
    inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for size, root in roots.items():
        assert grow(leaf_hash(bytes.fromhex(one)) for one in inputs[:size]).root().hex() == root


@pytest.mark.parametrize("size", [*range(40), 255, 256, 257, 1000])
def test_frontier_root_is_the_defined_root(size: int) -> None:
    tree = grow(leaves(size))
    assert tree.size == size
    assert tree.root() == plain_root(leaves(size))
    assert Frontier.from_bytes(tree.to_bytes()) == tree


def test_the_empty_tree() -> None:
    assert Frontier().root() == EMPTY_ROOT


@given(st.binary(max_size=200))
def test_a_damaged_frontier_is_refused_or_keeps_its_size(data: bytes) -> None:
    try:
        tree = Frontier.from_bytes(data)
    except Broken:
        return
    assert tree.to_bytes() == data


@given(st.integers(1, 300), st.data())
def test_every_inclusion_proof_holds_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    root = plain_root(hashes)
    path = prove_inclusion(index, size, nodes_of(hashes))
    check_inclusion(hashes[index], index, size, path, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index or size == 1))
    if size > 1:
        with pytest.raises(Broken):
            check_inclusion(hashes[other], index, size, path, root)
        with pytest.raises(Broken):
            check_inclusion(hashes[index], other, size, path, root)
        with pytest.raises(Broken):
            check_inclusion(hashes[index], index, size, path[:-1], root)
    with pytest.raises(Broken):
        check_inclusion(hashes[index], index, size, [*path, root], root)
    with pytest.raises(Broken):
        check_inclusion(hashes[index], index, size, path, hashlib.sha256(root).digest())


@given(st.integers(1, 300), st.data())
def test_every_consistency_proof_holds_and_a_rewritten_past_does_not(
    size: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, size))
    hashes = leaves(size)
    old_root, new_root = plain_root(hashes[:old]), plain_root(hashes)
    path = prove_consistency(old, size, nodes_of(hashes))
    check_consistency(old, size, old_root, new_root, path)
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [*hashes[:changed], leaf_hash(b"rewritten"), *hashes[changed + 1 :]]
    with pytest.raises(Broken):
        forged = prove_consistency(old, size, nodes_of(rewritten))
        check_consistency(old, size, old_root, plain_root(rewritten), forged)
    with pytest.raises(Broken):
        check_consistency(old, size, old_root, hashlib.sha256(new_root).digest(), path)


def test_a_shorter_ledger_is_not_consistent() -> None:
    hashes = leaves(10)
    with pytest.raises(Broken):
        check_consistency(10, 7, plain_root(hashes), plain_root(hashes[:7]), [])
    check_consistency(0, 7, EMPTY_ROOT, plain_root(hashes[:7]), [])
    with pytest.raises(Broken):
        check_consistency(7, 7, plain_root(hashes[:7]), plain_root(hashes[1:8]), [])


@given(st.integers(0, 200), st.integers(0, 200))
def test_subtree_roots_are_slices(first: int, second: int) -> None:
    stop = max(first, second)
    hashes = leaves(stop)
    assert subtree_root(0, stop, nodes_of(hashes)) == plain_root(hashes)


@given(
    st.integers(0, 2**40),
    st.lists(st.binary(min_size=32, max_size=32), max_size=20),
    st.none() | st.binary(max_size=40),
)
def test_proof_files_read_back(index: int, path: list[bytes], extra: bytes | None) -> None:
    proof = Proof(index, tuple(path), "amparo/ab\n5\nAAAA\n\n— x y\n", extra)
    assert parse_proof(proof.encode()) == proof


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\n",
        "c2sp.org/tlog-proof@v2\nindex 1\n\nx\n",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nx\n",
        "c2sp.org/tlog-proof@v1\nindex -1\n\nx\n",
        "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx\n",
        "c2sp.org/tlog-proof@v1\nextra ?\nindex 1\n\nx\n",
        "c2sp.org/tlog-proof@v1\nplace 1\n\nx\n",
    ],
)
def test_malformed_proof_files_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_proof(text)
