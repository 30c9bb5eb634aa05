"""Build a filing: PDF, DOCX, index and court package in one folder, whole or not at all.

Order: gate, words, print, deposit of what was printed, export entries, package. The folder
is made beside its place and renamed last, so that a crash leaves nothing that looks finished.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from amparo.casefile.records import load_case
from amparo.crypto.digest import digest_bytes
from amparo.custody.extract import extract_of
from amparo.custody.log import current_log
from amparo.custody.package import Content, build_package
from amparo.custody.work import work
from amparo.errors import BadInput, Broken, Refused, StorageFailed
from amparo.filing.check import Release, Withheld
from amparo.filing.compose import compose
from amparo.filing.document import Document, words_of
from amparo.filing.exhibits import write_index
from amparo.filing.gather import examine, gather
from amparo.filing.leaks import is_telling, refuse_leaks
from amparo.filing.load_file import COLUMNS, write_load_file
from amparo.filing.manuscript import Piece, join_pieces, split_pieces
from amparo.filing.material import Material
from amparo.filing.redaction import secrets_of
from amparo.filing.rulebook import Finding, finding
from amparo.filing.rules import check_length
from amparo.filing.saved import (
    apply_text,
    changed_pieces,
    check_versions,
    draft,
    save_pieces,
    saved_pieces,
)
from amparo.filing.scan import refuse_secrets
from amparo.filing.typeset import typeset
from amparo.filing.word import write_word
from amparo.filing.words import Forum, Words, load_forum, load_words
from amparo.store import lock
from amparo.store.files import write_durably
from amparo.vault.deposit import Arrival, deposit
from amparo.vault.models import Item
from amparo.vault.unlock import mark_writing

if TYPE_CHECKING:
    from amparo.vault.unlock import Vault

OPEN_FORUM = "national"
PDF, DOCX, INDEX, PACKAGE = "filing.pdf", "filing.docx", "exhibits.csv", "package"
MEDIA = {
    PDF: ("pdf", "application/pdf"),
    DOCX: ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    INDEX: ("text", "text/csv"),
    "exhibits-load.csv": ("text", "text/csv"),
    "exhibits-load.dat": ("text", "text/plain"),
}

NO_SENDER = finding("sender", "title page and section 1")


@dataclass(frozen=True)
class Built:
    """A finished filing: where it lies and what it holds."""

    folder: Path
    document: Document
    items: tuple[str, ...]
    withheld: tuple[Withheld, ...]
    findings: tuple[Finding, ...]


def build_filing(
    vault: Vault,
    case_code: str,
    out: Path,
    *,
    forum: str = "icc-15",
    lang: str = "en",
    on: date | None = None,
    sender: tuple[str, ...] = (),
    recipient: str = "",
    protect: tuple[str, ...] = (),
    text: str = "",
    text_name: str = "text",
    load_file: str = "",
    columns: Mapping[str, str] = COLUMNS,
) -> Built:
    """Build the filing of a case into the new folder `out`.

    `on` is the day it is dated and for which consent is asked (default: today, UTC); the
    same record, day and language give the same filing. `protect` are names that must stand
    nowhere in what leaves; they are kept nowhere. `text` holds sections that people wrote
    (`manuscript`); those that differ are saved. `load_file` is "dat" or "csv".
    Raises Refused when the gate blocks, BadInput when `out` is taken, StorageFailed.
    """
    rules, words = name_recipient(load_forum(forum), recipient), load_words(forum, lang)
    on = on or datetime.now(UTC).date()
    _refuse_taken(out)
    found = examine(case_code, rules, on)
    refuse_blocks(found)
    material = gather(found, rules, lang, on, sender)
    drafted = compose(material, words, datetime(on.year, on.month, on.day, tzinfo=UTC))
    document, changed = _with_text(drafted, material, words, text, text_name)
    index = write_index(document)
    _refuse_leaks(document, index, material)
    length = check_length(document, rules)
    refuse_blocks(replace(found, findings=length))
    files = {PDF: typeset(document, words), DOCX: write_word(document, words), INDEX: index}
    if load_file:
        files[f"exhibits-load.{load_file}"] = write_load_file(document, load_file, columns)
    secrets = (*protect, *secrets_of(load_case(case_code), rules.id))
    _refuse_secrets(vault, document, files, secrets)
    save_pieces(vault.member, case_code, forum, lang, changed)
    with _building(out) as folder:
        for name, data in files.items():
            write_durably(folder / name, data)
        items = _record(vault, document, rules, files, tuple(found.levels))
        with _owning_up(vault, document, files):
            _package(vault, folder / PACKAGE, document, files)
    findings = (*found.findings, *length, *(() if sender else (NO_SENDER,)))
    return Built(out, document, items, found.withheld, findings)


def draft_filing(
    case_code: str,
    out: Path,
    *,
    forum: str = "icc-15",
    lang: str = "en",
    on: date | None = None,
    recipient: str = "",
) -> int:
    """Write the filing as text into the new file `out`; returns the number of sections.

    Raises Refused when the gate blocks, BadInput when `out` is taken.
    """
    rules, words = name_recipient(load_forum(forum), recipient), load_words(forum, lang)
    on = on or datetime.now(UTC).date()
    if out.exists() or out.is_symlink():
        raise BadInput("something is there already", value=str(out), remedy="name a new file")
    found = examine(case_code, rules, on)
    refuse_blocks(found)
    material = gather(found, rules, lang, on, ())
    document = compose(material, words, datetime(on.year, on.month, on.day, tzinfo=UTC))
    pieces = draft(document, material, words)
    write_durably(out, join_pieces(pieces, f"{case_code} {forum} {lang}").encode())
    return len(pieces)


def _with_text(
    drafted: Document, material: Material, words: Words, text: str, name: str
) -> tuple[Document, tuple[Piece, ...]]:
    """The document with the sections given, else with those saved; and those to be saved."""
    case = load_case(material.case.code)
    if not text:
        saved = saved_pieces(case, words.forum, words.lang)
        return apply_text(drafted, material, words, saved, "a saved section"), ()
    pieces = split_pieces(text)
    document = apply_text(drafted, material, words, pieces, name)
    changed = changed_pieces(drafted, material, words, pieces)
    check_versions(case, words.forum, words.lang, changed)
    return document, changed


def name_recipient(forum: Forum, recipient: str) -> Forum:
    """The forum with the authority named, where it leaves that open. Raises BadInput elsewhere."""
    if not recipient:
        return forum
    if forum.id != OPEN_FORUM:
        raise BadInput(
            "this forum has one recipient",
            value=recipient,
            remedy=f"leave --recipient out, or use --forum {OPEN_FORUM}",
        )
    return replace(forum, recipient=recipient)


def refuse_blocks(found: Release) -> None:
    """Raise Refused naming the first thing that blocks and how many there are."""
    if not found.blocks:
        return
    first = found.blocks[0]
    more = len(found.blocks) - 1
    raise Refused(
        first.cause + (f" (and {more} more)" if more else ""),
        value=first.where,
        remedy=f"{first.step}; see `amparo filing check`",
    )


def _refuse_taken(out: Path) -> None:
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise BadInput("something is there already", value=str(out), remedy="name a new folder")
    if not out.absolute().parent.is_dir():
        raise BadInput(
            "the folder above it does not exist", value=str(out.parent), remedy="make it first"
        )


def _refuse_leaks(document: Document, index: bytes, material: Material) -> None:
    digests = {facts.sha256 for facts in material.items.values()}
    held = Item.objects.filter(sha256__in=digests).values_list("file_name", flat=True)
    names = [name for name in held if is_telling(name)]
    hidden = [one.code for one in material.release.withheld if one.noun == "person"]
    refuse_leaks([*words_of(document), index.decode("utf-8")], names, hidden)


def _refuse_secrets(
    vault: Vault, document: Document, files: dict[str, bytes], secrets: tuple[str, ...]
) -> None:
    """Search all that would leave, one file in memory at a time. Raises Refused."""
    if not secrets:
        return
    refuse_secrets(files, secrets)
    places = {one.sha256: one.file_name for one in document.exhibits}
    for item in Item.objects.filter(sha256__in=places):
        refuse_secrets({places[item.sha256]: vault.packs.read(item.locator)}, secrets)


@contextmanager
def _building(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its name when the block ends well."""
    building = out.absolute().with_name(f".{out.name}.partial")
    shutil.rmtree(building, ignore_errors=True)
    try:
        building.mkdir(mode=0o700)
        yield building
        if out.exists():
            out.rmdir()
        building.rename(out)
    except OSError as error:
        raise StorageFailed(
            f"the filing could not be written ({error.strerror})",
            value=str(out),
            remedy="check permissions and free space, then build it again",
        ) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


