"""Start-up of the command line, as a ratio to `python -c pass` in the same run.

Run: python bench/start.py [runs]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time


def median_seconds(words: list[str], runs: int) -> float:
    """Median wall time of a command over `runs` runs, after one warm-up."""
    times = []
    for number in range(runs + 1):
        began = time.perf_counter()
        subprocess.run(words, capture_output=True, check=True)
        if number:
            times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    bare = median_seconds([sys.executable, "-c", "pass"], runs)
    for words in (["--help"], ["item", "add", "--help"], ["--version"]):
        ours = median_seconds([sys.executable, "-m", "amparo", *words], runs)
        limit = "under" if ours < 0.4 else "OVER"
        print(f"amparo {' '.join(words):16} {ours / bare:6.1f} x python -c pass, {limit} 0.4 s")


if __name__ == "__main__":
    main()
