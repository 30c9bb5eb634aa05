"""What was printed goes into the vault, the ledger and the package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from amparo.casefile.vocabulary import INDEX_FORM
from amparo.crypto.digest import digest_bytes
from amparo.custody.extract import extract_of
from amparo.custody.log import current_log
from amparo.custody.models import LedgerEntry
from amparo.custody.package import Content, build_package
from amparo.custody.work import work
from amparo.errors import AmparoError, Broken
from amparo.filing.redaction import copy_for
from amparo.filing.scan import Guarded, refuse_secrets
from amparo.store import lock
from amparo.vault.deposit import Arrival, deposit
from amparo.vault.entries import about
from amparo.vault.models import Derivation, Item
from amparo.vault.unlock import mark_writing

if TYPE_CHECKING:
    from amparo.casefile.records import CaseFile
    from amparo.filing.document import Document, Exhibit
    from amparo.filing.words import Forum
    from amparo.vault.unlock import Vault

PDF, DOCX, INDEX = "filing.pdf", "filing.docx", "exhibits.csv"
# One proof for each entry of the ledger, some hundred bytes each.
PROOF, AT_A_TIME = ".tlog-proof", 200
MEDIA = {
    PDF: ("pdf", "application/pdf"),
    DOCX: ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    INDEX: ("text", "text/csv"),
    "exhibits-load.csv": ("text", "text/csv"),
    "exhibits-load.dat": ("text", "text/plain"),
}


def tendered(document: Document) -> list[Exhibit]:
    """Exhibits whose bytes leave; those withheld are listed only."""
    return [one for one in document.exhibits if not one.withheld]


def parents_of(document: Document) -> dict[str, str]:
    """Of each exhibit that came out of another exhibit, such as an attachment: that one's item."""
    items = {one.item for one in document.exhibits}
    held = Derivation.objects.filter(
        child__sha256__in=items, parent__sha256__in=items, relation="part"
    )
    pairs = held.order_by("-pk").values_list("child__sha256", "parent__sha256")
    return dict(pairs)


