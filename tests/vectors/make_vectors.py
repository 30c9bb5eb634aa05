"""Wrote the vectors in this folder, once. Salts and nonces are random, so a second run gives other
files: do not run it to make a failing test pass, the kept files are the promise."""

from __future__ import annotations

import base64
import tempfile
import textwrap
from pathlib import Path

from amparo.crypto.digest import digest_bytes
from amparo.crypto.keys import derive
from amparo.crypto.sign import COSIGN_ED25519, Signer
from amparo.custody.checkpoint import cosign, make_checkpoint
from amparo.custody.entry import make_entry
from amparo.custody.proof import Proof, nodes_of, prove_inclusion
from amparo.custody.tree import grow, leaf_hash
from amparo.store.audit import audit
from amparo.store.packs import Packs

HERE = Path(__file__).parent
KEY = bytes(range(32))
ORIGIN = "amparo/00112233aabbccdd"
SIGNER = Signer(ORIGIN, b"\x01" * 32)
WITNESS = Signer("witness.example/partner", b"\x02" * 32, COSIGN_ED25519)


def write(path: str, heads: list[tuple[str, str]], body: str) -> None:
    (HERE / path).write_text("".join(f"{name}: {value}\n" for name, value in heads) + "\n" + body)


def pack_vectors() -> None:
    items = [b"", b"one item", bytes(1024), bytes(range(256)) * 8]
    folder = Path(tempfile.mkdtemp())
    with Packs(folder, derive(KEY)) as packs:
        stored = [packs.put(item) for item in items]
    whole = (folder / "000001.pack").read_bytes()
    places = [int(one.locator.split("-")[1], 16) for one in stored]
    two, three = places[1], places[2]

    def flip(at: int) -> bytes:
        return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]

    cases = {
        "sound": (whole, "000001.pack"),
        "renamed": (whole, "000002.pack"),
        "header-format-2": (whole[:9] + b"\x02" + whole[10:], "000001.pack"),
        "header-tag-flipped": (flip(20), "000001.pack"),
        "head-mark-flipped": (flip(two), "000001.pack"),
        "head-nonce-flipped": (flip(two + 5), "000001.pack"),
        "head-tag-flipped": (flip(two + 119), "000001.pack"),
        "salt-flipped": (flip(two + 120), "000001.pack"),
        "commitment-flipped": (flip(two + 120 + 30), "000001.pack"),
        "chunk-flipped": (flip(two + 120 + 60), "000001.pack"),
        "padding-flipped": (flip(two + 120 + 56 + 500), "000001.pack"),
        "last-byte-flipped": (flip(len(whole) - 1), "000001.pack"),
        "last-byte-missing": (whole[:-1], "000001.pack"),
        "byte-appended": (whole + b"\x00", "000001.pack"),
        "cut-in-a-head": (whole[: three + 50], "000001.pack"),
        "empty": (b"", "000001.pack"),
        "header-only": (whole[:32], "000001.pack"),
        "records-swapped": (whole[:32] + whole[two:three] + whole[32:two] + whole[three:], "000001.pack"),
        "record-doubled": (whole + whole[two:three], "000001.pack"),
        "bodies-swapped": (
            whole[: places[0] + 120] + whole[two + 120 : three] + whole[two : two + 120] + whole[places[0] + 120 : two] + whole[three:],
            "000001.pack",
        ),
    }  # fmt: skip
    with Packs(Path(tempfile.mkdtemp()), derive(KEY)) as packs:
        stored.append(packs.put(bytes(range(256)) * 70))
        packs.flush()
        cases["sound-two-chunks"] = ((packs.folder / "000001.pack").read_bytes(), "000001.pack")
    for name, (data, file_name) in cases.items():
        case = Path(tempfile.mkdtemp())
        (case / file_name).write_bytes(data)
        report = audit(case, derive(KEY))
        with Packs(case, derive(KEY)) as packs:
            found = [one for one in (_readable(packs, one.locator) for one in stored) if one]
        heads = [
            ("expect", "sound" if not report.faults else "broken"),
            ("vault-key", KEY.hex()),
            ("name", file_name),
        ]
        heads += [("object", one) for one in found]
        heads += [("fault", str(fault)) for fault in report.faults]
        write(
            f"packs/{name}.txt",
            heads,
            "\n".join(textwrap.wrap(base64.b64encode(data).decode(), 96)) + "\n",
        )


def _readable(packs: Packs, locator: str) -> str | None:
    try:
        data = packs.read(locator)
    except Exception:
        return None
    return f"{locator} {digest_bytes(data)} {len(data)}"


