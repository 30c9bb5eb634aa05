"""Storing and verifying against restic, borg and a digest-only pass, side by side.

    .venv/bin/python bench/vault.py [--runs 5] [--share 1.0] [--only A|B] [--dir DIR]
    .venv/bin/python bench/vault.py --growth 100000 [--dir DIR]     (1000000 takes a while)

Peers: `apt-get install restic borgbackup openssl`. Corpora of random bytes (docs/spec/vault.md):
A = 20,000 files of 4 to 64 KiB, B = 20 files of 100 MiB; `--share 0.1` takes a tenth. Each time
is that of a whole process: start, key derivation, reading, sealing, recording, all durable
before it ends. Memory is the peak of one process, the stretching of the passphrase included.
Compression is off on all sides: it would be for nothing. Our side
takes the path of `amparo item add --unread`: the peers read no file either. Prints medians,
ratios, and whether each target of the issue is met; nothing is asserted. CPU seconds, of all
processes of a program, say more than the clock while others use the machine.

Growth: how long 10,000 further small files take when the vault holds 1,000, 10,000 and so on,
and how long it takes to open then, from the start of a process.
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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PASSPHRASE = "bench bench bench bench"


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


def run(command: list[str]) -> tuple[float, float, float]:
    """Seconds, CPU seconds and greatest resident MiB of one process and those it waited for."""
    os.sync()
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said, complaint = process.stdout.read(), process.stderr.read()  # type: ignore[union-attr]
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"{command[0]} failed: {complaint.decode()}")
    told = said.decode(errors="replace").rpartition("resident KiB ")[2]
    resident = (int(told) if told.isdigit() else usage.ru_maxrss) / 1024
    return seconds, usage.ru_utime + usage.ru_stime, resident


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
    cpu: dict[tuple[str, str], list[float]] = {}
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
                seconds, worked, resident = run(command)
                cpu.setdefault((program.name, action), []).append(worked)
                times.setdefault((program.name, action), []).append(seconds)
                memory[program.name] = max(memory.get(program.name, 0), resident)
        times.setdefault(("digest", "store"), []).append(digest_only(corpus))
    report(corpus, medians(times), medians(cpu), memory)


def medians(found: dict[tuple[str, str], list[float]]) -> dict[tuple[str, str], float]:
    """The median of each list."""
    return {key: statistics.median(values) for key, values in found.items()}


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


Times = dict[tuple[str, str], float]


def report(corpus: Corpus, median: Times, cpu: Times, memory: dict[str, float]) -> None:
    """One table, the ratios, and the targets."""
    print(f"corpus {corpus.name}: {corpus.files} files, {corpus.mebibytes:.0f} MiB")
    for (name, action), seconds in sorted(median.items(), key=lambda one: (one[0][1], one[1])):
        speed = f"{corpus.files / seconds:8.0f} files/s {corpus.mebibytes / seconds:7.0f} MiB/s"
        worked = f"  CPU {cpu[name, action]:6.2f} s" if (name, action) in cpu else ""
        print(f"  {action:6} {name:7} {seconds:7.2f} s {speed}{worked}")
    for action in ("store", "verify"):
        for peer in ("restic", "borg"):
            clock = median[peer, action] / median["amparo", action]
            print(
                f"  {action}: {clock:.2f} x {peer}"
                f" (by CPU {cpu[peer, action] / cpu['amparo', action]:.2f} x)"
            )
    share = median["digest", "store"] / median["amparo", "store"]
    print(f"  store: {share:.0%} of the digest-only rate")
    print(
        "  greatest memory, MiB: "
        + ", ".join(f"{name} {size:.0f}" for name, size in memory.items())
    )
    store = median["restic", "store"] / median["amparo", "store"]
    say(f"{corpus.name} store / restic", store, 1.5 if corpus.name == "A" else 2.0)
    say(
        f"{corpus.name} verify / restic",
        median["restic", "verify"] / median["amparo", "verify"],
        1.5,
    )
    if corpus.name == "B":
        say("B store / digest only", share, 0.4)
    say("memory, 200 MiB / ours", 200 / memory["amparo"], 1.0)


def say(what: str, found: float, target: float) -> None:
    """Whether a target is met."""
    print(f"  {'PASS' if found >= target else 'MISS'}  {what}: {found:.2f}, target {target}")


PROBE = 10_000


def measure_growth(work: Path, limit: int) -> None:
    """Print the time of an item, and of opening, at each size of the vault."""
    at = work / "store"
    me = [sys.executable, __file__, "--child"]
    run([*me, "make", str(at), ""])
    print(f"growth: {PROBE} further files of 200 to 600 bytes at each size of the vault")
    per_item: dict[int, float] = {}
    size = 1_000
    while size <= limit:
        run([*me, "fill", str(at), str(size)])
        corpus = work / "probe"
        shutil.rmtree(corpus, ignore_errors=True)
        for number in range(PROBE):
            path = corpus / f"{number // 1000:03d}" / f"{number:05d}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.urandom(random.randint(200, 600)))
        opening = statistics.median(run([*me, "open", str(at), ""])[0] for _ in range(3))
        seconds, worked, _ = run([*me, "store", str(at), str(corpus)])
        start, start_cpu, _ = run([*me, "open", str(at), ""])
        per_item[size] = (seconds - start) / PROBE
        print(
            f"  {size:8} items: {per_item[size] * 1e6:6.0f} us an item"
            f" (CPU {(worked - start_cpu) / PROBE * 1e6:4.0f}), opened in {opening:.2f} s",
            flush=True,
        )
        if opening >= 1.0:
            print("  MISS  opening, target 1 s")
        size *= 10
    say(
        "growth, least / greatest time of an item",
        min(per_item.values()) / max(per_item.values()),
        0.8,
    )


def fill(vault: object, size: int) -> None:
    """Bring the vault to so many small items, from memory, of the sizes of those that are timed:
    a file of a size that no item has is not digested twice."""
    from amparo.store import lock
    from amparo.vault.hold import record_unread
    from amparo.vault.models import Item
    from amparo.vault.unlock import mark_writing

    packs = vault.packs  # type: ignore[attr-defined]
    while (count := Item.objects.count()) < size:
        with lock.hold(vault.folder), mark_writing(vault):  # type: ignore[attr-defined, arg-type]
            few = min(PROBE, size - count)
            names = (f"{number}.bin" for number in range(count, count + few))
            sealed = [(name, packs.put(os.urandom(random.randint(200, 600)))) for name in names]
            packs.flush()
            record_unread(vault.member, sealed)  # type: ignore[attr-defined]
            packs.release()


def act(action: str, vault: object, corpus: str, begun: object) -> None:
    """What is timed, in a vault that is open."""
    if action == "store":
        from amparo.intake.hold import hold_begun

        tally = hold_begun(vault, vault.member, begun)  # type: ignore[attr-defined, arg-type]
        if tally.failed or not tally.agrees:
            raise SystemExit(f"{tally.failed} files were not taken in")
    elif action == "fill":
        fill(vault, int(corpus))
    elif action == "verify":
        from amparo.vault.verify import verify_vault

        found = verify_vault(vault)  # type: ignore[arg-type]
        if found.faults:
            raise SystemExit(str(found.faults[:3]))


def child(action: str, at: Path, corpus: str) -> None:
    """Our side, as the command line would do it, without the readers that peers do not have."""
    from amparo.intake.begin import begin
    from amparo.vault.unlock import create_vault, open_vault

    if action == "make":
        create_vault(at, PASSPHRASE)
        return
    with begin([Path(corpus)] if action == "store" else []) as begun:
        vault = open_vault(at, PASSPHRASE)
        try:
            act(action, vault, corpus, begun)
        finally:
            vault.close()
    status = Path("/proc/self/status").read_text()
    print(
        "resident KiB",
        next(line.split()[1] for line in status.splitlines() if "VmHWM" in line),
        end="",
    )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--share", type=float, default=1.0)
    options.add_argument("--only", choices=["A", "B"])
    options.add_argument("--dir", type=Path)
    options.add_argument("--growth", type=int, metavar="ITEMS", help="up to so many items")
    options.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.child:
        child(chosen.child[0], Path(chosen.child[1]), chosen.child[2])
        return
    if chosen.growth:
        with tempfile.TemporaryDirectory(dir=chosen.dir) as name:
            measure_growth(Path(name), chosen.growth)
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
