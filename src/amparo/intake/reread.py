"""Read items again from their sealed bytes: by a newer reader, or with what was missing then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from amparo.casefile.models import Record
from amparo.casefile.vocabulary import INDEX_FORM
from amparo.errors import BadInput
from amparo.filled import filled
from amparo.intake import sandbox
from amparo.intake.readers import BY_NAME
from amparo.intake.readers.draft import LOCKED, LOCKED_HERE, OPENED
from amparo.intake.reading import OUTCOMES, Budget
from amparo.intake.receive import Received, describe, receive_inside
from amparo.store.packs import Stored
from amparo.vault.amend import amend
from amparo.vault.hold import UNREAD
from amparo.vault.models import Item
from amparo.vault.retrieve import find_item
from amparo.vault.unlock import Vault

LESS = frozenset(("crashed", "timed-out", "refused", "unsupported", "encrypted", "corrupt"))
NOT_OPENED = "no password given opens it"
MOST_PASSWORDS = 20
ALL = OUTCOMES | {UNREAD}
_VERSION = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True)
class Reread:
    """What became of one item: `state` is changed, same or kept (the new reading gave less)."""

    item: Item
    before: str
    state: str
    added: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    superseded: tuple[str, ...] = ()
    inside: tuple[Received, ...] = ()
    tried: bool = False

    @property
    def still_locked(self) -> str:
        """Why it, or a part of it, stays shut though passwords were tried; else empty."""
        if not self.tried or self.item.detail not in (LOCKED, LOCKED_HERE):
            return ""
        return NOT_OPENED if self.item.detail == LOCKED else LOCKED_HERE

    @property
    def after(self) -> str:
        """The outcome that stands now."""
        return self.item.outcome


def needs_password(item: Item) -> bool:
    """Whether a password would open it, or more of it, here."""
    return item.detail == LOCKED


def choose(
    *, outcome: str = "", reader: str = "", older_than: str = "", item: str = ""
) -> list[Item]:
    """Items to read again. Raises BadInput on an unknown outcome, reader or version.

    `item` is an id, digest or file name; NotFound when there is none.

    `older_than` is compared with the reader's own version, the number before its libraries.
    """
    if outcome and outcome not in ALL:
        raise BadInput("no such outcome", value=outcome, remedy=", ".join(sorted(ALL)))
    if reader and reader not in BY_NAME:
        raise BadInput("no such reader", value=reader, remedy=", ".join(sorted(BY_NAME)))
    if older_than and not _VERSION.fullmatch(older_than):
        raise BadInput("a version is figures and dots", value=older_than, remedy="such as 2")
    query = Item.objects.order_by("number")
    query = query.filter(outcome=outcome) if outcome else query
    query = query.filter(reader=reader) if reader else query
    query = query.filter(number=find_item(item).number) if item else query
    wanted = _version(older_than)
    return [i for i in query if not older_than or _version(i.reader_version) < wanted]


def reread(
    vault: Vault,
    actor: str,
    items: list[Item],
    *,
    budget: Budget | None = None,
    passwords: Sequence[str] = (),
) -> Iterator[Reread]:
    """Read each item again and keep the reading beside the earlier one; one Work an item.

    Files found inside come in first, so that a run cut off goes on where it was. A reading
    that gives less than the one held is not kept, and says so. `passwords` are tried on what
    is encrypted; they are written nowhere.
    """
    if len(passwords) > MOST_PASSWORDS:
        raise BadInput(
            "too many passwords", remedy=filled("at most {most} at a time", most=MOST_PASSWORDS)
        )
    limits = budget or Budget()
    cited = cited_parts()
    for item in items:
        yield _reread_one(
            vault, actor, item, cited.get(item.sha256, frozenset()), limits, passwords
        )


def _reread_one(
    vault: Vault,
    actor: str,
    item: Item,
    cited: frozenset[str],
    budget: Budget,
    passwords: Sequence[str],
) -> Reread:
    before = item.outcome
    data = vault.packs.read(item.locator)
    reading = sandbox.read(data, name=item.file_name, budget=budget, passwords=passwords)
    locked_again = OPENED in item.metadata and OPENED not in reading.untrusted_metadata
    if locked_again or (reading.outcome in LESS and before not in LESS | {UNREAD}):
        return Reread(item, before, "kept", tried=bool(passwords))
    inside = receive_inside(vault, actor, item, reading)
    arrival = describe(item.file_name, _stored(item), reading, "")
    collected = {k: v for k, v in item.metadata.items() if k.startswith("capture:")}
    arrival = replace(arrival, metadata={**arrival.metadata, **collected})
    found = amend(actor, item, arrival, cited=cited, index_form=INDEX_FORM)
    if found is None:
        state = "changed" if inside else "same"
        return Reread(item, before, state, inside=inside, tried=bool(passwords))
    return Reread(
        item, before, "changed", found.added, found.kept, found.superseded, inside, bool(passwords)
    )


def cited_parts() -> dict[str, frozenset[str]]:
    """Digest of an item -> names of its parts that any version of any record points at."""
    digests = {
        (r.case_id, r.code): r.body["sha256"]
        for r in Record.every.filter(noun="item")
        if r.body.get("sha256")
    }
    cited: dict[str, set[str]] = {}
    for row in Record.every.exclude(noun="item"):
        item, part = row.body.get("item"), row.body.get("part")
        if isinstance(item, str) and isinstance(part, str) and (row.case_id, item) in digests:
            cited.setdefault(digests[row.case_id, item], set()).add(part)
    return {digest: frozenset(parts) for digest, parts in cited.items()}


def _stored(item: Item) -> Stored:
    return Stored(item.locator, item.sha256, item.size)


def _version(text: str) -> tuple[int, ...]:
    match = _VERSION.match(text)
    return tuple(map(int, match[0].split("."))) if match else ()