def entry_vectors() -> None:
    plain = make_entry(
        kind="deposit", log=ORIGIN, sequence=3, time={"utc": "2026-11-22T20:00:00Z", "zone": "Europe/Paris", "clock": "system"},
        actor={"id": "hmac-sha256:" + "ab" * 32, "role": "archivist"}, item="item-3", digest="0" * 64, size=12,
        media_type="text/plain", source={"method": "handed over", "identity": "hmac-sha256:" + "cd" * 32}, place="Ville inventée",
    ).decode()  # fmt: skip
    cases = {
        "sound": ("sound", plain),
        "space-after-colon": ("the entry is not in canonical form", plain.replace(":", ": ", 1)),
        "other-order": ("the entry is not in canonical form", '{"format":"amparo-entry/1",' + plain[1:].replace('"format":"amparo-entry/1",', "")),
        "doubled-name": ("the entry is not in canonical form", plain[:-1] + ',"size":12}'),
        "unknown-field": ("colour is not a field", plain.replace('"digest"', '"colour":"red","digest"')),
        "unknown-kind": ("kind is malformed", plain.replace('"deposit"', '"destroy"')),
        "no-actor": ("actor is missing", plain.replace('"actor"', '"from"', 1).replace('"id":"hmac', '"party":"hmac', 1).replace('"role":"archivist"', '"receipt":"x"')),
        "named-actor": ("actor is malformed", plain.replace('"hmac-sha256:' + "ab" * 32 + '"', '"Jane Doe"')),
        "named-source": ("source is malformed", plain.replace('"hmac-sha256:' + "cd" * 32 + '"', '"Jane Doe"')),
        "negative-size": ("size is malformed", plain.replace('"size":12', '"size":-12')),
        "size-as-float": ("size is malformed", plain.replace('"size":12', '"size":12.5')),
        "capital-digest": ("digest is malformed", plain.replace("0" * 64, "A" * 64)),
        "local-time": ("time is malformed", plain.replace("20:00:00Z", "20:00:00+01:00")),
        "format-2": ("format is malformed", plain.replace("amparo-entry/1", "amparo-entry/2")),
        "not-an-object": ("the entry is not an object", "[]"),
        "not-json": ("the entry is not JSON", plain[:-1]),
    }  # fmt: skip
    for name, (expect, body) in cases.items():
        write(f"entries/{name}.txt", [("expect", expect)], body)


def note_vectors() -> None:
    tree = grow(leaf_hash(b"entry %d" % number) for number in range(7))
    note = make_checkpoint(ORIGIN, 7, tree.root(), [SIGNER])
    both = cosign(note, WITNESS, 1_800_000_000)
    root = note.split("\n")[2]
    keys = [("key", SIGNER.verifier.vkey), ("witness", WITNESS.verifier.vkey)]
    cases = {
        "sound": ("sound", note),
        "cosigned": ("sound", both),
        "other-size": ("A signature does not verify", note.replace("\n7\n", "\n8\n")),
        "other-root": ("A signature does not verify", note.replace(root, root.replace(root[5], "A" if root[5] != "A" else "B", 1))),
        "other-cosignature-time": ("A cosignature does not verify", both.replace("AABrSdIA", "AABrSdIB")),
        "leading-zero": ("This is not a checkpoint", note.replace("\n7\n", "\n07\n")),
        "no-signature": ("This is not a signed note", note.split("—")[0]),
        "unknown-signer": ("No known key signed this note", make_checkpoint(ORIGIN, 7, tree.root(), [Signer(ORIGIN, b"\x09" * 32)])),
        "short-root": ("This is not a checkpoint", make_checkpoint(ORIGIN, 7, bytes(31), [SIGNER])),
        "other-origin": ("The ledger did not sign this checkpoint", make_checkpoint("amparo/ffffffffffffffff", 7, tree.root(), [SIGNER])),
    }  # fmt: skip
    for name, (expect, body) in cases.items():
        write(f"notes/{name}.txt", [("expect", expect), *keys], body)


def proof_vectors() -> None:
    entries = [b"entry %d" % number for number in range(7)]
    leaves = [leaf_hash(one) for one in entries]
    tree = grow(leaves)
    note = make_checkpoint(ORIGIN, 7, tree.root(), [SIGNER])

    def proof(index: int, path: list[bytes] | None = None) -> str:
        return Proof(
            index,
            tuple(prove_inclusion(index, 7, nodes_of(leaves)) if path is None else path),
            note,
        ).encode()

    path = prove_inclusion(5, 7, nodes_of(leaves))
    broken = "An entry is not in the ledger that was signed"
    cases = {
        "sound-first": ("sound", "entry 0", proof(0)),
        "sound-last": ("sound", "entry 6", proof(6)),
        "sound-middle": ("sound", "entry 5", proof(5)),
        "other-entry": (broken, "entry 4", proof(5)),
        "other-index": (broken, "entry 5", proof(4, path)),
        "step-missing": (broken, "entry 5", proof(5, path[:-1])),
        "step-added": ("An inclusion proof is too long", "entry 5", proof(5, [*path, bytes(32)])),
        "steps-swapped": (broken, "entry 5", proof(5, path[::-1])),
        "index-outside": ("An inclusion proof does not fit the checkpoint", "entry 5", proof(7, path)),
        "leading-zero": ("This is not a ledger proof", "entry 5", proof(5).replace("index 5", "index 05")),
        "short-step": ("This is not a ledger proof", "entry 5", proof(5, [path[0][:31], *path[1:]])),
        "version-2": ("This is not a ledger proof", "entry 5", proof(5).replace("@v1", "@v2")),
    }  # fmt: skip
    for name, (expect, entry, body) in cases.items():
        write(
            f"proofs/{name}.txt",
            [("expect", expect), ("entry", entry), ("key", SIGNER.verifier.vkey)],
            body,
        )


if __name__ == "__main__":
    pack_vectors()
    entry_vectors()
    note_vectors()
    proof_vectors()
