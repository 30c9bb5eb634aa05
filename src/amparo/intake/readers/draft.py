"""What a reader works with: the input's bytes and the draft of its answer.

Runs inside the sandbox. The draft counts against the budget while it grows, so that
a bomb is refused before it is unpacked; the parent checks everything once more.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO

from amparo.intake.reading import Budget, Child, Part, clean_line, clean_name, clean_text

HEAD = 65_536
OPENED = "opened"
ONE_VOLUME = "one volume of a divided archive: join them and add the whole"
MANY_METADATA = 400
LOCKED = "a password is needed"
LOCKED_HERE = f"{LOCKED}, and this kind is not opened here even with it"
OLD_RAR = "packed by a RAR before 3.0, which is not read here"
NOT_READ_HERE = frozenset(("compression method not supported", "symbolic link", OLD_RAR))
WITHOUT_TEXT = frozenset(("image", "audio", "video"))


class Stop(Exception):
    """A reader cannot go on; carries the typed outcome and a detail without content."""

    outcome = "corrupt"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class Corrupt(Stop):
    """The bytes are not what the format asks for."""

    outcome = "corrupt"


class Encrypted(Stop):
    """A password is needed."""

    outcome = "encrypted"


class Unsupported(Stop):
    """A format or variant that this installation does not read."""

    outcome = "unsupported"


class LimitReached(Stop):
    """A budget is used up; `detail` is `limit: <name>`."""

    outcome = "refused"

    def __init__(self, limit: str) -> None:
        super().__init__(f"limit: {limit}")


@dataclass
class Input:
    """The file being read: open binary stream, size in bytes, first bytes, claimed name."""

    stream: IO[bytes]
    size: int
    head: bytes
    name: str
    depth: int = 0
    passwords: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: bytes, name: str, depth: int = 0) -> Input:
        """An input held in memory."""
        return cls(BytesIO(data), len(data), data[:HEAD], name, depth)

    @property
    def suffix(self) -> str:
        """Lower-case extension without the dot, "" if there is none."""
        stem, dot, suffix = self.name.rpartition(".")
        return suffix.lower() if dot and stem and len(suffix) <= 12 else ""

    def all(self, limit: int = 128 << 20) -> bytes:
        """The whole content; refused when larger than `limit` bytes."""
        if self.size > limit:
            raise LimitReached("bytes")
        self.stream.seek(0)
        return self.stream.read()


@dataclass
class Draft:
    """The answer in the making; see `Reading` for what the fields mean."""

    budget: Budget
    reader: str = "unknown"
    kind: str = "unknown"
    media_type: str = "application/octet-stream"
    outcome: str = ""
    detail: str = ""
    parts: list[Part] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)
    expected: int = 0
    emitted: int = 0
    failed: int = 0
    chars: int = 0
    size: int = 0
    began: float = field(default_factory=time.monotonic)
    _names: dict[str, int] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)

    def part(self, name: str, text: str, label: str = "", language: str | None = None) -> None:
        """Add a named text; empty ones are dropped. `language` None means: find out."""
        text = clean_text(text)
        if not text.strip():
            return
        self.chars += len(text)
        if self.chars > self.budget.text_chars:
            raise LimitReached("text")
        if language is None:
            from amparo.intake.readers.language import language_of

            language = language_of(text)
        self.parts.append(Part(self._unique(name), clean_line(label or name, 300), text, language))

    def child(self, name: str, media_type: str, data: bytes) -> None:
        """Add an embedded file with its exact bytes and count it as emitted."""
        if len(self.children) >= self.budget.members:
            raise LimitReached("members")
        if self.size + len(data) > self.budget.output_bytes:
            raise LimitReached("output")
        self.size += len(data)
        safe = clean_name(name)
        if safe != name:
            self.metadata.setdefault("names", "some member names were made safe")
        self.children.append(Child(self._unique(safe), clean_line(media_type, 120), data))
        self.emitted += 1

    def unlocked(self, name: str, media_type: str, data: bytes) -> None:
        """Add what a password opened: a copy without it, read as an item of its own."""
        self.expected += 1
        self.child(name, media_type, data)
        self.note_password()
        self.meta("unlocked_copy", "inside, made with the password; the original stays as it came")

    def note_password(self) -> None:
        """Say that a password was used, never which."""
        self.meta(OPENED, "with a password")

    def meta(self, key: str, value: object) -> None:
        """Add a metadata value as one clean line; the first value of a key stays."""
        line = clean_line(str(value), 2_000)
        if line and len(self.metadata) < MANY_METADATA:
            self.metadata.setdefault(clean_line(key, 80), line)

    def fail(self, reason: str, count: int = 1) -> None:
        """Count members that could not be emitted, with the reason for the report."""
        self.failed += count
        self._failures[reason] = self._failures.get(reason, 0) + count

    def spent(self) -> float:
        """Share of the wall-clock budget already used, 0 to 1 and beyond."""
        return (time.monotonic() - self.began) / self.budget.seconds

    def stop(self, reason: Stop) -> None:
        """Record why reading ended early; what was read so far stays."""
        self.outcome = "partial" if self.parts or self.children else reason.outcome
        self.detail = reason.detail
        self._settle(reason.detail or reason.outcome)

    @property
    def failures(self) -> frozenset[str]:
        """The reasons for which members failed so far."""
        return frozenset(self._failures)

    def finish(self) -> None:
        """Settle counts and derive the outcome where the reader gave none."""
        self._settle("not reached")
        if not self.outcome:
            self.outcome = self._derived()
        if self._failures:
            summary = "; ".join(f"{count} x {why}" for why, count in self._failures.items())
            self.meta("failures", summary)
            self.detail = self.detail or next(iter(self._failures))

    def _settle(self, reason: str) -> None:
        missing = self.expected - self.emitted - self.failed
        if missing > 0:
            self.fail(reason, missing)
        self.expected = self.emitted + self.failed

    def _derived(self) -> str:
        if self.failed:
            return "partial" if self.emitted or self.parts else _worst(self._failures)
        found = self.parts or self.children or (self.metadata and self.kind in WITHOUT_TEXT)
        return "ok" if found else "empty"

    def _unique(self, name: str) -> str:
        clean = clean_line(name, 300) or "unnamed"
        candidate = clean
        while candidate in self._names:
            self._names[clean] += 1
            candidate = f"{clean} ({self._names[clean]})"
        self._names[candidate] = 1
        return candidate


def _worst(failures: dict[str, int]) -> str:
    reasons = list(failures)
    if any(reason in (LOCKED, LOCKED_HERE) for reason in reasons):
        return "encrypted"
    if any(reason.startswith("limit: ") for reason in reasons):
        return "refused"
    if all(reason in NOT_READ_HERE for reason in reasons):
        return "unsupported"
    return "corrupt"
