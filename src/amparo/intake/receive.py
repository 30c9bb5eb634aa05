"""Take files in: read in the sandbox, seal, then record; a batch is acknowledged as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from amparo.casefile.vocabulary import INDEX_FORM
from amparo.crypto.digest import digest_file
from amparo.custody.work import work
from amparo.intake import reconcile, sandbox
from amparo.intake.capture import Capture
from amparo.intake.gather import Found, gather, in_batches, refuse_missing
from amparo.intake.pack_page import write_wacz, write_warc
from amparo.intake.reading import DEFAULT, Budget, Reading
from amparo.store import lock
from amparo.store.packs import Stored
from amparo.vault.deposit import Arrival, Deposited, Extract, deposit
from amparo.vault.models import Item
from amparo.vault.unlock import Vault, mark_writing

BATCH_FILES = 48
BATCH_BYTES = 64 << 20
READERS_AT_ONCE = 2
RELATION = "part"


@dataclass(frozen=True)
class Received:
    """What became of one file: `state` is deposited, held (already) or failed."""

    name: str
    state: str
    item: Item | None = None
    fault: str = ""
    depth: int = 0


@dataclass
class Tally:
    """expected = deposited + held + failed, over the files named by the user.

    `inside` counts what was found inside them (attachments, members), in the same way.
    """

    expected: int = 0
    deposited: int = 0
    held: int = 0
    failed: int = 0
    inside: int = 0
    results: list[Received] = field(default_factory=list)

    def count(self, received: Received) -> None:
        """Add one result."""
        self.results.append(received)
        if received.depth:
            self.inside += 1
            return
        self.expected += 1
        setattr(self, received.state, getattr(self, received.state) + 1)

    @property
    def agrees(self) -> bool:
        """True when nothing was lost on the way."""
        return self.expected == self.deposited + self.held + self.failed


@dataclass(frozen=True)
class _Read:
    """A source of bytes with what the sandbox read from it, and its place in the tree."""

    name: str
    source: Path | bytes
    reading: Reading | None
    parent: str
    depth: int
    digest: str
    is_cycle: bool = False
    relation: str = RELATION
    facts: tuple[tuple[str, str], ...] = ()


def receive(
    vault: Vault,
    actor: str,
    paths: list[Path],
    *,
    tell: Callable[[Received], None] | None = None,
    budget: Budget = DEFAULT,
) -> Tally:
    """Deposit every file below `paths`; the same file twice makes one item.

    `tell` hears of each file after it was acknowledged. Raises BadInput when a path
    named by the user does not exist, before anything is taken in.
    """
    refuse_missing(paths)
    tally = Tally()
    batches = in_batches(gather(paths), BATCH_FILES, BATCH_BYTES)
    for outcomes in _read_ahead(batches, budget):
        for received in _keep(vault, actor, outcomes):
            tally.count(received)
            if tell:
                tell(received)
    return tally


def receive_bytes(vault: Vault, actor: str, files: Iterable[tuple[str, bytes]]) -> Tally:
    """Deposit uploads, given as (file name, bytes)."""
    tally = Tally()
    trees = [_unfold(name, data, DEFAULT) for name, data in files]
    for received in _store(vault, actor, trees):
        tally.count(received)
    return tally


def receive_capture(
    vault: Vault, actor: str, taken: Capture, *, budget: Budget = DEFAULT, wacz: bool = False
) -> Tally:
    """Deposit a captured page: the WARC, and as renderings of it the picture and the HTML.

    With `wacz` the WARC comes inside a WACZ, with an index and the digests of all members.
    A `collect` entry says when, how and by which route; of the address it names only the
    site, as the rest may hold a person's name. The whole address is in the encrypted record.
    """
    archive = write_wacz(taken) if wacz else write_warc(taken)
    outermost = _unfold("capture.wacz" if wacz else "capture.warc.gz", archive, budget)
    parent = outermost[0].digest
    trees = [outermost]
    for name, data in (("page.png", taken.screenshot), ("page.html", taken.html)):
        if data:
            tree = _unfold(name, data, budget)
            trees.append([replace(tree[0], parent=parent, relation="rendering"), *tree[1:]])
    with work(actor, "capture a page") as custody:
        custody.enter(
            "collect",
            item=parent,
            digest=parent,
            size=len(archive),
            source={"url": _site(taken.url), "method": "page capture"},
            technical={"tool": "amparo", "route": f"{taken.tool}; {taken.route}"},
            result=f"{taken.outcome} {taken.detail}".strip(),
        )
    for tree in trees:
        tree[0] = replace(tree[0], facts=tuple(taken.facts().items()))
    tally = Tally()
    for received in _store(vault, actor, trees):
        tally.count(received)
    return tally


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def receive_inside(
    vault: Vault, actor: str, item: Item, reading: Reading, budget: Budget = DEFAULT
) -> tuple[Received, ...]:
    """Deposit what a new reading found inside an item held; what is held already is left out."""
    found = reconcile.walk_inside(sandbox, reading, name=item.file_name, budget=budget)
    told = _store(vault, actor, [[_place(one, one.data or b"") for one in found]])
    return tuple(one for one in told if one.state != "held")


def _read_ahead(
    batches: Iterable[list[Found]], budget: Budget
) -> Iterator[list[list[_Read] | Received]]:
    """What each batch gave; while one is being stored, the sandbox already reads the next.

    The threads ask nothing of the database: what it knows of a batch is looked up before.
    """
    with ThreadPoolExecutor(READERS_AT_ONCE) as pool:
        ahead: list[Future[list[_Read] | Received]] | None = None
        try:
            for batch in batches:
                held = _held_by_size(batch)
                now = [pool.submit(_try, found, held, budget) for found in batch]
                if ahead is not None:
                    yield [future.result() for future in ahead]
                ahead = now
            if ahead is not None:
                yield [future.result() for future in ahead]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _keep(vault: Vault, actor: str, outcomes: list[list[_Read] | Received]) -> Iterator[Received]:
    yield from (one for one in outcomes if isinstance(one, Received))
    yield from _store(vault, actor, [one for one in outcomes if isinstance(one, list)])


def _held_by_size(batch: list[Found]) -> dict[int, set[str]]:
    """Digests of the items held that are as large as a file of this batch, by size."""
    wanted: set[int] = set()
    for found in batch:
        with suppress(OSError):
            wanted.add(found.path.stat().st_size)
    held: dict[int, set[str]] = {}
    for size, digest in Item.every.filter(size__in=wanted).values_list("size", "sha256"):
        held.setdefault(size, set()).add(digest)
    return held


def _try(found: Found, held: dict[int, set[str]], budget: Budget) -> list[_Read] | Received:
    if found.fault:
        return Received(found.name, "failed", fault=found.fault)
    try:
        return _read_file(found, held, budget)
    except OSError as error:
        return Received(found.name, "failed", fault=error.strerror or "it cannot be read")


def _read_file(found: Found, held: dict[int, set[str]], budget: Budget) -> list[_Read]:
    """Read a file; one whose size the vault knows is hashed first, and not parsed again."""
    if known := held.get(found.path.stat().st_size):
        digest, _ = digest_file(found.path)
        if digest in known:
            return [_Read(found.name, found.path, None, "", 0, digest)]
    return _unfold(found.name, found.path, budget)


def _unfold(name: str, source: Path | bytes, budget: Budget) -> list[_Read]:
    """A file and, behind it, everything found inside it, each read in turn."""
    found = reconcile.walk(sandbox, source, name=name, budget=budget)
    return [_place(one, source if one.data is None else one.data) for one in found]


def _place(one: reconcile.Found, source: Path | bytes) -> _Read:
    parent = one.above[-1] if one.above else ""
    reading = one.reading
    return _Read(one.path[-1], source, reading, parent, one.depth, reading.sha256, one.is_cycle)


def _store(vault: Vault, actor: str, trees: list[list[_Read]]) -> Iterator[Received]:
    """Seal a batch, make it durable, then record it: the order of writes of docs/spec/vault.md.

    What has the bytes of its own container becomes no item and no link: it is told as failed.
    """
    reads = [read for tree in trees for read in tree if not read.is_cycle]
    cycles = [read for tree in trees for read in tree if read.is_cycle]
    if not reads:
        return
    with lock.hold(vault.folder), mark_writing(vault):
        locators = dict(
            Item.every.filter(sha256__in={r.digest for r in reads}).values_list("sha256", "locator")
        )
        arrivals = [_seal(vault, read, locators) for read in reads]
        vault.packs.flush()
        done = deposit(actor, arrivals, index_form=INDEX_FORM)
        vault.packs.release()
    yield from (_tell(read, one) for read, one in zip(reads, done, strict=True))
    for read in cycles:
        yield Received(read.name, "failed", fault="it contains itself", depth=read.depth)


def _seal(vault: Vault, read: _Read, locators: dict[str, str]) -> Arrival:
    """Put the bytes into a pack, or name the place where the vault has them.

    A file that changed between reading and sealing is held as it was when sealed,
    and read again from those bytes.
    """
    if isinstance(read.source, bytes):
        stored = vault.packs.put(read.source, held=locators.get)
    else:
        with read.source.open("rb") as stream:
            stored = vault.packs.put(stream, held=locators.get)
    locators[stored.digest] = stored.locator
    reading = read.reading
    if stored.digest != read.digest:
        reading = sandbox.read(vault.packs.read(stored.locator), name=read.name)
    arrival = describe(read.name, stored, reading, read.parent, relation=read.relation)
    return replace(arrival, metadata={**arrival.metadata, **dict(read.facts)})


def describe(
    name: str, stored: Stored, reading: Reading | None, parent: str, *, relation: str = RELATION
) -> Arrival:
    """What the vault records of a reading; all of it came out of the sandbox."""
    relation = relation if parent else ""
    if reading is None:
        return Arrival(stored, name, "", "", "", parent_sha256=parent, relation=relation)
    return Arrival(
        stored,
        name,
        reading.kind,
        reading.media_type,
        reading.outcome,
        reading.detail,
        reading.reader,
        reading.reader_version,
        tuple(Extract(p.name, p.label, p.text, p.language) for p in reading.untrusted_parts),
        dict(reading.untrusted_metadata),
        reading.expected,
        reading.emitted,
        reading.failed,
        parent,
        relation,
        name if parent else "",
    )


def _tell(read: _Read, one: Deposited) -> Received:
    state = "deposited" if one.is_new else "held"
    return Received(read.name, state, one.item, depth=read.depth)
