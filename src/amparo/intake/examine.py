"""Look at what the program stands on. Contacts nothing outside this machine."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from amparo.filled import filled


class Check(NamedTuple):
    """One finding; `holds` is False where something is missing."""

    name: str
    holds: bool
    detail: str
    remedy: str = ""


def examine() -> list[Check]:
    """Everything `amparo doctor` reports."""
    return [_python(), _sqlcipher(), _memory(), _swap(), *_sandbox(), _ocr(), _typst(), *_readers()]


def _python() -> Check:
    return Check(
        "Python", sys.version_info >= (3, 11), platform.python_version(), "install 3.11 or later"
    )


def _sqlcipher() -> Check:
    from amparo.store.database import engine_versions

    found = engine_versions()
    return Check("SQLCipher", bool(found), found or "not found", "install the sqlcipher3 wheel")


def _memory() -> Check:
    from amparo.crypto.memory import lock

    locked = lock(bytearray(4096))
    return Check("keys kept out of swap", locked, "mlock works" if locked else "mlock is refused",
                 "raise `ulimit -l`, or encrypt the swap")  # fmt: skip


def _swap(listed: Path = Path("/proc/swaps"), blocks: Path = Path("/sys/block")) -> Check:
    """Whether what is read on this machine can be written to a disk in clear.

    Source: proc(5), "/proc/swaps"; device mapper names encrypted devices `CRYPT-...`.
    """
    name = "nothing read goes to a disk in clear through swap"
    try:
        lines = listed.read_text("utf-8").splitlines()[1:]
    except OSError:
        return Check(name, False, "cannot be told on this system", "encrypt the whole disk")
    clear = [line.split()[0] for line in lines if line and not _is_safe(line.split()[0], blocks)]
    if clear:
        remedy = "encrypt the whole disk, or turn it off: swapoff -a"
        return Check(name, False, filled("swap is on: {names}", names=", ".join(clear)), remedy)
    return Check(name, True, "swap is encrypted or in memory" if lines else "no swap")


def _is_safe(device: str, blocks: Path) -> bool:
    block = Path(device).resolve().name
    if block.startswith("zram"):
        return True
    try:
        return (blocks / block / "dm/uuid").read_text("ascii").startswith("CRYPT-")
    except OSError:
        return False


def _sandbox() -> list[Check]:
    from amparo.intake.sandbox import layers

    remedies = {"bubblewrap": "apt install bubblewrap", "bwrap": "apt install bubblewrap"}
    return [
        Check(
            f"sandbox: {name}",
            bool(value),
            str(value),
            remedies.get(name, "the floor below it still holds"),
        )
        for name, value in layers().items()
    ]


def _ocr() -> Check:
    found = shutil.which("tesseract")
    if not found:
        return Check("OCR", False, "tesseract is not there",
                     "apt install tesseract-ocr tesseract-ocr-{rus,fra,ara}")  # fmt: skip
    listed = subprocess.run(
        [found, "--list-langs"], capture_output=True, text=True, timeout=20, check=False
    )
    languages = [line for line in listed.stdout.splitlines()[1:] if len(line) == 3]
    return Check("OCR", True, "tesseract: " + " ".join(languages))


def _typst() -> Check:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return Check("PDF", True, f"typst {version('typst')}")
    except PackageNotFoundError:
        return Check("PDF", False, "typst is not there", "install the typst wheel")


def _readers() -> list[Check]:
    """What single kinds of files rest on; without it their outcome is `unsupported: needs ...`."""
    from importlib.util import find_spec

    from amparo.intake.readers import libarchive

    library = libarchive.library()
    told = library.archive_version_string().decode() if library else "not found"
    rows = [
        Check(
            "RAR archives, zip files with a password",
            library is not None,
            told,
            "apt install libarchive13t64",
        )
    ]
    for name, module, remedy in (
        ("audio and video", "av", "install amparo[media] for duration and pictures of recordings"),
        ("HEIF pictures", "pi_heif", "install the pi-heif wheel"),
        ("OpenPGP signatures", "pysequoia", "install the pysequoia wheel"),
        ("C2PA credentials", "c2pa", "install amparo[c2pa] to see who says how a picture was made"),
    ):
        held = find_spec(module) is not None
        rows.append(Check(name, held, "installed" if held else "not installed", remedy))
    return rows
