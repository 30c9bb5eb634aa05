"""Stems of English, French, Russian and Arabic words, and the language of a passage.

Words are stemmed as they are indexed, that is after `script.fold_text`. A word has
several stems: one from Snowball for each language its script allows, and for
Russian and Arabic one from our rules, because Snowball keeps the participle's н
(задержан-) and the vowels of Arabic patterns apart.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple

import Stemmer

from amparo.casefile.script import PALOCHKA, fold_text, script_of

LANGUAGES = {"Latn": ("en", "fr"), "Cyrl": ("ru",), "Arab": ("ar",)}
_SNOWBALL = {"en": "english", "fr": "french", "ru": "russian", "ar": "arabic"}


@lru_cache(maxsize=8)
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(_SNOWBALL[language], 0)


@lru_cache(maxsize=200_000)
def stems_of(word: str) -> frozenset[str]:
    """Every stem of one word, each with its language: `ru:задержа`. Numbers have none."""
    folded = fold_text(word)
    found = set()
    for language in LANGUAGES.get(script_of(folded), ()):
        stem = _stemmer(language).stemWord(folded)
        found.add(f"{language}:{stem}")
        root = _ROOTS[language](folded, stem)
        found.add(f"{language}:{_FAMILIES.get(f'{language}:{root}', root)}")
    return frozenset(found)


# Words of our trade whose forms no rule brings together: (stem or root, family).
_FAMILIES = {
    "ru:пытк": "пыта",
    "ru:избив": "изб",
    "ru:избит": "изб",
    "ru:избиен": "изб",
    "ru:похищ": "похит",
    "ru:убийств": "уб",
    "ru:убит": "уб",
    "ru:убива": "уб",
    "ru:угроз": "угрож",
    "ru:угрожа": "угрож",
    "en:detent": "detain",
    "en:killer": "kill",
    "fr:deten": "detenu",
    "fr:detent": "detenu",
    "fr:arrest": "arret",
    "fr:enlev": "enlevement",
    "fr:enlevem": "enlevement",
    "ar:عذب": "تعذيب",
    "ar:خطف": "اختطف",
}


_RU_PARTICIPLE = re.compile(r"(?<=[аяе])н{1,2}$")
_RU_ITERATIVE = re.compile(r"[ыи]ва$")
_RU_VERB = re.compile(r"(?:ирова|ова|ева)$")
_RU_VOWEL = re.compile(r"[аяиеу]$")
_RU_SHORTEST = 5


def _russian_root(word: str, stem: str) -> str:
    """задержали, задержанных, задерживают -> задерж; арестованный -> арест."""
    root = stem
    for ending in (_RU_PARTICIPLE, _RU_ITERATIVE, _RU_VERB, _RU_VOWEL):
        shorter = ending.sub("", root)
        if len(shorter) >= _RU_SHORTEST:
            root = shorter
    return root


def _french_root(word: str, stem: str) -> str:
    """détenus, détenue, détenu -> detenu."""
    return re.sub("(?<=....)u(?:e?s|e)$", "u", stem)


def _english_root(word: str, stem: str) -> str:
    """detainees, detainee -> detain."""
    return re.sub("(?<=.....)ee?$", "", stem)


_AR_BEFORE = re.compile("^(?:[وف]?(?:ال|[بك]ال|لل)|[وفبكل](?=ال))")
_AR_AFTER = re.compile("(?:هما|كما|تما|ها|هم|هن|كم|نا|ون|ين|ان|ات|وا|ته|يه|ه|ي|ا|ن|ت)$")
_AR_LONG = re.compile("(?<=.)[اوي]")


def _arabic_root(word: str, stem: str) -> str:
    """اعتقلوا, المعتقلين, اعتقال -> عتقل; four letters at least, else the stem."""
    bare = _AR_BEFORE.sub("", word)
    shorter = _AR_AFTER.sub("", bare)
    bare = shorter if len(shorter) >= 4 else bare
    root = _AR_LONG.sub("", re.sub("^[اميتن]", "", bare))
    return root if len(root) >= 4 else stem


_ROOTS = {"ru": _russian_root, "ar": _arabic_root, "fr": _french_root, "en": _english_root}


class LanguageGuess(NamedTuple):
    """ISO 639-1 code, or `und`; `sure` is between 0 and 1 and only orders guesses."""

    language: str
    sure: float


_ENGLISH = (
    "the of and to in is was were that he she they his her with for on at by from not "
    "have had been are this which who"
)
_FRENCH = (
    "le la les des du de et un une est dans que qui par pour sur avec il elle ils ont "
    "ete au aux ne pas ce cette etaient etait"
)
_FUNCTION_WORDS = {"en": frozenset(_ENGLISH.split()), "fr": frozenset(_FRENCH.split())}
_PERSIAN = re.compile("[پچژگکی]")
_UKRAINIAN = re.compile("[іїєґ]")
_CHECHEN = re.compile(f"{PALOCHKA}|(?:аь|оь|уь|юь|яь|кх|къ|хь)")
_ENOUGH = 24


def guess_language(text: str) -> LanguageGuess:
    """Language of one passage; short texts are judged by script and function words first."""
    folded = fold_text(text[:2000])
    letters = [char for char in folded if char.isalpha()]
    if not letters:
        return LanguageGuess("und", 0.0)
    counts = dict.fromkeys(LANGUAGES, 0)
    for char in letters:
        kind = script_of(char)
        counts[kind] = counts.get(kind, 0) + 1
    script = max(counts, key=lambda kind: counts[kind])
    share = counts[script] / len(letters)
    if script == "Arab":
        if len(_PERSIAN.findall(text)) > 0.02 * len(letters):
            return _by_model(text)
        return LanguageGuess("ar", 0.8 * share)
    if script == "Cyrl":
        if len(_CHECHEN.findall(folded)) > 0.03 * len(letters):
            return LanguageGuess("ce", 0.6 * share)
        if len(_UKRAINIAN.findall(folded)) > 0.02 * len(letters):
            return LanguageGuess("uk", 0.7 * share)
        return LanguageGuess("ru", 0.8 * share) if len(letters) < 200 else _by_model(text)
    return _latin(text, folded, len(letters))


def _latin(text: str, folded: str, letters: int) -> LanguageGuess:
    words = re.findall(r"[^\W\d_]+", folded)
    hits = {lang: sum(word in known for word in words) for lang, known in _FUNCTION_WORDS.items()}
    best = max(hits, key=lambda lang: hits[lang])
    other = min(hits.values())
    if letters >= _ENOUGH:
        found = _by_model(text)
        if found.sure > 0.9 or not hits[best]:
            return found if found.sure > 0.6 else LanguageGuess("und", found.sure)
    if hits[best] > other:
        return LanguageGuess(best, 0.5 + 0.5 * (hits[best] - other) / len(words))
    return LanguageGuess("und", 0.0)


def _by_model(text: str) -> LanguageGuess:
    import py3langid  # 36 MB: only when a text is long enough to need it

    ranked = py3langid.rank(text[:2000])
    scores = [float(score) for _, score in ranked]
    top = max(scores)
    if abs(sum(scores) - 1.0) < 1e-3 and top > 0:
        return LanguageGuess(str(ranked[0][0]), top)
    total = sum(math.exp(max(score - top, -700.0)) for score in scores)
    return LanguageGuess(str(ranked[0][0]), 1.0 / total)
