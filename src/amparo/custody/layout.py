"""Names and small formats inside a court package. Format: docs/spec/vault.md, "Package"."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from pathlib import PurePosixPath

from amparo.crypto.digest import is_digest
from amparo.errors import BadInput

BAGIT = "bagit.txt"
BAG_INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
README = "README.txt"
VERIFIER = "verify.html"
NOTE = "package.note"
NOTE_HEADER = "amparo-package/1"
DATA = "data"
ENTRIES = "custody/entries.jsonl"
CHECKPOINT = "custody/checkpoint"
LOG_KEYS = "custody/log.vkey"
LOG_PEM = "custody/log.pem"
WITNESS_KEYS = "custody/witnesses.vkey"
PROOFS = "custody/proofs"
STAMPS = "custody/timestamps"
FORMER_KEYS = "custody/former.vkey"
COSIGNED = "custody/cosigned"
CONSISTENCY = "custody/consistency"
CONSISTENCY_HEADER = "amparo-consistency/1"
BAGIT_TEXT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
REQUIRED = (
    BAGIT, BAG_INFO, MANIFEST, TAG_MANIFEST, README, VERIFIER, NOTE, ENTRIES, CHECKPOINT, LOG_KEYS,
)  # fmt: skip
MAX_NAME = 240

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def checked_name(name: str) -> str:
    """A relative path that every system can hold and `sha256sum -c` can read.

    Raises BadInput for anything else: absolute, `..`, control characters, backslash, percent,
    names reserved on Windows, text not in NFC, or longer than 240 bytes.
    """
    parts = PurePosixPath(name).parts
    wrong = (
        not parts
        or name != "/".join(parts)
        or name.startswith("/")
        or any(part in (".", "..") or _RESERVED.fullmatch(part) for part in parts)
        or any(part != part.rstrip(" .") for part in parts)
        or any(unicodedata.category(char).startswith("C") for char in name)
        or any(char in '\\%<>:"|?*' for char in name)
        or unicodedata.normalize("NFC", name) != name
        or len(name.encode()) > MAX_NAME
    )
    if wrong:
        raise BadInput(
            "A file of the package needs another name",
            value=name[:80].encode("unicode_escape").decode(),
            remedy="Use letters, digits, spaces, points and dashes",
        )
    return name


def manifest_text(digests: dict[str, str]) -> str:
    """A BagIt manifest, as `sha256sum` writes it: digest, two spaces, path; sorted by path."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))


def parse_manifest(text: str) -> dict[str, str]:
    """Path to digest. Raises BadInput unless it is exactly as `manifest_text` writes it."""
    digests: dict[str, str] = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None or match[2] in digests:
            raise BadInput("A manifest is malformed", value=line[:80])
        digests[checked_name(match[2])] = match[1]
    if manifest_text(digests) != text:
        raise BadInput("A manifest is not in its one right form")
    return digests


def note_text(origin: str, tag_manifest_digest: str, made_at: str) -> str:
    """The text that is signed for the package as a whole."""
    return f"{NOTE_HEADER}\n{origin}\n{TAG_MANIFEST} {tag_manifest_digest}\nmade {made_at}\n"


def parse_note_text(text: str) -> tuple[str, str, str]:
    """Origin, digest of the tag manifest, and time. Raises BadInput."""
    lines = text.split("\n")
    if len(lines) == 5 and lines[0] == NOTE_HEADER and lines[3].startswith("made "):
        name, _, digest = lines[2].partition(" ")
        if name == TAG_MANIFEST and is_digest(digest):
            return lines[1], digest, lines[3].removeprefix("made ")
    raise BadInput("The package's signed note is malformed", value=NOTE)


def consistency_text(old: int, new: int, path: list[bytes]) -> str:
    """A consistency proof as a file."""
    steps = "".join(base64.b64encode(step).decode() + "\n" for step in path)
    return f"{CONSISTENCY_HEADER}\nold {old}\nnew {new}\n{steps}"


def parse_consistency(text: str) -> tuple[int, int, list[bytes]]:
    """Old size, new size and path. Raises BadInput."""
    try:
        header, old, new, *steps = text[:-1].split("\n")
        path = [base64.b64decode(step, validate=True) for step in steps]
        sizes = int(old.removeprefix("old ")), int(new.removeprefix("new "))
    except (ValueError, binascii.Error):
        header = ""
    if header != CONSISTENCY_HEADER or consistency_text(*sizes, path) != text:
        raise BadInput("A consistency proof is malformed")
    return *sizes, path
