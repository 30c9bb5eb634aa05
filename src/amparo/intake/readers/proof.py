"""Proof bundles of ProofMode and Tella: the media with their proofs, digests checked.

The proofs' facts (device, time, place as the device stated them) become metadata. A
digest in a proof is compared with the file beside it. OpenPGP signatures are verified by
the keys inside the bundle (`openpgp`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from typing import Any

from amparo.intake.readers import openpgp
from amparo.intake.readers.draft import Draft, Input, LimitReached, Stop
from amparo.intake.readers.zipped import open_zip, read_member
from amparo.intake.reading import clean_line

_PROOF = re.compile(
    r"(?:.*/)?[^/]*\.proof\.(?:csv|json)|(?:.*/)?metadata\.csv|.*_metadata\.(?:csv|json)", re.I
)
_DIGEST_KEYS = ("file hash sha256", "sha256", "file_hash_sha256", "hash")


def preload() -> None:
    """Import what verifies signatures."""
    openpgp.preload()


def read(source: Input, draft: Draft) -> None:
    """All members as children; the proofs' facts as `proof:` metadata and part `proof`."""
    if source.depth >= draft.budget.depth:
        raise LimitReached("depth")
    digests: dict[str, str] = {}
    rows: list[dict[str, str]] = []
    with open_zip(source) as archive:
        members = [info for info in archive.infolist() if not info.filename.endswith("/")]
        draft.expected = len(members)
        for number, info in enumerate(members, 1):
            if number > draft.budget.members:
                raise LimitReached("members")
            try:
                data = read_member(archive, info, draft)
                draft.child(info.filename, "", data)
            except Stop as reason:
                draft.fail(reason.detail)
                continue
            if _PROOF.fullmatch(info.filename):
                rows += facts_of(data, info.filename)
            else:
                digests[hashlib.sha256(data).hexdigest()] = info.filename
    _emit(rows, digests, draft)
    openpgp.check(draft.children, draft)
    draft.meta("signatures", "none")


def facts_of(data: bytes, name: str) -> list[dict[str, str]]:
    """Rows of a proof file, keys in lower case, values as single lines."""
    text = data.decode("utf-8-sig", "replace")
    try:
        listed: Any = (
            json.loads(text) if name.endswith("json") else list(csv.DictReader(io.StringIO(text)))
        )
    except (ValueError, RecursionError, csv.Error):
        return []
    rows = listed if isinstance(listed, list) else [listed]
    return [
        {
            clean_line(str(key), 60).lower(): clean_line(str(value), 500)
            for key, value in row.items()
            if value
        }
        for row in rows[:1_000]
        if isinstance(row, dict)
    ]


def _emit(rows: list[dict[str, str]], digests: dict[str, str], draft: Draft) -> None:
    stated = [row[key].lower() for row in rows for key in _DIGEST_KEYS if key in row]
    found = [digest for digest in stated if digest in digests]
    if stated:
        same = len(found) == len(stated)
        draft.meta("digests", f"{len(found)} of {len(stated)} stated digests match a file inside")
        if not same:
            draft.outcome, draft.detail = "partial", "a stated digest matches no file inside"
    for row in rows[:1]:
        for key, value in list(row.items())[:80]:
            draft.meta(f"proof:{key}", value)
    lines = (f"{key}: {value}" for row in rows for key, value in row.items())
    draft.part("proof", "\n".join(lines), "what the proofs state", "")
