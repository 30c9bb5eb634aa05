"""Zip archives as containers: every member a child with its exact bytes, or counted as failed."""

from __future__ import annotations

from amparo.intake.readers import libarchive, openpgp
from amparo.intake.readers.draft import LOCKED, Corrupt, Draft, Input, LimitReached, Stop
from amparo.intake.readers.zipped import open_zip, read_member

CUT = "cut short or damaged: its directory is missing, and what stood behind the break"
_MEMBER = b"PK\x03\x04"


def preload() -> None:
    """Import what verifies signatures."""
    openpgp.preload()
    libarchive.library()


def read(source: Input, draft: Draft) -> None:
    """Children for all members that are files; part `listing` names them all."""
    if source.depth >= draft.budget.depth:
        raise LimitReached("depth")
    try:
        archive = open_zip(source, draft)
    except Corrupt:
        _salvage(source, draft)
        return
    with archive:
        if source.passwords and any(info.flag_bits & 0x1 for info in archive.infolist()):
            _unlock(source, draft)
            return
        members = [info for info in archive.infolist() if not info.filename.endswith("/")]
        draft.expected = len(members)
        draft.meta("members", len(members))
        if archive.comment:
            draft.meta("comment", archive.comment.decode("utf-8", "replace"))
        for number, info in enumerate(members, 1):
            if number > draft.budget.members:
                raise LimitReached("members")
            try:
                draft.child(info.filename, "", read_member(archive, info, draft))
            except Stop as reason:
                draft.fail(reason.detail)
                if reason.detail == "limit: output":
                    raise
    openpgp.check(draft.children, draft)


def _unlock(source: Input, draft: Draft) -> None:
    """The same with passwords (ZipCrypto and AES), which Python reads only in part."""
    data = source.all(draft.budget.memory_bytes // 3)
    libarchive.unpack(data, ("zip_seekable",), draft, passwords=source.passwords)
    if not any(reason == LOCKED for reason in draft.failures):
        draft.note_password()
    openpgp.check(draft.children, draft)


def _salvage(source: Input, draft: Draft) -> None:
    """Members before the break of an archive without its directory, as of a copy cut short.

    How many there were is not known: whatever is found, the archive is not whole.
    """
    if source.head[:4] != _MEMBER or libarchive.library() is None:
        raise Corrupt("the archive's directory cannot be read")
    data = source.all(draft.budget.memory_bytes // 3)
    try:
        libarchive.unpack(data, ("zip_streamable",), draft)
    except Corrupt:
        draft.meta("archive", CUT)
    if not draft.children:
        raise Corrupt("the archive's directory cannot be read")
    draft.outcome, draft.detail = "partial", CUT
    openpgp.check(draft.children, draft)
