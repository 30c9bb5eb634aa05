"""A filing of about 200 pages, 2,000 notes, 1,000 exhibits: ratio to LibreOffice, and growth.

The peer in the same run is LibreOffice Writer turning our DOCX of the same words into PDF
(`soffice`, skipped where it is not installed). Growth is the time for the whole divided by
the time for a quarter, divided by the ratio of their pages: 1.0 is linear.

With --package also the court package of as many exhibits (200 kB each, random bytes) from a
vault made for it: entries, proofs, checkpoint and copies, without encoding anything again. The
peer is `cp` and `sha256sum` of the same files, both with a flush.
Run: python bench/filing.py [PAGES] [--no-peer] [--package]
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2

from amparo.filing.document import Cite, Document, Exhibit, Note, Paragraph, Section, Text
from amparo.filing.exhibits import index_table
from amparo.filing.typeset import typeset
from amparo.filing.word import write_word
from amparo.filing.words import load_words

if TYPE_CHECKING:
    from amparo.vault.unlock import Vault

WORDS = load_words("icc-15", "en")
SAID = "According to V-1 the person was detained without any document being shown. "
QUOTE = "Меня задержали вечером у дома и увезли в подвал"


def _exhibit(number: int) -> Exhibit:
    return Exhibit(
        number, f"{number:064x}", f"Statement of V-{number}", "text", "2017-03", "S1", "ru",
        "confidential", f"{number * 7919:064x}", 1234, f"E{number:04d}.txt", "text/plain",
    )  # fmt: skip


def make_document(pages: int) -> Document:
    """Ten noted paragraphs and five exhibits for each page asked for."""
    exhibits = tuple(_exhibit(number) for number in range(1, pages * 5 + 1))
    chapters = []
    for place in range(pages // 4):
        cites = [1 + (place * 40 + at) % len(exhibits) for at in range(40)]
        told = tuple(
            Paragraph((Text(SAID), Note((Cite(one, "page:3", 120, 167, QUOTE, "ru"),))))
            for one in cites
        )
        chapters.append(Section(f"s{place}", f"Chapter {place}", told))
    index = Section("index", "Index", (index_table(exhibits, WORDS),))
    return Document(
        "icc-15", "en", "BENCH", "Bench", "Bench", (), ("Sender",), "2026-11-22",
        datetime(2026, 11, 22, tzinfo=UTC), "CONFIDENTIAL", (), "", (*chapters, index), exhibits,
    )  # fmt: skip


def _peer(word: bytes) -> float | None:
    office = shutil.which("soffice")
    if office is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "filing.docx"
        path.write_bytes(word)
        began = time.perf_counter()
        command = [office, "--headless", f"-env:UserInstallation=file://{folder}/home"]
        command += ["--convert-to", "pdf", "--outdir", folder, str(path)]
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - began


SIZE = 200_000


def _package(document: Document, pdf: bytes, word: bytes) -> None:
    """Time of the entries and the package, memory, and the ratio to copying and digesting."""
    from amparo.store.settings import configure

    configure()
    from amparo.filing.exhibits import write_index
    from amparo.filing.issue import DOCX, INDEX, PDF, record_build, write_package
    from amparo.filing.words import load_forum

    with tempfile.TemporaryDirectory() as folder:
        vault, exhibits = _vault_of(Path(folder), document)
        held = replace(document, exhibits=exhibits)
        files = {PDF: pdf, DOCX: word, INDEX: write_index(held)}
        began = time.perf_counter()
        record_build(vault, held, load_forum("icc-15"), files, (), "coded")
        entered = time.perf_counter()
        write_package(vault, Path(folder) / "package", held, files)
        took = time.perf_counter() - began
        vault.close()
        peer = _copy(Path(folder) / "package" / "data", Path(folder) / "peer")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    total = len(exhibits) * SIZE / 1e6
    print(f"package of {len(exhibits)} exhibits, {total:.0f} MB: {took:.1f} s"
          f" (entries {entered - began:.1f} s); memory of the process {own} MB")  # fmt: skip
    print(f"ratio to cp and sha256sum ({peer:.1f} s): {took / peer:.2f}")


def _vault_of(folder: Path, document: Document) -> tuple[Vault, tuple[Exhibit, ...]]:
    from amparo.crypto.slots import Cost
    from amparo.store import lock
    from amparo.vault.deposit import Arrival, deposit
    from amparo.vault.unlock import create_vault, mark_writing, open_vault

    create_vault(folder / "vault", "five random words for a bench", cost=Cost(64, 1, 1))
    vault = open_vault(folder / "vault", "five random words for a bench")
    with lock.hold(vault.folder), mark_writing(vault):
        arrivals = [
            Arrival(stored=vault.packs.put(os.urandom(SIZE)), file_name=one.file_name,
                    kind="text", media_type="text/plain", outcome="ok", reader="bench",
                    reader_version="1")
            for one in document.exhibits
        ]  # fmt: skip
        vault.packs.flush()
        done = deposit(vault.member, arrivals, index_form=str, reason="bench")
        vault.packs.release()
    pairs = zip(document.exhibits, done, strict=True)
    return vault, tuple(
        replace(one, item=made.item.sha256, sha256=made.item.sha256, size=made.item.size)
        for one, made in pairs
    )


def _copy(source: Path, target: Path) -> float:
    began = time.perf_counter()
    script = 'cp -r "$0" "$1" && sync -f "$1" && find "$1" -type f -print0 | xargs -0 sha256sum'
    command = ["sh", "-c", script, str(source), str(target)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _print(pages: int) -> tuple[float, int, bytes, bytes]:
    document = make_document(pages)
    began = time.perf_counter()
    pdf = typeset(document, WORDS)
    took = time.perf_counter() - began
    count = len(pypdfium2.PdfDocument(pdf))
    began = time.perf_counter()
    word = write_word(document, WORDS)
    spent = time.perf_counter() - began
    print(f"{count} pages: PDF {took:.1f} s, DOCX {spent:.1f} s")
    return took, count, pdf, word


def main() -> None:
    """Print the quarter, the whole, growth, memory and the ratios to the peers."""
    asked = argparse.ArgumentParser()
    asked.add_argument("pages", type=int, nargs="?", default=200)
    asked.add_argument("--no-peer", action="store_true")
    asked.add_argument("--package", action="store_true")
    told = asked.parse_args()
    small, few, _, _ = _print(told.pages // 4)
    whole, many, pdf, word = _print(told.pages)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"growth {whole / small / (many / few):.2f}; memory of the typesetter {used} MB")
    if told.package:
        _package(make_document(told.pages), pdf, word)
    peer = None if told.no_peer else _peer(word)
    if peer is None:
        print("no peer: soffice")
    else:
        print(f"ratio to LibreOffice (DOCX to PDF, {peer:.1f} s): {whole / peer:.2f}")


if __name__ == "__main__":
    main()
