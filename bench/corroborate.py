"""100,000 propositions, each its own graph: seconds, and the ratio to `json.loads` of the same.

Run: .venv/bin/python bench/corroborate.py [COUNT]
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from amparo.casefile.corroborate import corroborate
from amparo.casefile.graph import parse_graph


def make_graph(rng: random.Random) -> dict[str, Any]:
    """3 to 14 items, cycles, denials, unknown origins, suspected exposures."""
    size = rng.randint(3, 14)
    hands = (True, False, False, None)
    nodes = [
        {"id": f"s{n}", "kind": "item", "first_hand": rng.choice(hands), "capacity": 1}
        for n in range(size)
    ]
    edges = [
        {"from": f"s{rng.randrange(size)}", "to": f"s{rng.randrange(size)}", "kind": "quotes"}
        for _ in range(size)
    ]
    edges += [
        {"from": f"s{n}", "to": "c", "kind": "supports" if rng.random() < 0.85 else "denies"}
        for n in range(size)
        if rng.random() < 0.4
    ]
    exposed = [{"nodes": ["s0", "s1"], "certain": False}] if rng.random() < 0.2 else []
    nodes.append({"id": "c", "kind": "claim"})
    return {"nodes": nodes, "edges": edges, "claim": "c", "contaminations": exposed}


def count_chains(lines: list[str]) -> int:
    """Sum of k of graphs written as JSON."""
    return sum(corroborate(parse_graph(json.loads(line))).supported.strict.k for line in lines)


def main(count: int) -> None:
    rng = random.Random(1)
    lines = [json.dumps(make_graph(rng)) for _ in range(count)]
    start = time.perf_counter()
    decoded = [json.loads(line) for line in lines]
    peer = time.perf_counter() - start
    start = time.perf_counter()
    total = sum(corroborate(parse_graph(graph)).supported.strict.k for graph in decoded)
    ours = time.perf_counter() - start
    cores = os.cpu_count() or 1
    start = time.perf_counter()
    with ProcessPoolExecutor(cores) as pool:
        parts = [lines[at : at + 5_000] for at in range(0, count, 5_000)]
        again = sum(pool.map(count_chains, parts))
    both = time.perf_counter() - start
    assert again == total
    print(
        f"{count} propositions in {ours:.1f} s on one core ({count / ours:.0f}/s), "
        f"{ours / peer:.1f} x json.loads; {both:.1f} s on {cores}, decoding included; "
        f"sum of k {total}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
