"""Tell in the language of the page what the program once wrote in English and kept as it stood.

Remarks of readers, results in the ledger and findings of a check are plain English text: the
ledger holds digests of some, and others come back from a session. They are not changed. A page
finds the sentence, or the pattern that it was filled from, in the catalogue, and fills the same
values into the other language. What is not found is shown as it was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from amparo.access.roles import ACTIONS, COMPARTMENTS
from amparo.web.language import CATALOGUES, catalogue, entries, language, say

# Patterns of errors must be this much text, or they would fit what people write.
FEWEST_LETTERS = 12
# Longer text is not taken apart nor compared with patterns, in characters, nor parts within parts
# beyond this, nor patterns with more open places: a file can be named so that it takes hours.
LONGEST, DEEPEST, MOST_PLACES = 1_000, 4, 3
# A place of this name holds what people called something: never a word of ours.
NAMES = ("name", "names")
# Places of these names hold figures only.
FIGURES = ("count", "number", "number2", "size", "total")
_PLACE = re.compile(r"\{([a-z_]+[0-9]?)\}")
_CODE = re.compile(r"[A-Z0-9-]+")
# What stands between whole remarks, and how that is shown.
_JOINTS = ((" | ", " | "), ("; ", "\N{NO-BREAK SPACE}; "))
_COLON, _SHOWN_COLON = ": ", "\N{NO-BREAK SPACE}: "
_BRACKETED = re.compile(r"(.+) \((.+)\)", re.DOTALL)


@dataclass(frozen=True)
class _Pattern:
    regex: re.Pattern[str]
    letters: int
    longest: str
    said: str


def retell(text: object) -> str:
    """A kept text in the language of the page, part by part where it was put together."""
    return _tell(str(text), 0)


def _tell(kept: str, deep: int) -> str:
    """Short patterns come after the remarks are parted: what they leave open takes in others."""
    if len(kept) > LONGEST or deep > DEEPEST:
        return _whole(kept, deep) or kept
    return (
        _whole(kept, deep, FEWEST_LETTERS)
        or _joined(kept, deep)
        or _whole(kept, deep)
        or _parted(kept, deep)
        or kept
    )


def retell_whole(text: object) -> str:
    """The same for text that people may have written: told only where all of it is ours."""
    kept = str(text)
    return (_whole(kept, 0, FEWEST_LETTERS) if " " in kept.strip() else "") or kept


def _whole(text: str, deep: int, fewest: int = 0) -> str:
    """The sentence in the language of the page, "" where it is not known.

    A pattern counts only with so many letters of its own, or where each value is known.
    """
    known = catalogue(language())
    if not known or not text:
        return ""
    turned = text[0].swapcase() + text[1:]
    if text in known:
        return known[text]
    if turned in known:
        return _begun_like(text, known[turned])
    if len(text) > LONGEST:
        return ""
    for one in _patterns(language()):
        if one.longest not in text:
            continue
        as_it_is = one.regex.fullmatch(text)
        found = as_it_is or one.regex.fullmatch(turned)
        values = _values(found, deep) if found else {}
        if found and (one.letters >= fewest or _all_told(found, values)):
            told = one.said.format(**values)
            return told if as_it_is else _begun_like(text, told)
    return ""


def _all_told(found: re.Match[str], values: dict[str, str]) -> bool:
    return all(values[name] != value for name, value in found.groupdict().items())


def _begun_like(text: str, said: str) -> str:
    """With a capital or a small letter, as the text has."""
    return (said[0].upper() if text[0].isupper() else said[0].lower()) + said[1:]


def _values(found: re.Match[str], deep: int) -> dict[str, str]:
    values = found.groupdict()
    if deep > DEEPEST:
        return values
    return {n: one if n in NAMES else _tell(one, deep + 1) for n, one in values.items()}


def _joined(text: str, deep: int) -> str:
    """Several remarks; "" where none of them is known."""
    for mark, shown in _JOINTS:
        if told := _retold(text.split(mark), deep):
            return shown.join(told)
    return ""


def _parted(text: str, deep: int) -> str:
    """A place and what is wrong there, a value in brackets, or a list; "" where unknown."""
    if told := _retold(text.split(_COLON, 1), deep):
        return _SHOWN_COLON.join(told)
    if (found := _BRACKETED.fullmatch(text)) and (told := _retold([*found.groups()], deep)):
        return f"{told[0]} ({told[1]})"
    return _listed(text, deep) or _granted(text)


def _retold(parts: list[str], deep: int) -> list[str]:
    """Each part told; nothing where there is one only, or none is known."""
    told = [_tell(part, deep + 1) for part in parts] if len(parts) > 1 else parts
    return told if told != parts else []


def _listed(text: str, deep: int) -> str:
    """A list, only where each part is known or a code: a comma stands in what people write too."""
    parts = text.split(", ")
    if len(parts) < 2:
        return ""
    told = [_tell(part, deep + 1) for part in parts]
    left = [part for part, said in zip(parts, told, strict=True) if part == said]
    known = len(left) < len(parts) and all(map(_CODE.fullmatch, left))
    return ", ".join(told) if known else ""


def _granted(text: str) -> str:
    """What may be done with a compartment, such as `see medical`."""
    action, _, compartment = text.partition(" ")
    known = action in ACTIONS and compartment in COMPARTMENTS
    return f"{say(action)} {say(compartment)}" if known else ""


@cache
def _patterns(code: str) -> tuple[_Pattern, ...]:
    """Patterns of the catalogue, those with the most text first."""
    ours = entries(CATALOGUES[code][-1])
    keys = [key for key in catalogue(code) if _PLACE.search(key) and "{{" not in key]
    fit = [
        key
        for key in keys
        if (key in ours or _letters(key) >= FEWEST_LETTERS) and _open_places(key) <= MOST_PLACES
    ]
    ordered = sorted(fit, key=_letters, reverse=True)
    return tuple(_pattern(key, catalogue(code)[key]) for key in ordered)


def _open_places(key: str) -> int:
    return len({name for name in _PLACE.findall(key) if name not in FIGURES})


def _letters(key: str) -> int:
    return sum(map(str.isalpha, _PLACE.sub("", key)))


def _pattern(key: str, said: str) -> _Pattern:
    pieces = _PLACE.split(key)
    texts, seen, regex = pieces[::2], set[str](), re.escape(pieces[0])
    for name, after in zip(pieces[1::2], texts[1:], strict=True):
        what = "[0-9]+" if name in FIGURES else ".+?"
        regex += f"(?P={name})" if name in seen else f"(?P<{name}>{what})"
        regex += re.escape(after)
        seen.add(name)
    # The first letter may have been turned: look for text behind it.
    longest = max((text[1:] if place == 0 else text for place, text in enumerate(texts)), key=len)
    return _Pattern(re.compile(regex, re.DOTALL), _letters(key), longest, said)
