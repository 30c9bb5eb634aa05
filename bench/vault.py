"""Storing and verifying against restic, borg and a digest-only pass, side by side.

    .venv/bin/python bench/vault.py [--runs 5] [--share 1.0] [--only A|B] [--dir DIR]

Peers: `apt-get install restic borgbackup openssl`. Corpora of random bytes (docs/spec/vault.md):
A = 20,000 files of 4 to 64 KiB, B = 20 files of 100 MiB; `--share 0.1` takes a tenth. Each time
is that of a whole process: start, key derivation, reading, sealing, recording, all durable
before it ends. Memory is the peak of one process, ours after the passphrase (Argon2id takes
256 MiB for half a second). Compression is off on all sides: it would be for nothing. Prints
medians and ratios; nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PASSPHRASE = "bench bench bench bench"
BATCH = 500
BATCH_BYTES = 256 << 20


@dataclass(frozen=True)
class Corpus:
    """A folder of files, how many, and how many MiB they are together."""

    name: str
    folder: Path
    files: int
    mebibytes: float


@dataclass(frozen=True)
class Program:
    """How to make a store, put a corpus into it, and check all of it."""

    name: str
    make: Callable[[Path], None]
    store: Callable[[Path, Path], list[str]]
    verify: Callable[[Path], list[str]]


def make_corpus(folder: Path, name: str, share: float) -> Corpus:
    """Random files; the same bytes each time."""
    chance = random.Random(name)
    target = folder / name
    target.mkdir()
    count = max(2, round((20_000 if name == "A" else 20) * share))
    total = 0
    for number in range(count):
        size = chance.randint(4 << 10, 64 << 10) if name == "A" else 100 << 20
        path = target / f"{number // 1000:03d}" / f"{number:05d}.bin"
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as file:
            for start in range(0, size, 1 << 24):
                file.write(os.urandom(min(1 << 24, size - start)))
        total += size
    return Corpus(name, target, count, total / 2**20)


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and greatest resident MiB of one process."""
    os.sync()
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said, complaint = process.stdout.read(), process.stderr.read()  # type: ignore[union-attr]
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"{command[0]} failed: {complaint.decode()}")
    told = said.decode(errors="replace").rpartition("resident KiB ")[2]
    return seconds, (int(told) if told.isdigit() else usage.ru_maxrss) / 1024


def programs(work: Path) -> list[Program]:
    """Ours and the peers."""
    secret = work / "passphrase"
    secret.write_text(PASSPHRASE)
    os.environ |= {
        "RESTIC_PASSWORD_FILE": str(secret),
        "RESTIC_CACHE_DIR": str(work / "restic-cache"),
        "BORG_PASSPHRASE": PASSPHRASE,
        "BORG_BASE_DIR": str(work / "borg-base"),
        "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
    }
    me = [sys.executable, __file__, "--child"]
    return [
        Program(
            "amparo",
            lambda at: run([*me, "make", str(at), ""]) and None,  # type: ignore[func-returns-value]
            lambda at, corpus: [*me, "store", str(at), str(corpus)],
            lambda at: [*me, "verify", str(at), ""],
        ),
        Program(
            "restic",
            lambda at: run(["restic", "init", "-r", str(at)]) and None,  # type: ignore[func-returns-value]
            lambda at, corpus: [
                "restic",
                "backup",
                "-q",
                "--compression",
                "off",
                "-r",
                str(at),
                str(corpus),
            ],
            lambda at: ["restic", "check", "-q", "--read-data", "-r", str(at)],
        ),
        Program(
            "borg",
            lambda at: run(["borg", "init", "-e", "repokey", str(at)]) and None,  # type: ignore[func-returns-value]
            lambda at, corpus: ["borg", "create", "-C", "none", f"{at}::one", str(corpus)],
            lambda at: ["borg", "check", "--verify-data", str(at)],
        ),
    ]


def measure(corpus: Corpus, work: Path, runs: int) -> None:
    """Print the medians of one corpus, and the ratios that count."""
    times: dict[tuple[str, str], list[float]] = {}
    memory: dict[str, float] = {}
    kinds = programs(work)
    for _ in range(runs):
        for program in kinds:
            at = work / "store"
            shutil.rmtree(at, ignore_errors=True)
            program.make(at)
            for action, command in (
                ("store", program.store(at, corpus.folder)),
                ("verify", program.verify(at)),
            ):
                seconds, resident = run(command)
                times.setdefault((program.name, action), []).append(seconds)
                memory[program.name] = max(memory.get(program.name, 0), resident)
        times.setdefault(("digest", "store"), []).append(digest_only(corpus))
    report(corpus, {key: statistics.median(found) for key, found in times.items()}, memory)


