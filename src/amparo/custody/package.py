"""Building a package that a court can check without us. Format: docs/spec/vault.md, "Package".

A package is a BagIt folder: the exhibits, their custody entries, a proof for each entry,
the signed checkpoint, time stamps, a signed manifest, and a verifier that runs offline.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from amparo.crypto.sign import Signer, Verifier, public_pem, sign_note
from amparo.custody import layout
from amparo.custody.checkpoint import parse_checkpoint
from amparo.custody.proof import Proof
from amparo.errors import BadInput, StorageFailed
from amparo.filled import filled

STEP = 1 << 20
Content = bytes | Path | Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class Extract:
    """What the ledger says about the items of a package.

    entries: (sequence, canonical bytes), ascending. prove: audit path of a sequence in the
    tree of the checkpoint. checkpoint: signed note. log_keys, witnesses: who signs and
    cosigns. stamps: files of timestamps/ as they are kept in the vault, by name.
    consistency: (size of an earlier checkpoint, its path to this one). cosigned: earlier
    checkpoints that witnesses signed. former_keys: keys of the ledger before a re-sealing.
    """

    entries: Sequence[tuple[int, bytes]]
    prove: Callable[[int], list[bytes]]
    checkpoint: str
    log_keys: Sequence[Verifier]
    witnesses: Sequence[Verifier] = ()
    stamps: Mapping[str, bytes] = field(default_factory=dict)
    consistency: Sequence[tuple[int, list[bytes]]] = ()
    cosigned: Sequence[str] = ()
    former_keys: Sequence[Verifier] = ()


@dataclass(frozen=True)
class Package:
    """A finished package: its folder, data files as (path, digest hex, size), payload bytes."""

    folder: Path
    files: tuple[tuple[str, str, int], ...]
    size: int


def build_package(
    folder: Path,
    files: Iterable[tuple[str, Content]],
    extract: Extract,
    signers: Sequence[Signer],
    *,
    made_at: str,
    info: Mapping[str, str] | None = None,
) -> Package:
    """Write a package at `folder`, which must not exist; it appears whole or not at all.

    `files` are (path below data/, content). `made_at` is UTC (YYYY-MM-DDThh:mm:ssZ). `info`
    goes into bag-info.txt. Same input, same bytes. Raises BadInput, StorageFailed.
    """
    if folder.exists():
        raise BadInput("There is something at this place", value=str(folder), remedy="Name another")
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        package = _build(partial, files, extract, signers, made_at, dict(info or {}))
        partial.rename(folder)
        _sync_folder(folder.parent)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise StorageFailed(
            filled("The package could not be written ({why})", why=error.strerror),
            value=str(folder),
            remedy="Check room and permissions, then build it again",
        ) from error
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return Package(folder, package.files, package.size)


def _build(
    folder: Path,
    files: Iterable[tuple[str, Content]],
    extract: Extract,
    signers: Sequence[Signer],
    made_at: str,
    info: dict[str, str],
) -> Package:
    folder.mkdir(parents=True)
    payload = [_add(folder, f"{layout.DATA}/{name}", content) for name, content in files]
    _refuse_doubles([name for name, _, _ in payload])
    size = sum(length for _, _, length in payload)
    manifest = layout.manifest_text({name: digest for name, digest, _ in payload})
    tags: dict[str, bytes] = {
        layout.BAGIT: layout.BAGIT_TEXT.encode(),
        layout.BAG_INFO: _bag_info(info, made_at, size, len(payload)).encode(),
        layout.MANIFEST: manifest.encode(),
        layout.README: _shipped("readme.txt"),
        layout.VERIFIER: _shipped("verify.html"),
        **_custody_files(extract),
    }
    digests = {name: _add(folder, name, content)[1] for name, content in tags.items()}
    tag_manifest = layout.manifest_text(digests).encode()
    _, digest, _ = _add(folder, layout.TAG_MANIFEST, tag_manifest)
    origin = parse_checkpoint(extract.checkpoint).origin
    note = sign_note(layout.note_text(origin, digest, made_at), signers)
    _add(folder, layout.NOTE, note.encode())
    return Package(folder, tuple(payload), size)


def _custody_files(extract: Extract) -> dict[str, bytes]:
    lines = b"".join(entry + b"\n" for _, entry in extract.entries)
    checkpoint = parse_checkpoint(extract.checkpoint)
    files = {
        layout.ENTRIES: lines,
        layout.CHECKPOINT: extract.checkpoint.encode(),
        layout.LOG_KEYS: _vkeys(extract.log_keys),
        layout.LOG_PEM: public_pem(extract.log_keys[0]),
    }
    if extract.witnesses:
        files[layout.WITNESS_KEYS] = _vkeys(extract.witnesses)
    if extract.former_keys:
        files[layout.FORMER_KEYS] = _vkeys(extract.former_keys)
    for note in extract.cosigned:
        files[f"{layout.COSIGNED}/{parse_checkpoint(note).size}.checkpoint"] = note.encode()
    for sequence, _ in extract.entries:
        proof = Proof(sequence, tuple(extract.prove(sequence)), extract.checkpoint)
        files[f"{layout.PROOFS}/{sequence}.tlog-proof"] = proof.encode().encode()
    for old, path in extract.consistency:
        text = layout.consistency_text(old, checkpoint.size, path)
        files[f"{layout.CONSISTENCY}/{old}-{checkpoint.size}"] = text.encode()
    for name, content in extract.stamps.items():
        files[f"{layout.STAMPS}/{layout.checked_name(name)}"] = content
    return files


def _vkeys(verifiers: Sequence[Verifier]) -> bytes:
    return "".join(f"{verifier.vkey}\n" for verifier in verifiers).encode()


def _bag_info(info: dict[str, str], made_at: str, size: int, count: int) -> str:
    stated = {**info, "Bagging-Date": made_at[:10], "Payload-Oxum": f"{size}.{count}"}
    for label, value in stated.items():
        if any(ord(char) < 32 for char in label + value) or ":" in label:
            raise BadInput("A line of bag-info.txt is malformed", value=label[:40])
    return "".join(f"{label}: {value}\n" for label, value in stated.items())


def _shipped(name: str) -> bytes:
    return resources.files("amparo.custody").joinpath(name).read_bytes()


def _add(folder: Path, name: str, content: Content) -> tuple[str, str, int]:
    """Write one file, durable; its path, digest and size."""
    path = folder / layout.checked_name(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    running, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        for step in _steps(content):
            running.update(step)
            size += len(step)
            file.write(step)
        file.flush()
        os.fsync(file.fileno())
    return name, running.hexdigest(), size


def _steps(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif isinstance(content, Path):
        with content.open("rb") as file:
            while step := file.read(STEP):
                yield step
    else:
        yield from content()


def _refuse_doubles(names: list[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if name.casefold() in seen:
            raise BadInput(
                "Two files of the package have names that some systems cannot tell apart",
                value=name[:80],
                remedy="Rename one",
            )
        seen[name.casefold()] = name


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
