"""Checking a court package from its files alone: no vault, no network, no Django.

Everything that is wrong is found and named; the check goes on after a fault.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amparo.crypto.digest import digest_bytes, digest_file
from amparo.crypto.sign import COSIGN_ML_DSA_44, Verifier, open_note
from amparo.custody import layout
from amparo.custody.checkpoint import (
    Checkpoint,
    Cosignature,
    cosignatures,
    parse_checkpoint,
    parse_vkeys,
    verify_checkpoint,
    verify_head,
)
from amparo.custody.entry import parse_entry
from amparo.custody.proof import check_consistency, check_inclusion, parse_proof
from amparo.custody.stamped import Stamp, read_stamps
from amparo.custody.tree import leaf_hash
from amparo.errors import AmparoError, BadInput, Broken, NotFound, WrongFormat
from amparo.filled import filled

MAX_TAG_FILE = 256 << 20


@dataclass(frozen=True)
class Fault:
    """A file of the package, or a place in one, and what is wrong with it."""

    place: str
    fault: str

    def __str__(self) -> str:
        return f"{self.place}: {self.fault}"


@dataclass
class Report:
    """What was found. `faults` empty means: whole, unchanged, signed by the key named."""

    folder: Path
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: int = 0
    size: int = 0
    entries: int = 0
    origin: str = ""
    made_at: str = ""
    key: str = ""
    key_is_trusted: bool = False
    checkpoint_size: int = 0
    post_quantum: bool = False
    cosigned: list[Cosignature] = field(default_factory=list)
    stamps: list[Stamp] = field(default_factory=list)
    without_entry: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.faults

    def add(self, place: str, fault: str) -> None:
        one = Fault(place, fault)
        if one not in self.faults:
            self.faults.append(one)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for --json."""
        return {
            "package": str(self.folder),
            "clean": self.clean,
            "faults": [{"place": one.place, "fault": one.fault} for one in self.faults],
            "notes": self.notes,
            "files": self.files,
            "bytes": self.size,
            "entries": self.entries,
            "origin": self.origin,
            "made_at": self.made_at,
            "key": self.key,
            "key_is_trusted": self.key_is_trusted,
            "checkpoint_size": self.checkpoint_size,
            "post_quantum": self.post_quantum,
            "cosigned": [{"name": one.name, "at": one.at} for one in self.cosigned],
            "stamps": [stamp.as_dict() for stamp in self.stamps],
            "without_entry": self.without_entry,
        }


def is_package(path: Path) -> bool:
    """Whether a folder looks like a package (or what is left of one)."""
    return path.is_dir() and any(
        (path / name).is_file() for name in (layout.NOTE, layout.TAG_MANIFEST, layout.BAGIT)
    )


