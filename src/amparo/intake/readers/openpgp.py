"""OpenPGP signatures in a bundle, verified by the keys that lie beside them (pysequoia, RFC 9580).

A good signature says that whoever holds that key signed these very bytes. A key that comes in
the same bundle proves no more than that one hand made all of it: its fingerprint must be
compared with one that reached you by another way. No key is ever looked up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from amparo.intake.readers.draft import Draft
from amparo.intake.reading import Child

KEY, DETACHED = b"-----BEGIN PGP PUBLIC KEY BLOCK-----", b"-----BEGIN PGP SIGNATURE-----"
INLINE = b"-----BEGIN PGP SIGNED MESSAGE-----"
ENDINGS = (".asc", ".sig")
OTHER_ENDINGS = (".p7s", ".ots")
MOST = 500
LARGEST = 1 << 20
CLAIM = "the keys came with the files: compare their fingerprints with ones you have otherwise"
GOOD, BAD, NO_KEY = "good", "not verified by any key inside", "no key inside"


def preload() -> None:
    """Import pysequoia."""
    import pysequoia

    del pysequoia


def check(children: Sequence[Child], draft: Draft) -> None:
    """Metadata `signatures` and one `signature: NAME` for each; a bad one makes it partial."""
    signed = [c for c in children if _is_signature(c)][:MOST]
    others = sum(c.name.lower().endswith(OTHER_ENDINGS) for c in children)
    if not signed:
        if others:
            draft.meta("signatures", f"{others} present, of a kind not verified")
        return
    try:
        keys = _keys(children)
        found = [(c.name, *_verify(c, children, keys)) for c in signed]
    except ImportError:
        draft.meta("signatures", f"{len(signed) + others} present, not verified: needs pysequoia")
        return
    good = sum(state == GOOD for _, state, _ in found)
    total = len(signed) + others
    draft.meta("signatures", f"{good} of {total} verified" + (f"; {CLAIM}" if good else ""))
    for name, state, fingerprint in found:
        draft.meta(f"signature: {name}", f"{state} {fingerprint}".strip())
    if any(state == BAD for _, state, _ in found):
        draft.outcome = "partial"
        draft.detail = draft.detail or "a signature does not verify by the keys inside"


def _is_signature(child: Child) -> bool:
    if len(child.data) > LARGEST:
        return False
    start = child.data.lstrip()[:40]
    armored = start.startswith((DETACHED, INLINE))
    return armored or child.name.lower().endswith(".sig")


def _keys(children: Sequence[Child]) -> list[Any]:
    from pysequoia import Cert

    found: list[Any] = []
    for child in children:
        if len(child.data) <= LARGEST and child.data.lstrip().startswith(KEY):
            try:
                found += Cert.split_bytes(child.data)
            except BaseException:  # noqa: S112  (Rust's panics too: what is no key is left out)
                continue
    return found[:MOST]


def _verify(child: Child, children: Sequence[Child], keys: list[Any]) -> tuple[str, str]:
    """State, and the fingerprint of the certificate where it is good."""
    from pysequoia import Sig, verify

    if not keys:
        return NO_KEY, ""
    inline = child.data.lstrip().startswith(INLINE)
    try:
        signature = None if inline else Sig.from_bytes(child.data)
    except BaseException:  # Rust's panics too
        return "not readable", ""
    for data in [child.data] if inline else _signed_by(child, children):
        try:
            done = verify(bytes=data, store=lambda _: keys, signature=signature)
        except BaseException:  # noqa: S112  (the answer to bad signatures is an exception)
            continue
        return GOOD, f"by key {done.valid_sigs[0].certificate}"
    return BAD, ""


def _signed_by(child: Child, children: Sequence[Child]) -> list[bytes]:
    """The file whose name or digest the signature's name bears (`a.jpg.asc`, `<sha256>.asc`)."""
    stem = next((child.name[: -len(e)] for e in ENDINGS if child.name.lower().endswith(e)), "")
    named = [c.data for c in children if c.name == stem]
    digest = stem.rpartition("/")[2].lower()
    if named or len(digest) != 64:
        return named
    return [c.data for c in children if hashlib.sha256(c.data).hexdigest() == digest]
