"""Records that may be the same as one being typed, in any script; people decide.

Words are compared by sound across scripts (`script.same_word`), the last one also by its
beginning, because somebody may still be typing it. Rare words weigh more than common ones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

from amparo.casefile.records import CaseFile, Row
from amparo.casefile.schema import BY_NAME
from amparo.casefile.script import fold_text, same_word, to_latin, words_of_name

# What of a record tells it apart from others of its noun.
TELLING: dict[str, tuple[str, ...]] = {
    "person": ("role",),
    "place": ("name", "names", "as_stated"),
    "source": ("title",),
    "event": ("title",),
    "item": ("title", "file"),
    "proposition": ("text",),
    "statement": ("quote",),
    "act": ("kind",),
}
# Nouns of which a second record of the same thing does harm: asked about before saving.
ASKED = ("person", "place", "source")
MOST = 5
LEAST = 0.5
NEARLY = 0.8
MOST_WORDS = 12
_SMALL = "a an of the in on at and by de la le les du des et в на и с по"
_COMMON = frozenset(_SMALL.split())


@dataclass(frozen=True)
class Same:
    """A record that may be meant. `share` is of the words typed that it has, 0 to 1."""

    code: str
    noun: str
    title: str
    share: float
    both: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return {**asdict(self), "share": round(self.share, 2)}


def find_same(case: CaseFile, nouns: Iterable[str], text: str, *, most: int = MOST) -> list[Same]:
    """Records of these nouns that what was typed may mean, likeliest first.

    An id that was typed, or its beginning, comes before all.
    """
    rows = [row for noun in nouns for row in case.all(noun)]
    typed = _words(text)[:MOST_WORDS]
    begun = fold_text(text.strip())
    held = {row.code: [_words(told) for told in _texts(row.noun, row.body)] for row in rows}
    weigh = _weights({word for told in texts for word in told} for texts in held.values())
    near = {word: _near(word, weigh, open_end=word == typed[-1]) for word in typed}
    found = []
    for row in rows:
        if begun and fold_text(row.code).startswith(begun):
            found.append(Same(row.code, row.noun, row.title, 1.0, True))
        elif typed and (same := _compare(row, held[row.code], typed, near, weigh)):
            found.append(same)
    found.sort(key=lambda one: (-one.share, not one.both, len(one.title), one.code))
    return found[:most]


def find_likely(case: CaseFile, noun: str, values: Mapping[str, Any]) -> list[Same]:
    """Records so near to these values that somebody should look before adding another."""
    if noun not in ASKED:
        return []
    found: dict[str, Same] = {}
    for text in _texts(noun, values):
        for one in find_same(case, [noun], text):
            if one.both and one.share >= NEARLY:
                found.setdefault(one.code, one)
    return list(found.values())[:MOST]


def telling_text(noun: str, values: Mapping[str, Any]) -> str:
    """The words by which people know a record of this noun."""
    return " ".join(_texts(noun, values))


def _texts(noun: str, values: Mapping[str, Any]) -> list[str]:
    told: list[Any] = []
    for name in TELLING.get(noun, (BY_NAME[noun].title_field,)):
        value = values.get(name)
        told += value.values() if isinstance(value, Mapping) else [value] if value else []
    return [str(text) for text in told]


def _words(text: str) -> list[str]:
    """Folded words and numbers, each once, common ones left out."""
    numbers = "".join(char if char.isdigit() else " " for char in text).split()
    words = [word for word in (*words_of_name(text), *numbers) if word not in _COMMON]
    return list(dict.fromkeys(words))


def _weights(held: Iterable[set[str]]) -> dict[str, float]:
    counted: Counter[str] = Counter()
    total = 0
    for words in held:
        counted.update(words)
        total += 1
    return {word: math.log(1 + total / count) for word, count in counted.items()}


def _near(word: str, known: Mapping[str, float], *, open_end: bool) -> set[str]:
    """Words of the record that this one may be."""
    if word.isdigit():
        return {word} & known.keys()
    begun = to_latin(word) if open_end and len(word) > 1 else ""
    return {
        other
        for other in known
        if not other.isdigit()
        and (same_word(word, other) or (begun and to_latin(other).startswith(begun)))
    }


def _compare(
    row: Row, own: list[list[str]], typed: list[str], near: Mapping[str, set[str]],
    weigh: Mapping[str, float],
) -> Same | None:  # fmt: skip
    rarest = max(weigh.values(), default=1.0)
    met = {word: near[word].intersection(chain.from_iterable(own)) for word in typed}
    weights = {w: max((weigh[o] for o in met[w] or near[w]), default=rarest) for w in typed}
    share = sum(weights[word] for word in typed if met[word]) / sum(weights.values())
    if share < LEAST:
        return None
    covered = {other for others in met.values() for other in others}
    back = max(
        (sum(weigh[w] for w in told if w in covered) / sum(weigh[w] for w in told)
         for told in own if told),
        default=0.0,
    )  # fmt: skip
    return Same(row.code, row.noun, row.title, share, back >= NEARLY)