def read_exhibits(vault: Vault, document: Document) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) of each exhibit that leaves. Raises Broken naming the exhibit."""
    places = {one.sha256: one for one in tendered(document)}
    for item in Item.objects.filter(sha256__in=places):
        with _naming(places[item.sha256]):
            data = vault.packs.read(item.locator)
        yield places[item.sha256].file_name, data


def guarded_pictures(
    case: CaseFile, forum: str, version: str, document: Document
) -> tuple[Guarded, ...]:
    """Pictures from which redactions take something out; their copies may look like them."""
    names = {one.sha256: one.file_name for one in tendered(document)}
    found: list[Guarded] = []
    for row in case.all("item"):
        plan, copy = copy_for(case, row.code, forum, version)
        held = Item.objects.filter(sha256=row["sha256"]).first() if plan.rows else None
        likeness = str(held.metadata.get("likeness", "")) if held is not None else ""
        if likeness:
            name = names.get(copy.sha256) if copy is not None else None
            found.append(Guarded(likeness, frozenset([name] if name else [])))
    return tuple(found)


def _stream(vault: Vault, locator: str, exhibit: Exhibit) -> Iterator[bytes]:
    """The bytes of an exhibit in pieces. Raises Broken naming the exhibit."""
    with _naming(exhibit):
        yield from vault.packs.stream(locator)


@contextmanager
def _naming(exhibit: Exhibit) -> Iterator[None]:
    try:
        yield
    except AmparoError as error:
        raise Broken(
            "an exhibit does not verify",
            value=f"exhibit {exhibit.number}, {exhibit.file_name}",
            remedy="run `amparo verify` on the vault and restore the item from a backup",
        ) from error


def record_build(
    vault: Vault,
    document: Document,
    forum: Forum,
    files: dict[str, bytes],
    persons: tuple[str, ...],
    variant: str,
) -> tuple[str, ...]:
    """Deposit what was printed, and enter the export of each exhibit and of the filing."""
    with lock.hold(vault.folder), mark_writing(vault):
        known = Item.every.filter(sha256__in=_digests(files))
        held = dict(known.values_list("sha256", "locator"))
        told = _told(document, forum, persons, variant)
        arrivals = [_arrival(vault, told, name, data, held) for name, data in files.items()]
        vault.packs.flush()
        done = deposit(vault.member, arrivals, index_form=INDEX_FORM, reason=f"filing {forum.id}")
        vault.packs.release()
        leaving = [(one.sha256, one.sha256, one.size) for one in tendered(document)]
        printed = [(one.item.sha256, one.item.sha256, one.item.size) for one in done]
        with work(vault.member, f"filing {forum.id}") as custody:
            for item, digest, size in (*leaving, *printed):
                custody.enter(
                    "export",
                    case=document.code,
                    item=item,
                    digest=digest,
                    size=size,
                    to={"party": forum.recipient},
                    purpose=forum.purpose,
                )
    return tuple(one.item.code for one in done)


def _told(
    document: Document, forum: Forum, persons: tuple[str, ...], variant: str
) -> dict[str, object]:
    addressed = {"state": forum.state} if forum.state else {}
    return {
        **addressed,
        "case": document.code,
        "forum": document.forum,
        "lang": document.lang,
        "version": variant,
        "date": document.made_at.date().isoformat(),
        "persons": list(persons),
        "numbers": {one.item: one.number for one in document.exhibits},
    }


def _arrival(
    vault: Vault, told: dict[str, object], name: str, data: bytes, held: dict[str, str]
) -> Arrival:
    kind, media_type = MEDIA[name]
    suffix = ("load." if "load" in name else "") + name.rpartition(".")[2]
    return Arrival(
        stored=vault.packs.put(data, held=held.get),
        file_name=f"{told['case']}-{told['forum']}-{told['lang']}.{suffix}",
        kind=kind,
        media_type=media_type,
        outcome="ok",
        reader="filing",
        reader_version=version("amparo"),
        metadata={"filing": told} if name == PDF else {},
    )


@contextmanager
def owning_up(vault: Vault, document: Document, files: dict[str, bytes]) -> Iterator[None]:
    """What fails after the exports were entered is entered too: nothing left, and it says so."""
    try:
        yield
    except BaseException:
        with lock.hold(vault.folder), work(vault.member, "filing not finished") as custody:
            custody.enter(
                "correct",
                case=document.code,
                item=digest_bytes(files[PDF]),
                result="the filing was not finished: nothing of it left",
            )
        raise


def write_package(
    vault: Vault,
    folder: Path,
    document: Document,
    files: dict[str, bytes],
    secrets: tuple[str, ...] = (),
) -> None:
    """The court package. Raises Broken for an exhibit that is not what was received, Refused
    when one of the secrets stands in what the package adds: ledger, proofs, lists."""
    by_digest = {one.sha256: one for one in tendered(document)}
    exhibits = {digest: f"exhibits/{one.file_name}" for digest, one in by_digest.items()}
    places = dict(Item.objects.filter(sha256__in=exhibits).values_list("sha256", "locator"))
    contents: list[tuple[str, Content]] = [(f"filing/{n}", data) for n, data in files.items()]
    contents += [
        (name, partial(_stream, vault, places[digest], by_digest[digest]))
        for digest, name in exhibits.items()
    ]
    package = build_package(
        folder,
        contents,
        extract_of(about(LedgerEntry.objects.all(), [*exhibits, *_digests(files)])),
        [current_log().signer],
        made_at=document.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        info={"External-Identifier": f"{document.code} {document.forum} {document.lang}"},
    )
    written = {name: digest for name, digest, _ in package.files}
    wrong = [n for d, n in exhibits.items() if written.get(f"data/{n}") != d]
    if wrong:
        raise Broken(
            "an exhibit is not what was received",
            value=wrong[0],
            remedy="run `amparo verify` on the vault",
        )
    _search_package(folder, secrets)


def _search_package(folder: Path, secrets: tuple[str, ...]) -> None:
    """Search what the package itself adds; its data were searched before. Proofs, one for each
    entry and all short, are searched many at a time."""
    if not secrets:
        return
    added = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    proofs = [path for path in added if path.suffix == PROOF]
    for path in added:
        name = path.relative_to(folder)
        if path.suffix != PROOF and name.parts[0] != "data":
            refuse_secrets({name.as_posix(): path.read_bytes()}, secrets)
    for start in range(0, len(proofs), AT_A_TIME):
        held = proofs[start : start + AT_A_TIME]
        joined = b"\n".join(path.name.encode() + b"\n" + path.read_bytes() for path in held)
        refuse_secrets({f"proofs {held[0].stem} to {held[-1].stem}": joined}, secrets)


def _digests(files: dict[str, bytes]) -> list[str]:
    return [digest_bytes(data) for data in files.values()]
