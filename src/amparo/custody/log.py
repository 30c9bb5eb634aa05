"""The log of the open vault: its folder, name and key, and the publishing of checkpoints.

The database is the first copy (entries, frontier and checkpoint are committed with
the change they describe); the files under `ledger/` follow, and catch up after a crash.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from amparo.crypto.sign import Signer
from amparo.custody.checkpoint import Checkpoint, is_signed_twice, parse_checkpoint
from amparo.custody.tiles import Tiles
from amparo.custody.tree import Frontier
from amparo.errors import BadInput, Broken, InUse, Refused
from amparo.store.files import write_durably, write_together

if TYPE_CHECKING:
    from amparo.custody.models import LogState

CHECKPOINT = "checkpoint"


@dataclass(frozen=True)
class Log:
    """Where the log lies and who signs it.

    post_quantum: an ML-DSA-44 key, which signs checkpoints beside `signer` when the vault
    `signs_twice`. former: vkeys that the log had before the vault was re-sealed.
    """

    folder: Path
    signer: Signer
    record: Path | None = None
    post_quantum: Signer | None = None
    signs_twice: bool = False
    former: tuple[str, ...] = ()
    inode: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inode", self._inode())

    def _inode(self) -> int:
        try:
            return self.record.stat().st_ino if self.record else 0
        except OSError:
            return -1

    def refuse_replaced(self) -> None:
        """Raise InUse when the record was put in another's place since it was opened: what is
        written into the old one would be lost."""
        if self._inode() != self.inode:
            raise InUse(
                "the vault was re-sealed or restored by another process",
                remedy="open it again, then repeat the command",
            )

    @property
    def origin(self) -> str:
        """The log's name, also the name of its key."""
        return self.signer.name

    def signers_after(self, note: str) -> list[Signer]:
        """Who signs the checkpoint that follows `note`: Ed25519, and ML-DSA-44 when it is used.

        Another process may have begun to use it while this one had the vault open.
        """
        if self.post_quantum is None or not (self.signs_twice or is_signed_twice(note)):
            return [self.signer]
        return [self.signer, self.post_quantum]

    @property
    def ledger(self) -> Path:
        """Folder of the published files."""
        return self.folder / "ledger"

    def published_size(self) -> int:
        """Entries covered by the checkpoint file, 0 where there is none."""
        path = self.ledger / CHECKPOINT
        if not path.is_file():
            return 0
        return self._published().size

    def _published(self) -> Checkpoint:
        """The checkpoint file. Raises Broken when it is not one."""
        try:
            text = (self.ledger / CHECKPOINT).read_bytes().decode("utf-8", "replace")
            return parse_checkpoint(text)
        except BadInput:
            raise Broken(
                "the published checkpoint is damaged",
                value=f"ledger/{CHECKPOINT}",
                remedy="compare with a copy that a partner holds; verify tells more",
            ) from None

    def is_behind(self) -> bool:
        """True when the published checkpoint covers less than the record does.

        Raises Broken when it covers more or differs: the record was set back.
        """
        from amparo.custody.models import LogState

        state = LogState.objects.first()
        size = state.size if state else 0
        published = self.published_size()
        if state and published == size and self._published().root == _root(state):
            return False
        if published >= size > 0:
            raise Broken(
                "the record is not the one whose checkpoint was published",
                value=f"{published} entries published, {size} in the record",
                remedy="an older record.db was put back; restore the newest backup",
            )
        return published < size


def _root(state: LogState) -> bytes:
    return Frontier.from_bytes(bytes(state.frontier)).root()


_current: list[Log] = []


def open_log(log: Log) -> None:
    """Make `log` the one that Works of this process write to."""
    _current[:] = [log]


def close_log() -> None:
    """No vault is open any more."""
    _current.clear()


def current_log() -> Log:
    """The open vault's log. Raises Refused when no vault is open."""
    if not _current:
        raise Refused("no vault is open", remedy="open one first")
    return _current[0]


def publish_pending() -> None:
    """Write tiles and checkpoint files for what the record holds and the files do not."""
    from amparo.custody.models import LogState

    state = LogState.objects.first()
    if state is None:
        return
    log = current_log()
    _publish_tiles(log, state.size)
    write_durably(log.ledger / CHECKPOINT, state.checkpoint.encode())


def publish_new(first: int, leaves: list[bytes], checkpoint: str) -> None:
    """Write the files for entries that have just been committed, `first` the first of them;
    asks the record only where the files lacked something before."""
    log = current_log()
    if log.published_size() != first:
        publish_pending()
        return
    _write_tiles(log, first, leaves)
    write_durably(log.ledger / CHECKPOINT, checkpoint.encode())


def _publish_tiles(log: Log, size: int) -> None:
    from amparo.custody.models import LedgerEntry

    published = log.published_size()
    rows = LedgerEntry.objects.filter(sequence__gte=published, sequence__lt=size)
    leaves = [bytes(leaf) for leaf in rows.values_list("leaf_hash", flat=True)]
    _write_tiles(log, published, leaves)


def _write_tiles(log: Log, first: int, leaves: list[bytes]) -> None:
    tiles, files = Tiles(log.ledger), dict[Path, bytes]()
    tiles.extend(first, leaves, files.__setitem__)
    write_together(files)
    tiles.drop_partial(first + len(leaves))
