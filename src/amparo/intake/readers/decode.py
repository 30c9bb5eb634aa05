"""Bytes to text: marks first, then strict UTF-8, then the likeliest 8-bit encoding.

The 8-bit check is our own, because short texts defeat general detectors: every
candidate encoding is decoded and scored by how likely its letters are in a language
written with it, by case (a capital inside a word is a sign of a wrong table) and by
scripts mixed inside one word. charset-normalizer is asked when no candidate convinces.
"""

from __future__ import annotations

import codecs
import itertools
import math
import re
from dataclasses import dataclass
from functools import lru_cache

from amparo.intake.detect import wide_encoding

SAMPLE = 20_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Letters by falling frequency, as counted in plain prose of each language.
_RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_UKRAINIAN = "оанивіертслкумдпязьбгйчхжшюцїєщфґ"
_RUN_PAIRS = (
    "стноентонаовнировокоропорепросенерлиалтавагокаодльататетанилом"
    "лаоллоиндетиесмоондевеизелтелеитридатрскобзатьсядосвидвикиисот"
    "ихмимасяпечежешиогорныыйоеаяиедньбамкупуменемнямытрудо"
)
_PAIRS = frozenset(_RUN_PAIRS[at : at + 2] for at in range(0, len(_RUN_PAIRS) - 1, 2))
_ARABIC = "اليمونرتبهدعفسكقحأجةشطصخىإضئثذغزءظؤآ،؟"
_FRENCH = "éèàêçùâîôûëïœæ’«»–—“”… °€"
_GERMAN = "üäößéèà„“”–’»«…§€"
_SPANISH = "óíáéñúü¿¡ªº«»çãõâêà–’“”…€"
_CENTRAL = "ąęłóśżźćńáéíýčšžěřůúťďňőűöüäô„”“–’"
_TURKISH = "ıışğüçöİŞĞÜÇÖâî’“”–"
_GREEK = "αοιετσνηυρπκμλςωγδχθφβξζψάέήίόύώ"
_HEBREW = "יוהלאתרבםשמןנדכחקפעטגצסזךץף"
_TABLES: tuple[tuple[str, str], ...] = (
    ("cp1251", _RUSSIAN), ("koi8-r", _RUSSIAN), ("cp866", _RUSSIAN), ("mac-cyrillic", _RUSSIAN),
    ("iso8859-5", _RUSSIAN), ("cp1251", _UKRAINIAN), ("koi8-u", _UKRAINIAN),
    ("cp1256", _ARABIC), ("iso8859-6", _ARABIC), ("cp1252", _FRENCH), ("cp1252", _GERMAN),
    ("cp1252", _SPANISH), ("mac-roman", _FRENCH), ("cp850", _FRENCH), ("cp1250", _CENTRAL),
    ("iso8859-2", _CENTRAL), ("cp1254", _TURKISH), ("cp1253", _GREEK), ("cp1255", _HEBREW),
)  # fmt: skip
_SCRIPTED = frozenset({_RUSSIAN, _UKRAINIAN, _ARABIC, _GREEK, _HEBREW})
_RARE = math.log(1e-5)
_CONVINCING = -4.6
CAPITAL = math.log(6)
_UNUSUAL = {"koi8-r": 0.1, "cp866": 0.1, "iso8859-5": 0.15, "mac-cyrillic": 0.15, "cp850": 0.1}
_RARER = {_UKRAINIAN: 0.2, _TURKISH: 0.3, _CENTRAL: 0.3, _GREEK: 0.7, _HEBREW: 0.7}
_HIGH_WORD = re.compile(r"[^\W\d_]*[^\x00-\x7f][^\W\d_]*|[^\x00-\x7f]")


@dataclass(frozen=True)
class Decoded:
    """A text, the encoding it came in and what made us think so."""

    text: str
    encoding: str
    basis: str
    replaced: int = 0


