"""Decide whether a path is a vault or a package, and verify it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from amparo.errors import BadInput, Broken, WrongFormat

UNTRUSTED = (
    "the package is whole and signed by the key above; compare that key with one you had"
    " from the sender by another way"
)


@dataclass(frozen=True)
class Known:
    """What the checker brings: keys, earlier checkpoints, certificates of authorities."""

    keys: tuple[str, ...] = ()
    checkpoints: tuple[str, ...] = ()
    authorities: tuple[bytes, ...] = ()


def read_known(keys: list[str], checkpoints: list[Path], authorities: list[Path]) -> Known:
    """Read what options name; a key is a vkey line or a file that holds some.

    Raises BadInput naming the file that cannot be read.
    """
    from amparo.crypto.sign import Verifier

    lines: list[str] = []
    for key in keys:
        text = _read(Path(key)).decode("utf-8", "replace") if "+" not in key else key
        lines += [line.strip() for line in text.splitlines() if line.strip()]
    for line in lines:
        Verifier.parse(line)
    notes = tuple(_read(path).decode("utf-8", "replace") for path in checkpoints)
    return Known(tuple(lines), notes, tuple(_read(path) for path in authorities))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            "this file cannot be read",
            value=str(path),
            remedy=(error.strerror or "check the path").lower(),
        ) from None


def check_target(target: Path, known: Known | None = None) -> dict[str, Any]:
    """Report of the checks: `clean`, `checked`, `faults`, `notes`."""
    from amparo.vault.header import HEADER_NAME

    known = known or Known()
    if (target / HEADER_NAME).is_file():
        return _check_vault(target, known)
    if (target / "bagit.txt").is_file() or (target / "package" / "bagit.txt").is_file():
        inner = target if (target / "bagit.txt").is_file() else target / "package"
        return _check_package(inner, known)
    raise WrongFormat(
        "this is neither a vault nor a package",
        value=str(target),
        remedy="name a folder that holds vault.toml or bagit.txt",
    )


def _check_package(folder: Path, known: Known) -> dict[str, Any]:
    from amparo.custody.verify import verify_package

    told = verify_package(
        folder,
        trusted=known.keys,
        earlier=known.checkpoints,
        authorities=known.authorities,
    ).as_dict()
    checked = [
        f"{told['files']} files, {told['bytes']} bytes: every digest",
        f"{told['entries']} ledger entries: proofs, and the checkpoint of {told['made_at']}",
        f"signed by {told['key']}",
    ]
    if told["post_quantum"]:
        checked.append("signed with the ledger's ML-DSA-44 key as well")
    for one in told["cosigned"]:
        at = datetime.fromtimestamp(one["at"], UTC).isoformat(timespec="seconds")
        checked.append(f"countersigned by {one['name']} at {at}")
    trust = "the key is one you named" if told["key_is_trusted"] else UNTRUSTED
    stamps = [f"time stamp: {stamp}" for stamp in told["stamps"]]
    notes = [*told["notes"], trust, *stamps]
    return {**told, "checked": [] if told["faults"] else checked, "notes": notes}


def _check_vault(folder: Path, known: Known) -> dict[str, Any]:
    from amparo.access.scope import refuse_unless_watching
    from amparo.casefile.verify import check_record
    from amparo.cli.unlock import opened
    from amparo.store.database import reading_errors
    from amparo.vault.header import HEADER_NAME, is_intact
    from amparo.vault.verify import Report, verify_vault

    if not is_intact(folder):
        return Report(faults=[f"{HEADER_NAME}: a byte is not as this vault wrote it"]).as_dict()
    try:
        with opened(folder) as vault:
            refuse_unless_watching()
            if known.keys and vault.header.vkey not in known.keys:
                return _not_trusted(vault.header.vkey)
            report = (
                _with_progress(vault, known)
                if sys.stderr.isatty()
                else verify_vault(vault, earlier=known.checkpoints)
            )
            with reading_errors():
                check_record(report)
    except Broken as error:
        report = Report(faults=[f"{error.value}: {error.cause}"])
    return report.as_dict()


def _not_trusted(vkey: str) -> dict[str, Any]:
    from amparo.vault.verify import Report

    return Report(faults=[f"{vkey}: the ledger's key is none of those that you trust"]).as_dict()


def _with_progress(vault: Any, known: Known) -> Any:
    from rich.console import Console
    from rich.progress import Progress

    from amparo.vault.verify import verify_vault

    total = sum(path.stat().st_size for path in (vault.folder / "packs").glob("*.pack"))
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("Reading packs", total=total)
        return verify_vault(
            vault,
            earlier=known.checkpoints,
            progress=lambda size: bar.advance(task, size),
        )
