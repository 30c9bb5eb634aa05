"""Taking in and searching Debian's documentation against recoll, and 200,000 passages.

    .venv/bin/python bench/search.py [--files 5000] [--passages 200000] [--source /usr/share/doc]

Peer: `apt-get install recollcmd`. Both take the same copy of real files into an index in an empty
folder; ours also seals, encrypts, signs and reads in the sandbox. Rate: files a second of the
whole run, OCR off on both sides. Latency: ours `search()` in an open vault with snippets, recoll's
a `recollq` process less one that only starts (`recollq -h`), so its start is not counted.
Passages: written to the index by `deposit`, without readers. Prints ratios; asserts nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


def times(ask: Callable[[str], object]) -> list[float]:
    """Seconds of each search, the words in turn."""
    found = []
    for _ in range(ROUNDS):
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


def run_passages(folder: Path, count: int) -> None:
    from amparo.casefile.script import fold_text
    from amparo.casefile.search import search
    from amparo.store.packs import Stored
    from amparo.vault.deposit import Arrival, Extract, deposit

    chance = random.Random(1)
    words = [*WORDS, *(f"{chance.getrandbits(40):x}" for _ in range(30_000))]
    weights = [1 / (rank + 2) for rank in range(len(words))]
    vault = open_new(folder)
    try:
        documents, spent = 0, 0.0
        while documents * PARAGRAPHS < count:
            arrivals = []
            for _ in range(48):
                picked = iter(chance.choices(words, weights, k=PARAGRAPHS * 40))
                paragraphs = (" ".join(next(picked) for _ in range(40)) for _ in range(PARAGRAPHS))
                text = "\n\n".join(paragraphs)
                digest = hashlib.sha256(text.encode()).hexdigest()
                stored = Stored("bench", digest, len(text))
                part = (Extract("text", "", text, "en"),)
                arrivals.append(Arrival(stored, "x.txt", "text", "text/plain", "ok", extracts=part))
            began = time.perf_counter()
            deposit(vault.member, arrivals, index_form=fold_text)
            spent += time.perf_counter() - began
            documents += len(arrivals)
        held = documents * PARAGRAPHS
        print(f"{held} passages: {held / spent:.0f} a second into the index ({spent:.1f} s)")
        search("warm")
        print(tell("  search", times(lambda word: search(word, limit=20))))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  peak memory {peak:.0f} MiB")
    finally:
        vault.close()


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=5_000)
    options.add_argument("--passages", type=int, default=200_000)
    options.add_argument("--source", type=Path, default=Path("/usr/share/doc"))
    chosen = options.parse_args()
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
            run_passages(folder / "passages", chosen.passages)


if __name__ == "__main__":
    main()
