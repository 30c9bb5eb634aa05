"""Zip archives as containers: every member a child with its exact bytes, or counted as failed."""

from __future__ import annotations

from amparo.intake.readers import libarchive, openpgp
from amparo.intake.readers.draft import LOCKED, Draft, Input, LimitReached, Stop
from amparo.intake.readers.zipped import open_zip, read_member


def preload() -> None:
    """Import what verifies signatures."""
    openpgp.preload()
    libarchive.library()


def read(source: Input, draft: Draft) -> None:
    """Children for all members that are files; part `listing` names them all."""
    if source.depth >= draft.budget.depth:
        raise LimitReached("depth")
    with open_zip(source) as archive:
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
