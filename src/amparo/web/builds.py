"""Building a filing in the background, so that a page can say how far it is."""

from __future__ import annotations

import io
import tempfile
import threading
import time
import zipfile
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connections

from amparo.errors import AmparoError, InUse, Refused
from amparo.filing.bundle import build_filing
from amparo.web.lock import door, held_vault

if TYPE_CHECKING:
    from collections.abc import Callable

MEMORY = Path("/dev/shm")  # noqa: S108 (a private folder is made in it)
MOST_BYTES = 512 * 1024 * 1024
FAULT = AmparoError(
    "a fault in the program; nothing was half-written",
    remedy="build it with `amparo filing build`, which says where it failed",
)


@dataclass
class Job:
    """One build. `data` is the package as one archive, kept until the vault is locked."""

    case: str
    member: str
    forum: str = ""
    lang: str = ""
    began: float = field(default_factory=time.monotonic)
    step: str = "begin"
    seconds: int = 0
    done: bool = False
    error: AmparoError | None = None
    warnings: int = 0
    data: bytes = b""

    @property
    def waited(self) -> int:
        """Seconds since it began."""
        return self.seconds if self.done else int(time.monotonic() - self.began)


_guard = threading.Lock()
_jobs: dict[str, Job] = {}


def forget() -> None:
    """Drop what builds left in memory; called when the vault is locked."""
    with _guard:
        _jobs.clear()


def job_of(case: str, member: str) -> Job | None:
    """The last build of a case that this member began."""
    found = _jobs.get(case)
    return found if found and found.member == member else None


def begin(case: str, member: str, choices: dict[str, Any]) -> Job:
    """Begin to build. Raises InUse while another build is under way."""
    with _guard:
        if any(not job.done for job in _jobs.values()):
            raise InUse("another filing is being built", remedy="wait until it is done")
        job = _jobs[case] = Job(case, member, choices["forum"], choices["lang"])
    # The vault stays open until the build has ended, also when somebody locks it.
    with door().guard:
        door().inside += 1
    threading.Thread(target=copy_context().run, args=(_run, job, choices), daemon=True).start()
    return job


def _run(job: Job, choices: dict[str, Any]) -> None:
    def tell(step: str) -> None:
        job.step = step

    try:
        job.data = _build(job, choices, tell)
    except AmparoError as error:
        job.error = error
    except Exception:  # its text may quote a narrative
        job.error = FAULT
    finally:
        job.seconds, job.done = job.waited, True
        connections.close_all()
        door().leave()


def _build(job: Job, choices: dict[str, Any], tell: Callable[[str], None]) -> bytes:
    """Build in a private folder, in memory where the system has one."""
    place = str(MEMORY) if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="amparo-", dir=place) as folder:
        out = Path(folder) / "filing"
        built = build_filing(held_vault(), job.case, out, tell=tell, **choices)
        job.warnings = len(built.findings)
        tell("pack")
        return _zip(out)


def _zip(folder: Path) -> bytes:
    """The finished filing as one archive; its members carry no time of this machine."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if sum(path.stat().st_size for path in files) > MOST_BYTES:
        raise Refused(
            "the package is too large to be handed out by a page",
            remedy="build it with `amparo filing build`, which writes a folder",
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            name = path.relative_to(folder).as_posix()
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
    return buffer.getvalue()