def verify_package(
    folder: Path,
    *,
    trusted: Sequence[str] = (),
    earlier: Sequence[str] = (),
    authorities: Sequence[bytes] = (),
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Read every byte of a package and check it against its signatures.

    trusted: vkeys got by another way; one of them must be the ledger's. earlier: checkpoints
    kept from before; the ledger must have grown from them. authorities: PEM certificates of
    time-stamping authorities that you trust. Raises NotFound, WrongFormat when there is no
    package to check; everything else is a fault in the report.
    """
    if not folder.exists():
        raise NotFound("There is no such folder", value=str(folder))
    if not is_package(folder):
        raise WrongFormat(
            "This is not a package",
            value=str(folder),
            remedy="Name the folder that has package.note",
        )
    return _Check(folder, trusted, earlier, authorities, progress).run()


class _Check:
    """One pass over one package; `report` collects."""

    def __init__(
        self,
        folder: Path,
        trusted: Sequence[str],
        earlier: Sequence[str],
        authorities: Sequence[bytes],
        progress: Callable[[int], None] | None,
    ) -> None:
        self.folder = folder
        self.report = Report(folder)
        self.trusted, self.earlier, self.authorities = trusted, earlier, authorities
        self.progress = progress
        self.digests: dict[str, str] = {}
        self.payload: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.keys: list[Verifier] = []
        self.former: list[Verifier] = []
        self.checkpoint: Checkpoint | None = None

    def run(self) -> Report:
        self._digest_all(list(self._walk()))
        self._check_lists()
        self._check_bag()
        self._read_keys()
        self._check_note()
        self._check_checkpoint()
        self._check_entries()
        self._check_earlier()
        self._check_cosigned()
        self._check_stamps()
        return self.report

    def _walk(self) -> Iterator[str]:
        """Paths of all regular files; everything else in the folder is a fault."""
        for root, folders, files in os.walk(self.folder):
            inside = Path(root).relative_to(self.folder)
            if not folders and not files and inside.parts:
                self.report.add(inside.as_posix(), "an empty folder does not belong here")
            for name in [*folders, *files]:
                path, shown = Path(root) / name, (inside / name).as_posix()
                if path.is_symlink() or not (path.is_dir() or path.is_file()):
                    self.report.add(shown, "a link or a device does not belong here")
                elif name in files:
                    yield shown

    def _digest_all(self, names: list[str]) -> None:
        def one(name: str) -> tuple[str, str, int]:
            try:
                return (name, *digest_file(self.folder / name))
            except OSError as error:
                self.report.add(name, f"it cannot be read ({error.strerror})")
                return name, "", 0

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for name, digest, size in pool.map(one, names):
                self.digests[name] = digest
                self.report.files += 1
                self.report.size += size
                if self.progress is not None:
                    self.progress(size)

    def _check_lists(self) -> None:
        self.payload = self._manifest(layout.MANIFEST)
        self.tags = self._manifest(layout.TAG_MANIFEST)
        for name in self.payload:
            if not name.startswith(layout.DATA + "/"):
                self.report.add(name, "it stands in the wrong manifest")
        for name in [one for one in self.tags if one.startswith(layout.DATA + "/")]:
            self.report.add(name, "it stands in the wrong manifest")
        listed = {**self.tags, **self.payload}
        for name, digest in listed.items():
            if name not in self.digests:
                self.report.add(name, "the file is missing")
            elif self.digests[name] not in ("", digest):
                self.report.add(name, "the file was changed")
        for name in self.digests:
            if name not in listed and name not in (layout.TAG_MANIFEST, layout.NOTE):
                self.report.add(name, "the file was added: no manifest knows it")
        for name in layout.REQUIRED:
            if name not in self.digests:
                self.report.add(name, "the file is missing")

    def _manifest(self, name: str) -> dict[str, str]:
        text = self._text(name)
        try:
            return layout.parse_manifest(text) if text is not None else {}
        except BadInput as error:
            self.report.add(name, _lower(error))
            return {}

    def _check_bag(self) -> None:
        text = self._text(layout.BAGIT)
        if text is not None and text != layout.BAGIT_TEXT:
            self.report.add(layout.BAGIT, "it is not of BagIt 1.0")
        sizes = [self._size(name) for name in self.digests if name.startswith(layout.DATA + "/")]
        oxum = f"Payload-Oxum: {sum(sizes)}.{len(sizes)}"
        info = self._text(layout.BAG_INFO)
        if info is not None and oxum not in info.splitlines():
            self.report.add(layout.BAG_INFO, "it states another number of files or bytes")

    def _read_keys(self) -> None:
        try:
            self.keys = parse_vkeys(self._text(layout.LOG_KEYS) or "")
            self.former = parse_vkeys(self._text(layout.FORMER_KEYS, needed=False) or "")
        except BadInput as error:
            self.report.add(layout.LOG_KEYS, _lower(error))
        if not self.keys:
            return
        known = [key.vkey for key in self.keys if key.vkey in self.trusted]
        self.report.key = (known or [self.keys[0].vkey])[0]
        self.report.key_is_trusted = bool(known)
        if known:
            # The key that was compared vouches for the post-quantum one beside it.
            self.keys = [
                key for key in self.keys if key.vkey in self.trusted or key.kind == COSIGN_ML_DSA_44
            ]
        elif self.trusted:
            self.report.add(layout.LOG_KEYS, "the ledger's key is none of those that you trust")
        else:
            self.report.notes.append(
                "the key comes with the package: compare it with one got by another way"
            )

    def _check_note(self) -> None:
        text = self._text(layout.NOTE)
        if text is None or not self.keys:
            return
        try:
            note, signed = open_note(text, self.keys)
            origin, digest, self.report.made_at = layout.parse_note_text(note.text)
            if len(signed) != len(note.signatures) or note.encode() != text:
                self.report.add(layout.NOTE, "it has a signature line of nobody known")
            if origin != self.keys[0].name:
                self.report.add(layout.NOTE, "it is signed for another ledger")
            if digest != self.digests.get(layout.TAG_MANIFEST):
                self.report.add(layout.TAG_MANIFEST, "it is not the list that was signed")
        except AmparoError as error:
            self.report.add(layout.NOTE, _lower(error))

    def _check_checkpoint(self) -> None:
        text = self._text(layout.CHECKPOINT)
        if text is None or not self.keys:
            return
        try:
            self.checkpoint = verify_head(text, self.keys)
            self.report.post_quantum = any(key.kind == COSIGN_ML_DSA_44 for key in self.keys)
            self.report.cosigned = cosignatures(text, self._witnesses())
        except AmparoError as error:
            self.report.add(layout.CHECKPOINT, _lower(error))
        if self.checkpoint is not None:
            self.report.origin = self.checkpoint.origin
            self.report.checkpoint_size = self.checkpoint.size

    def _witnesses(self) -> list[Verifier]:
        return parse_vkeys(self._text(layout.WITNESS_KEYS, needed=False) or "")

    def _check_cosigned(self) -> None:
        """Earlier checkpoints that witnesses signed: the ledger must have grown from each."""
        for name in [one for one in self.digests if one.startswith(layout.COSIGNED + "/")]:
            try:
                note = self._text(name) or ""
                old = verify_checkpoint(note, [*self.keys, *self.former])
                if name != f"{layout.COSIGNED}/{old.size}.checkpoint":
                    raise BadInput("It is named for another size")
                self._check_grown(old)
                found = cosignatures(note, self._witnesses())
                if not found:
                    raise Broken("No witness signed it")
                self.report.cosigned += found
            except AmparoError as error:
                self.report.add(name, _lower(error))

    def _check_entries(self) -> None:
        raw = self._bytes(layout.ENTRIES)
        spoken: set[str] = set()
        proofs = {name for name in self.digests if name.startswith(layout.PROOFS + "/")}
        last = -1
        for number, line in enumerate((raw or b"").split(b"\n")[:-1], start=1):
            place = f"{layout.ENTRIES} line {number}"
            try:
                entry = parse_entry(line)
            except BadInput as error:
                self.report.add(place, error.value or _lower(error))
                continue
            if entry["sequence"] <= last:
                self.report.add(place, "the entries are not in order")
            last = entry["sequence"]
            self.report.entries += 1
            spoken.add(entry.get("digest", ""))
            name = f"{layout.PROOFS}/{last}.tlog-proof"
            proofs.discard(name)
            self._check_entry(place, name, entry, line)
        if raw and not raw.endswith(b"\n"):
            self.report.add(layout.ENTRIES, "the last line is cut off")
        for name in sorted(proofs):
            self.report.add(name, "it proves no entry of this package")
        self.report.without_entry = sorted(
            name for name in self.payload if self.digests.get(name) not in spoken
        )

    def _check_entry(self, place: str, name: str, entry: dict[str, Any], line: bytes) -> None:
        if self.checkpoint is None:
            return
        if entry["log"] != self.checkpoint.origin:
            self.report.add(place, "the entry is of another ledger")
        text = self._text(name)
        if text is None:
            return
        try:
            proof = parse_proof(text)
            if proof.index != entry["sequence"] or proof.checkpoint != self.checkpoint.note:
                raise Broken("The proof is for another entry or checkpoint")
            check_inclusion(
                leaf_hash(line), proof.index, self.checkpoint.size, proof.path, self.checkpoint.root
            )
        except AmparoError as error:
            self.report.add(name, _lower(error))
            self.report.add(place, "the proof does not hold for this entry")

    def _check_earlier(self) -> None:
        for name in [one for one in self.digests if one.startswith(layout.CONSISTENCY + "/")]:
            try:
                old, new, _ = layout.parse_consistency(self._text(name) or "")
                if name != f"{layout.CONSISTENCY}/{old}-{new}":
                    raise BadInput("It is named for other sizes")
            except BadInput as error:
                self.report.add(name, _lower(error))
        for number, text in enumerate(self.earlier, start=1):
            try:
                self._check_grown(verify_checkpoint(text, [*self.keys, *self.former]))
            except AmparoError as error:
                self.report.add(f"earlier checkpoint {number}", _lower(error))

    def _check_grown(self, old: Checkpoint) -> None:
        """Raise Broken unless the package's ledger begins with that of `old`."""
        if self.checkpoint is None:
            raise Broken("It cannot be compared: the package has no sound checkpoint")
        if old.origin != self.checkpoint.origin:
            raise Broken("It is of another ledger")
        if old.size > self.checkpoint.size:
            raise Broken("The ledger is shorter than it was")
        path: list[bytes] = []
        if 0 < old.size < self.checkpoint.size:
            name = f"{layout.CONSISTENCY}/{old.size}-{self.checkpoint.size}"
            text = self._text(name, needed=False)
            if text is None:
                raise Broken(filled("It cannot be compared: the package has no {name}", name=name))
            path = layout.parse_consistency(text)[2]
        check_consistency(old.size, self.checkpoint.size, old.root, self.checkpoint.root, path)

    def _check_stamps(self) -> None:
        prefix = layout.STAMPS + "/"
        names = [name.removeprefix(prefix) for name in self.digests if name.startswith(prefix)]
        files = {name: self._bytes(prefix + name) or b"" for name in names}
        for name in names:
            if name.endswith(".checkpoint"):
                try:
                    old = parse_checkpoint(files[name].decode())
                    self._check_grown(verify_checkpoint(old.note, [*self.keys, *self.former]))
                except (AmparoError, UnicodeDecodeError) as error:
                    self.report.add(prefix + name, _lower(error))
        self.report.stamps, faults = read_stamps(files, self.authorities)
        for name, fault in faults:
            self.report.add(prefix + name, fault)

    def _size(self, name: str) -> int:
        try:
            return (self.folder / name).stat().st_size
        except OSError:
            return 0

    def _bytes(self, name: str) -> bytes | None:
        if name not in self.digests or self._size(name) > MAX_TAG_FILE:
            return None
        try:
            data = (self.folder / name).read_bytes()
        except OSError:
            return None
        if digest_bytes(data) != self.digests[name]:
            self.report.add(name, "it changed while it was being read")
        return data

    def _text(self, name: str, *, needed: bool = True) -> str | None:
        data = self._bytes(name)
        if data is None:
            if needed:
                self.report.add(name, "the file is missing")
            return None
        try:
            return data.decode()
        except UnicodeDecodeError:
            self.report.add(name, "it is not UTF-8 text")
            return None


def _lower(error: Exception) -> str:
    text = error.cause if isinstance(error, AmparoError) else "it is not UTF-8 text"
    return text[0].lower() + text[1:]