def decode(data: bytes, declared: str = "") -> Decoded:
    """Decode bytes; `declared` (from a header or meta element) is believed if it fits."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding, "byte order mark") or _replacing(data, encoding)
    wide = wide_encoding(data)
    if wide:
        return _strict(data, wide, "position of high bytes") or _replacing(data, wide)
    found = _strict(data, "utf-8", "valid UTF-8")
    if found:
        return found if data.isascii() is False else Decoded(found.text, "ascii", "all ASCII")
    if _mostly_utf8(data):
        return _replacing(data, "utf-8")
    fits = _strict(data, declared, "declared") if declared else None
    return fits or _scored(data) or _asked(data) or _replacing(data, "cp1252")


def _strict(data: bytes, encoding: str, basis: str) -> Decoded | None:
    try:
        name = codecs.lookup(encoding).name
        if not getattr(codecs.lookup(encoding), "_is_text_encoding", True):
            return None
        return Decoded(data.decode(name), name, basis)
    except (UnicodeError, LookupError):
        return None


def _replacing(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    return Decoded(text, encoding, "with undecodable bytes replaced", text.count("\ufffd"))


def _mostly_utf8(data: bytes) -> bool:
    """UTF-8 with a few damaged places, such as a file cut in the middle of a character."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    high = sum(1 for letter in text if letter > "\x7f") - bad
    return high >= 2 and bad <= max(1, high // 50)


def _scored(data: bytes) -> Decoded | None:
    """The candidate whose letters are likeliest, None when none is convincing."""
    sample = data[:SAMPLE] if data[:SAMPLE].isascii() is False else _around_high(data)
    best = (_CONVINCING, "")
    for encoding, letters in _TABLES:
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        best = max(best, (_likelihood(text, letters) - _UNUSUAL.get(encoding, 0.0), encoding))
    if not best[1]:
        return None
    found = _strict(data, best[1], "likeliest letters")
    return found or _replacing(data, best[1])


def _around_high(data: bytes) -> bytes:
    first = next((index for index, byte in enumerate(data) if byte > 127), 0)
    return data[max(0, first - 200) : first + SAMPLE]


def _likelihood(text: str, letters: str) -> float:
    """Mean log likelihood of the non-ASCII characters, by letter, case and neighbours."""
    weights = _weights(letters)
    scripted = letters in _SCRIPTED
    total, count = 0.0, 0
    for word in _HIGH_WORD.findall(text):
        high = [letter for letter in word if letter > "\x7f"]
        shout = CAPITAL - 0.5 if len(word) > 1 and word.isupper() else 0.0
        total += sum(weights.get(letter, _RARE) + shout * letter.isupper() for letter in high)
        count += len(high)
        inner_capitals = sum(
            1 for left, right in itertools.pairwise(word) if left.islower() and right.isupper()
        )
        total -= 4.0 * inner_capitals
        if letters is _RUSSIAN:
            low = word.lower()
            total += sum(0.8 for left, right in itertools.pairwise(low) if left + right in _PAIRS)
        if scripted and len(high) != len(word):
            total -= 6.0
        if not scripted:
            total -= 3.0 * max(0, len(high) - 1 - len(word) // 4)
    return total / count - _RARER.get(letters, 0.0) if count else _RARE


@lru_cache(maxsize=32)
def _weights(letters: str) -> dict[str, float]:
    """Log probability by rank (Zipf-like), capitals a sixth of their small letters."""
    shares = [1.0 / (rank + 3) for rank in range(len(letters))]
    whole = sum(shares)
    weights: dict[str, float] = {}
    for letter, share in zip(letters, shares, strict=True):
        weights[letter] = math.log(share / whole)
        weights.setdefault(letter.upper(), math.log(share / whole) - CAPITAL)
    for mark in "«»—–“”„’… №":
        weights.setdefault(mark, math.log(0.006))
    return weights


def _asked(data: bytes) -> Decoded | None:
    from charset_normalizer import from_bytes

    match = from_bytes(data[: 10 * SAMPLE]).best()
    return _strict(data, match.encoding, "charset-normalizer") if match else None
