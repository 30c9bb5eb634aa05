"""One word finds its other forms; the language of a passage is guessed with care."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.casefile.stems import guess_language, stems_of


@pytest.mark.parametrize(
    "forms",
    [
        "задержали задержанных задержать задержание задержан задерживают задержал Задержанный",
        "арестовали арестованный арест арестован",
        "пытали пытать пытка пытки",
        "избили избивали избитый",
        "похитили похищение похищенный",
        "اعتقلوا المعتقلين اعتقال معتقل اعتقلت اعتُقِلَ",
        "تعذيب التعذيب عذبوا",
        "arrêtés arrêter arrestation arrêté arrete arrêtaient",
        "détenus détenu détenue détention",
        "detained detention detaining detainees",
        "arrested arrests arresting",
        "tortured tortures torture",
    ],
    ids=lambda forms: forms.split()[0],
)
def test_forms_share_a_stem(forms: str) -> None:
    first, *rest = forms.split()
    for form in rest:
        assert stems_of(first) & stems_of(form), form


@pytest.mark.parametrize(
    ("one", "other"),
    [("задержали", "держава"), ("police", "policy"), ("محمد", "احمد"), ("убили", "убеждение")],
)
def test_other_words_do_not(one: str, other: str) -> None:
    assert not stems_of(one) & stems_of(other)


@given(st.text(max_size=15))
def test_any_text_has_stems_or_none(word: str) -> None:
    assert all(":" in stem for stem in stems_of(word))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The men were detained", "en"),
        ("Les hommes ont été arrêtés", "fr"),
        ("Их задержали в марте", "ru"),
        ("اعتقلوا الرجال", "ar"),
        ("arrêt de la cour", "fr"),
        ("Хьо муха ву, ПетIар, вайна хьоьга", "ce"),
        ("Поліція затримала трьох чоловіків", "uk"),
        ("detained", "und"),
        ("12:34", "und"),
        ("", "und"),
        ("Полицейские задержали троих мужчин и увезли их в отделение. " * 6, "ru"),
        ("Die Männer wurden gestern am Abend verhaftet und weggebracht.", "de"),
    ],
)
def test_language_of_a_passage(text: str, language: str) -> None:
    assert guess_language(text).language == language
