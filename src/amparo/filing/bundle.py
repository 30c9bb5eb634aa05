"""Build a filing: PDF, DOCX, index and court package in one folder, whole or not at all.

Order: gate, words, print, deposit of what was printed, export entries, package. The folder
is made beside its place and renamed last, so that a crash leaves nothing that looks finished.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from amparo.access.requests import refuse_alone
from amparo.casefile.records import load_case
from amparo.errors import BadInput, NotFound, Refused, StorageFailed
from amparo.filing.address import address
from amparo.filing.check import Release, Withheld
from amparo.filing.compose import compose
from amparo.filing.document import Document, words_of
from amparo.filing.exhibits import write_index
from amparo.filing.gather import examine, gather, use_for
from amparo.filing.handover import filing_of, sent_of
from amparo.filing.issue import (
    DOCX,
    INDEX,
    PDF,
    guarded_pictures,
    owning_up,
    parents_of,
    read_exhibits,
    record_build,
    tendered,
    write_package,
)
from amparo.filing.leaks import is_telling, refuse_leaks
from amparo.filing.load_file import COLUMNS, write_load_file
from amparo.filing.manuscript import Piece, join_pieces, split_pieces
from amparo.filing.material import Material
from amparo.filing.omit import omissions_for, omitted_words
from amparo.filing.override import set_aside
from amparo.filing.plan import CODED
from amparo.filing.redaction import secrets_of
from amparo.filing.rulebook import Finding, finding
from amparo.filing.rules import check_length, limits_of
from amparo.filing.saved import (
    apply_text,
    changed_pieces,
    check_versions,
    draft,
    save_pieces,
    saved_pieces,
)
from amparo.filing.scan import Hit, find_secrets, refuse_hits, refuse_secrets
from amparo.filing.typeset import typeset
from amparo.filing.word import write_word
from amparo.filing.words import Words, load_words
from amparo.filled import filled
from amparo.store.files import write_durably
from amparo.vault.models import Item

if TYPE_CHECKING:
    from amparo.vault.unlock import Vault

PACKAGE = "package"

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
    state: str = "",
    protect: tuple[str, ...] = (),
    text: str = "",
    text_name: str = "text",
    load_file: str = "",
    columns: Mapping[str, str] = COLUMNS,
    version: str = CODED,
    supplements: str = "",
    tell: Callable[[str], None] = lambda step: None,
) -> Built:
    """Build the filing of a case into the new folder `out`.

    `recipient` and `state` say whose authority is addressed, where the forum leaves it open.

    `on` is the day it is dated and for which consent is asked (default: today, UTC); the
    same record, day and language give the same filing. `protect` are names that must stand
    nowhere in what leaves; they are kept nowhere. `text` holds sections that people wrote
    (`manuscript`); those that differ are saved. `load_file` is "dat" or "csv". `version` is
    "confidential", "coded" or "public"; `supplements` the item of the filing that this adds to.
    `tell` hears of each step as it begins.
    Raises Refused when the gate blocks, BadInput when `out` is taken, StorageFailed.
    """
    rules, words = address(case_code, forum, recipient, state), load_words(forum, lang)
    on = on or datetime.now(UTC).date()
    _refuse_taken(out)
    tell("check consent, quotations and rules")
    found = examine(case_code, rules, on, lang=lang, version=version)
    refuse_blocks(found)
    tell("compose the text")
    material = gather(
        found, rules, lang, on, sender,
        version=version, supplements=_earlier(case_code, supplements) if supplements else "",
    )  # fmt: skip
    drafted = compose(material, words, datetime(on.year, on.month, on.day, tzinfo=UTC))
    document, changed = _with_text(drafted, material, words, text, text_name)
    index = write_index(document)
    _refuse_leaks(document, index, material)
    whole = load_case(case_code)
    length = set_aside(whole, rules.id, check_length(document, limits_of(whole, rules)))
    refuse_blocks(replace(found, findings=length))
    tell("print PDF and DOCX")
    files = {PDF: typeset(document, words), DOCX: write_word(document, words), INDEX: index}
    if load_file:
        files[f"exhibits-load.{load_file}"] = write_load_file(
            document, load_file, columns, parents_of(document)
        )
    secrets = (*protect, *secrets_of(whole, rules.id, version))
    coded = (*secrets, *omitted_words(whole, omissions_for(whole, rules.id, version)))
    if coded:
        tell("search the text for what must not leave")
        refuse_secrets(files, coded)
    pictures = guarded_pictures(whole, rules.id, version, document)
    if secrets or pictures:
        hits: list[Hit] = []
        for number, (name, data) in enumerate(read_exhibits(vault, document), start=1):
            tell(f"search exhibit {number} of {len(tendered(document))} for what must not leave")
            hits += find_secrets({name: data}, secrets, pictures)
        refuse_hits(hits)
    refuse_alone(vault.member, case_code, f"filing of {case_code} {use_for(rules, on).told}")
    save_pieces(vault.member, case_code, forum, lang, changed)
    tell("write the package and sign")
    with _building(out) as folder:
        for name, data in files.items():
            write_durably(folder / name, data)
        items = record_build(vault, document, rules, files, tuple(found.levels), version)
        with owning_up(vault, document, files):
            write_package(vault, folder / PACKAGE, document, files, coded)
    findings = (*found.findings, *length, *(() if sender else (NO_SENDER,)))
    return Built(out, document, items, found.withheld, findings)


def _earlier(case_code: str, reference: str) -> str:
    """Date and reference number of the filing that a supplement adds to. Raises NotFound."""
    told = filing_of(reference)
    if told["case"] != case_code:
        raise NotFound("this case has no such filing", value=reference)
    sent = sent_of(load_case(case_code), told["item"])
    receipt = next((str(row["receipt"]) for row in sent if row["receipt"]), "")
    return f"{told['date']} {receipt}".strip()


def draft_filing(
    case_code: str,
    out: Path,
    *,
    forum: str = "icc-15",
    lang: str = "en",
    on: date | None = None,
    recipient: str = "",
    state: str = "",
) -> int:
    """Write the filing as text into the new file `out`; returns the number of sections.

    Raises Refused when the gate blocks, BadInput when `out` is taken.
    """
    rules, words = address(case_code, forum, recipient, state), load_words(forum, lang)
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


def refuse_blocks(found: Release) -> None:
    """Raise Refused naming the first thing that blocks and how many there are."""
    if not found.blocks:
        return
    first = found.blocks[0]
    more = len(found.blocks) - 1
    raise Refused(
        filled("{cause} (and {more} more)", cause=first.cause, more=more) if more else first.cause,
        value=first.where,
        remedy=filled("{step}; see `amparo filing check`", step=first.step),
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
            filled("the filing could not be written ({why})", why=error.strerror),
            value=str(out),
            remedy="check permissions and free space, then build it again",
        ) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
