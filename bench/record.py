"""The record: full records a second, and that many times what Bayanat 4.0 reaches on its API.

A full record is event, act, two persons, involvement, place, source and statement, the statement
at an exact passage. The peer is Bayanat 4.0 (19.7 a second on its API on two cores), measured
once; the number is fixed here because Bayanat needs a server of its own.

Also: one record added to a case of 50,000 rows; fifty writers that change the same few records.

Run: .venv/bin/python bench/record.py [RECORDS] [SECONDS OF WRITING] [--postgresql]
With --postgresql the record lies on a server of this run's own, which writes durably.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from amparo.casefile.revise import Draft, add_records, create_case
from amparo.crypto.slots import Cost
from amparo.intake.receive import receive_bytes
from amparo.vault.unlock import create_vault, open_vault

PEER = 19.7
LARGE = 6_250
WRITERS = Path(__file__).parents[1] / "tests" / "contracts" / "writers.py"
PASSPHRASE = "seven grey herons over the quiet harbour"


def make_texts(count: int) -> list[tuple[str, bytes]]:
    """Documents of a hundred passages, one for each record."""
    said = [
        f"On day {n} two men in uniform took the person numbered {n} from a house in the third "
        f"street, and said nothing of where they would go."
        for n in range(count)
    ]
    return [
        (f"account-{at}.txt", "\n\n".join(said[at : at + 100]).encode())
        for at in range(0, count, 100)
    ]


def make_full_record(n: int) -> list[Draft]:
    """The drafts of one full record; eight rows."""
    quote = f"On day {n} two men in uniform took the person numbered {n} from a house"
    said = {"source": f"S{n}", "item": f"I-{n // 100 + 1:04d}", "part": "text", "quote": quote,
            "knows_by": "told by"}  # fmt: skip
    involved = {"act": f"A{n}", "person": f"AP-{n}", "degree": "suspected", "basis": f"ST{n}"}
    act = {"event": f"E{n}", "kind": "abduction", "victim": f"V-{n}", "place": f"PL{n}",
           "began": "2017-03", "methods": ["by car"], "attribution": "state"}  # fmt: skip
    return [
        Draft("place", f"PL{n}", {"name": f"Third street {n}", "precision": "street"}),
        Draft("person", f"V-{n}", {"role": "a resident", "counting_unit": "one person"}),
        Draft("person", f"AP-{n}", {"role": "a man in uniform", "counting_unit": "one person"}),
        Draft("source", f"S{n}", {"kind": "person", "title": f"Neighbour {n}", "grade": "B"}),
        Draft("event", f"E{n}", {"title": "Taken", "began": "2017-03", "places": [f"PL{n}"]}),
        Draft("act", f"A{n}", act),
        Draft("statement", f"ST{n}", said),
        Draft("involvement", f"INV{n}", involved),
    ]  # fmt: skip


@contextmanager
def own_server() -> Iterator[str]:
    """Address of an empty database on a server that runs for the block only."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.conftest import Server

    folder = Path(tempfile.mkdtemp(prefix="amparo-pg-"))
    server = Server(folder, durable=True)
    try:
        yield server.make_database("bench")
    finally:
        server.process.terminate()
        server.process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def main(count: int, writing: float, server: str = "") -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "v"
        create_vault(place, PASSPHRASE, cost=Cost(64, 1, 1), server=server)
        vault = open_vault(place, PASSPHRASE)
        try:
            receive_bytes(vault, vault.member, make_texts(max(count, LARGE + 100)))
            measure_import(vault.member, count)
            measure_one(vault.member)
            create_case(vault.member, {"code": "RACE", "title": "Many write here"})
            drafts = [Draft("event", f"E{n}", {"title": "0"}) for n in range(1, 9)]
            add_records(vault.member, "RACE", drafts, reason="bench")
        finally:
            vault.close()
        measure_writers(place, writing)


def measure_import(member: str, count: int) -> None:
    """Import in five parts; median rate."""
    create_case(member, {"code": "BULK", "title": "A bench"})
    rates, part = [], count // 5
    for at in range(0, part * 5, part):
        drafts = [draft for n in range(at, at + part) for draft in make_full_record(n)]
        start = time.perf_counter()
        add_records(member, "BULK", drafts, reason="bench")
        rates.append(part / (time.perf_counter() - start))
    rate = statistics.median(rates)
    print(f"bulk import, {count} full records: {rate:.0f}/s median of five "
          f"({min(rates):.0f}-{max(rates):.0f}) = {rate / PEER:.1f} x {PEER}/s")  # fmt: skip


def measure_one(member: str) -> None:
    """One full record more, in a case that has one and in one that has 50,000 rows."""
    medians = []
    for code, count in (("SMALL", 1), ("LARGE", LARGE)):
        create_case(member, {"code": code, "title": "A bench"})
        drafts = [draft for n in range(count) for draft in make_full_record(n)]
        add_records(member, code, drafts, reason="bench")
        times = []
        for n in range(count, count + 31):
            start = time.perf_counter()
            add_records(member, code, make_full_record(n), reason="bench")
            times.append(time.perf_counter() - start)
        medians.append(statistics.median(times))
    print(f"one full record more: {1 / medians[0]:.0f}/s in a new case, {1 / medians[1]:.0f}/s = "
          f"{1 / medians[1] / PEER:.1f} x Bayanat's in one of {LARGE * 8} rows: it takes "
          f"{medians[1] / medians[0]:.2f} x as long there")  # fmt: skip


def measure_writers(place: Path, seconds: float) -> None:
    """Fifty writers, ten in each of five processes, as in tests/contracts."""
    if not seconds:
        return
    command = [sys.executable, str(WRITERS), str(place), "10"]
    running = [
        subprocess.Popen(
            [*command, str(n)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for n in range(5)
    ]
    saved = refused = 0
    for said in (PASSPHRASE, str(seconds)):
        for one in running:
            assert one.stdin and one.stdout
            one.stdin.write(said + "\n")
            one.stdin.flush()
        if said == PASSPHRASE:
            ready = [one.stdout.readline() for one in running if one.stdout]
            assert len(ready) == len(running)
    for one in running:
        out, _ = one.communicate()
        told, faults = json.loads(out)
        assert not faults, faults
        refused += told.pop("stale", 0)
        saved += sum(told.values())
    print(f"50 writers for {seconds:.0f} s: {saved / seconds:.0f} saves/s, "
          f"{refused / seconds:.0f} stale saves refused/s, no other error")  # fmt: skip


if __name__ == "__main__":
    given = [word for word in sys.argv[1:] if word != "--postgresql"]
    sizes = (
        int(given[0]) if given else 5_000,
        float(given[1]) if len(given) > 1 else 60,
    )
    if "--postgresql" in sys.argv:
        with own_server() as address:
            main(*sizes, server=address)
    else:
        main(*sizes)
