"""Mail folders (mbox): every mail a child with its exact bytes."""

from __future__ import annotations

import re

from amparo.intake.readers.draft import Corrupt, Draft, Input, LimitReached

_START = re.compile(rb"^From [^\r\n]{0,300}\r?\n", re.MULTILINE)


def read(source: Input, draft: Draft) -> None:
    """Children `message-1.eml` and on; `>From ` inside is left as the folder has it."""
    if source.depth >= draft.budget.depth:
        raise LimitReached("depth")
    data = source.all()
    starts = [match for match in _START.finditer(data) if _begins_mail(data, match)]
    if not starts:
        raise Corrupt("no mail found")
    draft.expected = len(starts)
    draft.meta("mails", len(starts))
    ends = [match.start() for match in starts[1:]] + [len(data)]
    for number, (match, end) in enumerate(zip(starts, ends, strict=True), 1):
        draft.child(f"message-{number}.eml", "message/rfc822", _trimmed(data[match.end() : end]))


def _begins_mail(data: bytes, match: re.Match[bytes]) -> bool:
    """A `From ` line counts after an empty line and before a header field."""
    before = data[max(0, match.start() - 4) : match.start()]
    after = data[match.end() : match.end() + 200].split(b"\n", 1)[0]
    return (not before or before.endswith((b"\n\n", b"\r\n\r\n"))) and b":" in after


def _trimmed(mail: bytes) -> bytes:
    """Without the empty line that belongs to the folder, not to the mail."""
    return re.sub(rb"(\r?\n)\r?\n\Z", rb"\1", mail)
