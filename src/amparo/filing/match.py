"""Whether a text holds a protected string: in every script, order, case ending and disguise.

A name of two words and more is also found where its letters are pushed together, spaced out,
broken at the end of a line, written backwards or mixed from two alphabets, and as initial and
surname. Tests attack it in `tests/filing/test_match.py`; what is not promised stands in the
threat model.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import permutations

from amparo.casefile.script import (
    fold_text,
    may_open,
    same_word,
    script_of,
    to_latin,
    word_keys,
    words_of_name,
)

SHORTEST = 4
MOST_WORDS_OF_NAME = 5
FEWEST_DIGITS = 6
# The last digits of a telephone number that are the same with and without the country's.
OF_A_NUMBER = 9
# So many letters in a row are no accident, whatever stands between them.
FEWEST_RUN_TOGETHER = 8
ENOUGH_RUN_TOGETHER = 14
FEWEST_OF_SURNAME = 5
LEAST_STEM = 4
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1251", "cp1252", "cp1256", "koi8-r")
_SPACES = re.compile(r"\s+")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s().\-\u2010-\u2015/]+(?=\d)")
_NO_LETTERS = re.compile(r"[\W_]+")
_BROKEN_LINE = re.compile(r"(?<=\w)[-\u2010\u2011\u00ac]\s*\n\s*(?=\w)")
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_\u00a0]){3,}[^\W\d_](?!\w)")
_WORD = re.compile(r"[^\W\d_]+")
# Endings by which Russian names are declined, longest first, and the ends of surnames.
_DECLINED = re.compile(
    "(?:ами|ями|ого|его|ому|ему|ыми|ими|ом|ем|ым|им|ой|ей|ою|ею|ую|юю|ая|яя|ый|ий|ах|ях"
    "|у|ю|а|я|е|ы|и|ь)$"
)
_FEMININE = re.compile("(?<=[vnk])(?:aya|a)$")
_LETTERS = "abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщэюяابتثجحخدذرزسشصضطظعغفقكلمنهوي"
# Letters that look alike: Latin, Cyrillic, Greek.
_ALIKE = (
    "aаα cсϲ eеε oоο pрρ xхχ yуγ iіι jј sѕ hһ bЬβ kкκ mмμ tтτ nп vѵν rг lӏ dԁ qԛ wԝ "
    "AАΑ BВΒ CСϹ EЕΕ HНΗ IІΙ JЈ KКΚ MМΜ NΝ OОΟ PРΡ SЅ TТΤ XХΧ YУΥ ZΖ"
)
_TO_LATIN = {ord(o): row[0] for row in _ALIKE.split() for o in row[1:]}
_TO_CYRILLIC = {ord(o): row[1] for row in _ALIKE.split() for o in row[0] + row[2:]
                if "\u0400" <= row[1] <= "\u052f"}  # fmt: skip
_SCRIPTS = tuple(re.compile(one) for one in ("[a-zA-Z]", "[\u0400-\u052f]", "[\u0370-\u03ff]"))


class Words:
    """A text made ready once for all secrets."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def folded(self) -> str:
        """Small letters without marks, one space between words."""
        return _fold(self.text)

    @cached_property
    def digits(self) -> str:
        """The text with the digits of each number put together."""
        return _BETWEEN_DIGITS.sub("", self.folded)

    @cached_property
    def run_together(self) -> str:
        """Letters and digits alone."""
        return _NO_LETTERS.sub("", self.folded)

    @cached_property
    def tokens(self) -> list[str]:
        return words_of_name(self.text)

    @cached_property
    def by_key(self) -> dict[str, set[str]]:
        """Words of the text by the sounds of each of their forms."""
        found: dict[str, set[str]] = {}
        for token in set(self.tokens):
            for form in _forms(token):
                for key in word_keys(form):
                    found.setdefault(key, set()).add(token)
        return found


def ways_to_read(text: str) -> list[Words]:
    """The text, and the text with broken lines joined, spaced letters joined, and words mixed
    from two alphabets put into one; those that differ."""
    read = {text: None, _BROKEN_LINE.sub("", text): None}
    bare = "".join(c for c in text if unicodedata.category(c) != "Cf") if _has_marks(text) else text
    read[_SPACED.sub(lambda m: _NO_LETTERS.sub("", m[0]), bare)] = None
    if not text.isascii():
        read[_WORD.sub(lambda m: _in_one_script(m[0], _TO_LATIN), bare)] = None
        read[_WORD.sub(lambda m: _in_one_script(m[0], _TO_CYRILLIC), bare)] = None
    return [Words(one) for one in read]


def _has_marks(text: str) -> bool:
    return not text.isascii() and any(c in text for c in "\u00ad\u200b\u200c\u200d\u2060\ufeff")


def _in_one_script(word: str, table: dict[int, str]) -> str:
    if word.isascii() or sum(bool(one.search(word)) for one in _SCRIPTS) < 2:
        return word
    return word.translate(table)


def _fold(text: str) -> str:
    return _SPACES.sub(" ", fold_text(text)).strip()


@lru_cache(maxsize=65536)
def _forms(token: str) -> frozenset[str]:
    """A word of a text, its stem if it is declined, and Turkish c read as it is said."""
    found = {token}
    if script_of(token) == "Cyrl":
        stem = _DECLINED.sub("", token)
        if len(stem) >= LEAST_STEM:
            found.add(stem)
    elif token.isascii() and "c" in token:
        found.add(re.sub("c(?![hk])", "dzh", token))
    return frozenset(found)


