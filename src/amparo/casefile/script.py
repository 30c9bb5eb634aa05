"""Names across scripts: one key for Хасан, Khasan, Hassan and حسن.

Each letter is read as the sounds it may stand for in Latin (English, French,
German, Turkish habits), Cyrillic (Russian, Chechen) and Arabic spelling. From
the sounds come two keys of a word:
`f:` with vowels in three classes, and `s:` the consonants alone, because
Arabic leaves vowels out; `a:` marks a skeleton that was written in Arabic.
Keys propose, people decide whether two names are one person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, product

from rapidfuzz.distance import Levenshtein

PALOCHKA = "\u04cf"
MOST_READINGS = 16

_CYRILLIC = "\u0400-\u04bf\u04c1-\u04ce\u04d0-\u052f"
# The palochka is typed as U+04C0, U+04CF, digit one, Latin I and l, bar.
_BAR = "\u04c0\u04cf1Il|"
# The bar first, what stands before it after: so the search runs from bar to bar.
_PALOCHKA = re.compile(
    f"[{_BAR}](?:"
    f"(?<=[гкптцчхГКПТЦЧХ].)(?=[{_CYRILLIC}{_BAR}]|\\b|(?!\\w))"
    f"|(?<=[аеёиоуыэюяьъАЕЁИОУЫЭЮЯЬЪ].)(?=[{_CYRILLIC}])"
    f"|(?<![\\w{_BAR}].)(?=[аеёиоуыэюяАЕЁИОУЫЭЮЯ]))"
)

_ARABIC_SAME = str.maketrans(
    {
        **dict.fromkeys("أإآٱٲٳ", "ا"),
        **dict.fromkeys("ىیېئ", "ي"),
        **dict.fromkeys("ۀةہۃەھ", "ه"),
        "ؤ": "و",
        "ک": "ك",
        "ڪ": "ك",
        **{chr(0x0660 + n): str(n) for n in range(10)},
        **{chr(0x06F0 + n): str(n) for n in range(10)},
    }
)
_LETTERS = str.maketrans(
    {"ё": "е", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "þ": "th"}
    | dict.fromkeys("’ʼʻ‘`´", "'")
)
# Letters whose mark makes another letter: folding them away would change the word.
_WHOLE = frozenset("йўїѓќ")


def fold_palochka(text: str) -> str:
    """Every way of typing the Chechen palochka becomes U+04CF; same length."""
    return _PALOCHKA.sub(PALOCHKA, text) if any(bar in text for bar in _BAR) else text


class _Folds(dict[int, str]):
    """Code point -> what it is folded to, worked out when first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_char(chr(code))
        return folded


_FOLDS = _Folds()


