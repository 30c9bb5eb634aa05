"""Assess 100,000 acts before every forum; print acts per second, peak memory and a ratio.

The peer in the same run is `json.dumps` of as many small answers as were found: the
least that any program must do to hand them on. Run: python bench/law.py [acts]
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from datetime import date, timedelta

from amparo.law import assess, book
from amparo.law.book.windows import When
from amparo.law.dates import Span
from amparo.law.facts import Act, Crossing, Facts, Place, Remedy, Suspect, Victim


def _day(chance: random.Random) -> int:
    return (date(1998, 1, 1) + timedelta(days=chance.randrange(10_500))).toordinal()


def make_acts(count: int, seed: int = 1) -> tuple[Act, ...]:
    """Acts over all States, crimes and dates, a third of them with more detail."""
    chance = random.Random(seed)
    loaded = book.load()
    states, crimes = sorted(loaded.states), sorted(loaded.crimes)
    acts = []
    for number in range(count):
        began = _day(chance)
        ended = began + chance.choice((0, 0, 3, 40, 400))
        where, other = chance.choice(states), chance.choice(states)
        rich = number % 3 == 0
        decided = began + chance.randrange(2000)
        acts.append(
            Act(
                id=f"A{number}",
                crime=chance.choice(crimes),
                when=When(began, began, ended, ended, "began" if began == ended else ""),
                places=(Place(where, chance.choice((None, "Darfur", "Khartoum"))),),
                suspects=(Suspect((where,)), Suspect((other,))) if rich else (),
                victims=(Victim((where,), chance.choice((True, False, None))),) if rich else (),
                crossings=(Crossing(where, other, Span(ended, ended, "")),) if rich else (),
                attribution=chance.choice(("state", "private", "unknown")),
                remedies=(
                    (Remedy(Span(decided, decided, date.fromordinal(decided).isoformat()), True),)
                    if rich
                    else ()
                ),
            )
        )
    return tuple(acts)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    loaded = book.load()
    facts = Facts(make_acts(count), date(2026, 11, 22))
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, used = time.perf_counter(), time.process_time()
    found = assess.assess(facts, loaded)
    took, used = time.perf_counter() - started, time.process_time() - used
    counted = time.perf_counter()
    open_doors = sum(list(one.by_forum().values()).count("open") for one in found.answered)
    counted = time.perf_counter() - counted
    answers = sum(1 for one in found.answered for _ in one.findings)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    for one in found.answered:
        for finding in one.findings:
            json.dumps((finding.forum, finding.route, finding.result, finding.rule))
    peer = time.perf_counter() - started
    print(f"acts {count}, answers {answers}, open doors {open_doors}")
    print(
        f"assess {took:.2f} s (processor {used:.2f} s), best by forum {counted:.2f} s, "
        f"peak {peak / 1024:.0f} MB (facts alone {base / 1024:.0f} MB)"
    )
    print(f"ratio to json.dumps of the answers: {took / peer:.2f}")


if __name__ == "__main__":
    main()
