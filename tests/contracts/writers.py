"""A process of writers to one case, as many threads as asked: each reads, changes and saves.

A number in a record's title is counted up. What a writer was told is saved must be there in
the end; the only error it may meet is the refusal of a stale save.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections import Counter
from contextvars import copy_context
from pathlib import Path

from amparo.casefile.records import look_up
from amparo.casefile.revise import Draft, add_records, change_record
from amparo.errors import Stale
from amparo.vault.unlock import open_vault

CASE = "RACE"
AT_LEAST = 3
COUNTERS = tuple(f"E{n}" for n in range(1, 9))


def write_until(until: float, member: str, told: Counter, faults: list[str], seed: int) -> None:
    """One writer. `told` counts saves acknowledged by record, and refusals under "stale"."""
    from django.db import connection

    rng = random.Random(seed)
    try:
        rounds = 0
        while rounds < AT_LEAST or time.time() < until:
            rounds += 1
            code = rng.choice(COUNTERS)
            seen = look_up(CASE, [code])[0][code]
            time.sleep(rng.random() * 0.01)
            body = {"title": str(int(seen["title"]) + 1)}
            try:
                change_record(member, CASE, code, body, seen_version=seen.version)
                told[code] += 1
            except Stale:
                told["stale"] += 1
            if rng.random() < 0.05:
                add_records(member, CASE, [Draft("place", "", {"name": "x"})], reason="test")
                told["places"] += 1
    except BaseException as error:
        faults.append(f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def run_threads(until: float, member: str, threads: int, seed: int) -> tuple[Counter, list[str]]:
    counts = [Counter() for _ in range(threads)]
    faults: list[str] = []
    running = [
        threading.Thread(
            target=copy_context().run,
            args=(write_until, until, member, count, faults, seed + n),
        )
        for n, count in enumerate(counts)
    ]
    [thread.start() for thread in running]
    [thread.join() for thread in running]
    return sum(counts, Counter()), faults


def main() -> None:
    """Folder, threads and seed; on stdin the passphrase and, when all are ready, the seconds."""
    folder, threads, seed = sys.argv[1:]
    vault = open_vault(Path(folder), sys.stdin.readline().rstrip("\n"))
    try:
        print("ready", flush=True)
        until = time.time() + float(sys.stdin.readline())
        told, faults = run_threads(until, vault.member, int(threads), int(seed))
    finally:
        vault.close()
    print(json.dumps([told, faults]))


if __name__ == "__main__":
    main()
