"""Backup to a bucket, where nothing can be renamed or added to: stretches of packs and states.

A pack lies there as the stretches that backups added to it; a state is a tar of all else; the
object `current` names what belongs together and is replaced last. Format: docs/spec/vault.md.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amparo.crypto.digest import digest_file
from amparo.custody.checkpoint import parse_checkpoint
from amparo.custody.log import CHECKPOINT
from amparo.custody.models import LogState
from amparo.errors import BadInput, Broken, NotFound, StorageFailed
from amparo.store import database, lock
from amparo.store.files import storage_failed
from amparo.vault.backup import (
    Copied,
    back_up,
    check_copy,
    enter_copy,
    header_of_copy,
    refuse_newer,
)
from amparo.vault.bucket import Bucket, is_bucket, open_bucket
from amparo.vault.header import HEADER_NAME, read_header, write_header
from amparo.vault.unlock import DATABASE, Vault

FORMAT = "amparo-backup/1"
CURRENT = "current"
PACKS, STATES = "packs", "states"
KEPT = (DATABASE, HEADER_NAME, "ledger", "timestamps")
STEP = 1 << 20
TAIL = 64 << 10
_PACK = re.compile(r"\d{6,12}\.pack")
_OBJECT = re.compile(r"(packs|states)/[0-9a-z.-]{1,80}")


@dataclass(frozen=True)
class Stretch:
    """A stretch of a pack: the object that holds it, its end, and SHA-256 of it and its tail."""

    name: str
    end: int
    sha256: str
    tail: str


@dataclass(frozen=True)
class Current:
    """What a bucket holds: whose, how far, and which objects belong to it."""

    origin: str
    vkey: str
    entries: int
    state: str
    sha256: str
    packs: Mapping[str, tuple[Stretch, ...]]

    def encode(self) -> bytes:
        """As the object `current`."""
        packs = {name: [vars(one) for one in held] for name, held in self.packs.items()}
        told = {**vars(self), "packs": packs, "format": FORMAT}
        return json.dumps(told, sort_keys=True).encode()

    @property
    def names(self) -> set[str]:
        """Every object that it needs."""
        return {self.state, *(one.name for held in self.packs.values() for one in held)}


def back_up_to(vault: Vault, bucket: Bucket) -> Copied:
    """Bring the backup in the bucket to the present state; what is new there is read back.

    Raises BadInput when another vault's backup is there, Broken when it is newer than the
    vault or does not come back as it was sent, StorageFailed, Refused; it is then as before.
    """
    earlier = read_current(bucket)
    if earlier is not None:
        _check_earlier(vault, earlier, bucket)
    enter_copy(vault)
    # Encrypted as in the vault: nothing clear is written to this folder.
    with tempfile.TemporaryDirectory(prefix="amparo-") as folder:
        state = Path(folder) / "state.tar"
        try:
            entries, ends = _take_state(vault, state)
            packs, copied = _bring_packs(vault, bucket, ends, earlier)
        except OSError as error:
            raise storage_failed(error, vault.folder) from error
        name = f"{STATES}/{entries:012d}-{secrets.token_hex(4)}.tar"
        bucket.put(name, state)
        sha256, _ = digest_file(state)
    header = vault.header
    fresh = Current(header.origin, header.vkey, entries, name, sha256, packs)
    old = earlier.names if earlier else set()
    _read_back(bucket, fresh, old)
    bucket.put(CURRENT, fresh.encode())
    bucket.remove(sorted({*bucket.names(PACKS), *bucket.names(STATES)} - fresh.names))
    return Copied(entries, len(ends), copied, sum(ends.values()) - copied)


def back_up_anywhere(vault: Vault, target: str) -> Copied:
    """Back up to a folder or to `s3://BUCKET/PREFIX`, and compare what was copied.

    Raises what `back_up` and `back_up_to` raise, and Broken when the copy differs.
    """
    if is_bucket(target):
        return back_up_to(vault, open_bucket(target))
    done = back_up(vault, Path(target))
    if faults := check_copy(vault, Path(target)):
        raise Broken("the copy is not what was copied", value=faults[0], remedy="check the device")
    return done


def fetch(bucket: Bucket, folder: Path) -> None:
    """Bring the backup of a bucket to `folder`, which must not exist; then it is one in a folder.

    Raises BadInput when there is none, Broken for objects that are not what was put there.
    """
    current = read_current(bucket)
    if current is None:
        raise BadInput("there is no backup here", value=bucket.url)
    try:
        folder.mkdir(mode=0o700)
        (folder / PACKS).mkdir(mode=0o700)
        for pack, stretches in current.packs.items():
            _fetch_pack(bucket, stretches, folder / PACKS / pack)
        state = folder / "state.tar"
        _fetch_one(bucket, current.state, current.sha256, state)
        _unpack(state, folder)
        state.unlink()
        _check_fetched(current, folder)
    except OSError as error:
        raise storage_failed(error, folder) from error


def _check_fetched(current: Current, folder: Path) -> None:
    """Raise Broken unless `current` said of the vault what the vault says itself."""
    header = read_header(folder)
    note = (folder / "ledger" / CHECKPOINT).read_bytes().decode("utf-8", "replace")
    held = (header.origin, header.vkey, parse_checkpoint(note).size)
    if held != (current.origin, current.vkey, current.entries):
        raise Broken("the bucket holds another state than it says", value=CURRENT)


def read_current(bucket: Bucket) -> Current | None:
    """What the bucket holds, None where there is nothing. Raises BadInput, StorageFailed."""
    try:
        raw = bucket.read(CURRENT)
    except NotFound:
        return None
    try:
        told: dict[str, Any] = json.loads(raw)
        if told.pop("format") != FORMAT:
            raise ValueError
        packs = {
            _named(_PACK, name): tuple(_stretch(one) for one in held)
            for name, held in told.pop("packs").items()
        }
        current = Current(**told, packs=packs)
        for name in current.names:
            _named(_OBJECT, name)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadInput(
            "what lies in the bucket is no backup of ours", value=f"{bucket.url}/{CURRENT}"
        ) from None
    return current


def _named(form: re.Pattern[str], name: str) -> str:
    if not form.fullmatch(name):
        raise ValueError(name)
    return name


def _stretch(told: dict[str, Any]) -> Stretch:
    one = Stretch(**told)
    if type(one.end) is not int:
        raise ValueError("end")
    return one


def _check_earlier(vault: Vault, earlier: Current, bucket: Bucket) -> None:
    if earlier.origin != vault.header.origin:
        raise BadInput(
            "the backup of another vault is there", value=bucket.url, remedy="name another prefix"
        )
    refuse_newer(earlier.entries)


def _take_state(vault: Vault, target: Path) -> tuple[int, dict[str, int]]:
    """All but packs as of one moment into a tar; entries, and the lengths of packs then."""
    with lock.hold(vault.folder):
        database.settle_log()
        size = LogState.objects.get().size
        packs = sorted((vault.folder / PACKS).glob("*.pack"))
        ends = {path.name: path.stat().st_size for path in packs}
        made = target.parent
        database.save_copy(made / DATABASE, vault.keys.database)
        write_header(made, header_of_copy(vault.folder), vault.keys.header)
        with tarfile.open(target, "w") as tar:
            for name in KEPT:
                path = (made if (made / name).exists() else vault.folder) / name
                if path.exists():
                    tar.add(path, name)
    return size, ends


def _bring_packs(
    vault: Vault, bucket: Bucket, ends: dict[str, int], earlier: Current | None
) -> tuple[dict[str, tuple[Stretch, ...]], int]:
    """Send what the bucket has not; the stretches of each pack, and bytes sent."""
    same = earlier is not None and earlier.vkey == vault.header.vkey
    packs, copied = {}, 0
    for pack, end in ends.items():
        path = vault.folder / PACKS / pack
        held = earlier.packs.get(pack, ()) if same and earlier else ()
        if held and (held[-1].end > end or not _ends_alike(path, held)):
            held = ()
        start = held[-1].end if held else 0
        if start < end:
            held = (*held, _send(bucket, path, start, end))
            copied += end - start
        packs[pack] = held
    return packs, copied


def _send(bucket: Bucket, path: Path, start: int, end: int) -> Stretch:
    running = hashlib.sha256()

    def steps() -> Iterator[bytes]:
        for step in _read(path, start, end):
            running.update(step)
            yield step

    # A name of its own each time: what an earlier state needs is never written over.
    name = f"{PACKS}/{path.stem}.{start:x}-{end:x}.{secrets.token_hex(4)}"
    bucket.put(name, steps())
    return Stretch(name, end, running.hexdigest(), _tail(path, start, end))


def _read(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end:
            step = file.read(min(STEP, end - start))
            if not step:
                raise Broken("a pack is shorter than it was", value=f"{PACKS}/{path.name}")
            start += len(step)
            yield step


def _tail(path: Path, start: int, end: int) -> str:
    steps = _read(path, max(start, end - TAIL), end)
    return hashlib.sha256(b"".join(steps)).hexdigest()


def _ends_alike(path: Path, held: tuple[Stretch, ...]) -> bool:
    """Whether the vault's pack has, where the bucket's ends, the bytes that were sent."""
    start = held[-2].end if len(held) > 1 else 0
    return _tail(path, start, held[-1].end) == held[-1].tail


def _read_back(bucket: Bucket, fresh: Current, old: set[str]) -> None:
    """Raise Broken unless what was sent now comes back as it was."""
    sent = {one.name: one.sha256 for held in fresh.packs.values() for one in held}
    for name, digest in {**sent, fresh.state: fresh.sha256}.items():
        if name not in old:
            running = hashlib.sha256()
            for step in bucket.stream(name):
                running.update(step)
            _refuse_other(running.hexdigest(), digest, name)


def _refuse_other(found: str, wanted: str, name: str) -> None:
    if found != wanted:
        raise Broken("an object in the bucket is not what was put there", value=name)


def _fetch_pack(bucket: Bucket, stretches: tuple[Stretch, ...], target: Path) -> None:
    with target.open("xb") as out:
        for one in stretches:
            running = hashlib.sha256()
            for step in bucket.stream(one.name):
                running.update(step)
                out.write(step)
            _refuse_other(running.hexdigest(), one.sha256, one.name)
            if out.tell() != one.end:
                raise Broken("a stretch of a pack has another length", value=one.name)


def _fetch_one(bucket: Bucket, name: str, sha256: str, target: Path) -> None:
    running = hashlib.sha256()
    with target.open("xb") as out:
        for step in bucket.stream(name):
            running.update(step)
            out.write(step)
    _refuse_other(running.hexdigest(), sha256, name)


def _unpack(state: Path, folder: Path) -> None:
    """Only regular files below the names that a state has; nothing outside of the folder."""
    try:
        with tarfile.open(state) as tar:
            for member in tar:
                if member.name.split("/")[0] not in KEPT or not (member.isfile() or member.isdir()):
                    raise Broken("a state in the bucket holds what does not belong there")
                tar.extract(member, folder, filter="data")
    except tarfile.TarError:
        raise StorageFailed("a state in the bucket cannot be read", value=state.name) from None
