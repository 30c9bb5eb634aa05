"""A package sealed for its recipients: a tar of the folder, encrypted with age as it is read.

Nothing clear is written on the way. Same folder, same tar; age itself is never the same twice.
"""

from __future__ import annotations

import contextlib
import os
import tarfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from amparo.crypto.age import encrypt_stream, parse_recipients
from amparo.custody.verify import verify_package
from amparo.errors import BadInput, Broken, StorageFailed
from amparo.filled import filled


def seal_package(folder: Path, target: Path, recipients: Sequence[str]) -> int:
    """Write `target` (NAME.tar.age) from a package folder; its size in bytes.

    recipients: age1… or ssh-… public keys. `target` appears whole or not at all. Raises
    BadInput for a bad recipient or when there is something at `target`, StorageFailed.
    """
    parse_recipients(recipients)
    if target.exists():
        raise BadInput("There is something at this place", value=str(target), remedy="Name another")
    partial = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with partial.open("xb") as out:
            _pipe(folder, out, recipients)
            out.flush()
            os.fsync(out.fileno())
        partial.rename(target)
    except OSError as error:
        raise StorageFailed(
            filled("The sealed package could not be written ({why})", why=error.strerror),
            value=str(target),
            remedy="Check room and permissions",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()
    return target.stat().st_size


def seal_checked(folder: Path, target: Path, recipients: Sequence[str]) -> int:
    """The same, after the package was checked. Raises also NotFound, WrongFormat, Broken."""
    parse_recipients(recipients)
    report = verify_package(folder)
    if report.faults:
        raise Broken(
            "the package is broken, so it was not sealed",
            value=str(report.faults[0]),
            remedy="see `amparo verify`; make it anew",
        )
    return seal_package(folder, target, recipients)


def read_recipients(given: Sequence[str]) -> list[str]:
    """Public keys, each given as it is or as a file with one to a line. Raises BadInput."""
    lines: list[str] = []
    for one in given:
        if one.startswith(("age1", "ssh-")):
            lines.append(one)
            continue
        try:
            lines += Path(one).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError, ValueError):
            raise BadInput(
                "this is neither a recipient's public key nor a file of them",
                value="a secret key" if "SECRET" in one.upper() else one[:64],
                remedy="give a key that begins with age1 or ssh-",
            ) from None
    return lines


def write_tar(folder: Path, out: BinaryIO) -> None:
    """The folder as a tar that depends on names and bytes alone."""
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            info = tarfile.TarInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
            info.size, info.mode = path.stat().st_size, 0o644
            with path.open("rb") as file:
                tar.addfile(info, file)


def _pipe(folder: Path, out: BinaryIO, recipients: Sequence[str]) -> None:
    """Run tar in a thread into a pipe that age reads from."""
    read_end, write_end = os.pipe()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(write_end, "wb") as sink:
                write_tar(folder, sink)
        except BaseException as error:  # handed to the caller below
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        with os.fdopen(read_end, "rb") as source:
            encrypt_stream(source, out, recipients)
    finally:
        thread.join()
    if failures:
        raise failures[0]
