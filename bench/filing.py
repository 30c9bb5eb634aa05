"""A filing of about 200 pages, 2,000 notes, 1,000 exhibits: ratio to LibreOffice, and growth.

The peer in the same run is LibreOffice Writer turning our DOCX of the same words into PDF
(`soffice`, skipped where it is not installed). Growth is the time for the whole divided by
the time for a quarter, divided by the ratio of their pages: 1.0 is linear.
Run: python bench/filing.py [PAGES]
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2

from amparo.filing.document import Cite, Document, Exhibit, Note, Paragraph, Section, Text
from amparo.filing.exhibits import index_table
from amparo.filing.typeset import typeset
from amparo.filing.word import write_word
from amparo.filing.words import load_words

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


def _print(pages: int) -> tuple[float, int, bytes]:
    document = make_document(pages)
    began = time.perf_counter()
    pdf = typeset(document, WORDS)
    took = time.perf_counter() - began
    count = len(pypdfium2.PdfDocument(pdf))
    began = time.perf_counter()
    word = write_word(document, WORDS)
    spent = time.perf_counter() - began
    print(f"{count} pages: PDF {took:.1f} s, DOCX {spent:.1f} s")
    return took, count, word


def main(pages: int) -> None:
    """Print the quarter, the whole, growth, memory and the ratio to the peer."""
    small, few, _ = _print(pages // 4)
    whole, many, word = _print(pages)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"growth {whole / small / (many / few):.2f}; memory of the typesetter {used} MB")
    peer = _peer(word)
    if peer is None:
        print("peer not installed: soffice")
    else:
        print(f"ratio to LibreOffice (DOCX to PDF, {peer:.1f} s): {whole / peer:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
