"""Search produced bytes for protected names and words, in every script and way of writing.

Text comes from the sandbox's readers (with text recognition of pictures and scanned pages) and
from everything packed into the bytes: streams, members, attributes, metadata, thumbnails. Pictures,
thumbnails too, are compared with those from which something was taken out. The checker can
prove itself: `tests/filing/test_scan.py` and `test_planted.py` plant secrets and find each one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from amparo.casefile.likeness import likeness_from_text, look_alike
from amparo.casefile.script import fold_text, same_word, to_latin, word_keys, words_of_name
from amparo.errors import BadInput, Refused
from amparo.filing.redaction import ask
from amparo.intake import sandbox
from amparo.intake.reading import Child

SHORTEST = 4
MOST_WORDS_OF_NAME = 5
FEWEST_DIGITS = 6
DEEPEST = 3
LIKENESS = "metadata likeness"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1251", "cp1252", "cp1256", "koi8-r")
_SPACES = re.compile(r"\s+")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s().\-\u2010-\u2015/]+(?=\d)")


@dataclass(frozen=True)
class Guarded:
    """A picture from which something is taken out: its likeness (as the reader of pictures
    gives it), and the file names of its copies, which look like it and may."""

    likeness: str
    copies: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Hit:
    """A protected string or picture that was found: in which file, where in it; never which
    string. Pictures are numbered after the strings."""

    file: str
    where: str
    secret: int


def find_secrets(
    files: Mapping[str, bytes], secrets: Sequence[str], pictures: Sequence[Guarded] = ()
) -> tuple[Hit, ...]:
    """Every (file, place, number of the secret) at which one is found, by file."""
    finders = [_Finder(secret) for secret in secrets]
    wanted = [(number, finder) for number, finder in enumerate(finders) if finder.is_telling]
    if not wanted and not pictures:
        return ()
    hits: dict[Hit, None] = {}
    needles = [(number, needle) for number, finder in wanted for needle in finder.needles()]
    for name, data in files.items():
        seen: list[tuple[str, str]] = []
        for hit in _search(name, data, wanted, needles, seen):
            hits[hit] = None
        for number, one in enumerate(pictures, len(secrets)):
            for where in _alike(name, seen, one):
                hits[Hit(name, where, number)] = None
    return tuple(hits)


def _alike(name: str, seen: Iterable[tuple[str, str]], guarded: Guarded) -> Iterator[str]:
    """Where the file shows the picture; the whole of a redacted copy may look like it."""
    wanted = likeness_from_text(guarded.likeness)
    for where, told in seen:
        if where == LIKENESS and name in guarded.copies:
            continue
        if look_alike(wanted, likeness_from_text(told)):
            yield where.replace(LIKENESS, "picture")


def refuse_secrets(
    files: Mapping[str, bytes], secrets: Sequence[str], pictures: Sequence[Guarded] = ()
) -> None:
    """Raise Refused naming the files, never the words."""
    hits = find_secrets(files, secrets, pictures)
    if hits:
        places = sorted({f"{hit.file} ({hit.where or 'text'})" for hit in hits})
        raise Refused(
            f"{len({hit.secret for hit in hits})} protected strings or pictures would leave",
            value="; ".join(places[:8]),
            remedy="redact those items for this forum, or change the words of the case",
        )


def _search(
    name: str,
    data: bytes,
    wanted: list[tuple[int, _Finder]],
    needles: list[tuple[int, bytes]],
    seen: list[tuple[str, str]],
) -> Iterator[Hit]:
    """Hits among the strings; the likeness of each picture goes into `seen`, by place."""
    texts = [("file name", name), *_read(name, data, 0)]
    try:
        request = {"op": "search", "needles": [needle.hex() for _, needle in needles]}
        found = json.loads(ask(request, data))
    except BadInput:
        found = {"texts": [], "raw": [], "pictures": []}
        for number, needle in needles:
            if needle in data:
                yield Hit(name, "bytes", number)
    for where, place in found["raw"]:
        yield Hit(name, where.strip() or "bytes", needles[place][0])
    for place, (where, picture) in enumerate(found["pictures"], 1):
        held = f"{where}picture {place} inside, "
        texts += [(held + part, text) for part, text in _read("", bytes.fromhex(picture), DEEPEST)]
    for where, text in (*texts, *found["texts"]):
        if where.endswith(LIKENESS):
            seen.append((where, text))
            continue
        words = _Words(text)
        for number, finder in wanted:
            if finder.is_in(words):
                yield Hit(name, where.strip(), number)


def _read(name: str, data: bytes, depth: int) -> Iterator[tuple[str, str]]:
    reading = sandbox.read(data, name=name)
    for part in reading.untrusted_parts:
        yield part.name, part.text
        yield f"label of {part.name}", part.label
    for key, value in reading.untrusted_metadata.items():
        yield f"metadata {key}", str(value)
    if depth < DEEPEST:
        for number, child in enumerate(reading.untrusted_children):
            yield from _read_child(child, number, depth)


def _read_child(child: Child, number: int, depth: int) -> Iterator[tuple[str, str]]:
    yield f"name of part {number}", child.name
    for where, text in _read(child.name, child.data, depth + 1):
        yield f"part {number}, {where}", text


class _Words:
    """A text made ready once for all secrets."""

    def __init__(self, text: str) -> None:
        self.folded = _fold(text)
        self.digits = _BETWEEN_DIGITS.sub("", text)
        self.tokens = words_of_name(text)
        self.by_key: dict[str, set[str]] = {}
        for token in set(self.tokens):
            for key in word_keys(token):
                self.by_key.setdefault(key, set()).add(token)


def _fold(text: str) -> str:
    return _SPACES.sub(" ", fold_text(text)).strip()


class _Finder:
    """One secret: a name (to five words), a number, or a longer run of words."""

    def __init__(self, secret: str) -> None:
        self.secret = _SPACES.sub(" ", secret).strip()
        self.folded = _fold(secret)
        self.words = words_of_name(secret)
        digits = re.sub(r"\D", "", secret)
        letters = sum(character.isalpha() for character in secret)
        self.digits = digits if len(digits) >= FEWEST_DIGITS and letters < 3 else ""
        self.is_name = 1 <= len(self.words) <= MOST_WORDS_OF_NAME and not self.digits

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

    def is_in(self, words: _Words) -> bool:
        """Whether the text holds the secret."""
        if self.digits and self.digits in words.digits:
            return True
        if f" {self.folded} " in f" {words.folded} ":
            return True
        if len(self.words) > 1 and self.folded in words.folded:
            return True
        return self.is_name and self._is_named(words)

    def _is_named(self, words: _Words) -> bool:
        matches = [self._likely(word, words) for word in self.words]
        if not all(matches):
            return False
        if len(matches) == 1:
            return True
        span = len(matches) + 1
        likely = set().union(*matches)
        for start in (place for place, token in enumerate(words.tokens) if token in likely):
            window = words.tokens[start : start + span]
            if _cover(matches, window):
                return True
        return False

    def _likely(self, word: str, words: _Words) -> set[str]:
        """Words of the text that may be this word of the name."""
        keys = word_keys(word)
        if len(self.words) == 1:
            keys = frozenset(key for key in keys if key[0] == "f") or keys
            if len(word) < SHORTEST:
                return {word} & set(words.tokens)
        near = set().union(*(words.by_key.get(key, set()) for key in keys)) | (
            {word} & set(words.tokens)
        )
        return {token for token in near if same_word(word, token)}


def _cover(matches: Sequence[set[str]], window: Iterable[str]) -> bool:
    """Whether each word of the name has a word of its own in the window."""
    left = list(window)
    for likely in matches:
        match = next((token for token in left if token in likely), None)
        if match is None:
            return False
        left.remove(match)
    return True


def read_names(text: str) -> tuple[str, ...]:
    """Protected strings, one on each line; empty lines and lines that begin with # are skipped."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