@contextmanager
def _owning_up(vault: Vault, document: Document, files: dict[str, bytes]) -> Iterator[None]:
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


def _record(
    vault: Vault,
    document: Document,
    forum: Forum,
    files: dict[str, bytes],
    persons: tuple[str, ...],
) -> tuple[str, ...]:
    """Deposit what was printed, and enter the export of each exhibit and of the filing."""
    with lock.hold(vault.folder), mark_writing(vault):
        known = Item.every.filter(sha256__in=_digests(files))
        held = dict(known.values_list("sha256", "locator"))
        arrivals = [
            _arrival(vault, document, name, data, held, persons) for name, data in files.items()
        ]
        vault.packs.flush()
        done = deposit(vault.member, arrivals, index_form=str, reason=f"filing {forum.id}")
        vault.packs.release()
        tendered = [(one.sha256, one.sha256, one.size) for one in document.exhibits]
        printed = [(one.item.sha256, one.item.sha256, one.item.size) for one in done]
        with work(vault.member, f"filing {forum.id}") as custody:
            for item, digest, size in (*tendered, *printed):
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


def _arrival(
    vault: Vault,
    document: Document,
    name: str,
    data: bytes,
    held: dict[str, str],
    persons: tuple[str, ...],
) -> Arrival:
    kind, media_type = MEDIA[name]
    stored = vault.packs.put(data, held=held.get)
    told = {
        "case": document.code,
        "forum": document.forum,
        "lang": document.lang,
        "date": document.made_at.date().isoformat(),
        "persons": list(persons),
        "numbers": {one.item: one.number for one in document.exhibits},
    }
    suffix = ("load." if "load" in name else "") + name.rpartition(".")[2]
    return Arrival(
        stored=stored,
        file_name=f"{document.code}-{document.forum}-{document.lang}.{suffix}",
        kind=kind,
        media_type=media_type,
        outcome="ok",
        reader="filing",
        reader_version=version("amparo"),
        metadata={"filing": told} if name == PDF else {},
    )


def _package(vault: Vault, folder: Path, document: Document, files: dict[str, bytes]) -> None:
    exhibits = {one.sha256: f"exhibits/{one.file_name}" for one in document.exhibits}
    places = dict(Item.objects.filter(sha256__in=exhibits).values_list("sha256", "locator"))
    contents: list[tuple[str, Content]] = [(f"filing/{n}", data) for n, data in files.items()]
    contents += [
        (name, partial(vault.packs.stream, places[digest])) for digest, name in exhibits.items()
    ]
    package = build_package(
        folder,
        contents,
        extract_of([*exhibits, *_digests(files)]),
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


def _digests(files: dict[str, bytes]) -> list[str]:
    return [digest_bytes(data) for data in files.values()]
