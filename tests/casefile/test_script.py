"""Names written in Cyrillic, Latin and Arabic letters find each other, and others do not."""

from __future__ import annotations

import unicodedata
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.casefile.script import (
    fold_palochka,
    fold_text,
    fold_with_places,
    name_keys,
    query_keys,
    same_name,
    to_latin,
    word_keys,
)

SAME = [
    ["Хасан", "Khasan", "Hassan", "حسن", "Hasan", "Гасан", "Chasan", "Xasan", "Ḥasan", "ХАСАН"],
    ["Умар", "Omar", "Umar", "Oumar", "عمر", "Ӏумар", "1умар", "Iумар", "lумар", "|умар"],
    ["Юсуп", "Yusup", "Iusup", "Yousoup", "Jusup"],
    ["Юсуф", "Yusuf", "يوسف", "Youssef"],
    ["Джохар", "Dzhokhar", "Djokhar", "جوهر", "Dschochar"],
    ["Али", "Ali", "علي", "عَلِيّ"],
    ["Айша", "Aisha", "Aïcha", "Aysha", "عائشة"],
    ["Магомед", "Magomed", "محمد"],
    ["Мухаммад", "Muhammad", "Mohammed", "محمّد"],
    ["Мохьмад", "Мохмад", "Mohmad"],
    ["Давуд", "Dawud", "داود"],
    ["Шамиль", "Shamil", "Chamil", "شامل", "Schamil"],
    ["ПетIар", "Петlар", "Пет1ар", "ПетӀар", "Петӏар", "Пет|ар", "Petar"],
    ["Зелимхан", "Zelimkhan", "زليمخان"],
    ["Хусейн", "Hussein", "حسين", "Husain"],
    ["Фёдор", "Федор", "Fedor"],
]


@pytest.mark.parametrize("names", SAME, ids=lambda names: names[1])
def test_forms_of_one_name_share_a_key(names: list[str]) -> None:
    for one in names[1:]:
        assert name_keys(names[0]) & name_keys(one), one
        assert same_name(names[0], one), one


def test_the_four_of_the_brief_share_one_key() -> None:
    four = [name_keys(name) for name in ("Хасан", "Khasan", "Hassan", "حسن")]
    assert frozenset.intersection(*four)
    for one, other in combinations(("Хасан", "Khasan", "Hassan", "حسن"), 2):
        assert query_keys(one) & word_keys(other) and query_keys(other) & word_keys(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Хасан", "Хусейн"), ("Aslan", "Ruslan"), ("Шамиль", "Хасан"), ("علي", "عمر"), ("Ali", "")],
)
def test_other_names_do_not(one: str, other: str) -> None:
    assert not same_name(one, other)


def test_whole_names_in_any_order_without_the_article() -> None:
    assert same_name("Hasan Umarov", "Умаров Хасан")
    assert same_name("Хасан", "Hasan al-Umari")
    assert same_name("محمد بن علي", "Muhammad Ali")
    assert not same_name("Hasan Umarov", "Hasan Aliev")


def test_palochka_is_left_alone_where_it_is_none() -> None:
    for text in ("дом 1", "глава I", "1 марта", "Поліція", "2017-01-01", "I saw", "all|none"):
        assert fold_palochka(text) == text


def test_folding() -> None:
    assert fold_text("Задержа́нный ЁЖ ÉCOLE Œuvre حَسَنٌ ﺣﺴﻦ ١٢٣ Straße") == (
        "задержанный еж ecole oeuvre حسن حسن 123 strasse"
    )
    assert fold_text(unicodedata.normalize("NFD", "йод ёлка")) == "йод елка"


@given(st.text(max_size=30))
def test_places_of_folded_text_are_true(text: str) -> None:
    folded, places = fold_with_places(text)
    assert folded == fold_text(text)
    assert len(places) == len(folded)
    assert places == sorted(places) and all(0 <= place < len(text) for place in places)


@given(st.text(alphabet="ХасанKhasanحسنГI1ӏӀъьщw-' ", max_size=12))
def test_keys_of_anything(name: str) -> None:
    for word in name.split():
        assert (name_keys(word) == frozenset()) or same_name(word, word)
    assert isinstance(to_latin(name), str)


def test_a_romanisation_for_reading() -> None:
    assert to_latin("Хасан Щукин") == "Khasan Shchukin"