class Finder:
    """One secret: a name (to five words), a number, or a longer run of words."""

    def __init__(self, secret: str) -> None:
        self.secret = _SPACES.sub(" ", secret).strip()
        self.folded = _fold(secret)
        self.words = words_of_name(secret)
        digits = re.sub(r"\D", "", self.folded)
        letters = sum(character.isalpha() for character in secret)
        self.digits = digits if len(digits) >= FEWEST_DIGITS and letters < 3 else ""
        if len(self.digits) > OF_A_NUMBER:
            self.digits = self.digits[-OF_A_NUMBER:]
        self.is_name = 1 <= len(self.words) <= MOST_WORDS_OF_NAME and not self.digits
        self._runs = () if self.digits else tuple(self._run_together())

    @property
    def is_telling(self) -> bool:
        """False for what is so short that it stands everywhere."""
        return bool(self.digits) or len(self.folded) >= SHORTEST

    def needles(self) -> Iterator[bytes]:
        """The secret as bytes in the encodings in which a file may hold it."""
        forms = (self.secret, self.secret.lower(), self.secret.upper(), to_latin(self.secret))
        for form in dict.fromkeys(forms):
            for encoding in ENCODINGS:
                try:
                    needle = form.encode(encoding)
                except UnicodeEncodeError:
                    continue
                if len(needle) >= SHORTEST:
                    yield needle

    def is_in(self, words: Words) -> bool:
        """Whether the text holds the secret."""
        if self.digits and self.digits in words.digits:
            return True
        if f" {self.folded} " in f" {words.folded} ":
            return True
        if len(self.words) > 1 and self.folded in words.folded:
            return True
        if any(run in words.run_together and _stands(run, words.folded) for run in self._runs):
            return True
        return self.is_name and self._is_named(words)

    def _run_together(self) -> Iterator[str]:
        """The letters of several words without what parts them, in each order and backwards."""
        if len(self.words) < 2:
            return
        bare = _NO_LETTERS.sub("", self.folded)
        roman = _NO_LETTERS.sub("", _fold(to_latin(self.secret)))
        found = {bare, roman, bare[::-1]}
        if len(self.words) <= 3:
            for form in (self.folded, _fold(to_latin(self.secret))):
                parts = [_NO_LETTERS.sub("", one) for one in form.split()]
                found |= {"".join(order) for order in permutations(parts[:4])}
        yield from (one for one in found if len(one) >= FEWEST_RUN_TOGETHER)

    def _is_named(self, words: Words) -> bool:
        matches = [self._likely(word, words) for word in self.words]
        if len(matches) == 1:
            return bool(matches[0])
        if self._is_initialled(matches, words):
            return True
        if not all(matches):
            return False
        span = len(matches) + 1
        likely = set().union(*matches)
        for start in (place for place, token in enumerate(words.tokens) if token in likely):
            if _cover(matches, words.tokens[start : start + span]):
                return True
        return False

    def _likely(self, word: str, words: Words) -> set[str]:
        """Words of the text that may be this word of the name."""
        if len(self.words) == 1 and len(word) < SHORTEST:
            return {word} & set(words.tokens)
        mine = self._forms_of(word)
        keys = {key for form in mine for key in word_keys(form)}
        if len(self.words) == 1:
            keys = {key for key in keys if key[0] == "f"} or keys
        near = set().union(*(words.by_key.get(key, set()) for key in keys))
        near |= {word} & set(words.tokens)
        return {
            token
            for token in near
            if any(same_word(form, other) for form in mine for other in _forms(token))
        }

    def _forms_of(self, word: str) -> frozenset[str]:
        """A word of the name, and its stem: a whole name may be declined, in Latin too."""
        if len(self.words) == 1:
            return frozenset({word})
        stem = _FEMININE.sub("", word) if word.isascii() else word
        return _forms(word) | ({stem} if len(stem) >= FEWEST_OF_SURNAME else set())

    def _is_initialled(self, matches: Sequence[set[str]], words: Words) -> bool:
        """Whether a surname stands beside the initial of another word of the name."""
        for place, likely in enumerate(matches):
            surnames = [one for one in likely if len(one) >= FEWEST_OF_SURNAME]
            if not surnames or len(self.words[place]) < FEWEST_OF_SURNAME:
                continue
            others = [word for at, word in enumerate(self.words) if at != place]
            first = "".join(sorted({letter for word in others for letter in _initials(word)}))
            listed = "|".join(re.escape(one) for one in surnames)
            before = rf"(?<!\w)[{first}]\. ?(?:\w\. ?)?(?:{listed})(?!\w)"
            after = rf"(?<!\w)(?:{listed}),? (?:\w\. ?)?[{first}]\."
            if re.search(f"{before}|{after}", words.folded):
                return True
        return False


def _stands(run: str, folded: str) -> bool:
    """Whether a run of letters is long enough, or begins and ends where words do."""
    if len(run) >= ENOUGH_RUN_TOGETHER:
        return True
    spaced = r"[\W_]*".join(map(re.escape, run))
    return bool(re.search(rf"(?<![^\W\d_]){spaced}(?![^\W\d_])", folded))


@lru_cache(maxsize=1024)
def _initials(word: str) -> str:
    """Letters, in each script, with which this word of a name may begin."""
    keys = word_keys(word)
    return word[:1] + "".join(c for c in _LETTERS if any(may_open(c, key) for key in keys))


def _cover(matches: Sequence[set[str]], window: Iterable[str]) -> bool:
    """Whether each word of the name has a word of its own in the window."""
    left = list(window)
    for likely in matches:
        match = next((token for token in left if token in likely), None)
        if match is None:
            return False
        left.remove(match)
    return True