def fold_text(text: str) -> str:
    """Text as it is indexed: small letters without marks, Arabic and Cyrillic forms unified."""
    if text.isascii():
        return text.lower()
    return fold_palochka(unicodedata.normalize("NFC", text)).translate(_FOLDS)


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """`fold_text` and, for each character of it, the offset in `text` it came from."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    out: list[str] = []
    places: list[int] = []
    composed, origins = _compose(text)
    for at, char in zip(origins, fold_palochka(composed), strict=True):
        folded = _FOLDS[ord(char)]
        out.append(folded)
        places += [at] * len(folded)
    return "".join(out), places


def _compose(text: str) -> tuple[str, Sequence[int]]:
    """NFC and, for each character of it, the offset of its first part."""
    if unicodedata.is_normalized("NFC", text):
        return text, range(len(text))
    out: list[str] = []
    origins: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        one = unicodedata.normalize("NFC", text[at:end])
        out.append(one)
        origins += [at] * len(one)
        at = end
    return "".join(out), origins


def _fold_char(char: str) -> str:
    if char.isascii():
        return char.lower()
    small = unicodedata.normalize("NFKC", char).casefold().translate(_LETTERS)
    kept = []
    for letter in small:
        if letter in _WHOLE:
            kept.append(letter)
            continue
        for part in unicodedata.normalize("NFD", letter.translate(_ARABIC_SAME)):
            if unicodedata.category(part) not in ("Mn", "Cf") and part != "\u0640":
                kept.append(part)
    return "".join(kept).translate(_ARABIC_SAME)


def script_of(word: str) -> str:
    """`Arab`, `Cyrl`, `Latn` or `Zyyy`, by the first letter that tells."""
    for char in word:
        if "\u0600" <= char <= "\u06ff" or "\u0750" <= char <= "\u077f" or char >= "\ufb50":
            return "Arab"
        if "\u0400" <= char <= "\u052f":
            return "Cyrl"
        if char.isalpha():
            return "Latn"
    return "Zyyy"


# Sounds: consonants b d f g h j k l m n p r s t v z, S (sh), C (ch), T (ts); w and y
# that may be vowels; vowels a i u. A bar separates readings.
_LATIN = {
    "shch": "S", "schtsch": "S", "chtch": "S", "tsch": "C", "tch": "C", "dzh": "j", "dsch": "j",
    "sch": "S", "kh": "h", "ch": "C|S|h", "sh": "S", "zh": "j", "ts": "T", "tz": "T", "th": "t|s",
    "dh": "d|z", "gh": "g", "ph": "f", "dj": "j", "dz": "z", "ou": "u", "oo": "u", "ee": "i",
    "ck": "k", "x": "ks|h", "j": "j|y", "c": "k|s|T", "q": "k", "w": "w", "v": "w", "y": "y",
    "h": "h", "b": "b", "d": "d", "f": "f", "g": "g", "k": "k", "l": "l", "m": "m", "n": "n",
    "p": "p", "r": "r", "s": "s", "t": "t", "z": "z", "a": "a", "e": "i", "i": "i", "o": "u",
    "u": "u",
}  # fmt: skip
_TURKISH = str.maketrans({"ş": "sh", "ș": "sh", "š": "sh", "č": "ch", "ž": "zh", "ç": "ch"})
_CYRILLIC_SOUNDS = {
    "дж": "j", "тш": "C", "кх": "k", "къ": "k", "хь": "h", "кс": "ks", "аь": "a", "оь": "u",
    "уь": "u", "юь": "u", "яь": "a",
    "а": "a", "б": "b", "в": "w", "г": "g|h", "д": "d", "е": "i", "ж": "j", "з": "z", "и": "i",
    "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "u", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "T", "ч": "C", "ш": "S", "щ": "S", "ы": "i",
    "э": "i", "ю": "yu", "я": "ya", "і": "i", "ї": "yi", "є": "yi", "ґ": "g", "ў": "w",
    "ә": "a", "ө": "u", "ү": "u", "қ": "k", "ғ": "g", "ң": "n", "һ": "h",
}  # fmt: skip
_ARABIC_SOUNDS = {
    "تش": "C|tS", "دج": "j", "ا": "a", "ب": "b", "ت": "t", "ث": "s|t", "ج": "j|g", "ح": "h",
    "خ": "h", "د": "d", "ذ": "z|d", "ر": "r", "ز": "z", "س": "s", "ش": "S|C", "ص": "s", "ض": "d|z",
    "ط": "t", "ظ": "z|d", "ع": "a", "غ": "g", "ف": "f", "ق": "k|g", "ك": "k|g", "ل": "l", "م": "m",
    "ن": "n", "ه": "h", "و": "w", "ي": "y", "گ": "g", "پ": "p", "چ": "C", "ژ": "j", "ڤ": "f",
    "ڨ": "g",
}  # fmt: skip
_TABLES = {"Latn": _LATIN, "Cyrl": _CYRILLIC_SOUNDS, "Arab": _ARABIC_SOUNDS}
_UNITS = {
    name: re.compile("|".join(sorted(table, key=lambda unit: (-len(unit), unit))))
    for name, table in _TABLES.items()
}
_READINGS = {
    name: {unit: tuple(sounds.split("|")) for unit, sounds in table.items()}
    for name, table in _TABLES.items()
}
_SMALL_WORDS = "al el ul ad ar as an at ibn bin ben ould аль эль ал ар ад ас ан ибн بن ابن"
_ARTICLES = frozenset(_SMALL_WORDS.split())
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def words_of_name(name: str) -> list[str]:
    """The folded words of a name without article and 'son of'."""
    words = [word.replace("'", "") for word in _WORD.findall(_fold_name(name))]
    kept = [word for word in words if word not in _ARTICLES]
    return kept or words


def _fold_name(name: str) -> str:
    if name.isascii():
        return name.lower()
    small = fold_palochka(unicodedata.normalize("NFC", name)).lower().translate(_TURKISH)
    return fold_text(small)


def _sounds(word: str) -> list[str]:
    """Every reading of one folded word, at most MOST_READINGS."""
    kind = script_of(word)
    if kind not in _TABLES:
        return [word]
    known = _READINGS[kind]
    units = [known[unit] for unit in _UNITS[kind].findall(word)]
    return ["".join(reading) for reading in islice(product(*units), MOST_READINGS)]


_DOUBLED = re.compile(r"(.)\1+")
_WEAK_I = re.compile("i(?=[au])")
_VOWELS = str.maketrans("", "", "aiuy")
_AS_VOWELS = str.maketrans("yw", "iv")


def _once(sounds: str) -> str:
    """Doubled sounds once. Most words have none: to look is quicker than to replace."""
    return _DOUBLED.sub(r"\1", sounds) if _DOUBLED.search(sounds) else sounds


def _full(sounds: str) -> str:
    """Sounds with vowels: i before a vowel and doubled sounds fall away."""
    heard = _once(sounds.translate(_AS_VOWELS))
    if "ia" in heard or "iu" in heard:
        heard = _once(_WEAK_I.sub("", heard))
    return heard[:-1] if heard.endswith(("ah", "ih", "uh")) else heard


def _skeletons(sounds: str) -> set[str]:
    """Consonants alone; `_` where the word begins with a vowel; w and a last h are open."""
    once = _once(sounds).replace("p", "b")
    found = set()
    for bare in (once.replace("w", "u"), once.replace("w", "f")) if "w" in once else (once,):
        bones = bare.translate(_VOWELS)
        if bare[:1] in "aiuy":
            bones = "_" + bones
        found.add(bones)
        if len(bones) > 1 and bones[-1] == "h":
            found.add(bones[:-1])
    return found - {"", "_"}


@lru_cache(maxsize=65536)
def word_keys(word: str) -> frozenset[str]:
    """Keys under which one word of a name is kept."""
    folded = "".join(words_of_name(word))
    if not folded:
        return frozenset()
    if script_of(folded) == "Arab":
        forms = {folded}
        if folded.startswith("ال") and len(folded) > 4:
            forms = {folded[2:]}
        bones = {
            bone for form in forms for reading in _sounds(form) for bone in _skeletons(reading)
        }
        return frozenset({f"s:{bone}" for bone in bones} | {f"a:{bone}" for bone in bones})
    readings = _sounds(folded)
    full = {f"f:{_full(reading)}" for reading in readings if reading}
    return frozenset(full | {f"s:{bone}" for r in readings for bone in _skeletons(r)})


@lru_cache(maxsize=256)
def _openings(sound: str) -> frozenset[str]:
    wanted = {"_": "aiuyw", "a": "aiuyw", "i": "aiuyw", "u": "aiuyw", "b": "bp", "f": "fw"}
    first = {"v": "w"}.get(sound, wanted.get(sound, sound))
    return frozenset(
        unit[0]
        for table in _TABLES.values()
        for unit, sounds in table.items()
        if any(reading[0] in first for reading in sounds.split("|"))
    )


def may_open(letter: str, key: str) -> bool:
    """Whether a word with this opening can have this key; letters without sound always may."""
    return letter in _openings(key[2:3]) or not any(letter in table for table in _TABLES.values())


def query_keys(word: str) -> frozenset[str]:
    """Keys to look a word up by: vowels must agree where both sides write them."""
    keys = word_keys(word)
    if any(key[0] == "a" for key in keys):
        return frozenset(key for key in keys if key[0] == "s")
    return frozenset(key if key[0] == "f" else f"a{key[1:]}" for key in keys)


def name_keys(name: str) -> frozenset[str]:
    """All keys of all words of a name: for a blind index of names."""
    return frozenset(key for word in words_of_name(name) for key in word_keys(word))


def same_word(one: str, other: str) -> bool:
    """Whether two words may be one name.

    Same sounds; or same consonants where one is Arabic; or same consonants and
    one vowel heard otherwise (Mohammed, Muhammad).
    """
    mine, theirs = word_keys(one), word_keys(other)
    if one == other or query_keys(one) & theirs or query_keys(other) & mine:
        return True
    bones = max((len(key) - 2 for key in mine & theirs if key[0] == "s"), default=0)
    if bones < 3:
        return False
    heard = [[key for key in keys if key[0] == "f"] for keys in (mine, theirs)]
    allowed = 2 if bones > 3 else 1
    return any(Levenshtein.distance(a, b) <= allowed for a, b in product(*heard))


def same_name(one: str, other: str) -> bool:
    """Whether each word of the shorter name may be a word of the longer."""
    short, long = sorted((words_of_name(one), words_of_name(other)), key=len)
    left = list(long)
    for word in short:
        match = next((w for w in left if same_word(word, w)), None)
        if match is None:
            return False
        left.remove(match)
    return bool(short)


_CYRILLIC_ROMAN = (
    "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u \
ф=f х=kh ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya і=i ї=yi є=ye ґ=g ў=w ӏ='"
)
_ARABIC_ROMAN = "ا=a ب=b ت=t ث=th ج=j ح=h خ=kh د=d ذ=dh ر=r ز=z س=s ش=sh ص=s ض=d ط=t ظ=z ع=' غ=gh \
ف=f ق=q ك=k ل=l م=m ن=n ه=h و=w ي=y پ=p چ=ch ژ=zh گ=g"
_ROMAN = dict(pair.split("=") for pair in f"{_CYRILLIC_ROMAN} {_ARABIC_ROMAN}".split())


def to_latin(text: str) -> str:
    """A readable romanisation for people who cannot read the script; not a key."""
    out = []
    for char in fold_palochka(text):
        small = _fold_char(char)
        roman = "".join(_ROMAN.get(part, part) for part in small)
        out.append(roman.capitalize() if char.isupper() and char.lower() != char else roman)
    return "".join(out) if not text.isascii() else text
