"""Taking in and searching Debian's documentation against recoll, and 200,000 passages.

    .venv/bin/python bench/search.py [--files 5000] [--passages 200000] [--source /usr/share/doc]

Peer: `apt-get install recollcmd`. Both take the same copy of real files into an index in an empty
folder; ours also seals, encrypts, signs and reads in the sandbox. Rate: files a second of the
whole run, OCR off on both sides. Latency: ours `search()` in an open vault with snippets, recoll's
a `recollq` process less one that only starts (`recollq -h`), so its start is not counted.
Passages: written to the index by `deposit`, without readers. Prints ratios; asserts nothing.

A million passages take minutes to write and seconds to ask, so the two can be run apart:

    .venv/bin/python bench/search.py --files 0 --passages 1000000 --build FOLDER
    .venv/bin/python bench/search.py --files 0 --passages 0 --ask FOLDER
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amparo.vault.deposit import Arrival
    from amparo.vault.unlock import Vault

PASSPHRASE = "bench bench bench bench"
WORDS = ("license", "copyright", "version", "file", "changes", "configuration", "the", "python")
ENDINGS = (".gz", ".txt", ".html", ".md", ".pdf", ".xml", ".csv", "")
ROUNDS = 12
PARAGRAPHS = 100


def gather(source: Path, target: Path, most: int) -> tuple[int, float]:
    """Copy up to `most` different files; their number and MiB."""
    met: set[str] = set()
    size = 0
    for path in sorted(source.rglob("*")):
        if len(met) >= most:
            break
        if path.is_symlink() or not path.is_file() or path.suffix not in ENDINGS:
            continue
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if data and digest not in met:
            met.add(digest)
            size += len(data)
            (target / f"{len(met):05}-{path.name}").write_bytes(data)
    return len(met), size / (1 << 20)


def open_new(folder: Path) -> Vault:
    """An empty vault with a key derivation that costs nothing."""
    from amparo.crypto.slots import Cost
    from amparo.vault.unlock import create_vault, open_vault

    create_vault(folder, PASSPHRASE, cost=Cost(64, 1, 1))
    return open_vault(folder, PASSPHRASE)


def times(ask: Callable[[str], object], rounds: int = ROUNDS) -> list[float]:
    """Seconds of each search, the words in turn."""
    found = []
    for _ in range(rounds):
        for word in WORDS:
            start = time.perf_counter()
            ask(word)
            found.append(time.perf_counter() - start)
    return sorted(found)


def tell(name: str, found: Sequence[float]) -> str:
    p95 = found[int(len(found) * 0.95) - 1]
    return f"{name}: median {statistics.median(found) * 1e3:.1f} ms, p95 {p95 * 1e3:.1f} ms"


def run_ours(corpus: Path, folder: Path) -> tuple[float, list[float]]:
    from amparo.casefile.search import search
    from amparo.intake.reading import Budget
    from amparo.intake.receive import receive

    vault = open_new(folder)
    try:
        start = time.perf_counter()
        receive(vault, vault.member, [corpus], budget=Budget(ocr=False))
        took = time.perf_counter() - start
        search("warm")
        return took, times(lambda word: search(word, limit=20))
    finally:
        vault.close()


def run_recoll(corpus: Path, folder: Path) -> tuple[float, list[float]]:
    folder.mkdir()
    (folder / "recoll.conf").write_text(f"topdirs = {corpus}\nloglevel = 1\n")
    settings = {**os.environ, "RECOLL_CONFDIR": str(folder)}

    def run(*words: str) -> None:
        subprocess.run(words, env=settings, capture_output=True, check=False)

    start = time.perf_counter()
    run("recollindex", "-c", str(folder))
    took = time.perf_counter() - start
    idle = statistics.median(times(lambda _: run("recollq", "-h")))
    asked = times(lambda word: run("recollq", "-c", str(folder), "-n", "20", "-A", word))
    return took, [max(0.0, one - idle) for one in asked]


def build_passages(folder: Path, count: int) -> None:
    """Write texts of PARAGRAPHS passages of 40 words each into a new vault."""
    from amparo.casefile.vocabulary import INDEX_FORM
    from amparo.vault.deposit import deposit

    chance = random.Random(1)
    words = [*WORDS, *(f"{chance.getrandbits(40):x}" for _ in range(30_000))]
    weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(words))))
    vault = open_new(folder)
    try:
        documents, spent = 0, 0.0
        while documents * PARAGRAPHS < count:
            arrivals = [make_arrival(chance, words, weights) for _ in range(48)]
            began = time.perf_counter()
            deposit(vault.member, arrivals, index_form=INDEX_FORM)
            spent += time.perf_counter() - began
            documents += len(arrivals)
        held = documents * PARAGRAPHS
        print(f"{held} passages: {held / spent:.0f} a second into the index ({spent:.1f} s)")
        print(f"  peak memory writing {peak():.0f} MiB")
    finally:
        vault.close()


def make_arrival(chance: random.Random, words: list[str], weights: list[float]) -> Arrival:
    from amparo.store.packs import Stored
    from amparo.vault.deposit import Arrival, Extract

    picked = iter(chance.choices(words, cum_weights=weights, k=PARAGRAPHS * 40))
    paragraphs = (" ".join(next(picked) for _ in range(40)) for _ in range(PARAGRAPHS))
    text = "\n\n".join(paragraphs)
    stored = Stored("bench", hashlib.sha256(text.encode()).hexdigest(), len(text))
    part = (Extract("text", "", text, "en"),)
    return Arrival(stored, "x.txt", "text", "text/plain", "ok", extracts=part)


def ask_passages(folder: Path) -> None:
    """Common words, each found in very many passages, in a process of its own."""
    from amparo.casefile.search import count_facets, search
    from amparo.vault.unlock import open_vault

    vault = open_vault(folder, PASSPHRASE)
    try:
        start = time.perf_counter()
        print(f"asked: {search('license').total} passages hold the commonest word")
        print(f"  first search of the process {(time.perf_counter() - start) * 1e3:.0f} ms")
        print(tell("  search", times(lambda word: search(word, limit=20))))
        print(tell("  two words", times(lambda word: search(f"{word} file", limit=20))))
        print(tell("  counts by kind, language, case, source", times(count_facets, 2)))
        print(f"  peak memory asking {peak():.0f} MiB")
    finally:
        vault.close()


def peak() -> float:
    """Greatest memory of this process, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_apart(*words: str) -> None:
    """This bench again, so that the memory of one measurement is not that of another."""
    subprocess.run([sys.executable, __file__, "--files", "0", *words], check=True)


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=5_000)
    options.add_argument("--passages", type=int, default=200_000)
    options.add_argument("--source", type=Path, default=Path("/usr/share/doc"))
    options.add_argument("--build", type=Path, help="write the passages here, and keep them")
    options.add_argument("--ask", type=Path, help="ask what was built there before")
    chosen = options.parse_args()
    if chosen.build:
        build_passages(chosen.build, chosen.passages)
        return
    if chosen.ask:
        ask_passages(chosen.ask)
        return
    with tempfile.TemporaryDirectory(prefix="bench-search-") as name:
        folder = Path(name)
        if chosen.files and shutil.which("recollindex"):
            corpus = folder / "corpus"
            corpus.mkdir()
            count, size = gather(chosen.source, corpus, chosen.files)
            ours, mine = run_ours(corpus, folder / "ours")
            theirs, other = run_recoll(corpus, folder / "recoll")
            print(f"{count} files, {size:.0f} MiB")
            print(f"taking in: ours {count / ours:.0f}/s, recoll {count / theirs:.0f}/s")
            print(f"  ratio ours to recoll {theirs / ours:.2f} (more is better)")
            print(tell("search, ours", mine))
            print(tell("search, recoll", other))
            ratio = statistics.median(mine) / max(statistics.median(other), 1e-4)
            print(f"  ratio of medians ours to recoll {ratio:.2f} (less is better)")
        elif chosen.files:
            print("recoll is not installed: `apt-get install recollcmd`")
        if chosen.passages:
            held = str(folder / "passages")
            run_apart("--passages", str(chosen.passages), "--build", held)
            run_apart("--ask", held)


if __name__ == "__main__":
    main()
