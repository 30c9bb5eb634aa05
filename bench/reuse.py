"""Text reuse on a constructed set: recall, false sources and speed beside rapidfuzz.

Run: .venv/bin/python bench/reuse.py [SOURCES]

Texts are sentences of Zipf-distributed words with stock phrases of the trade in them; once in
Latin letters, once in Cyrillic ones with their marks. A query's rate counts everything: folding,
looking up, reading the sources again and aligning them word by word, with the places shown.
Queries: two sentences quoted in a new article; 30 % of the sentences kept; 30 % kept
with one word in eight changed; and new articles that repeat nothing.
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections.abc import Callable

from rapidfuzz import fuzz, process

from amparo.casefile.reuse import ReuseIndex

ALPHABETS = {"Latin": "abcdefghiklmnoprstuv", "Cyrillic": "абвгдеёжзийклмнопрстуя"}
WANTED = 1_000
RNG = random.Random(11)
VOCABULARY: list[str] = []
WEIGHTS = list(itertools.accumulate(1.0 / (rank + 3) for rank in range(20_000)))
STOCK: list[str] = []


def speak(alphabet: str) -> None:
    """Make the words and stock phrases of which texts consist from now on."""
    RNG.seed(11)
    VOCABULARY[:] = ["".join(RNG.choices(alphabet, k=RNG.randint(2, 10))) for _ in WEIGHTS]
    STOCK[:] = [" ".join(RNG.choices(VOCABULARY[:600], k=6)) for _ in range(40)]


def sentence() -> str:
    words = RNG.choices(VOCABULARY, cum_weights=WEIGHTS, k=RNG.randint(11, 24))
    if RNG.random() < 0.15:
        words[3:3] = RNG.choice(STOCK).split()
    return " ".join(words)


def article() -> list[str]:
    return [sentence() for _ in range(RNG.randint(10, 20))]


def quote_two(source: list[str]) -> list[str]:
    text = article()
    for quoted in RNG.sample(source, 2):
        text.insert(RNG.randrange(len(text)), quoted)
    return text


def keep_some(source: list[str]) -> list[str]:
    kept = RNG.sample(source, max(2, round(0.3 * len(source))))
    text = kept + [sentence() for _ in range(len(source) - len(kept))]
    RNG.shuffle(text)
    return text


def keep_some_changed(source: list[str]) -> list[str]:
    return [
        " ".join(RNG.choice(VOCABULARY) if RNG.random() < 0.125 else word for word in part.split())
        for part in keep_some(source)
    ]


def main(count: int) -> None:
    for name, alphabet in ALPHABETS.items():
        print(f"{name} letters")
        speak(alphabet)
        run(count)


def run(count: int) -> None:
    articles = {f"S{number}": article() for number in range(count)}
    texts = {name: ". ".join(parts) for name, parts in articles.items()}
    index = ReuseIndex(texts.__getitem__)
    start = now()
    for name, text in texts.items():
        index.add(name, text)
    index.find("warm up the index")
    print(f"indexed {count} texts of about 250 words: {told(count, start)}")
    kinds: list[tuple[str, Callable[[list[str]], list[str]]]] = [
        ("two sentences quoted", quote_two),
        ("30 % kept", keep_some),
        ("30 % kept, 1 word in 8 changed", keep_some_changed),
    ]
    for title, make in kinds:
        measure(title, make, articles, index)
    nothing = [". ".join(article()) for _ in range(300)]
    start = now()
    false = sum(len(index.find(text)) for text in nothing)
    rate = told(len(nothing), start)
    print(f"nothing repeated: {false / len(nothing):.4f} false sources a query, {rate}")
    beside(articles, texts, index)


def now() -> tuple[float, float]:
    """Seconds by the clock and of this process's CPU: one core does all of it."""
    return time.perf_counter(), time.process_time()


def told(count: int, start: tuple[float, float]) -> str:
    rate, by_cpu = (count / (b - a) for a, b in zip(start, now(), strict=True))
    verdict = "held" if rate >= WANTED else "MISSED"
    return f"{rate:.0f} documents/s (by CPU {by_cpu:.0f}), wanted {WANTED}: {verdict}"


def measure(
    title: str,
    make: Callable[[list[str]], list[str]],
    articles: dict[str, list[str]],
    index: ReuseIndex,
) -> None:
    names = RNG.sample(sorted(articles), 300)
    queries = [". ".join(make(articles[name])) for name in names]
    start = now()
    answers = [[found.source for found in index.find(query)] for query in queries]
    rate = told(len(names), start)
    right = sum(name in answer for name, answer in zip(names, answers, strict=True))
    false = sum(len(set(answer) - {name}) for name, answer in zip(names, answers, strict=True))
    print(
        f"{title}: recall {right / len(names):.3f}, "
        f"{false / len(names):.4f} false sources a query, {rate}"
    )


def beside(articles: dict[str, list[str]], texts: dict[str, str], index: ReuseIndex) -> None:
    """rapidfuzz's token_set_ratio over all sources: the best of each, same queries."""
    names = RNG.sample(sorted(articles), 20)
    queries = [". ".join(keep_some(articles[name])) for name in names]
    start = time.perf_counter()
    best = [process.extractOne(query, texts, scorer=fuzz.token_set_ratio)[2] for query in queries]
    theirs = time.perf_counter() - start
    start = time.perf_counter()
    ours = [index.find(query) for query in queries]
    mine = time.perf_counter() - start
    right = sum(one == name for one, name in zip(best, names, strict=True)) / len(names)
    own = sum(bool(o) and o[0].source == n for o, n in zip(ours, names, strict=True)) / len(names)
    print(
        f"beside rapidfuzz token_set_ratio (30 % kept): {theirs / mine:.1f} times as fast; "
        f"best source right {own:.2f} against {right:.2f}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
