"""Find the files that a user named: each is expected, none is followed out of its folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from amparo.errors import BadInput

MAX_NAME = 1_000


@dataclass(frozen=True)
class Found:
    """One file to take in: where it is, the name it is known by, why it cannot be taken, and
    its size in bytes when it was found."""

    path: Path
    name: str
    fault: str = ""
    size: int = 0


def refuse_missing(paths: list[Path]) -> None:
    """Raise BadInput for a path named by the user that does not exist."""
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise BadInput("no such file or folder", value=str(path), remedy="check the path")


def gather(paths: list[Path]) -> Iterator[Found]:
    """Files below `paths`, in a stable order; folders are walked, links are not followed."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        else:
            yield _look(path, path.name)


def in_batches(found: Iterable[Found], files: int, size: int) -> Iterator[list[Found]]:
    """Batches that end with so many files, or with the file that brings them to so many bytes."""
    batch: list[Found] = []
    held = 0
    for one in found:
        batch.append(one)
        held += one.size
        if len(batch) >= files or held >= size:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _walk(root: Path) -> Iterator[Found]:
    faults: list[OSError] = []
    for folder, names, files in os.walk(root, onerror=faults.append):
        names.sort()
        here = Path(folder)
        inside = here.relative_to(root).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        for name in [n for n in names if (here / n).is_symlink()]:
            yield Found(here / name, _shown(here / name, root), "a link to a folder")
        for name in sorted(files):
            yield _look(here / name, prefix + name)
    for fault in faults:
        at = Path(str(fault.filename))
        yield Found(at, _shown(at, root), "the folder cannot be read")


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _look(path: Path, name: str) -> Found:
    name = name.encode("utf-8", "replace").decode()
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return Found(path, name[:MAX_NAME], "there is no such file")
    except OSError as error:
        return Found(path, name[:MAX_NAME], error.strerror or "it cannot be read")
    mode = facts.st_mode
    if stat.S_ISLNK(mode):
        return Found(path, name[:MAX_NAME], "a link; name the file it points at")
    if not stat.S_ISREG(mode):
        return Found(path, name[:MAX_NAME], "not a regular file")
    if len(name) > MAX_NAME:
        return Found(path, name[:MAX_NAME], "the name is too long")
    return Found(path, name, size=facts.st_size)
