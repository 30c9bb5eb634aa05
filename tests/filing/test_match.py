"""Attacks on the matcher: a protected name is recognised however it is written, and others are not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.filing.match import Finder, ways_to_read

LATIN, CYRILLIC, ARABIC = "Ruslan Dzhabrailov", "Руслан Джабраилов", "رسلان جبرائيلوف"
PHONE = "+7 926 555-01-42"
WOMAN = "Марина Джабраилова"
ALIKE = str.maketrans({"a": "а", "o": "о", "s": "ѕ", "i": "і"})


def is_in(secret: str, text: str) -> bool:
    finder = Finder(secret)
    return any(finder.is_in(words) for words in ways_to_read(f"He said: {text} was there."))


WRITTEN = {
    "over lines": (LATIN, "Ruslan\n  Dzhabrailov"),
    "broken at the end of a line": (LATIN, "Ruslan Dzhabra-\nilov"),
    "first name broken": (LATIN, "Rus-\nlan Dzhabrailov"),
    "one word broken": ("Dzhabrailov", "Dzhabra-\nilov"),
    "soft hyphens": (LATIN, "Rus\u00adlan Dzha\u00adbrailov"),
    "no width": (LATIN, "Rus\u200blan\u200c Dzhab\u200drail\u2060ov"),
    "marks put on letters": (LATIN, "R\u0301usl\u0308an Dzha\u0323brailov"),
    "letters taken apart": ("Сергей Дмитриев", unicodedata.normalize("NFD", "Сергей Дмитриев")),
    "Cyrillic letters in a Latin name": (LATIN, LATIN.translate(ALIKE)),
    "Latin letters in a Cyrillic name": (CYRILLIC, "Pycлaн Джaбpaилoв"),
    "as above, other script protected": (LATIN, "Pycлaн Джaбpaилoв"),
    "full width": (LATIN, "".join(chr(ord(c) + 0xFEE0) if c > " " else c for c in LATIN)),
    "spaced out": (LATIN, "R u s l a n   D z h a b r a i l o v"),
    "one word spaced out": ("Dzhabrailov", "D z h a b r a i l o v"),
    "ligatures": ("Efim Raflovich", "Eﬁm Raﬂovich"),
    "pushed together": (LATIN, "DzhabrailovRuslan"),
    "in an address": (LATIN, "ruslan.dzhabrailov@example.org"),
    "in a file name": (LATIN, "IMG_Dzhabrailov_Ruslan-01"),
    "backwards": (LATIN, LATIN[::-1]),
    "backwards between controls": (LATIN, f"\u202e{LATIN[::-1]}\u202c"),
    "Arabic in the order of glyphs": (ARABIC, ARABIC[::-1]),
    "Arabic with controls": (ARABIC, f"\u202b{ARABIC[:3]}\u202c{ARABIC[3:]}"),
    "Arabic stretched": (ARABIC, "رســلان جبرائيلوف"),
    "Arabic for Latin": (LATIN, ARABIC),
    "initial before": (LATIN, "R. Dzhabrailov"),
    "initials before": (LATIN, "R.A. Dzhabrailov"),
    "initial after": (LATIN, "Dzhabrailov, R."),
    "initial in Cyrillic": (LATIN, "Р. Джабраилов"),
    "genitive": (CYRILLIC, "Руслана Джабраилова"),
    "dative, other script protected": (LATIN, "Руслану Джабраилову"),
    "instrumental": (CYRILLIC, "с Русланом Джабраиловым"),
    "feminine, instrumental": (WOMAN, "с Мариной Джабраиловой"),
    "feminine, Latin protected": ("Marina Dzhabrailova", "Марину Джабраилову"),
    "adjective": ("Фёдор Достоевский", "Федора Достоевского"),
    "French": (CYRILLIC, "Rouslan Djabraïlov"),
    "German": (CYRILLIC, "Ruslan Dschabrailow"),
    "Turkish": (CYRILLIC, "Ruslan Cabrailov"),
    "number with hidden signs": (PHONE, "+7 (926) 555\u200b01\u00a042"),
    "number in Arabic digits": (PHONE, "٧٩٢٦٥٥٥٠١٤٢"),
    "number without the country": (PHONE, "926 555 01 42"),
    "number as dialled at home": (PHONE, "8 (926) 555-01-42"),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_a_name_is_recognised(way):
    secret, text = WRITTEN[way]
    assert is_in(secret, text)


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        (LATIN, "Ruslan met Anna. Much later, in another town, somebody called Dzhabrailov"),
        (LATIN, "A. Dzhabrailov, the deputy"),
        (LATIN, "Dzhabrailov"),
        (LATIN, "R. Daudov"),
        ("Иван Джабраилов", "Джабраилов и другие"),
        ("Ruslan", "Ruslana"),
        ("Анна Петрова", "Петров пришёл. Антон ушёл"),
        (PHONE, "7926 members in 555 towns, 01 to 42 of them"),
        ("Anna Lind", "mannalindens"),
    ],
)
def test_others_are_left_alone(secret, text):
    assert not is_in(secret, text)


words = st.text(alphabet=st.sampled_from("abdefgiklmnoprstuvz"), min_size=4, max_size=9)


@given(words, words, st.sampled_from(["\u200b", "\u00ad", "\u2060", "\u0301", "\u200d"]), st.data())
def test_signs_without_width_hide_no_name(first, last, sign, data):
    name = f"{first} {last}"
    at = data.draw(st.integers(1, len(name) - 1))
    assert is_in(name, name[:at] + sign + name[at:])