def digest_only(corpus: Corpus) -> float:
    """Seconds of one core that does nothing but SHA-256 over the corpus."""
    names = [str(path) for path in sorted(corpus.folder.rglob("*.bin"))]
    start = time.perf_counter()
    for at in range(0, len(names), 5000):
        subprocess.run(
            ["openssl", "dgst", "-sha256", *names[at : at + 5000]],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return time.perf_counter() - start


def report(corpus: Corpus, median: dict[tuple[str, str], float], memory: dict[str, float]) -> None:
    """One table."""
    print(f"corpus {corpus.name}: {corpus.files} files, {corpus.mebibytes:.0f} MiB")
    for (name, action), seconds in sorted(median.items(), key=lambda one: (one[0][1], one[1])):
        speed = f"{corpus.files / seconds:8.0f} files/s {corpus.mebibytes / seconds:7.0f} MiB/s"
        print(f"  {action:6} {name:7} {seconds:7.2f} s {speed}")
    for action in ("store", "verify"):
        for peer in ("restic", "borg"):
            print(f"  {action}: {median[peer, action] / median['amparo', action]:.2f} x {peer}")
    share = median["digest", "store"] / median["amparo", "store"]
    print(f"  store: {share:.0%} of the digest-only rate")
    print(
        "  greatest memory, MiB: "
        + ", ".join(f"{name} {size:.0f}" for name, size in memory.items())
    )


def child(action: str, at: Path, corpus: str) -> None:
    """Our side, as the command line would do it, without the readers that peers do not have."""
    from amparo.vault.unlock import create_vault, open_vault

    if action == "make":
        create_vault(at, PASSPHRASE)
        return
    vault = open_vault(at, PASSPHRASE)
    Path("/proc/self/clear_refs").write_text(
        "5"
    )  # forget the peak of Argon2id, which asks for 256 MiB
    try:
        if action == "store":
            from amparo.intake.hold import hold

            tally = hold(vault, vault.member, [Path(corpus)])
            if tally.failed or not tally.agrees:
                raise SystemExit(f"{tally.failed} files were not taken in")
        else:
            from amparo.vault.verify import verify_vault

            found = verify_vault(vault)
            if found.faults:
                raise SystemExit(str(found.faults[:3]))
    finally:
        vault.close()
    status = Path("/proc/self/status").read_text()
    print(
        "resident KiB",
        next(line.split()[1] for line in status.splitlines() if "VmHWM" in line),
        end="",
    )


def batches(corpus: Path) -> Iterator[list[Path]]:
    """Files in groups that share one durable point."""
    group: list[Path] = []
    size = 0
    for path in sorted(corpus.rglob("*.bin")):
        group.append(path)
        size += path.stat().st_size
        if len(group) >= BATCH or size >= BATCH_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def store(vault: object, paths: list[Path]) -> None:
    """Seal a group, make it durable, then record it."""
    from amparo.vault.deposit import Arrival, deposit

    arrivals = []
    for path in paths:
        with path.open("rb", buffering=0) as file:
            stored = vault.packs.put(file)  # type: ignore[attr-defined]
        arrivals.append(Arrival(stored, path.name, "unknown", "application/octet-stream", "ok"))
    vault.packs.flush()  # type: ignore[attr-defined]
    deposit(vault.member, arrivals, index_form=str)  # type: ignore[attr-defined]


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--share", type=float, default=1.0)
    options.add_argument("--only", choices=["A", "B"])
    options.add_argument("--dir", type=Path)
    options.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.child:
        child(chosen.child[0], Path(chosen.child[1]), chosen.child[2])
        return
    missing = [name for name in ("restic", "borg", "openssl") if not shutil.which(name)]
    if missing:
        raise SystemExit(
            f"missing: {', '.join(missing)}. apt-get install restic borgbackup openssl"
        )
    with tempfile.TemporaryDirectory(dir=chosen.dir) as name:
        work = Path(name)
        for corpus in ("A", "B"):
            if chosen.only in (None, corpus):
                measure(make_corpus(work, corpus, chosen.share), work, chosen.runs)
                shutil.rmtree(work / corpus)


if __name__ == "__main__":
    main()
